//! Values to bytes.

use super::writer::{Section, Writer};
use crate::{
    error::{Error, Result},
    types::{DataType, Datum, TypeKind},
};

/// Decimals of more digits and timestamps of more precision leave their slot.
pub(super) const MAX_COMPACT_DECIMAL: u8 = 18;
/// See [`MAX_COMPACT_DECIMAL`].
pub(super) const MAX_COMPACT_TIMESTAMP: u8 = 3;

/// Appends a row. Errors: `Invalid` for values that are not of their type.
pub(super) fn row(writer: &mut Writer, types: &[DataType], values: &[Option<Datum>]) -> Result<()> {
    if types.len() != values.len() {
        return Err(Error::invalid(format!("expected {} values, found {}", types.len(), values.len())));
    }
    let section = writer.begin_row(types.len());
    for (index, (data_type, value)) in types.iter().zip(values).enumerate() {
        match value {
            Some(value) => put(writer, section, index, data_type, value)?,
            None => null(writer, section, index, data_type),
        }
    }
    Ok(())
}

/// Writes a null of a row.
pub(super) fn null(writer: &mut Writer, section: Section, index: usize, data_type: &DataType) {
    match data_type.kind {
        TypeKind::Decimal { precision, .. } if precision > MAX_COMPACT_DECIMAL => {
            writer.null_with_space(section, index, 16);
        }
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) if precision > MAX_COMPACT_TIMESTAMP => {
            writer.null_with_space(section, index, 8);
        }
        _ => writer.null(section, index),
    }
}

fn put(writer: &mut Writer, section: Section, index: usize, data_type: &DataType, value: &Datum) -> Result<()> {
    let mismatch = || Error::invalid(format!("expected a value of type {data_type}, found {value:?}"));
    match (&data_type.kind, value) {
        (TypeKind::Boolean, Datum::Boolean(value)) => writer.fixed(section, index, [u8::from(*value)]),
        (TypeKind::TinyInt, Datum::TinyInt(value)) => writer.fixed(section, index, value.to_le_bytes()),
        (TypeKind::SmallInt, Datum::SmallInt(value)) => writer.fixed(section, index, value.to_le_bytes()),
        (TypeKind::Int, Datum::Int(value))
        | (TypeKind::Date, Datum::Date(value))
        | (TypeKind::Time(_), Datum::Time(value)) => writer.fixed(section, index, value.to_le_bytes()),
        (TypeKind::BigInt, Datum::BigInt(value)) => writer.fixed(section, index, value.to_le_bytes()),
        (TypeKind::Float, Datum::Float(value)) => writer.fixed(section, index, float(*value)),
        (TypeKind::Double, Datum::Double(value)) => writer.fixed(section, index, double(*value)),
        (TypeKind::Decimal { precision, scale }, Datum::Decimal { unscaled, scale: found }) if scale == found => {
            decimal(writer, section, index, *precision, *unscaled).ok_or_else(mismatch)?;
        }
        (TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision), Datum::Timestamp { millis, nanos }) => {
            timestamp(writer, section, index, *precision, *millis, *nanos).ok_or_else(mismatch)?;
        }
        (TypeKind::Char(_) | TypeKind::Varchar(_), Datum::String(value)) => {
            writer.bytes(section, index, value.as_bytes());
        }
        (TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob, Datum::Bytes(value)) => {
            writer.bytes(section, index, value);
        }
        (TypeKind::Variant, Datum::Variant { value, metadata }) => writer.nested(section, index, |writer| {
            writer.append_raw(&length(value.len())?);
            writer.append_raw(value);
            writer.append_raw(metadata);
            Ok(())
        })?,
        (TypeKind::Array(element), Datum::Array(items)) => {
            writer.nested(section, index, |writer| array(writer, element, items))?;
        }
        (TypeKind::Vector { element, length }, Datum::Array(items)) if items.len() == *length as usize => {
            writer.nested(section, index, |writer| vector(writer, element, items))?;
        }
        (TypeKind::Map { key, value }, Datum::Map(keys, values)) => {
            writer.nested(section, index, |writer| {
                writer.map(|writer| array(writer, key, keys), |writer| array(writer, value, values))
            })?;
        }
        (TypeKind::Multiset(element), Datum::Map(keys, counts)) => {
            let count = DataType::not_null(TypeKind::Int);
            writer.nested(section, index, |writer| {
                writer.map(|writer| array(writer, element, keys), |writer| array(writer, &count, counts))
            })?;
        }
        (TypeKind::Row(fields), Datum::Row(values)) => {
            let types = fields.iter().map(|field| field.data_type.clone()).collect::<Vec<_>>();
            writer.nested(section, index, |writer| row(writer, &types, values))?;
        }
        _ => return Err(mismatch()),
    }
    Ok(())
}

/// Writes a decimal; `None` where it has more digits than a compact slot can hold.
pub(super) fn decimal(
    writer: &mut Writer,
    section: Section,
    index: usize,
    precision: u8,
    unscaled: i128,
) -> Option<()> {
    if precision > MAX_COMPACT_DECIMAL {
        writer.wide_decimal(section, index, unscaled);
    } else {
        writer.fixed(section, index, i64::try_from(unscaled).ok()?.to_le_bytes());
    }
    Some(())
}

/// Writes a timestamp; `None` where the nanoseconds are not within a millisecond.
pub(super) fn timestamp(
    writer: &mut Writer,
    section: Section,
    index: usize,
    precision: u8,
    millis: i64,
    nanos: i32,
) -> Option<()> {
    if precision <= MAX_COMPACT_TIMESTAMP {
        writer.fixed(section, index, millis.to_le_bytes());
    } else if (0..1_000_000).contains(&nanos) {
        writer.wide_timestamp(section, index, millis, nanos);
    } else {
        return None;
    }
    Some(())
}

/// Bytes of a FLOAT; all NaNs have Java's one pattern.
pub(super) fn float(value: f32) -> [u8; 4] {
    if value.is_nan() { 0x7fc0_0000_u32.to_le_bytes() } else { value.to_le_bytes() }
}

/// Bytes of a DOUBLE; all NaNs have Java's one pattern.
pub(super) fn double(value: f64) -> [u8; 8] {
    if value.is_nan() { 0x7ff8_0000_0000_0000_u64.to_le_bytes() } else { value.to_le_bytes() }
}

/// Bytes of an element in an array.
pub(super) fn element_width(kind: &TypeKind) -> usize {
    match kind {
        TypeKind::Boolean | TypeKind::TinyInt => 1,
        TypeKind::SmallInt => 2,
        TypeKind::Int | TypeKind::Float | TypeKind::Date | TypeKind::Time(_) => 4,
        _ => 8,
    }
}

fn array(writer: &mut Writer, element: &DataType, items: &[Option<Datum>]) -> Result<()> {
    length(items.len())?;
    let section = writer.begin_array(items.len(), element_width(&element.kind));
    for (index, item) in items.iter().enumerate() {
        match item {
            Some(item) => put(writer, section, index, element, item)?,
            None => writer.null(section, index),
        }
    }
    Ok(())
}

/// Appends a VECTOR: the count, and the elements without nulls.
fn vector(writer: &mut Writer, element: &DataType, items: &[Option<Datum>]) -> Result<()> {
    writer.append_raw(&length(items.len())?);
    for item in items {
        match (&element.kind, item) {
            (TypeKind::Boolean, Some(Datum::Boolean(value))) => writer.append_raw(&[u8::from(*value)]),
            (TypeKind::TinyInt, Some(Datum::TinyInt(value))) => writer.append_raw(&value.to_le_bytes()),
            (TypeKind::SmallInt, Some(Datum::SmallInt(value))) => writer.append_raw(&value.to_le_bytes()),
            (TypeKind::Int, Some(Datum::Int(value))) => writer.append_raw(&value.to_le_bytes()),
            (TypeKind::BigInt, Some(Datum::BigInt(value))) => writer.append_raw(&value.to_le_bytes()),
            (TypeKind::Float, Some(Datum::Float(value))) => writer.append_raw(&float(*value)),
            (TypeKind::Double, Some(Datum::Double(value))) => writer.append_raw(&double(*value)),
            _ => return Err(Error::invalid(format!("expected a vector element of type {element}, found {item:?}"))),
        };
    }
    Ok(())
}

/// A length as Java's int. Errors: `Invalid` beyond it.
fn length(length: usize) -> Result<[u8; 4]> {
    let length =
        i32::try_from(length).map_err(|_| Error::invalid(format!("expected a length below 2^31, found {length}")))?;
    Ok(length.to_le_bytes())
}
