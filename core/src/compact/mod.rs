//! Fewer files: decide per bucket (pure), rewrite, commit as COMPACT.
//!
//! Primary-key buckets are LSM trees: [`levels`] orders their sorted runs, [`universal`] picks runs, `rewrite` merges
//! them. Append buckets only have small files: [`append`] packs them. A kill at any point leaves the old state.
//!
//! Tables whose readers skip level 0 (deletion vectors, first-row, changelog by lookup) are compacted right after each
//! write: [`after_write`].

pub mod append;
mod follow_up;
pub mod levels;
mod plan;
mod rewrite;
mod support;
pub mod universal;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use serde::Serialize;

pub use follow_up::after_write;

use crate::{
    commit::CommitMessage,
    error::{Error, ErrorKind, Result},
    predicate::Predicate,
    read::ReadContext,
    scan::{BucketFiles, EntryFilter, check_readable, entry_types, live_files},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta, snapshot::Snapshot},
    table::Table,
    write::{self, BucketKey, BucketVectors, VectorWriter},
};

use levels::{SortedRun, sorted_runs};
use plan::{DeletionVectors, Task};

/// What to compact, and how far.
#[derive(Clone, Debug, Default)]
pub struct CompactOptions {
    /// Everything into one run (primary key) or into target-sized files (append), instead of what the rules ask for.
    pub full: bool,
    /// Only partitions that match, a filter on partition columns.
    pub partitions: Option<Predicate>,
    /// Only these buckets of these partitions.
    pub buckets: Option<HashSet<(BinaryRow, i32)>>,
    /// Decide only.
    pub dry_run: bool,
}

/// What a compaction did to one bucket, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BucketReport {
    /// Bucket directory.
    pub bucket_path: String,
    /// Sorted runs (primary key) or files (append) before.
    pub runs_before: usize,
    /// Files that take part.
    pub files_in: usize,
    /// Their bytes.
    pub bytes_in: i64,
    /// Files after; 0 in a dry run.
    pub files_out: usize,
    /// Their bytes.
    pub bytes_out: i64,
    /// Level the files go to.
    pub output_level: i32,
}

/// What a compaction did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CompactReport {
    /// Buckets with something to do.
    pub buckets: Vec<BucketReport>,
    /// Buckets looked at.
    pub buckets_seen: usize,
    /// The COMPACT snapshot; `None` where there was nothing to do.
    pub snapshot_id: Option<i64>,
}

/// Compacts the latest snapshot of a table in one commit.
///
/// Errors: `Conflict` where somebody else removed a file meanwhile (run again), `Unsupported` for tables that this build
/// cannot merge. The new files are removed where it is sure that nothing was committed: not when the reply to a commit was
/// lost.
pub async fn run(table: &Table, options: &CompactOptions) -> Result<CompactReport> {
    let mut report = CompactReport::default();
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(report) };
    check_readable(table, table.schema())?;
    support::check_compactable(table)?;
    let filter = EntryFilter {
        partition: options.partitions.clone(),
        buckets: None,
        real_buckets_only: true,
        ..EntryFilter::default()
    };
    let mut buckets = live_files(table, &snapshot, &filter).await?;
    if let Some(wanted) = &options.buckets {
        buckets.retain(|bucket| wanted.contains(&(bucket.partition.clone(), bucket.bucket)));
    }
    report.buckets_seen = buckets.len();
    let vectors = DeletionVectors::read(table, &snapshot).await?;
    let tasks: Vec<Task> = plan::plan(table, buckets, &vectors, options.full)?;
    if tasks.is_empty() {
        return Ok(report);
    }
    if options.dry_run {
        report.buckets = tasks.iter().map(|task| task.report(&[])).collect();
        return Ok(report);
    }
    let mut messages: Vec<(String, CommitMessage)> = Vec::new();
    let context = Arc::new(ReadContext::new(table, table.schema().clone()));
    let mut indexes = VectorWriter::new(table, &context);
    let result = rewrite_all(table, tasks, &mut messages, &mut report).await;
    let result = match result {
        Ok(()) => drop_vectors(&mut indexes, &snapshot, &vectors, &mut messages).await,
        error => error,
    };
    if let Err(error) = result {
        remove_new_files(table, &messages).await;
        indexes.abort().await;
        return Err(error);
    }
    let commit = table.new_commit(None);
    let plain: Vec<CommitMessage> = messages.iter().map(|(_, message)| message.clone()).collect();
    match commit.commit(Snapshot::BATCH_IDENTIFIER, &plain).await {
        Ok(ids) => report.snapshot_id = ids.last().copied(),
        Err(error) => {
            // Only a conflict says for sure that nothing refers to the files.
            if error.kind() == ErrorKind::Conflict {
                remove_new_files(table, &messages).await;
                indexes.abort().await;
            }
            return Err(error);
        }
    }
    Ok(report)
}

/// Rewrites the index files of an append table that hold vectors of files which go: one message a bucket.
async fn drop_vectors(
    indexes: &mut VectorWriter<'_>,
    snapshot: &Snapshot,
    vectors: &DeletionVectors,
    messages: &mut Vec<(String, CommitMessage)>,
) -> Result<()> {
    let mut changes: BTreeMap<BucketKey, BucketVectors> = BTreeMap::new();
    let mut rewritten: BTreeMap<BucketKey, CommitMessage> = BTreeMap::new();
    for (_, message) in messages.iter().filter(|(_, message)| message.compact_deleted_index_files.is_empty()) {
        let key = (message.partition.clone(), message.bucket);
        let gone = message.compact_before.iter().map(|file| &file.file_name);
        let gone: Vec<String> = gone.filter(|name| vectors.has(&key, name)).cloned().collect();
        if !gone.is_empty() {
            let message = CommitMessage::new(key.0.clone(), key.1, message.total_buckets);
            rewritten.entry(key.clone()).or_insert(message);
            changes.entry(key).or_default().gone.extend(gone);
        }
    }
    indexes.write(snapshot, changes, &mut rewritten).await?;
    for mut message in rewritten.into_values() {
        message.compact_new_index_files = std::mem::take(&mut message.new_index_files);
        message.compact_deleted_index_files = std::mem::take(&mut message.deleted_index_files);
        messages.push((String::new(), message));
    }
    Ok(())
}

async fn rewrite_all(
    table: &Table,
    tasks: Vec<Task>,
    messages: &mut Vec<(String, CommitMessage)>,
    report: &mut CompactReport,
) -> Result<()> {
    use futures::StreamExt;
    let parallelism = table.runtime().parallelism();
    let rewriting = tasks.into_iter().map(|task| {
        let table = table.clone();
        crate::io::spawn_value(table.runtime().clone(), async move {
            let message = rewrite::rewrite(&table, &task).await?;
            Ok((task, message))
        })
    });
    let mut results = futures::stream::iter(rewriting).buffered(parallelism);
    let mut failed = None;
    while let Some(result) = results.next().await {
        match result {
            Ok((task, message)) => {
                report.buckets.push(task.report(&message.compact_after));
                messages.push((task.bucket.bucket_path.clone(), message));
            }
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(()), Err)
}

/// New files are those that no old file of the same name stands for: an upgrade keeps its file.
async fn remove_new_files(table: &Table, messages: &[(String, CommitMessage)]) {
    for (bucket_path, message) in messages {
        let is_new = |file: &&DataFileMeta| message.compact_before.iter().all(|old| old.file_name != file.file_name);
        let files = message.compact_after.iter().filter(is_new).chain(&message.compact_changelog_files);
        for file in files {
            write::remove_data_file(table, bucket_path, file).await;
        }
    }
}

/// The runs of a bucket, for front ends that draw them. Errors: `Corrupt` for keys that do not decode.
pub fn runs_of(table: &Table, bucket: &BucketFiles) -> Result<Vec<SortedRun>> {
    if !table.schema().is_primary_key_table() {
        return Err(Error::invalid("an append table has no sorted runs").at(table.name()));
    }
    sorted_runs(&bucket.files, &entry_types(&table.schema().trimmed_primary_key_fields()))
}
