//! Shredded values without parts.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, StringArray,
    cast::AsArray,
    types::{
        Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
        TimestampMicrosecondType, TimestampMillisecondType,
    },
};
use arrow_schema::{DataType as ArrowType, TimeUnit};

use super::encode::{self, Primitive};
use crate::error::{Error, Result};

/// Bytes of a UUID.
const UUID_BYTES: i32 = 16;

/// Values of one column, by its type.
pub(super) enum Scalars<'a> {
    Boolean(&'a BooleanArray),
    Int8(&'a PrimitiveArray<Int8Type>),
    Int16(&'a PrimitiveArray<Int16Type>),
    Int32(&'a PrimitiveArray<Int32Type>),
    Int64(&'a PrimitiveArray<Int64Type>),
    Float(&'a PrimitiveArray<Float32Type>),
    Double(&'a PrimitiveArray<Float64Type>),
    Decimal(&'a PrimitiveArray<Decimal128Type>, u8),
    Date(&'a PrimitiveArray<Date32Type>),
    /// Microseconds; an instant where the primitive says so.
    Micros(&'a PrimitiveArray<TimestampMicrosecondType>, Primitive),
    Millis(&'a PrimitiveArray<TimestampMillisecondType>, Primitive),
    Text(&'a StringArray),
    Binary(&'a BinaryArray),
    Uuid(&'a FixedSizeBinaryArray),
}

impl<'a> Scalars<'a> {
    /// The values of `array`. Errors: `Unsupported` for types that no variant is shredded to.
    pub(super) fn of(array: &'a ArrayRef) -> Result<Self> {
        let kind = |zone: bool| if zone { Primitive::Timestamp } else { Primitive::TimestampNtz };
        Ok(match array.data_type() {
            ArrowType::Boolean => Scalars::Boolean(array.as_boolean()),
            ArrowType::Int8 => Scalars::Int8(array.as_primitive()),
            ArrowType::Int16 => Scalars::Int16(array.as_primitive()),
            ArrowType::Int32 => Scalars::Int32(array.as_primitive()),
            ArrowType::Int64 => Scalars::Int64(array.as_primitive()),
            ArrowType::Float32 => Scalars::Float(array.as_primitive()),
            ArrowType::Float64 => Scalars::Double(array.as_primitive()),
            ArrowType::Decimal128(_, scale @ 0..=38) => Scalars::Decimal(array.as_primitive(), scale.unsigned_abs()),
            ArrowType::Date32 => Scalars::Date(array.as_primitive()),
            ArrowType::Timestamp(TimeUnit::Microsecond, zone) => {
                Scalars::Micros(array.as_primitive(), kind(zone.is_some()))
            }
            ArrowType::Timestamp(TimeUnit::Millisecond, zone) => {
                Scalars::Millis(array.as_primitive(), kind(zone.is_some()))
            }
            ArrowType::Utf8 => Scalars::Text(array.as_string()),
            ArrowType::Binary => Scalars::Binary(array.as_binary()),
            ArrowType::FixedSizeBinary(UUID_BYTES) => Scalars::Uuid(array.as_fixed_size_binary()),
            other => return Err(Error::unsupported(format!("variants shredded to {other} cannot be read"))),
        })
    }

    /// Appends the value of `row`, which is not null. Errors: `Corrupt` for values out of range.
    pub(super) fn write(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        let timestamp = |micros: i64, kind: Primitive, out: &mut Vec<u8>| {
            encode::primitive(kind, &micros.to_le_bytes(), out);
        };
        match self {
            Scalars::Boolean(values) => {
                let kind = if values.value(row) { Primitive::True } else { Primitive::False };
                encode::primitive(kind, &[], out);
            }
            Scalars::Int8(values) => encode::integer(values.value(row).into(), out),
            Scalars::Int16(values) => encode::integer(values.value(row).into(), out),
            Scalars::Int32(values) => encode::integer(values.value(row).into(), out),
            Scalars::Int64(values) => encode::integer(values.value(row), out),
            Scalars::Float(values) => encode::primitive(Primitive::Float, &values.value(row).to_le_bytes(), out),
            Scalars::Double(values) => encode::primitive(Primitive::Double, &values.value(row).to_le_bytes(), out),
            Scalars::Decimal(values, scale) => encode::decimal(values.value(row), *scale, out),
            Scalars::Date(values) => encode::primitive(Primitive::Date, &values.value(row).to_le_bytes(), out),
            Scalars::Micros(values, kind) => timestamp(values.value(row), *kind, out),
            Scalars::Millis(values, kind) => {
                let millis = values.value(row);
                let micros = millis.checked_mul(1000);
                let micros = micros
                    .ok_or_else(|| Error::corrupt(format!("{millis} milliseconds are no timestamp of a variant")))?;
                timestamp(micros, *kind, out);
            }
            Scalars::Text(values) => encode::text(values.value(row), out)?,
            Scalars::Binary(values) => encode::binary(values.value(row), out)?,
            Scalars::Uuid(values) => encode::primitive(Primitive::Uuid, values.value(row), out),
        }
        Ok(())
    }
}
