//! The time that partition values stand for (Java `PartitionTimeExtractor`).

use crate::{
    error::{Error, Result},
    types::calendar,
};

const DAY: i64 = 86_400_000;

/// Reads times from partition values.
pub(super) struct Extractor<'a> {
    pattern: Option<&'a str>,
    formatter: Option<Vec<Part>>,
}

/// A part of a formatter such as `yyyyMMdd HH`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// This text.
    Literal(String),
    /// Digits of year, month, day, hour, minute, second or fraction; at least and at most so many.
    Number(char, usize, usize),
}

impl<'a> Extractor<'a> {
    /// Errors: `Invalid` for a formatter with letters that stand for no number.
    pub(super) fn new(pattern: Option<&'a str>, formatter: Option<&str>) -> Result<Self> {
        Ok(Extractor { pattern, formatter: formatter.map(parts_of).transpose()? })
    }

    /// Wall clock, milliseconds as if UTC; `None` where the values say no time, or one that is needed is null.
    pub(super) fn time(&self, values: &[(&str, Option<&str>)]) -> Option<i64> {
        let text = match self.pattern {
            None => values.first()?.1?.to_owned(),
            Some(pattern) => filled(pattern, values)?,
        };
        match &self.formatter {
            None => by_default(&text),
            Some(parts) => by_parts(&text, parts),
        }
    }
}

/// The pattern with `$key` replaced by values; longer keys first, so that `$dt` is not found in `$dt1`.
fn filled(pattern: &str, values: &[(&str, Option<&str>)]) -> Option<String> {
    let mut keys: Vec<_> = values.to_vec();
    keys.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
    let mut text = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        text += before;
        let after = after.get(1..).unwrap_or_default();
        match keys.iter().find(|(key, _)| after.starts_with(key)) {
            Some((key, value)) => {
                text += (*value)?;
                rest = after.get(key.len()..).unwrap_or_default();
            }
            None => {
                text.push('$');
                rest = after;
            }
        }
    }
    Some(text + rest)
}

/// `2024-1-2`, with ` 3:4:5` and a fraction where they are given; days and hours beyond the end carry over.
fn by_default(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once(' ').map_or((text, None), |(date, clock)| (date, Some(clock)));
    let mut parts = date.splitn(3, '-');
    let year = digits(parts.next()?, 10)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    let months = year.checked_mul(12)?.checked_add(month - 1)?;
    let first = calendar::days_from_civil(months.div_euclid(12), u8::try_from(months.rem_euclid(12) + 1).ok()?, 1)?;
    let mut millis = first.checked_add(day - 1)?.checked_mul(DAY)?;
    if let Some(clock) = clock {
        let (clock, fraction) =
            clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
        let mut parts = clock.splitn(3, ':');
        for unit in [3_600_000, 60_000, 1000] {
            millis = millis.checked_add(digits(parts.next()?, 2)? * unit)?;
        }
        millis += fraction.map_or(Some(0), fraction_millis)?;
    }
    Some(millis)
}

fn digits(text: &str, most: usize) -> Option<i64> {
    let all = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

fn fraction_millis(text: &str) -> Option<i64> {
    digits(text, 9)?;
    format!("{text:0<3}").get(..3)?.parse().ok()
}

fn parts_of(formatter: &str) -> Result<Vec<Part>> {
    let unknown =
        |what: String| Error::invalid(format!("option partition.timestamp-formatter: {what} in {formatter:?}"));
    let mut parts = Vec::new();
    let mut rest = formatter;
    while let Some(letter) = rest.chars().next() {
        let run = rest.chars().take_while(|c| *c == letter).count();
        let (head, tail) = rest.split_at(run * letter.len_utf8());
        match letter {
            'y' | 'u' if run == 4 => parts.push(Part::Number('y', 4, 4)),
            'M' | 'd' | 'H' | 'm' | 's' if run <= 2 => parts.push(Part::Number(letter, run, 2)),
            'S' if run <= 9 => parts.push(Part::Number('S', run, run)),
            '\'' => {
                let (text, after) = head
                    .get(1..)
                    .filter(|_| run == 1)
                    .and(tail.split_once('\''))
                    .ok_or_else(|| unknown("a quote without an end".into()))?;
                parts.push(Part::Literal(text.to_owned()));
                rest = after;
                continue;
            }
            letter if letter.is_ascii_alphabetic() => {
                return Err(unknown(format!("{head:?} is not understood: expected yyyy MM dd HH mm ss S")));
            }
            _ => parts.push(Part::Literal(head.to_owned())),
        }
        rest = tail;
    }
    Ok(parts)
}

/// A text that follows the formatter; what it does not name is the least: the first hour, the first minute.
fn by_parts(text: &str, parts: &[Part]) -> Option<i64> {
    let (mut rest, mut year, mut month, mut day, mut millis) = (text, None, None, None, 0);
    for part in parts {
        let (letter, least, most) = match part {
            Part::Literal(literal) => {
                rest = rest.strip_prefix(literal.as_str())?;
                continue;
            }
            Part::Number(letter, least, most) => (*letter, *least, *most),
        };
        let length = rest.bytes().take_while(u8::is_ascii_digit).take(most).count();
        let (number, after) = rest.split_at_checked(length).filter(|_| length >= least)?;
        let value = digits(number, most)?;
        rest = after;
        match letter {
            'y' => year = Some(value),
            'M' => month = Some(value),
            'd' => day = Some(value),
            'H' if value < 24 => millis += value * 3_600_000,
            'm' if value < 60 => millis += value * 60_000,
            's' if value < 60 => millis += value * 1000,
            'S' => millis += fraction_millis(number)?,
            _ => return None,
        }
    }
    if !rest.is_empty() {
        return None;
    }
    let (month, day) = (u8::try_from(month?).ok()?, u8::try_from(day?).ok()?);
    // As Java: the 31st of a shorter month is its last day.
    let days = (1..=31)
        .contains(&day)
        .then(|| (0..4).find_map(|back| calendar::days_from_civil(year?, month, day.checked_sub(back)?)))??;
    Some(days * DAY + millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(pattern: Option<&str>, formatter: Option<&str>, values: &[(&str, Option<&str>)]) -> Option<String> {
        let millis = Extractor::new(pattern, formatter).unwrap().time(values)?;
        let mut text = Vec::new();
        calendar::write_timestamp(millis.div_euclid(1000), 0, 0, b' ', &mut text);
        Some(String::from_utf8(text).unwrap())
    }

    #[test]
    fn values_are_times() {
        let dt = |text| [("dt", Some(text)), ("hh", Some("7"))];
        for (pattern, formatter, value, expected) in [
            (None, None, "2024-01-02", Some("2024-01-02 00:00:00")),
            (None, None, "2024-1-2 3:4:5", Some("2024-01-02 03:04:05")),
            (None, None, "2024-02-30", Some("2024-03-01 00:00:00")),
            (Some("$dt $hh:00:00"), None, "2024-01-02", Some("2024-01-02 07:00:00")),
            (None, Some("yyyyMMdd"), "20240102", Some("2024-01-02 00:00:00")),
            (None, Some("yyyyMMdd"), "20240231", Some("2024-02-29 00:00:00")),
            (Some("$dt$hh"), Some("yyyyMMddH"), "20240102", Some("2024-01-02 07:00:00")),
            (None, Some("yyyy'T'MM-dd"), "2024T01-02", Some("2024-01-02 00:00:00")),
            (None, None, "20240102", None),
            (None, None, "a", None),
            (None, Some("yyyyMMdd"), "2024010", None),
            (None, Some("yyyyMMdd"), "202401021", None),
            (None, Some("yyyy-MM-dd"), "2024-13-01", None),
        ] {
            assert_eq!(time(pattern, formatter, &dt(value)).as_deref(), expected, "{pattern:?} {formatter:?} {value}");
        }
        assert_eq!(time(None, None, &[("dt", None)]), None);
        assert_eq!(
            time(Some("$dt1-$dt-1"), None, &[("dt", Some("2")), ("dt1", Some("2024"))]).as_deref(),
            Some("2024-02-01 00:00:00")
        );
        assert!(Extractor::new(None, Some("EEE")).is_err());
        assert!(Extractor::new(None, Some("yyyy'x")).is_err());
    }
}
