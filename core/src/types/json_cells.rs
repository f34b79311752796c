//! One Arrow column as canonical JSON cells: the arrays are downcast once, the cells written many times.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time32MillisecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as ArrowType, TimeUnit};

use super::calendar;
use super::json_rows::member;
use super::text::{JsonNumber, write_decimal, write_hex, write_json_string, write_number};
use super::variant_json::write_variant;
use super::{DataType, TypeKind};
use crate::error::{Error, Result};

/// A column that knows how to write its cells.
pub(super) struct Cells<'a> {
    nulls: Option<&'a NullBuffer>,
    values: Values<'a>,
}

enum Values<'a> {
    Boolean(&'a BooleanArray),
    TinyInt(&'a [i8]),
    SmallInt(&'a [i16]),
    Int(&'a [i32]),
    BigInt(&'a [i64]),
    Float(&'a [f32]),
    Double(&'a [f64]),
    Decimal { unscaled: &'a [i128], scale: u8 },
    Text(&'a StringArray),
    Hex(&'a BinaryArray),
    Date(&'a [i32]),
    Time { millis: &'a [i32], precision: u8 },
    Timestamp { ticks: &'a [i64], per_second: i64, precision: u8, local: bool },
    Variant { value: &'a BinaryArray, metadata: &'a BinaryArray },
    List { offsets: &'a OffsetBuffer<i32>, elements: Box<Cells<'a>> },
    FixedList { length: usize, elements: Box<Cells<'a>> },
    Map { offsets: &'a OffsetBuffer<i32>, keys: Box<Cells<'a>>, values: Box<Cells<'a>> },
    Row(Vec<(Vec<u8>, Cells<'a>)>),
}

impl<'a> Cells<'a> {
    /// Errors: `Invalid` when the array is not of the Arrow type of `data_type`.
    pub(super) fn new(array: &'a ArrayRef, data_type: &DataType) -> Result<Self> {
        let values = Values::new(array, data_type).transpose().unwrap_or_else(|| {
            let (expected, found) = (super::arrow::data_type(data_type), array.data_type());
            Err(Error::invalid(format!("expected a column of arrow type {expected}, found {found}")))
        })?;
        Ok(Cells { nulls: array.nulls(), values })
    }

    /// Appends the cell of `row`.
    pub(super) fn write(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        if self.nulls.is_some_and(|nulls| nulls.is_null(row)) {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        match &self.values {
            Values::Boolean(array) => out.extend_from_slice(if array.value(row) { b"true" } else { b"false" }),
            Values::TinyInt(values) => number(values, row, out),
            Values::SmallInt(values) => number(values, row, out),
            Values::Int(values) => number(values, row, out),
            Values::BigInt(values) => number(values, row, out),
            Values::Float(values) => number(values, row, out),
            Values::Double(values) => number(values, row, out),
            Values::Decimal { unscaled, scale } => quoted(out, |out| write_decimal(unscaled[row], *scale, out)),
            Values::Text(array) => write_json_string(array.value(row), out),
            Values::Hex(array) => quoted(out, |out| write_hex(array.value(row), out)),
            Values::Date(days) => quoted(out, |out| calendar::write_date(days[row].into(), out)),
            Values::Time { millis, precision } => {
                quoted(out, |out| calendar::write_time(millis[row].into(), *precision, out));
            }
            Values::Timestamp { ticks, per_second, precision, local } => quoted(out, |out| {
                let nanos = ticks[row].rem_euclid(*per_second) * (1_000_000_000 / per_second);
                calendar::write_timestamp(ticks[row].div_euclid(*per_second), nanos as u32, *precision, b'T', out);
                if *local {
                    out.push(b'Z');
                }
            }),
            Values::Variant { value, metadata } => {
                let mut json = Vec::new();
                write_variant(value.value(row), metadata.value(row), &mut json)?;
                write_json_string(&String::from_utf8_lossy(&json), out);
            }
            Values::List { offsets, elements } => elements.write_list(range(offsets, row), out)?,
            Values::FixedList { length, elements } => elements.write_list(row * length..(row + 1) * length, out)?,
            Values::Map { offsets, keys, values } => write_map(keys, values, range(offsets, row), out)?,
            Values::Row(fields) => write_row(fields, row, out)?,
        }
        Ok(())
    }

    fn write_list(&self, rows: std::ops::Range<usize>, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'[');
        let first = rows.start;
        for row in rows {
            if row > first {
                out.push(b',');
            }
            self.write(row, out)?;
        }
        out.push(b']');
        Ok(())
    }
}

fn number<N: JsonNumber + Copy>(values: &[N], row: usize, out: &mut Vec<u8>) {
    write_number(values[row], out);
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Child rows of list `row`; offsets of Arrow arrays are never negative.
fn range(offsets: &OffsetBuffer<i32>, row: usize) -> std::ops::Range<usize> {
    offsets[row] as usize..offsets[row + 1] as usize
}

fn write_row(fields: &[(Vec<u8>, Cells<'_>)], row: usize, out: &mut Vec<u8>) -> Result<()> {
    out.push(b'{');
    for (index, (name, cells)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(name);
        cells.write(row, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_map(keys: &Cells<'_>, values: &Cells<'_>, rows: std::ops::Range<usize>, out: &mut Vec<u8>) -> Result<()> {
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let mut key = Vec::new();
        keys.write(row, &mut key)?;
        entries.push((key, row));
    }
    entries.sort();
    out.push(b'[');
    for (index, (key, row)) in entries.iter().enumerate() {
        out.extend_from_slice(if index > 0 { b",[" } else { b"[" });
        out.extend_from_slice(key);
        out.push(b',');
        values.write(*row, out)?;
        out.push(b']');
    }
    out.push(b']');
    Ok(())
}

impl<'a> Values<'a> {
    /// `None` when the array has another type.
    fn new(array: &'a ArrayRef, data_type: &DataType) -> Result<Option<Self>> {
        Ok(match &data_type.kind {
            TypeKind::Boolean => array.as_boolean_opt().map(Values::Boolean),
            TypeKind::TinyInt => slice::<Int8Type>(array).map(Values::TinyInt),
            TypeKind::SmallInt => slice::<Int16Type>(array).map(Values::SmallInt),
            TypeKind::Int => slice::<Int32Type>(array).map(Values::Int),
            TypeKind::BigInt => slice::<Int64Type>(array).map(Values::BigInt),
            TypeKind::Float => slice::<Float32Type>(array).map(Values::Float),
            TypeKind::Double => slice::<Float64Type>(array).map(Values::Double),
            TypeKind::Decimal { scale, .. } => match array.data_type() {
                ArrowType::Decimal128(_, found) if i16::from(*found) == i16::from(*scale) => {
                    slice::<Decimal128Type>(array).map(|unscaled| Values::Decimal { unscaled, scale: *scale })
                }
                _ => None,
            },
            TypeKind::Char(_) | TypeKind::Varchar(_) => array.as_string_opt().map(Values::Text),
            TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => array.as_binary_opt().map(Values::Hex),
            TypeKind::Date => slice::<Date32Type>(array).map(Values::Date),
            TypeKind::Time(precision) => {
                slice::<Time32MillisecondType>(array).map(|millis| Values::Time { millis, precision: *precision })
            }
            TypeKind::Timestamp(precision) => timestamps(array, *precision, false),
            TypeKind::TimestampLtz(precision) => timestamps(array, *precision, true),
            TypeKind::Variant => variants(array),
            TypeKind::Array(element) => match array.as_list_opt::<i32>() {
                Some(list) => Some(Values::List {
                    offsets: list.offsets(),
                    elements: Box::new(Cells::new(list.values(), element)?),
                }),
                None => None,
            },
            TypeKind::Vector { element, .. } => match array.as_fixed_size_list_opt() {
                Some(list) => Some(Values::FixedList {
                    length: usize::try_from(list.value_length()).unwrap_or_default(),
                    elements: Box::new(Cells::new(list.values(), element)?),
                }),
                None => None,
            },
            TypeKind::Multiset(element) => map(array, element, &DataType::not_null(TypeKind::Int))?,
            TypeKind::Map { key, value } => map(array, key, value)?,
            TypeKind::Row(fields) => match array.as_struct_opt() {
                Some(row) if row.num_columns() == fields.len() => {
                    let column = |(field, array): (&super::DataField, &'a ArrayRef)| {
                        Ok((member(&field.name), Cells::new(array, &field.data_type)?))
                    };
                    Some(Values::Row(fields.iter().zip(row.columns()).map(column).collect::<Result<_>>()?))
                }
                _ => None,
            },
        })
    }
}

fn slice<T: ArrowPrimitiveType>(array: &ArrayRef) -> Option<&[T::Native]> {
    array.as_primitive_opt::<T>().map(|array: &PrimitiveArray<T>| array.values().as_ref())
}

fn timestamps(array: &ArrayRef, precision: u8, local: bool) -> Option<Values<'_>> {
    let ArrowType::Timestamp(unit, _) = array.data_type() else { return None };
    let (ticks, per_second) = match unit {
        TimeUnit::Second => (slice::<TimestampSecondType>(array)?, 1),
        TimeUnit::Millisecond => (slice::<TimestampMillisecondType>(array)?, 1000),
        TimeUnit::Microsecond => (slice::<TimestampMicrosecondType>(array)?, 1_000_000),
        TimeUnit::Nanosecond => (slice::<TimestampNanosecondType>(array)?, 1_000_000_000),
    };
    Some(Values::Timestamp { ticks, per_second, precision, local })
}

fn variants(array: &ArrayRef) -> Option<Values<'_>> {
    let parts = array.as_struct_opt()?;
    let part = |name| parts.column_by_name(name)?.as_binary_opt();
    Some(Values::Variant { value: part("value")?, metadata: part("metadata")? })
}

fn map<'a>(array: &'a ArrayRef, key: &DataType, value: &DataType) -> Result<Option<Values<'a>>> {
    let Some(map) = array.as_map_opt() else { return Ok(None) };
    Ok(Some(Values::Map {
        offsets: map.offsets(),
        keys: Box::new(Cells::new(map.keys(), key)?),
        values: Box::new(Cells::new(map.values(), value)?),
    }))
}
