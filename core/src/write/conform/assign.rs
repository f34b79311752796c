//! Arrays of one Arrow type as another, where that says the same.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef,
    cast::AsArray,
    types::{Float32Type, Float64Type},
};
use arrow_cast::{CastOptions, cast_with_options, display::array_value_to_string};
use arrow_schema::{DataType as ArrowType, Field};

use crate::{
    error::{Error, Result},
    types::{self, DataType},
};

/// The array in the Arrow type of `data_type`. Errors: `Invalid` for types that say something else, such as a number for a
/// date, and for values out of range; with the row.
pub(super) fn assign(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    let wanted = types::arrow::data_type(data_type);
    if array.data_type() == &wanted {
        return Ok(Arc::clone(array));
    }
    if !may_assign(array.data_type(), &wanted) {
        return Err(Error::invalid(format!("expected {data_type}, found the Arrow type {}", array.data_type())));
    }
    check_whole(array, &wanted, data_type)?;
    // Nulls that must not be there are found later, with a better message.
    let loose = nullable(&wanted);
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, &loose, &strict).map_err(|error| {
        let refused = Error::invalid(format!("a value does not fit {data_type}"));
        match first_misfit(array, &loose) {
            Some((row, text)) => Error::invalid(format!("{text:?} does not fit {data_type}")).with("row", row),
            None => refused,
        }
        .because(error)
    })
}

/// The array with the nullability that `data_type` declares inside, once [`super::misfit::check`] found it true.
pub(super) fn declare(array: ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    let wanted = types::arrow::data_type(data_type);
    if array.data_type() == &wanted {
        return Ok(array);
    }
    Ok(cast_with_options(&array, &wanted, &CastOptions { safe: false, ..CastOptions::default() })?)
}

/// The row and the text of the first value that has no cast.
fn first_misfit(array: &ArrayRef, wanted: &ArrowType) -> Option<(usize, String)> {
    let lenient = cast_with_options(array, wanted, &CastOptions { safe: true, ..CastOptions::default() }).ok()?;
    let row = (0..array.len()).find(|row| array.is_valid(*row) && lenient.is_null(*row))?;
    let text = array_value_to_string(array, row).ok()?;
    Some((row, text.chars().take(60).collect()))
}

/// A fraction is no integer.
fn check_whole(array: &ArrayRef, wanted: &ArrowType, data_type: &DataType) -> Result<()> {
    if !wanted.is_integer() {
        return Ok(());
    }
    let row = match array.data_type() {
        ArrowType::Float64 => {
            array.as_primitive::<Float64Type>().iter().position(|value| value.is_some_and(|value| value.fract() != 0.0))
        }
        ArrowType::Float32 => {
            array.as_primitive::<Float32Type>().iter().position(|value| value.is_some_and(|value| value.fract() != 0.0))
        }
        _ => None,
    };
    match row {
        Some(row) => {
            let text = array_value_to_string(array, row).unwrap_or_default();
            Err(Error::invalid(format!("{text:?} does not fit {data_type}")).with("row", row))
        }
        None => Ok(()),
    }
}

/// The type with nulls allowed everywhere.
fn nullable(data_type: &ArrowType) -> ArrowType {
    let loose = |field: &Field| Arc::new(field.clone().with_data_type(nullable(field.data_type())).with_nullable(true));
    match data_type {
        ArrowType::List(field) => ArrowType::List(loose(field)),
        ArrowType::FixedSizeList(field, length) => ArrowType::FixedSizeList(loose(field), *length),
        ArrowType::Struct(fields) => ArrowType::Struct(fields.iter().map(|field| loose(field)).collect()),
        // Arrow knows no null keys and no null entries.
        ArrowType::Map(..) => data_type.clone(),
        plain => plain.clone(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Null,
    Boolean,
    Integer,
    Fraction,
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    List,
    Map,
    Struct,
    Other,
}

impl Family {
    fn of(data_type: &ArrowType) -> Family {
        match data_type {
            ArrowType::Null => Family::Null,
            ArrowType::Boolean => Family::Boolean,
            ArrowType::Float16 | ArrowType::Float32 | ArrowType::Float64 => Family::Fraction,
            ArrowType::Decimal32(_, scale)
            | ArrowType::Decimal64(_, scale)
            | ArrowType::Decimal128(_, scale)
            | ArrowType::Decimal256(_, scale) => {
                if *scale > 0 {
                    Family::Fraction
                } else {
                    Family::Integer
                }
            }
            integer if integer.is_integer() => Family::Integer,
            ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => Family::Text,
            ArrowType::Binary | ArrowType::LargeBinary | ArrowType::BinaryView | ArrowType::FixedSizeBinary(_) => {
                Family::Bytes
            }
            ArrowType::Date32 | ArrowType::Date64 => Family::Date,
            ArrowType::Time32(_) | ArrowType::Time64(_) => Family::Time,
            ArrowType::Timestamp(..) => Family::Timestamp,
            ArrowType::List(_) | ArrowType::LargeList(_) | ArrowType::FixedSizeList(..) | ArrowType::ListView(_) => {
                Family::List
            }
            ArrowType::Map(..) => Family::Map,
            ArrowType::Struct(_) => Family::Struct,
            _ => Family::Other,
        }
    }
}

/// Whether values of `from` say what values of `to` say.
fn may_assign(from: &ArrowType, to: &ArrowType) -> bool {
    use Family::{Bytes, Date, Fraction, Integer, Null, Text, Timestamp};
    if let ArrowType::Dictionary(_, values) = from {
        return may_assign(values, to);
    }
    if let ArrowType::RunEndEncoded(_, values) = from {
        return may_assign(values.data_type(), to);
    }
    let (from_family, to_family) = (Family::of(from), Family::of(to));
    match (from, to) {
        (ArrowType::Struct(given), ArrowType::Struct(wanted)) => {
            let pairs = given.len() == wanted.len() && given.iter().zip(wanted).all(|(a, b)| a.name() == b.name());
            return pairs && given.iter().zip(wanted).all(|(a, b)| may_assign(a.data_type(), b.data_type()));
        }
        (
            ArrowType::List(a) | ArrowType::LargeList(a) | ArrowType::FixedSizeList(a, _),
            ArrowType::List(b) | ArrowType::FixedSizeList(b, _),
        ) => return may_assign(a.data_type(), b.data_type()),
        _ => {}
    }
    let is_scalar =
        |family: Family| !matches!(family, Family::List | Family::Map | Family::Struct | Family::Other | Bytes | Null);
    match (from_family, to_family) {
        (Family::Other, _) => false,
        (Null, _) => true,
        (from, to) if from == to => true,
        (Integer, Fraction) | (Date, Timestamp) | (Bytes, Text) | (Text, Bytes) => true,
        // Whole numbers only, where there is a fraction that is seen.
        (Fraction, Integer) => matches!(from, ArrowType::Float32 | ArrowType::Float64),
        (Text, to) | (to, Text) => is_scalar(to),
        _ => false,
    }
}
