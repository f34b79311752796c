//! TIMESTAMP(7..9) is INT96 in Parquet files of Paimon, which the Arrow writer does not know.
//!
//! A page of INT96 has the same bytes as one of FIXED_LEN_BYTE_ARRAY(12): so such columns are encoded as the latter, under a
//! schema that says so ([`super::normalize`]), and the chunks then enter a file whose schema says INT96.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, FixedSizeBinaryArray, FixedSizeListArray, ListArray, MapArray, StructArray, cast::AsArray,
    types::TimestampNanosecondType,
};
use arrow_schema::{DataType as ArrowType, Field, FieldRef, Fields, TimeUnit};

use super::normalize::INT96_BYTES;
use crate::error::{Error, Result};

/// `data_type` as it is encoded; `None` where it holds no such timestamp.
pub(super) fn encoded_type(data_type: &ArrowType) -> Option<ArrowType> {
    match data_type {
        ArrowType::Timestamp(TimeUnit::Nanosecond, _) => Some(ArrowType::FixedSizeBinary(INT96_BYTES)),
        ArrowType::List(element) => Some(ArrowType::List(encoded_field(element)?)),
        ArrowType::FixedSizeList(element, length) => Some(ArrowType::FixedSizeList(encoded_field(element)?, *length)),
        ArrowType::Map(entries, sorted) => Some(ArrowType::Map(encoded_field(entries)?, *sorted)),
        ArrowType::Struct(fields) => {
            let encoded = fields.iter().map(encoded_field).collect::<Vec<_>>();
            if encoded.iter().all(Option::is_none) {
                return None;
            }
            let fields = encoded.into_iter().zip(fields).map(|(new, old)| new.unwrap_or_else(|| old.clone()));
            Some(ArrowType::Struct(fields.collect()))
        }
        _ => None,
    }
}

fn encoded_field(field: &FieldRef) -> Option<FieldRef> {
    Some(Arc::new(Field::new(field.name(), encoded_type(field.data_type())?, field.is_nullable())))
}

/// `array` with the type of [`encoded_type`].
pub(super) fn encode(array: &ArrayRef, to: &ArrowType) -> Result<ArrayRef> {
    if array.data_type() == to {
        return Ok(array.clone());
    }
    Ok(match (array.data_type(), to) {
        (ArrowType::Timestamp(TimeUnit::Nanosecond, _), ArrowType::FixedSizeBinary(_)) => timestamps(array)?,
        (ArrowType::List(_), ArrowType::List(element)) => {
            let list = array.as_list::<i32>();
            let values = encode(list.values(), element.data_type())?;
            Arc::new(ListArray::try_new(element.clone(), list.offsets().clone(), values, list.nulls().cloned())?)
        }
        (ArrowType::FixedSizeList(..), ArrowType::FixedSizeList(element, length)) => {
            let list = array.as_fixed_size_list();
            let values = encode(list.values(), element.data_type())?;
            Arc::new(FixedSizeListArray::try_new(element.clone(), *length, values, list.nulls().cloned())?)
        }
        (ArrowType::Map(..), ArrowType::Map(entries, sorted)) => {
            let (map, ArrowType::Struct(fields)) = (array.as_map(), entries.data_type()) else {
                return Err(Error::internal("map without entries"));
            };
            let pairs = row(map.entries(), fields)?;
            let (offsets, nulls) = (map.offsets().clone(), map.nulls().cloned());
            Arc::new(MapArray::try_new(entries.clone(), offsets, pairs, nulls, *sorted)?)
        }
        (ArrowType::Struct(_), ArrowType::Struct(fields)) => Arc::new(row(array.as_struct(), fields)?),
        (from, to) => return Err(Error::internal(format!("{from} is not encoded as {to}"))),
    })
}

fn row(row: &StructArray, fields: &Fields) -> Result<StructArray> {
    let columns = row.columns().iter().zip(fields).map(|(column, field)| encode(column, field.data_type()));
    let columns = columns.collect::<Result<Vec<_>>>()?;
    Ok(StructArray::try_new_with_length(fields.clone(), columns, row.nulls().cloned(), row.len())?)
}

const NANOS_PER_DAY: i64 = 86_400_000_000_000;
/// Julian day number of 1970-01-01.
const EPOCH_JULIAN_DAY: i64 = 2_440_588;

fn timestamps(array: &ArrayRef) -> Result<ArrayRef> {
    let timestamps = array.as_primitive::<TimestampNanosecondType>();
    let mut bytes = Vec::with_capacity(timestamps.len() * 12);
    for nanos in timestamps.values() {
        bytes.extend_from_slice(&nanos.rem_euclid(NANOS_PER_DAY).to_le_bytes());
        // 64 bits of nanoseconds are some 100,000 days either way.
        bytes.extend_from_slice(&((nanos.div_euclid(NANOS_PER_DAY) + EPOCH_JULIAN_DAY) as i32).to_le_bytes());
    }
    let nulls = timestamps.nulls().cloned();
    Ok(Arc::new(FixedSizeBinaryArray::try_new(INT96_BYTES, bytes.into(), nulls)?))
}
