//! Rows that could be stored, but would make every later merge of their keys fail (Java `validateRetract`).

use std::sync::Arc;

use arrow_array::RecordBatch;

use crate::{
    error::Result,
    merge::{self, MergePlan},
    table::Table,
    types::RowKind,
};

/// Refuses a batch with a kind of change that the merge engine does not take. `batch` has the layout of key-value files.
///
/// Errors: `Unsupported` naming the merge engine and the kind.
pub(super) fn check(table: &Table, plan: &Arc<MergePlan>, batch: &RecordBatch, kinds: &[RowKind]) -> Result<()> {
    for kind in [RowKind::UpdateBefore, RowKind::Delete] {
        let Some(row) = kinds.iter().position(|other| *other == kind) else { continue };
        let engine = table.options().merge_engine.as_str();
        merge::sort(Arc::clone(plan), vec![batch.slice(row, 1)])?
            .check_mergeable()
            .map_err(|error| error.at(table.name()).with("merge-engine", engine).with("row kind", kind.as_str()))?;
    }
    Ok(())
}
