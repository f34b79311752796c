//! Dates, times and timestamps as text, over the whole range of their integers (chrono and Arrow stop earlier).
//!
//! Years outside 0..=9999 are written as Java's `LocalDate` does: `-0043-03-15`, `+12345-01-01`.

const SECONDS_PER_DAY: i64 = 86_400;
const MILLIS_PER_DAY: i64 = SECONDS_PER_DAY * 1000;

/// Year, month (1..=12) and day (1..=31) of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
pub fn civil_from_days(days: i64) -> (i64, u8, u8) {
    // Years start in March here, so that the leap day comes last; 400 years are one era of 146097 days.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u8, day as u8)
}

/// Days from 1970-01-01; `None` when there is no such day, or the year is beyond ±1 000 000.
pub fn days_from_civil(year: i64, month: u8, day: u8) -> Option<i64> {
    if !(-1_000_000..=1_000_000).contains(&year) || day == 0 || day > days_in_month(year, month)? {
        return None;
    }
    let march_year = year - i64::from(month <= 2);
    let year_of_era = march_year.rem_euclid(400);
    let march_month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(march_year.div_euclid(400) * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i64, month: u8) -> Option<u8> {
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return None,
    })
}

/// Appends `YYYY-MM-DD`.
pub fn write_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil_from_days(days);
    if let 0..=9999 = year {
        push_digits(year as u64, 4, out);
    } else {
        out.push(if year < 0 { b'-' } else { b'+' });
        push_digits(year.unsigned_abs(), 4, out);
    }
    out.push(b'-');
    push_digits(month.into(), 2, out);
    out.push(b'-');
    push_digits(day.into(), 2, out);
}

/// Appends `HH:MM:SS` and, for a `precision` above 0, a point and that many digits. Values outside one day, which no
/// writer should leave, are taken modulo a day.
pub fn write_time(millis_of_day: i64, precision: u8, out: &mut Vec<u8>) {
    let millis = millis_of_day.rem_euclid(MILLIS_PER_DAY);
    write_clock(millis / 1000, (millis % 1000) as u32 * 1_000_000, precision, out);
}

/// Appends a date, `separator`, and a time with `precision` digits (more digits are cut off, not rounded).
/// `nanos` belongs to the second, 0..1_000_000_000.
pub fn write_timestamp(seconds: i64, nanos: u32, precision: u8, separator: u8, out: &mut Vec<u8>) {
    write_date(seconds.div_euclid(SECONDS_PER_DAY), out);
    out.push(separator);
    write_clock(seconds.rem_euclid(SECONDS_PER_DAY), nanos, precision, out);
}

fn write_clock(second_of_day: i64, nanos: u32, precision: u8, out: &mut Vec<u8>) {
    let second = second_of_day as u64;
    push_digits(second / 3600, 2, out);
    out.push(b':');
    push_digits(second / 60 % 60, 2, out);
    out.push(b':');
    push_digits(second % 60, 2, out);
    let precision = precision.min(9);
    if precision > 0 {
        out.push(b'.');
        push_digits(u64::from(nanos / 10u32.pow(u32::from(9 - precision))), precision.into(), out);
    }
}

/// Appends `value` with at least `width` digits.
fn push_digits(mut value: u64, width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    while value > 0 || out.len() - start < width {
        out.push(b'0' + (value % 10) as u8);
        value /= 10;
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

/// Days of `[+-]YYYY-MM-DD` (months and days may have one digit).
pub fn parse_date(text: &str) -> Option<i32> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let mut parts = rest.split('-');
    let year = i64::from(digits(parts.next()?, 1..=6)?);
    let month = digits(parts.next()?, 1..=2)? as u8;
    let day = digits(parts.next()?, 1..=2)? as u8;
    if parts.next().is_some() {
        return None;
    }
    days_from_civil(if negative { -year } else { year }, month, day)?.try_into().ok()
}

/// Milliseconds of `HH:MM[:SS[.fraction]]`; digits below a millisecond are cut off.
pub fn parse_time(text: &str) -> Option<i32> {
    let (seconds, nanos) = parse_clock(text)?;
    i32::try_from(seconds * 1000 + i64::from(nanos / 1_000_000)).ok()
}

/// Milliseconds since the epoch (floored) and nanoseconds within the millisecond of a date, or a date and a time with
/// a blank or `T` between. A `Z` at the end or an offset such as `+02:00` gives the instant in UTC.
pub fn parse_timestamp(text: &str) -> Option<(i64, i32)> {
    let Some(split) = text.find(['T', 't', ' ']) else {
        return Some((i64::from(parse_date(text)?) * MILLIS_PER_DAY, 0));
    };
    let days = i64::from(parse_date(text.get(..split)?)?);
    let (clock, offset_seconds) = split_zone(text.get(split + 1..)?.trim())?;
    let (second, nanos) = parse_clock(clock)?;
    let millis = (days * SECONDS_PER_DAY + second - offset_seconds) * 1000 + i64::from(nanos / 1_000_000);
    Some((millis, (nanos % 1_000_000) as i32))
}

/// The clock text without its zone, and the offset of the zone in seconds.
fn split_zone(text: &str) -> Option<(&str, i64)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), 0));
    }
    let Some(at) = text.find(['+', '-']) else { return Some((text, 0)) };
    let sign = if text.as_bytes().get(at) == Some(&b'-') { -1 } else { 1 };
    let (hours, minutes) = text.get(at + 1..)?.split_once(':').unwrap_or((text.get(at + 1..)?, "0"));
    let (hours, minutes) = (i64::from(digits(hours, 1..=2)?), i64::from(digits(minutes, 1..=2)?));
    (hours <= 18 && minutes < 60).then_some((text.get(..at)?.trim_end(), sign * (hours * 3600 + minutes * 60)))
}

/// Second of the day and nanoseconds of `HH:MM[:SS[.fraction]]`.
pub(crate) fn parse_clock(text: &str) -> Option<(i64, u32)> {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.split(':');
    let hour = i64::from(digits(parts.next()?, 1..=2)?);
    let minute = i64::from(digits(parts.next()?, 1..=2)?);
    let second = parts.next();
    if parts.next().is_some() || (second.is_none() && fraction.is_some()) {
        return None;
    }
    let second = i64::from(second.map_or(Some(0), |text| digits(text, 1..=2))?);
    let nanos = match fraction {
        Some(text) => digits(text, 1..=9)? * 10u32.pow(9 - text.len() as u32),
        None => 0,
    };
    (hour < 24 && minute < 60 && second < 60).then_some((hour * 3600 + minute * 60 + second, nanos))
}

/// The number that an all-digit text of an allowed length stands for.
fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let plain = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(days: i64) -> String {
        let mut out = Vec::new();
        write_date(days, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dates_round_trip_over_the_whole_range() {
        for days in (-400_000..4_000_000).step_by(97) {
            let (year, month, day) = civil_from_days(days);
            assert_eq!(days_from_civil(year, month, day), Some(days));
            assert_eq!(parse_date(&date(days)), Some(days as i32));
        }
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(2_932_896), "9999-12-31");
        assert_eq!(date(2_932_897), "+10000-01-01");
        assert_eq!(date(-719_529), "-0001-12-31");
        assert_eq!(date(i32::MAX.into()), "+5881580-07-11");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2023-02-29", "2024-13-01", "2024-00-01", "2024-01-32", "2024-01", "x", "", "2024-01-01-01"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn timestamps_in_their_spellings() {
        let noon = 1_704_110_400_123;
        for text in ["2024-01-01 12:00:00.123", "2024-01-01T12:00:00.123Z", "2024-01-01T14:00:00.123+02:00"] {
            assert_eq!(parse_timestamp(text), Some((noon, 0)), "{text}");
        }
        assert_eq!(parse_timestamp("1969-12-31 23:59:59.999999999"), Some((-1, 999_999)));
        assert_eq!(parse_timestamp("1970-01-02"), Some((86_400_000, 0)));
        assert_eq!(parse_timestamp("2024-01-01 24:00:00"), None);
        assert_eq!(parse_timestamp("2024-01-01 "), None);
    }

    #[test]
    fn extreme_timestamps_do_not_panic() {
        for seconds in [i64::MIN, i64::MAX] {
            write_timestamp(seconds, 999_999_999, 9, b'T', &mut Vec::new());
        }
    }
}
