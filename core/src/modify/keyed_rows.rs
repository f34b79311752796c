//! Changes of rows of a table with a primary key: they are written as rows of their own.

use std::sync::Arc;

use arrow_array::{Array, BooleanArray, RecordBatch, StringArray};
use arrow_buffer::BooleanBuffer;
use arrow_select::filter::filter_record_batch;

use super::row_change::{ChangeReport, RowChange};
use crate::{
    compact,
    error::{Error, Result},
    scan::SnapshotChoice,
    spec::{options::MergeEngine, snapshot::Snapshot},
    table::Table,
    types::RowKind,
    write::TableWrite,
};

/// Reads the rows that may change, merged, and writes `-D`, `+U` and `+I` for those that do, in one commit.
///
/// Memory: a few batches, and the write buffer.
pub(super) async fn run(table: &Table, change: &mut dyn RowChange, dry_run: bool) -> Result<ChangeReport> {
    let mut report = ChangeReport::default();
    let mut write = table.new_write()?;
    let messages = match write_changes(table, change, (!dry_run).then_some(&mut write), &mut report).await {
        Ok(()) if dry_run => return Ok(report),
        Ok(()) => write.prepare_commit().await,
        Err(error) => Err(error),
    };
    let messages = match messages {
        Ok(messages) => messages,
        Err(error) => {
            write.abort().await;
            return Err(error);
        }
    };
    report.new_files = messages.iter().map(|message| message.new_files.len() as u64).sum();
    let commit = table.new_commit(None).with_operation(change.operation());
    report.snapshot_id = commit.commit(Snapshot::BATCH_IDENTIFIER, &messages).await?.last().copied();
    let shown = compact::after_write(table, &messages).await;
    shown.map_err(|error| error.with("committed, but not visible yet: snapshot", report.snapshot_id.unwrap_or(0)))?;
    Ok(report)
}

async fn write_changes(
    table: &Table,
    change: &mut dyn RowChange,
    mut write: Option<&mut TableWrite>,
    report: &mut ChangeReport,
) -> Result<()> {
    // Not what `scan.*` options of the table choose.
    let mut rows = with_level_0(table)?.scan().at(SnapshotChoice::Latest).filter(change.filter()).stream().await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let decision = change.decide(&batch)?;
        report.deleted_rows += decision.delete.count_set_bits() as u64;
        report.updated_rows += decision.update.count_set_bits() as u64;
        if let Some(deleted) = rows_of(&batch, decision.delete)?
            && let Some(write) = write.as_deref_mut()
        {
            put(table, write, deleted, RowKind::Delete).await?;
        }
        if let Some(old) = rows_of(&batch, decision.update)?
            && let Some(write) = write.as_deref_mut()
        {
            let new = change.update(&old)?;
            check_takes_effect(table, &old, &new)?;
            put(table, write, new, RowKind::UpdateAfter).await?;
        }
    }
    for batch in change.inserts()? {
        report.inserted_rows += batch.num_rows() as u64;
        if let Some(write) = write.as_deref_mut() {
            put(table, write, batch, RowKind::Insert).await?;
        }
    }
    Ok(())
}

/// The table as it is read with the rows that wait for a compaction to be seen: they are there, and would come to light
/// unchanged otherwise.
fn with_level_0(table: &Table) -> Result<Table> {
    if !table.options().deletion_vectors_enabled {
        return Ok(table.clone());
    }
    let mut schema = table.schema().as_ref().clone();
    schema.options.insert("deletion-vectors.merge-on-read".to_owned(), "true".to_owned());
    table.at_schema(Arc::new(schema))
}

/// Partial updates keep what is there where the new value is null.
///
/// Errors: `Unsupported` where a value was to become null.
fn check_takes_effect(table: &Table, old: &RecordBatch, new: &RecordBatch) -> Result<()> {
    if table.options().merge_engine != MergeEngine::PartialUpdate {
        return Ok(());
    }
    for (field, column) in new.schema().fields().iter().zip(new.columns()) {
        if column.null_count() > old.column_by_name(field.name()).map_or(0, |old| old.null_count()) {
            let message = "cannot set a value to null: merge-engine=partial-update keeps the old value then";
            return Err(Error::unsupported(message).at(table.name()).with("column", field.name()));
        }
    }
    Ok(())
}

/// The rows of a mask; `None` where there are none.
pub(super) fn rows_of(batch: &RecordBatch, mask: BooleanBuffer) -> Result<Option<RecordBatch>> {
    match mask.count_set_bits() {
        0 => Ok(None),
        all if all == batch.num_rows() => Ok(Some(batch.clone())),
        _ => Ok(Some(filter_record_batch(batch, &BooleanArray::new(mask, None))?)),
    }
}

/// Writes rows of one kind. Where a column tells the kind of a row (`rowkind.field`), it tells this one.
async fn put(table: &Table, write: &mut TableWrite, batch: RecordBatch, kind: RowKind) -> Result<()> {
    let mut batch = batch;
    let told = table.options().rowkind_field.as_ref().and_then(|name| batch.schema().index_of(name).ok());
    if let Some(place) = told.filter(|_| kind != RowKind::Insert) {
        let (schema, mut columns, rows) = batch.into_parts();
        if let Some(column) = columns.get_mut(place) {
            *column = Arc::new(StringArray::from_iter_values(std::iter::repeat_n(kind.as_str(), rows)));
        }
        batch = RecordBatch::try_new(schema, columns)?;
    }
    let kinds = vec![kind; batch.num_rows()];
    write.write(batch, Some(&kinds)).await
}
