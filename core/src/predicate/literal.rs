//! Literals as written, and where they lie among the values of a column's type.
//!
//! A literal need not be a value of the column: `i < 3.5` and `ti = 300` are fine. Such a literal is *placed*: on a
//! value, behind a value (between it and the next), or below or above all values. Comparisons with the placed literal
//! hold for exactly the rows for which the comparison as written does.

use std::borrow::Cow;

use super::{Column, CompareOp, Predicate};
use crate::error::{Error, Result};
use crate::types::datum_text::{float, max_unscaled};
use crate::types::exact_number::{ExactNumber, Scaled};
use crate::types::{DataType, Datum, TypeKind, calendar};

/// A literal as it stands in the filter text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal<'a> {
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    Bytes(Vec<u8>),
    Boolean(bool),
    /// Milliseconds since the epoch and nanoseconds within.
    Timestamp(i64, i32),
    /// Days since the epoch.
    Date(i32),
    /// Second of the day and nanoseconds within.
    Time(i64, u32),
    Null,
}

/// Where a literal lies among the values of a type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Placed {
    /// It is this value.
    At(Datum),
    /// It is greater than this value and less than the next.
    After(Datum),
    /// It is less than all values.
    Below,
    /// It is greater than all values.
    Above,
}

/// `column op literal` for a placed literal.
pub(super) fn compare(column: Column, op: CompareOp, placed: Placed) -> Predicate {
    let leaf = |column, op, literal| Predicate::Compare { column, op, literal };
    let none = |column| Predicate::In { column, literals: Vec::new(), negated: false };
    let non_null = |column| Predicate::In { column, literals: Vec::new(), negated: true };
    match (placed, op) {
        (Placed::At(literal), op) => leaf(column, op, literal),
        (_, CompareOp::Eq) => none(column),
        (_, CompareOp::NotEq) => non_null(column),
        (Placed::After(literal), CompareOp::Lt | CompareOp::LtEq) => leaf(column, CompareOp::LtEq, literal),
        (Placed::After(literal), CompareOp::Gt | CompareOp::GtEq) => leaf(column, CompareOp::Gt, literal),
        (Placed::Below, CompareOp::Lt | CompareOp::LtEq) | (Placed::Above, CompareOp::Gt | CompareOp::GtEq) => {
            none(column)
        }
        (Placed::Below, CompareOp::Gt | CompareOp::GtEq) | (Placed::Above, CompareOp::Lt | CompareOp::LtEq) => {
            non_null(column)
        }
    }
}

/// Places a literal among the values of `data_type`. Errors: `Invalid` for a literal of another family.
pub(super) fn place(literal: &Literal<'_>, data_type: &DataType) -> Result<Placed> {
    let placed = match (&data_type.kind, literal) {
        (TypeKind::Boolean, Literal::Boolean(value)) => Some(Placed::At(Datum::Boolean(*value))),
        (TypeKind::Boolean, Literal::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(Placed::At(Datum::Boolean(true))),
            "false" => Some(Placed::At(Datum::Boolean(false))),
            _ => None,
        },
        (TypeKind::Char(_) | TypeKind::Varchar(_), Literal::Text(text)) => {
            Some(Placed::At(Datum::String(text.clone().into_owned())))
        }
        (TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob, Literal::Bytes(bytes)) => {
            Some(Placed::At(Datum::Bytes(bytes.clone())))
        }
        (TypeKind::Float | TypeKind::Double, Literal::Number(text) | Literal::Text(text)) => {
            place_float(text.trim(), &data_type.kind)
        }
        (_, Literal::Number(text) | Literal::Text(text)) if is_exact(&data_type.kind) => {
            ExactNumber::parse(text.trim()).and_then(|number| place_number(&number, &data_type.kind))
        }
        (TypeKind::Date, _) => instant(literal).map(|(millis, nanos)| place_date(millis, nanos)),
        (TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision), _) => {
            instant(literal).map(|(millis, nanos)| place_timestamp(millis, nanos, *precision))
        }
        (TypeKind::Time(_), Literal::Time(second, nanos)) => Some(place_time(*second, *nanos)),
        (TypeKind::Time(_), Literal::Text(text)) => {
            calendar::parse_clock(text.trim()).map(|(second, nanos)| place_time(second, nanos))
        }
        _ => None,
    };
    placed.ok_or_else(|| Error::invalid(format!("expected {}, found {literal}", expectation(&data_type.kind))))
}

fn is_exact(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt | TypeKind::Decimal { .. })
}

/// Places an exact number among integers or decimals; `None` for other kinds.
pub(super) fn place_number(number: &ExactNumber, kind: &TypeKind) -> Option<Placed> {
    let (scale, min, max) = match kind {
        TypeKind::TinyInt => (0, i8::MIN.into(), i8::MAX.into()),
        TypeKind::SmallInt => (0, i16::MIN.into(), i16::MAX.into()),
        TypeKind::Int => (0, i32::MIN.into(), i32::MAX.into()),
        TypeKind::BigInt => (0, i64::MIN.into(), i64::MAX.into()),
        TypeKind::Decimal { precision, scale } => (*scale, -max_unscaled(*precision), max_unscaled(*precision)),
        _ => return None,
    };
    let (floor, exact) = match number.scaled(scale) {
        Scaled::Exact(value) => (value, true),
        Scaled::Between { floor, .. } => (floor, false),
        Scaled::TooLow => return Some(Placed::Below),
        Scaled::TooHigh => return Some(Placed::Above),
    };
    if floor < min {
        return Some(Placed::Below);
    }
    if floor > max {
        return Some(Placed::Above);
    }
    let datum = exact_datum(floor, kind)?;
    Some(if exact { Placed::At(datum) } else { Placed::After(datum) })
}

fn exact_datum(unscaled: i128, kind: &TypeKind) -> Option<Datum> {
    Some(match kind {
        TypeKind::TinyInt => Datum::TinyInt(unscaled.try_into().ok()?),
        TypeKind::SmallInt => Datum::SmallInt(unscaled.try_into().ok()?),
        TypeKind::Int => Datum::Int(unscaled.try_into().ok()?),
        TypeKind::BigInt => Datum::BigInt(unscaled.try_into().ok()?),
        TypeKind::Decimal { scale, .. } => Datum::Decimal { unscaled, scale: *scale },
        _ => return None,
    })
}

/// Rounds to the nearest float, as a cast of the literal would; finite text beyond the range lies between the greatest
/// number and infinity.
fn place_float(text: &str, kind: &TypeKind) -> Option<Placed> {
    let negative = text.starts_with('-');
    let (value, greatest, infinity) = match kind {
        TypeKind::Float => {
            (float::<f32>(text).map(Datum::Float), Datum::Float(f32::MAX), Datum::Float(f32::NEG_INFINITY))
        }
        _ => (float::<f64>(text).map(Datum::Double), Datum::Double(f64::MAX), Datum::Double(f64::NEG_INFINITY)),
    };
    match value {
        Some(value) => Some(Placed::At(value)),
        None => {
            ExactNumber::parse(text)?;
            Some(Placed::After(if negative { infinity } else { greatest }))
        }
    }
}

fn instant(literal: &Literal<'_>) -> Option<(i64, i32)> {
    match literal {
        Literal::Timestamp(millis, nanos) => Some((*millis, *nanos)),
        Literal::Date(days) => Some((i64::from(*days) * MILLIS_PER_DAY, 0)),
        Literal::Text(text) => calendar::parse_timestamp(text.trim()),
        _ => None,
    }
}

const MILLIS_PER_DAY: i64 = 86_400_000;

fn place_date(millis: i64, nanos: i32) -> Placed {
    let Ok(days) = i32::try_from(millis.div_euclid(MILLIS_PER_DAY)) else {
        return if millis < 0 { Placed::Below } else { Placed::Above };
    };
    let midnight = millis.rem_euclid(MILLIS_PER_DAY) == 0 && nanos == 0;
    if midnight { Placed::At(Datum::Date(days)) } else { Placed::After(Datum::Date(days)) }
}

fn place_time(second: i64, nanos: u32) -> Placed {
    let floor = Datum::Time((second * 1000) as i32 + (nanos / 1_000_000) as i32);
    if nanos.is_multiple_of(1_000_000) { Placed::At(floor) } else { Placed::After(floor) }
}

/// Columns hold milliseconds, microseconds or nanoseconds by their precision; finer digits of the literal lie between.
pub(super) fn place_timestamp(millis: i64, nanos: i32, precision: u8) -> Placed {
    let step = match precision {
        0..=3 => 1_000_000,
        4..=6 => 1000,
        _ => 1,
    };
    let floor = Datum::Timestamp { millis, nanos: nanos - nanos % step };
    if nanos % step == 0 { Placed::At(floor) } else { Placed::After(floor) }
}

fn expectation(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Boolean => "TRUE or FALSE",
        TypeKind::Char(_) | TypeKind::Varchar(_) => "text in single quotes",
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => "bytes such as x'00ff'",
        TypeKind::Date => "a date such as '2024-01-31'",
        TypeKind::Time(_) => "a time such as '12:00:00.123'",
        TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => "a timestamp such as '2024-01-31 12:00:00.123'",
        kind if is_exact(kind) || matches!(kind, TypeKind::Float | TypeKind::Double) => "a number",
        _ => "IS NULL or IS NOT NULL, for values of this type have no order",
    }
}

impl std::fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Literal::Number(text) => f.write_str(text),
            Literal::Text(text) => write!(f, "'{text}'"),
            Literal::Bytes(_) => f.write_str("bytes"),
            Literal::Boolean(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            Literal::Timestamp(..) => f.write_str("a timestamp"),
            Literal::Date(_) => f.write_str("a date"),
            Literal::Time(..) => f.write_str("a time"),
            Literal::Null => f.write_str("NULL"),
        }
    }
}
