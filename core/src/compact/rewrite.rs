//! Carries out one decision about the files of a bucket.

use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::{StreamExt, stream::BoxStream};

use super::{CompactTask, TaskKind, key_value};
use crate::{
    commit::CommitMessage,
    error::Result,
    read::{self, ReadContext},
    scan::Split,
    spec::data_file::{DataFileMeta, FileSource},
    table::Table,
    write::{DataFileWriter, FileRole},
};

/// Carries out one task: what of the bucket goes and what comes. Nothing of it is visible before it is committed
/// ([`super::commit_rewritten`]). The files of a task that fails are removed.
///
/// Errors: those of reading and writing; `Unsupported` for tables that this build cannot merge.
pub async fn rewrite(table: &Table, task: &CompactTask) -> Result<CommitMessage> {
    super::support::check_compactable(table)?;
    let bucket = &task.bucket;
    let mut message = CommitMessage::new(bucket.partition.clone(), bucket.bucket, bucket.total_buckets);
    let result = match &task.kind {
        TaskKind::KeyValue(kind) => key_value::compact(table, task, kind, &mut message).await,
        TaskKind::Append => concatenate(table, task, &mut message).await,
    };
    if result.is_err() {
        super::remove_new_files(table, &bucket.bucket_path, &message).await;
    }
    result.map(|()| message)
}

async fn concatenate(table: &Table, task: &CompactTask, message: &mut CommitMessage) -> Result<()> {
    let role = FileRole { level: 0, source: FileSource::Compact, key_value: false };
    let first = task.files.iter().map(|file| file.min_sequence_number).min().unwrap_or(0);
    let writer = DataFileWriter::new(table, &task.bucket.bucket_path, role, first);
    let context = Arc::new(ReadContext::new(table, table.schema().clone()));
    let split = split_of(task, task.files.clone());
    let rows = read::read_all_columns(&context, split).await?;
    message.compact_after.extend(write_all(writer, rows).await?);
    message.compact_before.extend(task.files.iter().cloned());
    Ok(())
}

async fn write_all(
    mut writer: DataFileWriter,
    mut rows: BoxStream<'static, Result<RecordBatch>>,
) -> Result<Vec<DataFileMeta>> {
    while let Some(batch) = rows.next().await {
        let written = match batch {
            Ok(batch) => writer.write(&batch).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            writer.abort().await;
            return Err(error);
        }
    }
    writer.close().await
}

/// Files of a task's bucket as reads take them, with their deletion vectors.
pub(super) fn split_of(task: &CompactTask, files: Vec<DataFileMeta>) -> Split {
    let bucket = &task.bucket;
    Split {
        partition: bucket.partition.clone(),
        partition_values: bucket.partition_values.clone(),
        bucket: bucket.bucket,
        total_buckets: bucket.total_buckets,
        bucket_path: bucket.bucket_path.clone(),
        files,
        raw_convertible: false,
        deletions: task.vectors.files.clone(),
        snapshot_id: 0,
    }
}
