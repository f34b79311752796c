//! Values of one type as another, when an old file is read under a schema that has changed a column's type
//! (Java `CastExecutors`, format digest 2.5).
//!
//! Semantics are Java's: integers wrap around, fractions are cut towards zero, floats saturate; a DECIMAL that does not
//! fit becomes null; text that is no number is an error; CHAR and VARCHAR are cut to their length, CHAR and BINARY padded.
//! Where Java takes the zone of the JVM (TIMESTAMP_LTZ to and from wall clocks and text), this takes UTC.

mod java_time;
mod number;
mod temporal;
mod text;

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, Float64Array, Int64Array, PrimitiveArray, StringArray,
    cast::AsArray,
    types::{Float32Type, Int8Type, Int16Type, Int32Type},
};

use crate::{
    error::{Error, Result},
    types::{DataType, TypeKind},
};

/// How to turn an array of one type into another.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    from: TypeKind,
    to: TypeKind,
    rule: fn(&ArrayRef, &TypeKind, &TypeKind) -> Result<ArrayRef>,
}

impl Cast {
    /// The cast between two types that differ in more than nullability, the second one atomic.
    ///
    /// Errors: `Unsupported` where there is none.
    pub(super) fn new(from: &DataType, to: &DataType) -> Result<Cast> {
        use Family::*;
        let rule = match (Family::of(&from.kind), Family::of(&to.kind)) {
            (Integer, Boolean) => number::to_number,
            (Boolean | Integer | Float | Decimal, Integer | Float | Decimal) => number::to_number,
            (Boolean | Integer | Float | Decimal, Text) => text::from_number,
            (Text, Boolean | Integer | Float | Decimal) => text::to_number,
            (Text | Bytes, Text | Bytes) => text::to_text_or_bytes,
            (Date | Time | Timestamp, Timestamp) | (Timestamp, Date | Time) => temporal::to_temporal,
            (Timestamp, Integer) if has_epoch_seconds(&to.kind) => temporal::to_temporal,
            (Integer, Timestamp) if has_epoch_seconds(&from.kind) => temporal::from_seconds,
            // Not to other VARCHARs.
            (Date | Time | Timestamp, Text) if to.kind == TypeKind::STRING => temporal::to_text,
            (Text, Date | Time | Timestamp) => temporal::from_text,
            (Nested, Text) if text::has_text(&from.kind) => text::from_nested,
            _ => return Err(unsupported(&from.kind, &to.kind)),
        };
        Ok(Cast { from: from.kind.clone(), to: to.kind.clone(), rule })
    }

    /// Casts every value. Errors: `Invalid` for text that is no such value.
    pub(super) fn apply(&self, array: &ArrayRef) -> Result<ArrayRef> {
        (self.rule)(array, &self.from, &self.to)
    }
}

/// Casts every value of an array. Errors: `Unsupported` where there is no such cast, `Invalid` for text that is no value.
pub(crate) fn cast_array(array: &ArrayRef, from: &DataType, to: &DataType) -> Result<ArrayRef> {
    Cast::new(from, to)?.apply(array)
}

/// One value of `data_type`, cast from text as Java casts a STRING.
///
/// Errors: `Invalid` for text that is no such value, `Unsupported` for types that no text is cast to.
pub(crate) fn cast_text(text: &str, data_type: &DataType) -> Result<ArrayRef> {
    let array: ArrayRef = Arc::new(StringArray::from(vec![text]));
    Cast::new(&DataType::nullable(TypeKind::STRING), data_type)?.apply(&array)
}

/// Integers that timestamps are cast to and from.
fn has_epoch_seconds(kind: &TypeKind) -> bool {
    matches!(kind, TypeKind::Int | TypeKind::BigInt)
}

/// Types that cast alike.
enum Family {
    Boolean,
    Integer,
    Float,
    Decimal,
    Text,
    Bytes,
    Date,
    Time,
    Timestamp,
    Nested,
    Other,
}

impl Family {
    fn of(kind: &TypeKind) -> Family {
        match kind {
            TypeKind::Boolean => Family::Boolean,
            TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int | TypeKind::BigInt => Family::Integer,
            TypeKind::Float | TypeKind::Double => Family::Float,
            TypeKind::Decimal { .. } => Family::Decimal,
            TypeKind::Char(_) | TypeKind::Varchar(_) => Family::Text,
            TypeKind::Binary(_) | TypeKind::Varbinary(_) => Family::Bytes,
            TypeKind::Date => Family::Date,
            TypeKind::Time(_) => Family::Time,
            TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) => Family::Timestamp,
            TypeKind::Array(_) | TypeKind::Map { .. } | TypeKind::Row(_) => Family::Nested,
            _ => Family::Other,
        }
    }
}

fn unsupported(from: &TypeKind, to: &TypeKind) -> Error {
    let (from, to) = (DataType::nullable(from.clone()), DataType::nullable(to.clone()));
    Error::unsupported(format!("reading {from} as {to} is not supported"))
}

/// Integers of any width as 64 bits; booleans as 0 and 1.
fn integers(array: &ArrayRef) -> Int64Array {
    fn widen<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> Int64Array {
        array.as_primitive::<T>().unary(Into::into)
    }
    match array.data_type() {
        arrow_schema::DataType::Boolean => {
            let booleans: &BooleanArray = array.as_boolean();
            booleans.iter().map(|value| value.map(i64::from)).collect()
        }
        arrow_schema::DataType::Int8 => widen::<Int8Type>(array),
        arrow_schema::DataType::Int16 => widen::<Int16Type>(array),
        arrow_schema::DataType::Int32 => widen::<Int32Type>(array),
        _ => array.as_primitive().clone(),
    }
}

/// FLOAT and DOUBLE as 64 bits.
fn floats(array: &ArrayRef) -> Float64Array {
    match array.as_primitive_opt::<Float32Type>() {
        Some(narrow) => narrow.unary(f64::from),
        None => array.as_primitive().clone(),
    }
}

/// Maps values that are there.
fn map<A: ArrowPrimitiveType, B: ArrowPrimitiveType>(
    values: &PrimitiveArray<A>,
    convert: impl Fn(A::Native) -> B::Native,
) -> ArrayRef {
    Arc::new(values.unary::<_, B>(convert))
}
