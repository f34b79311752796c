//! Columns as the 64-bit integers that the curves are made of.

use arrow_array::{
    ArrayRef, Int64Array, PrimitiveArray,
    cast::AsArray,
    types::{
        ArrowPrimitiveType, Date32Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    },
};
use arrow_schema::TimeUnit;

use crate::{
    error::{Error, Result},
    types::{DataField, TypeKind, arrow::timestamp_unit},
};

/// Values of an integer-like column; null stays null.
pub(super) type Integers = Int64Array;

/// The values of a column of integers, dates, times and timestamps, the last in whole milliseconds as Java takes them.
///
/// Errors: `Unsupported` for other types.
pub(super) fn integers(column: &ArrayRef, field: &DataField) -> Result<Integers> {
    match &field.data_type.kind {
        TypeKind::TinyInt => widened::<Int8Type>(column, field, i64::from),
        TypeKind::SmallInt => widened::<Int16Type>(column, field, i64::from),
        TypeKind::Int => widened::<Int32Type>(column, field, i64::from),
        TypeKind::BigInt => widened::<Int64Type>(column, field, |value| value),
        TypeKind::Date => widened::<Date32Type>(column, field, i64::from),
        TypeKind::Time(_) => widened::<Time32MillisecondType>(column, field, i64::from),
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => match timestamp_unit(*precision) {
            TimeUnit::Microsecond => widened::<TimestampMicrosecondType>(column, field, |us| us.div_euclid(1000)),
            TimeUnit::Nanosecond => widened::<TimestampNanosecondType>(column, field, |ns| ns.div_euclid(1_000_000)),
            TimeUnit::Second | TimeUnit::Millisecond => widened::<TimestampMillisecondType>(column, field, |ms| ms),
        },
        _ => Err(wrong_type(field)),
    }
}

fn widened<T: ArrowPrimitiveType>(
    column: &ArrayRef,
    field: &DataField,
    widen: impl Fn(T::Native) -> i64,
) -> Result<Integers> {
    let values: &PrimitiveArray<T> = column.as_primitive_opt().ok_or_else(|| wrong_type(field))?;
    Ok(values.iter().map(|value| value.map(&widen)).collect())
}

/// Says that rows cannot be put in order by a column.
pub(super) fn wrong_type(field: &DataField) -> Error {
    let message = format!("cannot cluster by column {:?} of type {}", field.name, field.data_type);
    Error::unsupported(message)
}
