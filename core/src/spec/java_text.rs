//! Values as Java prints them: `toString` of its in-memory values, and the SQL cast to STRING.
//!
//! Partition directories are named by one of the two, and system tables show the second.

use std::fmt::{self, Display, Write};

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike};

use crate::types::{DataType, Datum, TypeKind};

/// Java `toString()`: DATE is a day number, TIME milliseconds, TIMESTAMP like `2024-01-01T12:00`. Bytes, whose Java
/// text names an object, are read as UTF-8.
pub fn to_string(value: &Datum) -> String {
    match value {
        Datum::Date(days) => days.to_string(),
        Datum::Time(millis) => millis.to_string(),
        Datum::Timestamp { millis, nanos } => match wall_clock(*millis, *nanos) {
            Some(time) => iso_local(time),
            None => format!("{millis}ms"),
        },
        other => cast_scalar(other),
    }
}

/// The SQL cast to STRING. TIMESTAMP_LTZ is shown in UTC, where Java takes the zone of its process.
pub fn cast_to_string(value: &Datum, data_type: &DataType) -> String {
    match (value, &data_type.kind) {
        (Datum::Date(days), _) => date(*days),
        (Datum::Time(millis), TypeKind::Time(precision)) => time(*millis, *precision),
        (Datum::Timestamp { millis, nanos }, TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision)) => {
            timestamp(*millis, *nanos, *precision)
        }
        (Datum::Array(items), TypeKind::Array(element) | TypeKind::Vector { element, .. }) => {
            format!("[{}]", joined(items.iter().map(|item| nullable(item.as_ref(), element))))
        }
        (Datum::Map(keys, values), kind) => {
            let int = DataType::not_null(TypeKind::Int);
            let (key, value) = match kind {
                TypeKind::Map { key, value } => (&**key, &**value),
                TypeKind::Multiset(element) => (&**element, &int),
                _ => (data_type, data_type),
            };
            let entries = keys.iter().zip(values);
            let entries =
                entries.map(|(k, v)| format!("{} -> {}", nullable(k.as_ref(), key), nullable(v.as_ref(), value)));
            format!("{{{}}}", joined(entries))
        }
        (Datum::Row(values), TypeKind::Row(fields)) => {
            let cells = values.iter().zip(fields).map(|(value, field)| nullable(value.as_ref(), &field.data_type));
            format!("{{{}}}", joined(cells))
        }
        (other, _) => cast_scalar(other),
    }
}

fn nullable(value: Option<&Datum>, data_type: &DataType) -> String {
    value.map_or_else(|| "null".to_owned(), |value| cast_to_string(value, data_type))
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// Text of values that print alike in both forms.
fn cast_scalar(value: &Datum) -> String {
    match value {
        Datum::Boolean(value) => value.to_string(),
        Datum::TinyInt(value) => value.to_string(),
        Datum::SmallInt(value) => value.to_string(),
        Datum::Int(value) => value.to_string(),
        Datum::BigInt(value) => value.to_string(),
        Datum::Float(value) => float(*value),
        Datum::Double(value) => double(*value),
        Datum::Decimal { unscaled, scale } => decimal(*unscaled, *scale),
        Datum::String(value) => value.clone(),
        Datum::Bytes(value) => String::from_utf8_lossy(value).into_owned(),
        other => format!("{other:?}"),
    }
}

/// Plain decimal digits with exactly `scale` of them after the point.
pub fn decimal(unscaled: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// Java `Float.toString`.
pub fn float(value: f32) -> String {
    java_float(value, value.abs().into(), value.is_sign_negative())
}

/// Java `Double.toString`.
pub fn double(value: f64) -> String {
    java_float(value, value.abs(), value.is_sign_negative())
}

/// `value` in its own width, with its magnitude and sign: Java prints plainly from 10^-3 up to 10^7, and as `1.0E10`
/// elsewhere.
fn java_float(value: impl fmt::LowerExp + Display, magnitude: f64, negative: bool) -> String {
    let sign = if negative { "-" } else { "" };
    if magnitude.is_nan() {
        return "NaN".to_owned();
    }
    if magnitude.is_infinite() {
        return format!("{sign}Infinity");
    }
    if magnitude == 0.0 {
        return format!("{sign}0.0");
    }
    let with_point = |digits: String| if digits.contains('.') { digits } else { format!("{digits}.0") };
    if (1e-3..1e7).contains(&magnitude) {
        return with_point(value.to_string());
    }
    let shortest = format!("{value:e}");
    // Of a number that one digit tells, Java prints the two that come closest: 1.4E-45, 4.9E-324.
    let text = if shortest.contains('.') { shortest } else { format!("{value:.1e}") };
    match text.split_once('e') {
        Some((digits, exponent)) => format!("{}E{exponent}", with_point(digits.to_owned())),
        None => text,
    }
}

/// `2024-01-01`.
pub fn date(days: i32) -> String {
    match DateTime::from_timestamp(i64::from(days) * 86_400, 0) {
        Some(time) => calendar_date(time.naive_utc()),
        None => days.to_string(),
    }
}

/// `12:00:00`, and for a precision above 0 a point and at least one digit; zeros behind the last digit are left out.
pub fn time(millis: i32, precision: u8) -> String {
    let millis = millis.rem_euclid(86_400_000);
    let (seconds, millis) = (millis / 1000, millis % 1000);
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if precision > 0 {
        let digits = format!("{millis:03}");
        let digits = digits.get(..usize::from(precision).min(3)).unwrap_or(&digits).trim_end_matches('0');
        text.push('.');
        text.push_str(if digits.is_empty() { "0" } else { digits });
    }
    text
}

/// `2024-01-01 12:00:00.000`: at least `precision` digits after the point, more where they are not zero.
pub fn timestamp(millis: i64, nanos: i32, precision: u8) -> String {
    let Some(time) = wall_clock(millis, nanos) else { return format!("{millis}ms") };
    let mut fraction = format!("{:09}", time.nanosecond());
    while fraction.len() > usize::from(precision) && fraction.ends_with('0') {
        fraction.pop();
    }
    let clock = format!("{} {:02}:{:02}:{:02}", calendar_date(time), time.hour(), time.minute(), time.second());
    if fraction.is_empty() { clock } else { format!("{clock}.{fraction}") }
}

fn wall_clock(millis: i64, nanos: i32) -> Option<NaiveDateTime> {
    let within_second = u32::try_from(millis.rem_euclid(1000)).ok()? * 1_000_000;
    let nanos = within_second.checked_add(u32::try_from(nanos).ok()?)?;
    DateTime::from_timestamp(millis.div_euclid(1000), nanos).map(|time| time.naive_utc())
}

fn calendar_date(time: NaiveDateTime) -> String {
    format!("{:04}-{:02}-{:02}", time.year(), time.month(), time.day())
}

/// Java `LocalDateTime.toString`: the shortest of minutes, seconds, and 3, 6 or 9 digits after the point.
fn iso_local(time: NaiveDateTime) -> String {
    let year = match time.year() {
        year @ 10_000.. => format!("+{year}"),
        year @ ..0 => format!("-{:04}", year.unsigned_abs()),
        year => format!("{year:04}"),
    };
    let mut text = format!("{year}-{:02}-{:02}T{:02}:{:02}", time.month(), time.day(), time.hour(), time.minute());
    let nanos = time.nanosecond();
    if time.second() != 0 || nanos != 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, ":{:02}", time.second());
    }
    let _ = match nanos {
        0 => Ok(()),
        _ if nanos.is_multiple_of(1_000_000) => write!(text, ".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1000) => write!(text, ".{:06}", nanos / 1000),
        _ => write!(text, ".{nanos:09}"),
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_java_prints_them() {
        let cases = [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.001, "0.001"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.25e-4, "1.25E-4"),
            (f64::NEG_INFINITY, "-Infinity"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(double(value), text);
        }
        assert_eq!(float(0.1), "0.1");
        assert_eq!(float(1.0e10), "1.0E10");
    }

    #[test]
    fn decimals_keep_their_scale() {
        assert_eq!(decimal(-310, 2), "-3.10");
        assert_eq!(decimal(5, 3), "0.005");
        assert_eq!(decimal(0, 0), "0");
        assert_eq!(decimal(i128::MIN, 0), i128::MIN.to_string());
    }

    #[test]
    fn times_follow_the_two_forms() {
        let noon = Datum::Timestamp { millis: 1_704_110_400_000, nanos: 0 };
        let fine = Datum::Timestamp { millis: -1, nanos: 999_999 };
        assert_eq!(to_string(&noon), "2024-01-01T12:00");
        assert_eq!(to_string(&fine), "1969-12-31T23:59:59.999999999");
        assert_eq!(timestamp(1_704_110_400_000, 0, 3), "2024-01-01 12:00:00.000");
        assert_eq!(timestamp(1_704_110_400_120, 0, 0), "2024-01-01 12:00:00.12");
        assert_eq!(timestamp(1_704_110_400_000, 0, 0), "2024-01-01 12:00:00");
        assert_eq!(date(19_723), "2024-01-01");
        assert_eq!(time(3_723_120, 3), "01:02:03.12");
        assert_eq!(time(0, 3), "00:00:00.0");
        assert_eq!(time(0, 0), "00:00:00");
    }

    #[test]
    fn nested_values_are_bracketed() {
        let int = DataType::nullable(TypeKind::Int);
        let list = DataType::nullable(TypeKind::Array(Box::new(int.clone())));
        assert_eq!(cast_to_string(&Datum::Array(vec![Some(Datum::Int(1)), None]), &list), "[1, null]");
        let map = DataType::nullable(TypeKind::Map { key: Box::new(int.clone()), value: Box::new(int) });
        assert_eq!(cast_to_string(&Datum::Map(vec![Some(Datum::Int(1))], vec![None]), &map), "{1 -> null}");
    }
}
