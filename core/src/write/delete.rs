//! Deletes the rows of a primary-key table that match a filter.

use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::SnapshotChoice,
    spec::{options::MergeEngine, snapshot::Snapshot},
    table::Table,
    types::RowKind,
};

/// What a delete did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteReport {
    /// Rows that matched.
    pub rows: u64,
    /// The snapshot made; `None` where no row matched or nothing was to be changed.
    pub snapshot_id: Option<i64>,
}

/// Reads the matching rows of the latest snapshot and writes a `-D` for each, in one commit.
///
/// `dry_run` only counts. Errors: `Unsupported` for append tables and tables with a fallback branch.
pub async fn delete_where(table: &Table, predicate: Predicate, dry_run: bool) -> Result<DeleteReport> {
    if !table.schema().is_primary_key_table() {
        return Err(Error::unsupported("cannot delete rows of an append table yet").at(table.name()));
    }
    let engine = table.options().merge_engine;
    if engine != MergeEngine::Deduplicate {
        let message = format!("cannot delete rows of a table with merge-engine={} yet", engine.as_str());
        return Err(Error::unsupported(message).at(table.name()));
    }
    // Rows of a fallback branch are not here to be deleted, and a delete here would hide all others of their partition.
    if let Some(option) = ["scan.fallback-branch", "scan.primary-branch"].into_iter().find(|name| has(table, name)) {
        return Err(Error::unsupported(format!("cannot delete rows of a table with {option} yet")).at(table.name()));
    }
    // Not what `scan.*` options of the table choose.
    let mut matching = table.scan().at(SnapshotChoice::Latest).filter(predicate).stream().await?;
    let mut report = DeleteReport::default();
    let mut write = table.new_write()?;
    while let Some(batch) = matching.next().await {
        let batch = batch?;
        report.rows += batch.num_rows() as u64;
        if !dry_run {
            let kinds = vec![RowKind::Delete; batch.num_rows()];
            write.write(batch, Some(&kinds)).await?;
        }
    }
    let messages = write.prepare_commit().await?;
    let commit = table.new_commit(None).with_operation("DELETE");
    match commit.commit(Snapshot::BATCH_IDENTIFIER, &messages).await {
        Ok(ids) => report.snapshot_id = ids.last().copied(),
        Err(error) => return Err(error),
    }
    Ok(report)
}

fn has(table: &Table, option: &str) -> bool {
    table.schema().options.contains_key(option)
}
