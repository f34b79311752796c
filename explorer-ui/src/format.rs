//! Numbers, sizes and times for people; the exact value goes into the title of the same element.

/// `336776` → `336,776`.
#[must_use]
pub fn exact(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        out.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Three significant digits and a unit: `337 k`, `84.1 M`; below ten thousand the exact number.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn short(value: i64) -> String {
    if value.unsigned_abs() < 10_000 {
        return exact(value);
    }
    scaled(value as f64, 1000.0, &["", " k", " M", " B", " T"])
}

/// Bytes by 1024, as Paimon's options count them: `412 KB`, `3.14 MB`.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn bytes(value: i64) -> String {
    if value.unsigned_abs() < 1024 {
        return format!("{value} B");
    }
    scaled(value as f64, 1024.0, &[" B", " KB", " MB", " GB", " TB", " PB"])
}

fn scaled(value: f64, base: f64, units: &[&str]) -> String {
    let mut size = value;
    let mut unit = 0;
    while size.abs() >= base && unit + 1 < units.len() {
        size /= base;
        unit += 1;
    }
    let digits = match size.abs() {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{size:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{}{}", text.replace('-', "−"), units.get(unit).unwrap_or(&""))
}

/// Milliseconds as `4 ms`, `1.25 s`, `3 min 20 s`.
#[must_use]
pub fn duration(millis: f64) -> String {
    match millis {
        m if m < 1.0 => "<1 ms".to_owned(),
        m if m < 1000.0 => format!("{m:.0} ms"),
        m if m < 60_000.0 => format!("{:.2} s", m / 1000.0),
        #[allow(clippy::cast_possible_truncation)]
        m => format!("{} min {} s", (m / 60_000.0) as i64, ((m % 60_000.0) / 1000.0) as i64),
    }
}

/// How long before `now` something was: `just now`, `2 min ago`, `3 days ago`; later than now is `in …`.
#[must_use]
pub fn ago(millis: i64, now_millis: i64) -> String {
    let gap = now_millis.saturating_sub(millis);
    let text = span(gap.unsigned_abs());
    match (text.as_str(), gap >= 0) {
        ("", _) => "just now".to_owned(),
        (text, true) => format!("{text} ago"),
        (text, false) => format!("in {text}"),
    }
}

fn span(millis: u64) -> String {
    let seconds = millis / 1000;
    let (count, unit) = match seconds {
        0..10 => return String::new(),
        10..60 => (seconds, "s"),
        60..3600 => (seconds / 60, "min"),
        3600..86_400 => (seconds / 3600, "h"),
        86_400..5_184_000 => (seconds / 86_400, "day"),
        5_184_000..63_072_000 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    };
    let plural = if count > 1 && unit.len() > 2 && unit != "min" { "s" } else { "" };
    format!("{count} {unit}{plural}")
}

/// UTC as `2026-01-31 14:05:09`; years outside 0..=9999 as the raw number.
#[must_use]
pub fn utc(millis: i64) -> String {
    let days = millis.div_euclid(86_400_000);
    let second = millis.rem_euclid(86_400_000) / 1000;
    let (year, month, day) = civil(days);
    if !(0..=9999).contains(&year) {
        return format!("{millis} ms");
    }
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Gregorian date of a day count since 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A count with its noun: `1 file`, `12 files`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    let number = exact(i64::try_from(count).unwrap_or(i64::MAX));
    match (count, noun) {
        (1, _) => format!("{number} {noun}"),
        (_, noun) if noun.ends_with('y') => format!("{number} {}ies", noun.trim_end_matches('y')),
        _ => format!("{number} {noun}s"),
    }
}

/// A long name with its middle left out, `head` and `tail` characters kept.
#[must_use]
pub fn middle_cut(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    if count <= head + tail + 1 {
        return text.to_owned();
    }
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_shortened() {
        assert_eq!(exact(1_234_567), "1,234,567");
        assert_eq!(exact(-1234), "−1,234");
        assert_eq!(short(336_776), "337 k");
        assert_eq!(short(9_999), "9,999");
        assert_eq!(short(84_120_000), "84.1 M");
    }

    #[test]
    fn bytes_use_paimons_units() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(3 * 1024 * 1024 + 150_000), "3.14 MB");
        assert_eq!(bytes(128 << 20), "128 MB");
    }

    #[test]
    fn times_read_like_speech() {
        assert_eq!(ago(0, 120_000), "2 min ago");
        assert_eq!(ago(120_000, 0), "in 2 min");
        assert_eq!(ago(0, 3 * 86_400_000), "3 days ago");
        assert_eq!(ago(5, 6), "just now");
        assert_eq!(ago(i64::MIN, i64::MAX), "292471208 years ago");
    }

    #[test]
    fn utc_prints_known_instants() {
        assert_eq!(utc(0), "1970-01-01 00:00:00");
        assert_eq!(utc(951_782_400_000), "2000-02-29 00:00:00");
        assert_eq!(utc(-1000), "1969-12-31 23:59:59");
        assert!(utc(i64::MAX).ends_with("ms"));
    }

    #[test]
    fn nouns_follow_counts() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(counted(1200, "entry"), "1,200 entries");
    }

    #[test]
    fn names_are_cut_in_the_middle() {
        assert_eq!(middle_cut("data-0123456789.parquet", 7, 8), "data-01….parquet");
        assert_eq!(middle_cut("short", 3, 3), "short");
    }
}
