//! Texts of option values. Parsers say what they expected; [`parse`] makes that an error that names the option.

use std::{borrow::Cow, collections::BTreeMap, str::FromStr, time::Duration};

use super::refused;
use crate::{error::Result, spec::stats::StatsMode};

/// What a parser expected instead of the text.
pub(super) type Expected = Cow<'static, str>;

/// Applies `parser`. Errors: `Invalid`, naming the option and what it takes.
pub(super) fn parse<T>(name: &str, value: &str, parser: impl FnOnce(&str) -> Result<T, Expected>) -> Result<T> {
    parser(value).map_err(|expected| refused(name, &expected, value))
}

/// A set of words.
pub(super) trait Choice: Sized + Copy + 'static {
    /// The words and what they mean.
    const CHOICES: &'static [(&'static str, Self)];
}

/// One of the words, in any case, `_` the same as `-`.
pub(super) fn choice<T: Choice>(text: &str) -> Result<T, Expected> {
    let word = text.trim().to_ascii_lowercase().replace('_', "-");
    let found = T::CHOICES.iter().find(|(choice, _)| *choice == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words = T::CHOICES.iter().map(|(choice, _)| *choice).collect::<Vec<_>>();
        format!("one of {}", words.join(", ")).into()
    })
}

/// `true` or `false`, in any case.
pub(super) fn boolean(text: &str) -> Result<bool, Expected> {
    text.trim().to_ascii_lowercase().parse().map_err(|_| "true or false".into())
}

/// A number of the type's range.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, Expected> {
    text.trim().parse().map_err(|_| format!("a number ({})", std::any::type_name::<T>()).into())
}

/// Any text.
pub(super) fn text(text: &str) -> Result<String, Expected> {
    Ok(text.to_owned())
}

/// Column names between commas; empty for a blank text.
pub(super) fn names(text: &str) -> Result<Vec<String>, Expected> {
    Ok(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// A value that may be absent.
pub(super) fn optional<T>(
    parser: impl Fn(&str) -> Result<T, Expected>,
) -> impl Fn(&str) -> Result<Option<T>, Expected> {
    move |text| parser(text).map(Some)
}

/// A statistics mode.
pub(super) fn stats_mode(text: &str) -> Result<StatsMode, Expected> {
    StatsMode::from_text(text).ok_or_else(|| "one of none, counts, truncate(n), full".into())
}

/// `level:word` pairs between commas.
pub(super) fn level_map(text: &str) -> Result<BTreeMap<i32, String>, Expected> {
    let pairs = text.split(',').filter(|pair| !pair.trim().is_empty());
    let entry = |pair: &str| {
        let (level, word) = pair.split_once(':')?;
        Some((level.trim().parse().ok()?, word.trim().to_owned()))
    };
    pairs.map(|pair| entry(pair).ok_or_else(|| Expected::from("level:value pairs between commas"))).collect()
}

/// Bytes, such as `128 mb`; units of 1024.
pub(super) fn size(text: &str) -> Result<u64, Expected> {
    let expected = || Expected::from("a size such as 128 mb (units b, kb, mb, gb, tb)");
    let (number, unit) = number_and_unit(text).ok_or_else(expected)?;
    let shift = match unit.as_str() {
        "" | "b" | "bytes" => 0,
        "k" | "kb" | "kibibytes" => 10,
        "m" | "mb" | "mebibytes" => 20,
        "g" | "gb" | "gibibytes" => 30,
        "t" | "tb" | "tebibytes" => 40,
        _ => return Err(expected()),
    };
    number.checked_mul(1 << shift).filter(|size| i64::try_from(*size).is_ok()).ok_or_else(expected)
}

/// A span of time, such as `1 h`; milliseconds without unit.
pub(super) fn duration(text: &str) -> Result<Duration, Expected> {
    let expected = || Expected::from("a duration such as 1 h (units d, h, min, s, ms, micros, ns)");
    let (number, unit) = number_and_unit(text).ok_or_else(expected)?;
    let seconds = |factor: u64| number.checked_mul(factor).map(Duration::from_secs).ok_or_else(expected);
    match unit.as_str() {
        "d" | "day" | "days" => seconds(86_400),
        "h" | "hour" | "hours" => seconds(3600),
        "m" | "min" | "minute" | "minutes" => seconds(60),
        "s" | "sec" | "secs" | "second" | "seconds" => seconds(1),
        "" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => Ok(Duration::from_millis(number)),
        "µs" | "micro" | "micros" | "microsecond" | "microseconds" => Ok(Duration::from_micros(number)),
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => Ok(Duration::from_nanos(number)),
        _ => Err(expected()),
    }
}

/// A whole number of 63 bits, and the lower-case unit behind it.
fn number_and_unit(text: &str) -> Option<(u64, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text.get(..end)?.parse::<i64>().ok()?;
    Some((u64::try_from(number).ok()?, text.get(end..)?.trim().to_lowercase()))
}
