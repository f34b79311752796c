//! Bloom filters of column chunks: which values a row group does not hold.
//!
//! Only leaves of `=` and IN are asked, and only where the stored form of a literal is the one way to store a value that
//! is equal to it.

use std::collections::HashMap;

use parquet::{
    basic::{ConvertedType, LogicalType, Type},
    bloom_filter::Sbbf,
    file::metadata::{ColumnChunkMetaData, RowGroupMetaData},
    schema::types::ColumnDescriptor,
};

use super::{
    bounds::{is_unsigned, stored_unit},
    footer::Footer,
    prune::leaf,
};
use crate::{
    error::Result,
    format::source::Source,
    predicate::{Column, CompareOp, Predicate},
    types::{Datum, TypeKind, arrow::timestamp_unit, timestamp_ticks},
};

/// Larger filters cost more than they save.
const MAX_BYTES: u64 = 8 << 20;
/// The head of a filter: the length, then split blocks, xxHash and no compression, each as a Thrift union.
const HEAD_TAIL: [u8; 13] = [0x1C, 0x1C, 0, 0, 0x1C, 0x1C, 0, 0, 0x1C, 0x1C, 0, 0, 0];
/// Bytes of a head at most.
const HEAD_BYTES: u64 = 24;

/// `false` where no row of the row group can match, `None` where there was no filter to ask. Errors: those of the storage; a filter that does not decode is not asked.
pub(super) async fn may_match(
    source: &Source,
    footer: &Footer,
    group: usize,
    predicate: &Predicate,
) -> Result<Option<bool>> {
    let Some(row_group) = footer.metadata.row_groups().get(group) else { return Ok(None) };
    let mut columns = Vec::new();
    collect(predicate, &mut columns);
    let mut filters = HashMap::new();
    for column in columns {
        if let Some(leaf) = leaf(row_group, column)
            && let Some(chunk) = row_group.columns().get(leaf)
            && !filters.contains_key(&column.id)
            && let Some(filter) = load(source, chunk).await?
        {
            filters.insert(column.id, filter);
        }
    }
    Ok((!filters.is_empty()).then(|| Filters { row_group, filters }.may_match(predicate)))
}

/// Columns that a filter compares with `=` or IN.
fn collect<'a>(predicate: &'a Predicate, columns: &mut Vec<&'a Column>) {
    match predicate {
        Predicate::Compare { column, op: CompareOp::Eq, .. } | Predicate::In { column, negated: false, .. } => {
            columns.push(column);
        }
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().for_each(|part| collect(part, columns)),
        _ => {}
    }
}

struct Filters<'a> {
    row_group: &'a RowGroupMetaData,
    /// By id of the column.
    filters: HashMap<i32, Sbbf>,
}

impl Filters<'_> {
    fn may_match(&self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::And(parts) => parts.iter().all(|part| self.may_match(part)),
            Predicate::Or(parts) => parts.iter().any(|part| self.may_match(part)),
            Predicate::False => false,
            Predicate::Compare { column, op: CompareOp::Eq, literal } => self.may_hold(column, literal),
            Predicate::In { column, literals, negated: false } => {
                literals.iter().any(|literal| self.may_hold(column, literal))
            }
            _ => true,
        }
    }

    fn may_hold(&self, column: &Column, literal: &Datum) -> bool {
        let chunk = leaf(self.row_group, column).and_then(|leaf| self.row_group.columns().get(leaf));
        let (Some(filter), Some(chunk)) = (self.filters.get(&column.id), chunk) else { return true };
        stored(literal, column, chunk.column_descr()).is_none_or(|bytes| filter.check(bytes.as_slice()))
    }
}

/// The filter of a chunk, if it has one of a known kind.
async fn load(source: &Source, chunk: &ColumnChunkMetaData) -> Result<Option<Sbbf>> {
    let Some(start) = chunk.bloom_filter_offset().and_then(|offset| u64::try_from(offset).ok()) else {
        return Ok(None);
    };
    // Old writers do not say the length.
    let length = chunk.bloom_filter_length().and_then(|length| u64::try_from(length).ok()).unwrap_or(HEAD_BYTES);
    let end = start.saturating_add(length).min(source.size());
    if start >= end || end - start > MAX_BYTES + HEAD_BYTES {
        return Ok(None);
    }
    let bytes = source.metadata(start..end).await?;
    let Some((head, length)) = head(&bytes) else { return Ok(None) };
    let start = start + head as u64;
    let bits = match head.checked_add(length).and_then(|end| bytes.get(head..end)) {
        Some(bits) => Sbbf::new(bits),
        None if start + length as u64 <= source.size() => {
            Sbbf::new(&source.metadata(start..start + length as u64).await?)
        }
        None => return Ok(None),
    };
    Ok((bits.num_blocks() > 0).then_some(bits))
}

/// Bytes of the head and of the bits behind it; `None` for another kind of filter.
fn head(bytes: &[u8]) -> Option<(usize, usize)> {
    let (0x15, mut rest) = bytes.split_first().map(|(first, rest)| (*first, rest))? else { return None };
    let mut number = 0_u64;
    for shift in (0..35).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        rest = tail;
        number |= u64::from(byte & 0x7F) << shift;
        if *byte < 0x80 {
            break;
        }
    }
    let length = usize::try_from(number >> 1).ok()?;
    let sound = number & 1 == 0 && length as u64 <= MAX_BYTES && length.is_multiple_of(32);
    (sound && rest.starts_with(&HEAD_TAIL)).then(|| (bytes.len() - rest.len() + HEAD_TAIL.len(), length))
}

/// The bytes that a value equal to the literal has in the file. `None` where there may be others.
fn stored(literal: &Datum, column: &Column, leaf: &ColumnDescriptor) -> Option<Vec<u8>> {
    let number = |value: i64| match leaf.physical_type() {
        Type::INT32 => Some(i32::try_from(value).ok()?.to_le_bytes().to_vec()),
        Type::INT64 => Some(value.to_le_bytes().to_vec()),
        _ => None,
    };
    let physical = |wanted: Type, bytes: &[u8]| (leaf.physical_type() == wanted).then(|| bytes.to_vec());
    match literal {
        _ if is_unsigned(leaf) => None,
        Datum::TinyInt(value) => physical(Type::INT32, &i32::from(*value).to_le_bytes()),
        Datum::SmallInt(value) => physical(Type::INT32, &i32::from(*value).to_le_bytes()),
        Datum::Int(value) | Datum::Date(value) | Datum::Time(value) => physical(Type::INT32, &value.to_le_bytes()),
        Datum::BigInt(value) => number(*value),
        Datum::String(text) => physical(Type::BYTE_ARRAY, text.as_bytes()),
        Datum::Bytes(bytes) => physical(Type::BYTE_ARRAY, bytes),
        Datum::Float(value) if *value != 0.0 && !value.is_nan() => physical(Type::FLOAT, &value.to_le_bytes()),
        Datum::Double(value) if *value != 0.0 && !value.is_nan() => physical(Type::DOUBLE, &value.to_le_bytes()),
        Datum::Decimal { unscaled, scale } => decimal(*unscaled, *scale, leaf),
        Datum::Timestamp { millis, nanos } => {
            let (TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision)) = column.data_type.kind else {
                return None;
            };
            let unit = timestamp_unit(precision);
            let same = stored_unit(leaf).is_some_and(|stored| super::bounds::arrow_unit(stored) == unit);
            let ticks =
                timestamp_ticks(*millis, *nanos, unit).filter(|_| same && leaf.physical_type() == Type::INT64)?;
            Some(ticks.to_le_bytes().to_vec())
        }
        _ => None,
    }
}

fn decimal(unscaled: i128, scale: u8, leaf: &ColumnDescriptor) -> Option<Vec<u8>> {
    let stored_scale = match leaf.logical_type_ref() {
        Some(LogicalType::Decimal(decimal)) => decimal.scale,
        _ if leaf.converted_type() == ConvertedType::DECIMAL => leaf.type_scale(),
        _ => return None,
    };
    if stored_scale != i32::from(scale) {
        return None;
    }
    match leaf.physical_type() {
        Type::INT32 => Some(i32::try_from(unscaled).ok()?.to_le_bytes().to_vec()),
        Type::INT64 => Some(i64::try_from(unscaled).ok()?.to_le_bytes().to_vec()),
        Type::FIXED_LEN_BYTE_ARRAY => {
            let wide = unscaled.to_be_bytes();
            let length = usize::try_from(leaf.type_length()).ok().filter(|length| *length <= wide.len())?;
            let (head, tail) = wide.split_at(wide.len() - length);
            let fill = if unscaled < 0 { 0xFF } else { 0 };
            let fits = head.iter().all(|byte| *byte == fill) && tail.first().is_some_and(|byte| byte >> 7 == fill >> 7);
            fits.then(|| tail.to_vec())
        }
        _ => None,
    }
}
