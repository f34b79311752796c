//! Filters that let statistics, page indexes and bloom filters rule out what holds none of some keys.

use arrow_array::RecordBatch;

use crate::{
    error::{Error, Result},
    predicate::{Column, CompareOp, Predicate},
    types::{DataField, Datum, TypeKind},
};

/// Most parts of a filter: keys beyond that many are put together in ranges.
const MOST_PARTS: usize = 64;

/// Rows that may be one of the ascending `keys` (rows of `batch`), by the first column of the key; `None` where nothing can be
/// said.
pub(super) fn any_of(fields: &[DataField], batch: &RecordBatch, keys: &[u32]) -> Result<Option<Predicate>> {
    let Some(column) = first_column(fields) else { return Ok(None) };
    let mut parts = Vec::new();
    for part in keys.chunks(keys.len().div_ceil(MOST_PARTS).max(1)) {
        let edge = |key: Option<&u32>| value(batch, key);
        let (Some(low), Some(high)) = (edge(part.first())?, edge(part.last())?) else { return Ok(None) };
        let compare = |op, literal| Predicate::Compare { column: column.clone(), op, literal };
        parts.push(match low == high {
            true => compare(CompareOp::Eq, low),
            false => Predicate::And(vec![compare(CompareOp::GtEq, low), compare(CompareOp::LtEq, high)]),
        });
    }
    Ok(Some(match parts.len() {
        1 => parts.swap_remove(0),
        _ => Predicate::Or(parts),
    }))
}

/// Rows that are not below the first of the ascending `keys`; `None` where nothing can be said.
pub(super) fn from(fields: &[DataField], batch: &RecordBatch, keys: &[u32]) -> Result<Option<Predicate>> {
    let Some(column) = first_column(fields) else { return Ok(None) };
    let least = value(batch, keys.first())?;
    Ok(least.map(|literal| Predicate::Compare { column, op: CompareOp::GtEq, literal }))
}

/// The first column of the key, unless its values are kept in statistics under other rules than keys are ordered by.
fn first_column(fields: &[DataField]) -> Option<Column> {
    let field = fields.first()?;
    let is_float = matches!(field.data_type.kind, TypeKind::Float | TypeKind::Double);
    (!is_float).then(|| Column::of(field))
}

fn value(batch: &RecordBatch, key: Option<&u32>) -> Result<Option<Datum>> {
    let Some(key) = key else { return Err(Error::internal("expected at least one key to look up")) };
    let Some(column) = batch.columns().first() else { return Err(Error::internal("a key without columns")) };
    Datum::from_array(column, *key as usize)
}
