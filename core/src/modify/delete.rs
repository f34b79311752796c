//! Deletes the rows that match a filter.

use arrow_array::RecordBatch;

use super::{
    overwrite::{TruncateReport, truncate_matching},
    row_change::{self, ChangeReport, Decision, RowChange},
    rules::{check_changeable, check_deletable},
};
use crate::{
    error::{Error, Result},
    predicate::Predicate,
    table::Table,
};

/// What a delete did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteReport {
    /// Rows that matched.
    pub rows: u64,
    /// Data files that had such rows, as far as the table knows (append tables, and partitions taken away whole).
    pub touched_files: u64,
    /// Those of them that were taken away without being read again.
    pub dropped_files: u64,
    /// Those of them that were rewritten.
    pub rewritten_files: u64,
    /// The snapshot made; `None` where no row matched or nothing was to be changed.
    pub snapshot_id: Option<i64>,
}

/// Deletes the rows of the latest snapshot that match, in one commit; `dry_run` only counts.
///
/// A condition on nothing but partition columns takes whole partitions away, as Spark does, unless the table says
/// `delete.force-produce-changelog`. Other rows get a `-D` (primary-key tables), a mark in a deletion vector (append
/// tables with `deletion-vectors.enabled`), or their files are rewritten without them.
///
/// Errors: `Unsupported` for kinds of tables that take no deletes; `Conflict` where others rewrote the files again and again.
pub async fn delete_where(table: &Table, predicate: Predicate, dry_run: bool) -> Result<DeleteReport> {
    let writes_rows = !table.schema().is_primary_key_table() && !table.options().deletion_vectors_enabled;
    let takes_away = takes_partitions_away(table, &predicate);
    check_changeable(table, writes_rows && !takes_away)?;
    if takes_away {
        let TruncateReport { rows, files, snapshot_id, .. } = truncate_matching(table, predicate, dry_run).await?;
        return Ok(DeleteReport { rows, touched_files: files, dropped_files: files, rewritten_files: 0, snapshot_id });
    }
    check_deletable(table)?;
    let report = row_change::run(table, &mut Delete { predicate }, dry_run).await?;
    let ChangeReport { deleted_rows, touched_files, dropped_files, rewritten_files, snapshot_id, .. } = report;
    Ok(DeleteReport { rows: deleted_rows, touched_files, dropped_files, rewritten_files, snapshot_id })
}

fn takes_partitions_away(table: &Table, predicate: &Predicate) -> bool {
    let partitions = &table.schema().partition_keys;
    let forced = table.schema().options.get("delete.force-produce-changelog");
    let is_partition = |name: &String| partitions.contains(name);
    forced.is_none_or(|value| !value.eq_ignore_ascii_case("true"))
        && predicate.columns().iter().all(|column| is_partition(&column.name))
}

struct Delete {
    predicate: Predicate,
}

impl RowChange for Delete {
    fn operation(&self) -> &'static str {
        "DELETE"
    }

    fn filter(&self) -> Predicate {
        self.predicate.clone()
    }

    fn deciding_columns(&self) -> Vec<String> {
        let mut names: Vec<String> = self.predicate.columns().iter().map(|column| column.name.clone()).collect();
        names.dedup();
        names
    }

    fn decide(&mut self, rows: &RecordBatch) -> Result<Decision> {
        Ok(Decision::delete(self.predicate.evaluate(rows)?.values().clone()))
    }

    fn update(&mut self, _rows: &RecordBatch) -> Result<RecordBatch> {
        Err(Error::internal("a delete updates nothing"))
    }
}
