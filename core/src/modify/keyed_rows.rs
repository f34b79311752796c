//! Changes of rows of a table with a primary key: they are written as rows of their own.

use arrow_array::{BooleanArray, RecordBatch, StringArray};
use arrow_buffer::BooleanBuffer;
use arrow_select::filter::filter_record_batch;

use super::row_change::{ChangeReport, RowChange};
use crate::{
    error::Result, scan::SnapshotChoice, spec::snapshot::Snapshot, table::Table, types::RowKind, write::TableWrite,
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
    Ok(report)
}

async fn write_changes(
    table: &Table,
    change: &mut dyn RowChange,
    mut write: Option<&mut TableWrite>,
    report: &mut ChangeReport,
) -> Result<()> {
    // Not what `scan.*` options of the table choose.
    let mut rows = table.scan().at(SnapshotChoice::Latest).filter(change.filter()).stream().await?;
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
            *column = std::sync::Arc::new(StringArray::from_iter_values(std::iter::repeat_n(kind.as_str(), rows)));
        }
        batch = RecordBatch::try_new(schema, columns)?;
    }
    let kinds = vec![kind; batch.num_rows()];
    write.write(batch, Some(&kinds)).await
}
