//! Text as Java reads it for DATE, TIME and TIMESTAMP (Java `BinaryStringUtils`, `DateTimeUtils`).
//!
//! Java is generous: a lone number is the value itself, DATE and TIME may lack their ends and have blanks about, and a
//! day that its month does not have is the last one of the month in a TIMESTAMP.

use super::text::parse_integer;
use crate::types::calendar::days_from_civil;

const SECONDS_PER_DAY: i64 = 86_400;

/// Days since 1970-01-01: a number of them, or `Y[-M[-D]]` in the years 0 to 9999, cut at the first blank.
pub(super) fn parse_date(text: &str) -> Option<i32> {
    if is_numeric(text) {
        return parse_integer(text)?.try_into().ok();
    }
    let text = match text.find(' ') {
        Some(end) if end > 0 => text.get(..end)?,
        _ => text,
    };
    let mut parts = text.splitn(3, '-');
    let year = number(parts.next()?)?;
    let month = parts.next().map_or(Some(1), number)?;
    let day = parts.next().map_or(Some(1), number)?;
    if year > 9999 {
        return None;
    }
    days_from_civil(year.into(), month.try_into().ok()?, day.try_into().ok()?)?.try_into().ok()
}

/// Milliseconds: a number of them, or `H[:M[:S[.fraction]]]` and perhaps an offset such as `+02:00`, which is added.
///
/// Nothing keeps the parts within their ranges, nor the sum within 32 bits, where it wraps around.
pub(super) fn parse_time(text: &str) -> Option<i32> {
    if is_numeric(text) {
        return parse_integer(text)?.try_into().ok();
    }
    let zone = text.find('-').map(|at| (at, -1)).or_else(|| text.find('+').map(|at| (at, 1)));
    let (end, hours, minutes) = match zone {
        Some((at, sign)) => {
            let (hours, minutes) = match text.get(at..)?.split_once(':') {
                Some((hours, minutes)) => (number(hours.get(1..)?)?, number(minutes)?),
                None => (number(text.get(at + 1..)?)?, 0),
            };
            (at, sign * hours, sign * minutes)
        }
        None => (text.len(), 0, 0),
    };
    let (mut minute, mut second, mut millis) = (0, 0, 0);
    let hour = match text.find(':') {
        None => number(text.get(..end)?)?,
        Some(first) => {
            match text.get(first + 1..)?.find(':').map(|at| first + 1 + at) {
                None => minute = number(text.get(first + 1..end)?)?,
                Some(colon) => {
                    minute = number(text.get(first + 1..colon)?)?;
                    match text.get(colon..)?.find('.').map(|at| colon + at) {
                        None => second = number(text.get(colon + 1..end)?)?,
                        Some(dot) => {
                            second = number(text.get(colon + 1..dot)?)?;
                            millis = fraction_millis(trim(text.get(dot + 1..end)?));
                        }
                    }
                }
            }
            number(text.get(..first)?)?
        }
    };
    let millis = hour.wrapping_add(hours).wrapping_mul(3_600_000).wrapping_add(millis);
    let millis = millis.wrapping_add(minute.wrapping_add(minutes).wrapping_mul(60_000));
    Some(millis.wrapping_add(second.wrapping_mul(1000)))
}

/// Three digits; the fourth rounds. What is no digit counts as 0, but rounds up when it sorts behind `5`.
fn fraction_millis(text: &str) -> i32 {
    let mut millis = 0;
    let mut characters = text.encode_utf16();
    for place in [100, 10, 1] {
        match characters.next().map(u32::from) {
            Some(digit @ 0x30..=0x39) => millis += place * (digit as i32 - 0x30),
            Some(_) => {}
            None => return millis,
        }
    }
    millis + i32::from(characters.next().is_some_and(|next| next >= u16::from(b'5')))
}

/// Epoch milliseconds and nanoseconds of the millisecond: of a number of units of the precision (not for an instant),
/// or of `Y-M-D`, `Y-M-D H:M:S[.fraction]` or `Y-M-DTH:M[:S[.fraction]]` cut to the precision.
pub(super) fn parse_timestamp(text: &str, precision: u8, is_instant: bool) -> Option<(i64, i64)> {
    if !is_instant && is_numeric(text) {
        let units = parse_integer(text)?;
        return match precision {
            0 => Some((units.wrapping_mul(1000), 0)),
            3 => Some((units, 0)),
            6 => Some((units.div_euclid(1000), units.rem_euclid(1000) * 1000)),
            9 => Some((units.div_euclid(1_000_000), units.rem_euclid(1_000_000))),
            _ => None,
        };
    }
    let mut cursor = Cursor(text);
    let days = cursor.date()?;
    let (second, nanos) = if cursor.0.is_empty() { (0, 0) } else { cursor.clock()? };
    if !cursor.0.is_empty() {
        return None;
    }
    let nanos = nanos - nanos % 10i64.pow(9 - u32::from(precision.min(9)));
    let seconds = days * SECONDS_PER_DAY + second;
    Some((seconds * 1000 + nanos / 1_000_000, nanos % 1_000_000))
}

/// What is left to read of a timestamp.
struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn take(&mut self, character: char) -> Option<()> {
        self.0 = self.0.strip_prefix(character)?;
        Some(())
    }

    /// The number that the digits ahead stand for, at most `longest` of them, and how many they are.
    fn digits(&mut self, longest: usize) -> Option<(i64, usize)> {
        let count = self.0.bytes().take(longest).take_while(u8::is_ascii_digit).count();
        let number = self.0.get(..count)?.parse().ok()?;
        self.0 = self.0.get(count..)?;
        Some((number, count))
    }

    fn one_or_two_digits(&mut self, limit: i64) -> Option<i64> {
        self.digits(2).map(|(number, _)| number).filter(|number| *number < limit)
    }

    /// Days since 1970-01-01. Years have four digits, or a `+` and more; the day may be one that its month lacks.
    fn date(&mut self) -> Option<i64> {
        let year = match self.take('+') {
            Some(()) => self.digits(9).filter(|(_, count)| *count > 4)?.0,
            None => self.digits(5).filter(|(_, count)| *count == 4)?.0,
        };
        self.take('-')?;
        let month = u8::try_from(self.one_or_two_digits(13)?).ok()?;
        self.take('-')?;
        let day = u8::try_from(self.one_or_two_digits(32)?).ok()?;
        if year == 0 || day == 0 {
            return None;
        }
        (0..4).find_map(|back| days_from_civil(year, month, day.checked_sub(back)?))
    }

    /// Second of the day, up to 24:00:00, and nanoseconds.
    fn clock(&mut self) -> Option<(i64, i64)> {
        let short = self.take('T').is_some();
        if !short {
            self.take(' ')?;
        }
        let hour = self.one_or_two_digits(25)?;
        self.take(':')?;
        let minute = self.one_or_two_digits(60)?;
        let (mut second, mut nanos) = (0, 0);
        if !(short && self.0.is_empty()) {
            self.take(':')?;
            second = self.one_or_two_digits(60)?;
            if self.take('.').is_some() && !self.0.is_empty() {
                let (fraction, count) = self.digits(9)?;
                nanos = fraction * 10i64.pow(9 - u32::try_from(count).ok()?);
            }
        }
        let second_of_day = hour * 3600 + minute * 60 + second;
        (second_of_day * 1_000_000_000 + nanos <= SECONDS_PER_DAY * 1_000_000_000).then_some((second_of_day, nanos))
    }
}

/// Digits, and a minus in front.
fn is_numeric(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits with blanks about.
fn number(text: &str) -> Option<i32> {
    let text = trim(text);
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Java's `String.trim`: without blanks and control characters.
fn trim(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}
