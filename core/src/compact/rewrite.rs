//! Carries out one decision about the files of a bucket.

use super::{CompactTask, TaskKind, append_rewrite, cluster, key_value};
use crate::{commit::CommitMessage, error::Result, scan::Split, spec::data_file::DataFileMeta, table::Table};

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
        TaskKind::Append => append_rewrite::concatenate(table, task, &mut message).await,
        TaskKind::Cluster(kind) => cluster::rewrite(table, task, kind, &mut message).await,
    };
    if result.is_err() {
        super::remove_new_files(table, &bucket.bucket_path, &message).await;
    }
    result.map(|()| message)
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
