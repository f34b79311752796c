//! Datums as text: what partition specs, default values, command lines and the explorer show and accept.

use super::calendar;
use super::datum_array::datums_to_array;
use super::exact_number::{ExactNumber, Scaled};
use super::json_cells::Cells;
use super::text::{parse_hex, write_decimal, write_hex, write_number};
use super::{DataType, Datum, TypeKind};
use crate::error::{Error, Result};

/// The value of `data_type` that `text` stands for.
///
/// Decimals are rounded half up to the scale of the type; BINARY takes hex digits, as they are or in `x'…'`;
/// timestamps take a blank or `T`, and a zone (`Z`, `+02:00`), without which they are UTC. Errors: `Invalid` when the
/// text is no such value or out of range; nested types and VARIANT have no text to parse.
pub fn parse(text: &str, data_type: &DataType) -> Result<Datum> {
    let trimmed = text.trim();
    let datum = match &data_type.kind {
        TypeKind::Boolean => boolean(trimmed).map(Datum::Boolean),
        TypeKind::TinyInt => trimmed.parse().ok().map(Datum::TinyInt),
        TypeKind::SmallInt => trimmed.parse().ok().map(Datum::SmallInt),
        TypeKind::Int => trimmed.parse().ok().map(Datum::Int),
        TypeKind::BigInt => trimmed.parse().ok().map(Datum::BigInt),
        TypeKind::Float => float(trimmed).map(Datum::Float),
        TypeKind::Double => float(trimmed).map(Datum::Double),
        TypeKind::Decimal { precision, scale } => decimal(trimmed, *precision, *scale),
        TypeKind::Char(_) | TypeKind::Varchar(_) => Some(Datum::String(text.to_owned())),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => hex(trimmed).map(Datum::Bytes),
        TypeKind::Date => calendar::parse_date(trimmed).map(Datum::Date),
        TypeKind::Time(_) => calendar::parse_time(trimmed).map(Datum::Time),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => {
            calendar::parse_timestamp(trimmed).map(|(millis, nanos)| Datum::Timestamp { millis, nanos })
        }
        TypeKind::Variant
        | TypeKind::Array(_)
        | TypeKind::Vector { .. }
        | TypeKind::Multiset(_)
        | TypeKind::Map { .. }
        | TypeKind::Row(_) => None,
    };
    datum.ok_or_else(|| Error::invalid(format!("expected {}, found {text:?}", expectation(&data_type.kind))))
}

/// The canonical text of a value: that of the JSON rows, without quotes around a string. A value that is not of
/// `data_type` gives its debug form.
pub fn to_text(datum: &Datum, data_type: &DataType) -> String {
    let mut out = Vec::new();
    match (datum, &data_type.kind) {
        (Datum::String(text), _) => return text.clone(),
        (Datum::Boolean(value), _) => return value.to_string(),
        (Datum::TinyInt(value), _) => write_number(*value, &mut out),
        (Datum::SmallInt(value), _) => write_number(*value, &mut out),
        (Datum::Int(value), _) => write_number(*value, &mut out),
        (Datum::BigInt(value), _) => write_number(*value, &mut out),
        (Datum::Float(value), _) => write_number(*value, &mut out),
        (Datum::Double(value), _) => write_number(*value, &mut out),
        (Datum::Decimal { unscaled, scale }, _) => write_decimal(*unscaled, *scale, &mut out),
        (Datum::Bytes(bytes), _) => write_hex(bytes, &mut out),
        (Datum::Date(days), _) => calendar::write_date((*days).into(), &mut out),
        (Datum::Time(millis), TypeKind::Time(precision)) => {
            calendar::write_time((*millis).into(), *precision, &mut out);
        }
        (Datum::Timestamp { millis, nanos }, TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision)) => {
            let nanos = millis.rem_euclid(1000) as u32 * 1_000_000 + (*nanos).clamp(0, 999_999) as u32;
            calendar::write_timestamp(millis.div_euclid(1000), nanos, *precision, b'T', &mut out);
            if let TypeKind::TimestampLtz(_) = data_type.kind {
                out.push(b'Z');
            }
        }
        _ => match nested(datum, data_type) {
            Ok(text) => out = text,
            Err(_) => return format!("{datum:?}"),
        },
    }
    // The quotes are those of "NaN" and the infinities.
    String::from_utf8_lossy(&out).trim_matches('"').to_owned()
}

fn nested(datum: &Datum, data_type: &DataType) -> Result<Vec<u8>> {
    let array = datums_to_array(&[Some(datum.clone())], data_type)?;
    let mut out = Vec::new();
    Cells::new(&array, data_type)?.write(0, &mut out)?;
    Ok(out)
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

/// A float; finite text that only an infinity could stand for is refused.
pub(crate) fn float<F: std::str::FromStr + Into<f64> + Copy>(text: &str) -> Option<F> {
    let value: F = text.parse().ok()?;
    let spelled = text.trim_start_matches(['+', '-']).starts_with(['i', 'I']);
    (!value.into().is_infinite() || spelled).then_some(value)
}

fn decimal(text: &str, precision: u8, scale: u8) -> Option<Datum> {
    let unscaled = match ExactNumber::parse(text)?.scaled(scale) {
        Scaled::Exact(unscaled) | Scaled::Between { rounded: unscaled, .. } => unscaled,
        Scaled::TooLow | Scaled::TooHigh => return None,
    };
    (unscaled.unsigned_abs() <= max_unscaled(precision).unsigned_abs()).then_some(Datum::Decimal { unscaled, scale })
}

/// The greatest unscaled value of a DECIMAL with `precision` digits.
pub(crate) fn max_unscaled(precision: u8) -> i128 {
    10i128.pow(u32::from(precision.min(38))) - 1
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let quoted = text.strip_prefix(['x', 'X']).and_then(|text| text.strip_prefix('\'')?.strip_suffix('\''));
    parse_hex(quoted.unwrap_or(text))
}

fn expectation(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Boolean => "true or false".to_owned(),
        TypeKind::TinyInt => "an integer of 8 bits".to_owned(),
        TypeKind::SmallInt => "an integer of 16 bits".to_owned(),
        TypeKind::Int => "an integer of 32 bits".to_owned(),
        TypeKind::BigInt => "an integer of 64 bits".to_owned(),
        TypeKind::Float | TypeKind::Double => "a floating point number".to_owned(),
        TypeKind::Decimal { precision, scale } => format!("a decimal({precision}, {scale})"),
        TypeKind::Char(_) | TypeKind::Varchar(_) => "text".to_owned(),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => "hex digits".to_owned(),
        TypeKind::Date => "a date such as 2024-01-31".to_owned(),
        TypeKind::Time(_) => "a time such as 12:00:00.123".to_owned(),
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => "a timestamp such as 2024-01-31 12:00:00.123".to_owned(),
        _ => "a value of a type that has text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: TypeKind, text: &str, canonical: &str) {
        let data_type = DataType::nullable(kind);
        let datum = parse(text, &data_type).unwrap();
        assert_eq!(to_text(&datum, &data_type), canonical);
        assert_eq!(parse(canonical, &data_type).unwrap(), datum);
    }

    fn refuse(kind: TypeKind, text: &str) {
        assert!(parse(text, &DataType::nullable(kind)).is_err(), "{text}");
    }

    #[test]
    fn values_round_trip_through_text() {
        check(TypeKind::Boolean, "TRUE", "true");
        check(TypeKind::TinyInt, " -128", "-128");
        check(TypeKind::BigInt, "9223372036854775807", "9223372036854775807");
        check(TypeKind::Float, "0.10", "0.1");
        check(TypeKind::Double, "nan", "NaN");
        check(TypeKind::Double, "-Infinity", "-Infinity");
        check(TypeKind::Double, "-0.0", "-0.0");
        check(TypeKind::Decimal { precision: 5, scale: 2 }, "-1.005", "-1.01");
        check(TypeKind::Decimal { precision: 38, scale: 0 }, "1e37", &format!("1{}", "0".repeat(37)));
        check(TypeKind::STRING, " a\"b ", " a\"b ");
        check(TypeKind::BYTES, "x'00FF'", "00ff");
        check(TypeKind::BYTES, "", "");
        check(TypeKind::Date, "2024-02-29", "2024-02-29");
        check(TypeKind::Time(3), "12:00", "12:00:00.000");
        check(TypeKind::Timestamp(9), "1969-12-31 23:59:59.999999999", "1969-12-31T23:59:59.999999999");
        check(TypeKind::TimestampLtz(3), "2024-01-01T12:00:00.123Z", "2024-01-01T12:00:00.123Z");
    }

    #[test]
    fn wrong_text_is_refused() {
        refuse(TypeKind::TinyInt, "128");
        refuse(TypeKind::Int, "1.5");
        refuse(TypeKind::Float, "1e39");
        refuse(TypeKind::Decimal { precision: 3, scale: 1 }, "99.95");
        refuse(TypeKind::Date, "2023-02-29");
        refuse(TypeKind::BYTES, "xyz");
        refuse(TypeKind::Variant, "1");
        let error = parse("x", &DataType::nullable(TypeKind::Int)).unwrap_err();
        assert_eq!(error.to_string(), "invalid: expected an integer of 32 bits, found \"x\"");
    }

    #[test]
    fn nested_values_print_as_json() {
        let array = DataType::nullable(TypeKind::Array(Box::new(DataType::nullable(TypeKind::STRING))));
        assert_eq!(to_text(&Datum::Array(vec![Some(Datum::String("a".into())), None]), &array), "[\"a\",null]");
    }
}
