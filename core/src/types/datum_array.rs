//! Datums out of Arrow arrays and into them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, FixedSizeListArray, ListArray, MapArray, PrimitiveArray, StringArray,
    StructArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as ArrowType, FieldRef, TimeUnit};

use super::arrow::{self, LTZ_ZONE};
use super::{DataType, Datum, DatumRow, TypeKind};
use crate::error::{Error, Result};

impl Datum {
    /// The value at `index` of an array of one of the types of [`super::arrow`]; `None` for null.
    ///
    /// A struct of two binaries `value` and `metadata` is a VARIANT. Errors: `Invalid` for other Arrow types and an
    /// index behind the end.
    pub fn from_array(array: &dyn Array, index: usize) -> Result<Option<Datum>> {
        if index >= array.len() {
            return Err(Error::invalid(format!("expected an index below {}, found {index}", array.len())));
        }
        if array.is_null(index) {
            return Ok(None);
        }
        value(array, index).map(Some)
    }
}

fn value(array: &dyn Array, index: usize) -> Result<Datum> {
    Ok(match array.data_type() {
        ArrowType::Boolean => Datum::Boolean(array.as_boolean().value(index)),
        ArrowType::Int8 => Datum::TinyInt(array.as_primitive::<Int8Type>().value(index)),
        ArrowType::Int16 => Datum::SmallInt(array.as_primitive::<Int16Type>().value(index)),
        ArrowType::Int32 => Datum::Int(array.as_primitive::<Int32Type>().value(index)),
        ArrowType::Int64 => Datum::BigInt(array.as_primitive::<Int64Type>().value(index)),
        ArrowType::Float32 => Datum::Float(array.as_primitive::<Float32Type>().value(index)),
        ArrowType::Float64 => Datum::Double(array.as_primitive::<Float64Type>().value(index)),
        ArrowType::Decimal128(_, scale) => Datum::Decimal {
            unscaled: array.as_primitive::<Decimal128Type>().value(index),
            scale: u8::try_from(*scale).map_err(|_| Error::invalid(format!("decimal of scale {scale}")))?,
        },
        ArrowType::Utf8 => Datum::String(array.as_string::<i32>().value(index).to_owned()),
        ArrowType::Binary => Datum::Bytes(array.as_binary::<i32>().value(index).to_owned()),
        ArrowType::Date32 => Datum::Date(array.as_primitive::<Date32Type>().value(index)),
        ArrowType::Time32(TimeUnit::Millisecond) => {
            Datum::Time(array.as_primitive::<Time32MillisecondType>().value(index))
        }
        ArrowType::Timestamp(unit, _) => timestamp(array, *unit, index),
        ArrowType::List(_) => Datum::Array(values(&array.as_list::<i32>().value(index))?),
        ArrowType::FixedSizeList(..) => Datum::Array(values(&array.as_fixed_size_list().value(index))?),
        ArrowType::Map(..) => {
            let entries = array.as_map().value(index);
            Datum::Map(values(entries.column(0))?, values(entries.column(1))?)
        }
        ArrowType::Struct(fields) => {
            let row = array.as_struct();
            let cell = |column: &ArrayRef| Datum::from_array(column, index);
            let cells = row.columns().iter().map(cell).collect::<Result<DatumRow>>()?;
            let is_variant = fields.iter().map(|field| field.name().as_str()).eq(["value", "metadata"]);
            match <[Option<Datum>; 2]>::try_from(cells) {
                Ok([Some(Datum::Bytes(value)), Some(Datum::Bytes(metadata))]) if is_variant => {
                    Datum::Variant { value, metadata }
                }
                Ok(cells) => Datum::Row(cells.into()),
                Err(cells) => Datum::Row(cells),
            }
        }
        other => return Err(Error::invalid(format!("arrow type {other} has no paimon value"))),
    })
}

fn values(array: &ArrayRef) -> Result<DatumRow> {
    (0..array.len()).map(|index| Datum::from_array(array, index)).collect()
}

fn timestamp(array: &dyn Array, unit: TimeUnit, index: usize) -> Datum {
    match unit {
        TimeUnit::Second => {
            let seconds = array.as_primitive::<TimestampSecondType>().value(index);
            Datum::Timestamp { millis: seconds.saturating_mul(1000), nanos: 0 }
        }
        TimeUnit::Millisecond => {
            Datum::Timestamp { millis: array.as_primitive::<TimestampMillisecondType>().value(index), nanos: 0 }
        }
        TimeUnit::Microsecond => {
            let micros = array.as_primitive::<TimestampMicrosecondType>().value(index);
            Datum::Timestamp { millis: micros.div_euclid(1000), nanos: micros.rem_euclid(1000) as i32 * 1000 }
        }
        TimeUnit::Nanosecond => {
            let nanos = array.as_primitive::<TimestampNanosecondType>().value(index);
            Datum::Timestamp { millis: nanos.div_euclid(1_000_000), nanos: nanos.rem_euclid(1_000_000) as i32 }
        }
    }
}

/// Ticks of `unit` since the epoch, finer digits cut off (floored); `None` outside 64 bits.
pub(crate) fn timestamp_ticks(millis: i64, nanos: i32, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => Some(millis.div_euclid(1000)),
        TimeUnit::Millisecond => Some(millis),
        TimeUnit::Microsecond => millis.checked_mul(1000)?.checked_add(i64::from(nanos / 1000)),
        TimeUnit::Nanosecond => {
            let nanos = i128::from(millis) * 1_000_000 + i128::from(nanos);
            nanos.try_into().ok()
        }
    }
}

/// An array of the Arrow type of `data_type`. Errors: `Invalid` when a value is of another type, or a TIMESTAMP beyond
/// the nanoseconds that 64 bits hold (1677 to 2262).
pub fn datums_to_array(datums: &[Option<Datum>], data_type: &DataType) -> Result<ArrayRef> {
    array_of(&datums.iter().map(Option::as_ref).collect::<Vec<_>>(), data_type)
}

type Cell<'a> = Option<&'a Datum>;

macro_rules! primitives {
    ($cells:expr, $data_type:expr, $variant:ident, $arrow:ty) => {
        primitive::<$arrow>($cells, $data_type, |datum| match datum {
            Datum::$variant(value) => Some(*value),
            _ => None,
        })?
    };
}

fn array_of(cells: &[Cell<'_>], data_type: &DataType) -> Result<ArrayRef> {
    Ok(match &data_type.kind {
        TypeKind::Boolean => {
            let flag = |datum: &Datum| if let Datum::Boolean(flag) = datum { Some(*flag) } else { None };
            Arc::new(collect(cells, data_type, flag)?.into_iter().collect::<BooleanArray>())
        }
        TypeKind::TinyInt => Arc::new(primitives!(cells, data_type, TinyInt, Int8Type)),
        TypeKind::SmallInt => Arc::new(primitives!(cells, data_type, SmallInt, Int16Type)),
        TypeKind::Int => Arc::new(primitives!(cells, data_type, Int, Int32Type)),
        TypeKind::BigInt => Arc::new(primitives!(cells, data_type, BigInt, Int64Type)),
        TypeKind::Float => Arc::new(primitives!(cells, data_type, Float, Float32Type)),
        TypeKind::Double => Arc::new(primitives!(cells, data_type, Double, Float64Type)),
        TypeKind::Date => Arc::new(primitives!(cells, data_type, Date, Date32Type)),
        TypeKind::Time(_) => Arc::new(primitives!(cells, data_type, Time, Time32MillisecondType)),
        TypeKind::Decimal { precision, scale } => {
            let unscaled = |datum: &Datum| match datum {
                Datum::Decimal { unscaled, scale: found } if found == scale => Some(*unscaled),
                _ => None,
            };
            let array = primitive::<Decimal128Type>(cells, data_type, unscaled)?;
            Arc::new(array.with_precision_and_scale(*precision, *scale as i8)?)
        }
        TypeKind::Char(_) | TypeKind::Varchar(_) => {
            Arc::new(collect(cells, data_type, as_text)?.into_iter().collect::<StringArray>())
        }
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => {
            Arc::new(collect(cells, data_type, as_bytes)?.into_iter().collect::<BinaryArray>())
        }
        TypeKind::Timestamp(precision) => timestamps(cells, data_type, *precision, None)?,
        TypeKind::TimestampLtz(precision) => timestamps(cells, data_type, *precision, Some(LTZ_ZONE))?,
        TypeKind::Variant => variants(cells, data_type)?,
        TypeKind::Array(element) | TypeKind::Vector { element, .. } => lists(cells, data_type, element)?,
        TypeKind::Multiset(element) => maps(cells, data_type, element, &DataType::not_null(TypeKind::Int))?,
        TypeKind::Map { key, value } => maps(cells, data_type, key, value)?,
        TypeKind::Row(fields) => rows(cells, data_type, fields)?,
    })
}

fn as_text(datum: &Datum) -> Option<&str> {
    if let Datum::String(text) = datum { Some(text) } else { None }
}

fn as_bytes(datum: &Datum) -> Option<&[u8]> {
    if let Datum::Bytes(bytes) = datum { Some(bytes) } else { None }
}

fn as_variant(datum: &Datum) -> Option<(&[u8], &[u8])> {
    if let Datum::Variant { value, metadata } = datum { Some((value, metadata)) } else { None }
}

fn as_list(datum: &Datum) -> Option<&[Option<Datum>]> {
    if let Datum::Array(elements) = datum { Some(elements) } else { None }
}

fn as_map(datum: &Datum) -> Option<(&DatumRow, &DatumRow)> {
    match datum {
        Datum::Map(keys, values) if keys.len() == values.len() => Some((keys, values)),
        _ => None,
    }
}

fn as_row(datum: &Datum) -> Option<&[Option<Datum>]> {
    if let Datum::Row(row) = datum { Some(row) } else { None }
}

/// The inner values of the cells; `Invalid` where `get` finds none in a datum.
fn collect<'a, T>(
    cells: &[Cell<'a>],
    data_type: &DataType,
    get: impl Fn(&'a Datum) -> Option<T>,
) -> Result<Vec<Option<T>>> {
    let wrong = |datum: &Datum| Error::invalid(format!("expected a value of {}, found {datum:?}", data_type.kind));
    let inner = |cell: &Cell<'a>| cell.map(|datum| get(datum).ok_or_else(|| wrong(datum))).transpose();
    cells.iter().map(inner).collect()
}

fn primitive<T: ArrowPrimitiveType>(
    cells: &[Cell<'_>],
    data_type: &DataType,
    get: impl Fn(&Datum) -> Option<T::Native>,
) -> Result<PrimitiveArray<T>> {
    Ok(collect(cells, data_type, get)?.into_iter().collect())
}

fn timestamps(cells: &[Cell<'_>], data_type: &DataType, precision: u8, zone: Option<&str>) -> Result<ArrayRef> {
    fn array<T: arrow_array::types::ArrowTimestampType>(
        cells: &[Cell<'_>],
        data_type: &DataType,
        zone: Option<&str>,
    ) -> Result<ArrayRef> {
        let ticks = |datum: &Datum| match datum {
            Datum::Timestamp { millis, nanos } => timestamp_ticks(*millis, *nanos, T::UNIT),
            _ => None,
        };
        let array = primitive::<T>(cells, data_type, ticks)?;
        Ok(Arc::new(array.with_timezone_opt(zone.map(Arc::<str>::from))))
    }
    match arrow::timestamp_unit(precision) {
        TimeUnit::Millisecond => array::<TimestampMillisecondType>(cells, data_type, zone),
        TimeUnit::Microsecond => array::<TimestampMicrosecondType>(cells, data_type, zone),
        _ => array::<TimestampNanosecondType>(cells, data_type, zone),
    }
}

fn variants(cells: &[Cell<'_>], data_type: &DataType) -> Result<ArrayRef> {
    let parts = collect(cells, data_type, as_variant)?;
    let values = parts.iter().map(|cell| cell.map_or(&[][..], |(value, _)| value));
    let metadata = parts.iter().map(|cell| cell.map_or(&[][..], |(_, metadata)| metadata));
    let columns: Vec<ArrayRef> =
        vec![Arc::new(BinaryArray::from_iter_values(values)), Arc::new(BinaryArray::from_iter_values(metadata))];
    let ArrowType::Struct(fields) = arrow::data_type(data_type) else { return Err(not_nested(data_type)) };
    Ok(Arc::new(StructArray::try_new(fields, columns, nulls(cells))?))
}

fn lists(cells: &[Cell<'_>], data_type: &DataType, element: &DataType) -> Result<ArrayRef> {
    let lists = collect(cells, data_type, as_list)?;
    match arrow::data_type(data_type) {
        ArrowType::FixedSizeList(field, length) => {
            let width = usize::try_from(length).unwrap_or_default();
            let mut flat: Vec<Cell<'_>> = Vec::new();
            for list in &lists {
                match list {
                    Some(list) if list.len() == width => flat.extend(list.iter().map(Option::as_ref)),
                    Some(list) => {
                        return Err(Error::invalid(format!("expected {width} elements, found {}", list.len())));
                    }
                    None => flat.resize(flat.len() + width, None),
                }
            }
            let values = array_of(&flat, element)?;
            Ok(Arc::new(FixedSizeListArray::try_new(field, length, values, nulls(cells))?))
        }
        ArrowType::List(field) => {
            let flat: Vec<Cell<'_>> = lists.iter().flatten().flat_map(|list| list.iter().map(Option::as_ref)).collect();
            let lengths = lists.iter().map(|list| list.map_or(0, <[_]>::len));
            let values = array_of(&flat, element)?;
            Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, nulls(cells))?))
        }
        _ => Err(not_nested(data_type)),
    }
}

fn maps(cells: &[Cell<'_>], data_type: &DataType, key: &DataType, value: &DataType) -> Result<ArrayRef> {
    let maps = collect(cells, data_type, as_map)?;
    let keys: Vec<Cell<'_>> = maps.iter().flatten().flat_map(|(keys, _)| keys.iter().map(Option::as_ref)).collect();
    let values: Vec<Cell<'_>> =
        maps.iter().flatten().flat_map(|(_, values)| values.iter().map(Option::as_ref)).collect();
    let ArrowType::Map(field, _) = arrow::data_type(data_type) else { return Err(not_nested(data_type)) };
    let ArrowType::Struct(entry_fields) = field.data_type() else { return Err(not_nested(data_type)) };
    let entries =
        StructArray::try_new(entry_fields.clone(), vec![array_of(&keys, key)?, array_of(&values, value)?], None)?;
    let offsets = OffsetBuffer::from_lengths(maps.iter().map(|map| map.map_or(0, |(keys, _)| keys.len())));
    Ok(Arc::new(MapArray::try_new(FieldRef::clone(&field), offsets, entries, nulls(cells), false)?))
}

fn rows(cells: &[Cell<'_>], data_type: &DataType, fields: &[super::DataField]) -> Result<ArrayRef> {
    let row = |datum| as_row(datum).filter(|row| row.len() == fields.len());
    let rows = collect(cells, data_type, row)?;
    let column = |(index, field): (usize, &super::DataField)| {
        let cell = |row: &Option<&'_ [Option<Datum>]>| row.and_then(|row| row.get(index)).cloned().flatten();
        // A row that is null has null children, also where the field is not nullable: its own mask hides them.
        let cells = rows.iter().map(cell).collect::<Vec<_>>();
        datums_to_array(&cells, &field.data_type)
    };
    let columns = fields.iter().enumerate().map(column).collect::<Result<Vec<_>>>()?;
    let ArrowType::Struct(arrow_fields) = arrow::data_type(data_type) else { return Err(not_nested(data_type)) };
    if columns.is_empty() {
        return Ok(Arc::new(StructArray::new_empty_fields(cells.len(), nulls(cells))));
    }
    Ok(Arc::new(StructArray::try_new(arrow_fields, columns, nulls(cells))?))
}

fn nulls(cells: &[Cell<'_>]) -> Option<NullBuffer> {
    cells.iter().any(Option::is_none).then(|| cells.iter().map(Option::is_some).collect())
}

fn not_nested(data_type: &DataType) -> Error {
    Error::internal(format!("arrow form of {} is not the expected nested type", data_type.kind))
}

#[cfg(test)]
mod tests;
