//! Rewrites files of append tables: their live rows, one file after the other (Java `BaseAppendFileStoreWrite.compactRewrite`).
//!
//! Rows of a table with row tracking keep their `_ROW_ID` and `_SEQUENCE_NUMBER`: from now on they stand in the file
//! (format digest 10.3), as in files that Java compacts.

use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::stream::BoxStream;

use super::{CompactTask, rewrite::split_of};
use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    read::{self, ReadContext},
    spec::{
        data_file::{DataFileMeta, FileSource},
        table_schema::row_id_field,
    },
    table::Table,
    types::DataField,
    write::{DataFileWriter, FileRole},
};

/// Writes the live rows of the files in the order of the task.
pub(super) async fn concatenate(table: &Table, task: &CompactTask, message: &mut CommitMessage) -> Result<()> {
    let rows = live_rows(table, task).await?;
    let files = writer(table, task).write_all(rows).await?;
    message.compact_after.extend(files);
    message.compact_before.extend(task.files.iter().cloned());
    Ok(())
}

/// Columns that a file of the table gets when it is rewritten: ids and sequence numbers behind those of the table.
pub(super) fn stored_fields(table: &Table) -> Vec<DataField> {
    table.schema().readable_fields()
}

/// The live rows of the files of a task, in its order, with [`stored_fields`].
///
/// Errors: `Unsupported` where rows should have ids, but have none, as Java 1.x leaves them after a compaction.
pub(super) async fn live_rows(table: &Table, task: &CompactTask) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    if table.schema().tracks_rows()
        && let Some(file) = task.files.iter().find(|file| !has_row_ids(file))
    {
        let message =
            "cannot rewrite a file that has lost its row ids (Java 1.x compacts so): they would be lost for good";
        return Err(Error::unsupported(message).at(&file.file_name));
    }
    let context = Arc::new(ReadContext::new(table, table.schema().clone()));
    read::read_all_columns(&context, split_of(task, task.files.clone())).await
}

/// Whether the rows of a file have ids.
pub(super) fn has_row_ids(file: &DataFileMeta) -> bool {
    let row_id = row_id_field().name;
    file.first_row_id.is_some() || file.write_cols.as_ref().is_some_and(|columns| columns.contains(&row_id))
}

/// Writes files in the place of those of a task.
pub(super) fn writer(table: &Table, task: &CompactTask) -> DataFileWriter {
    let role = FileRole { level: 0, source: FileSource::Compact, key_value: false };
    let first = task.files.iter().map(|file| file.min_sequence_number).min().unwrap_or(0);
    let writer = DataFileWriter::new(table, &task.bucket.bucket_path, role, first);
    if table.schema().tracks_rows() { writer.with_tracked_rows() } else { writer }
}
