//! Fewer files: decide per bucket (pure), rewrite, commit as COMPACT.
//!
//! Primary-key buckets are LSM trees: [`levels`] orders their sorted runs, [`universal`] picks runs, `rewrite` merges
//! them. Append buckets only have small files: [`append`] packs them. A kill at any point leaves the old state.
//!
//! Tables whose readers skip level 0 (deletion vectors, first-row, changelog by lookup) are compacted right after each
//! write: [`after_write`].

pub mod append;
mod append_rewrite;
mod cluster;
mod follow_up;
mod key_value;
pub mod levels;
mod lookup;
mod pick;
mod plan;
mod plan_json;
mod postpone;
mod publish;
mod reason;
mod record_expire;
mod rescale;
mod rewrite;
mod support;
mod task;
pub mod universal;
mod upgrade;
mod vectors;

use std::collections::HashSet;

use futures::StreamExt;
use serde::Serialize;

pub use cluster::{ClusterBy, ClusterTask, Strategy};
pub use follow_up::{after_overwrite, after_write};
pub use plan::{CompactPlan, plan};
pub use publish::{Published, commit_rewritten};
pub use reason::Reason;
pub use rescale::{PartitionReport, RescaleOptions, RescaleReport, rescale};
pub use rewrite::rewrite;
pub use task::{CompactTask, KeyValueTask, TaskBucket, TaskKind, TaskVectors};

use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    predicate::Predicate,
    scan::{BucketFiles, entry_types},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta, options::Bucket},
    table::Table,
    write,
};

use levels::{SortedRun, sorted_runs};
use plan::plan_snapshot;

/// What to compact, and how far.
#[derive(Clone, Debug, Default)]
pub struct CompactOptions {
    /// Everything into one run (primary key) or into target-sized files (append), instead of what the rules ask for.
    pub full: bool,
    /// Only partitions that match, a filter on partition columns.
    pub partitions: Option<Predicate>,
    /// Only these buckets of these partitions.
    pub buckets: Option<HashSet<(BinaryRow, i32)>>,
    /// Sorts the rows of each bucket of an append table, whatever its files look like.
    pub cluster: Option<ClusterBy>,
    /// Leaves out the changelog that the compaction would produce.
    pub without_changelog: bool,
    /// Decide only.
    pub dry_run: bool,
}

/// What a compaction did to one bucket, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BucketReport {
    /// Bucket directory.
    pub bucket_path: String,
    /// The rule that picked the files.
    pub reason: Reason,
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

/// Compacts the latest snapshot of a table in one commit. Rows of a postpone table that wait for a bucket are given one
/// before, in a commit of its own.
///
/// Errors: `Conflict` where somebody else removed a file meanwhile (run again), `Unsupported` for tables that this build
/// cannot merge. The new files are removed where it is sure that nothing was committed: not when the reply to a commit was
/// lost.
pub async fn run(table: &Table, options: &CompactOptions) -> Result<CompactReport> {
    let mut report = CompactReport::default();
    if table.options().bucket == Bucket::Postpone && options.buckets.is_none() {
        let moved = postpone::move_rows(table, options.partitions.as_ref(), options.dry_run).await?;
        report.buckets_seen += moved.reports.len();
        report.buckets.extend(moved.reports);
        report.snapshot_id = moved.snapshot_id;
    }
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(report) };
    let planned = plan_snapshot(table, &snapshot, options).await?;
    report.buckets_seen += planned.buckets_seen;
    let tasks = planned.plan.tasks;
    if options.dry_run {
        report.buckets.extend(tasks.iter().map(|task| task.report(&[])));
        return Ok(report);
    }
    let done = rewrite_all(table, tasks).await?;
    let results: Vec<(&CompactTask, &CommitMessage)> = done.iter().map(|(task, message)| (task, message)).collect();
    let published = match publish::publish(table, &results).await {
        Ok(published) => published,
        Err(error) => {
            if error.is_surely_without_effect() {
                remove_results(table, &done).await;
            }
            return Err(error);
        }
    };
    report.snapshot_id = published.snapshot_id.or(report.snapshot_id);
    for (task, message) in published.committed.iter().filter_map(|place| done.get(*place)) {
        report.buckets.push(task.report(&message.compact_after));
    }
    let stale: Vec<_> = published.stale.iter().filter_map(|place| done.get(*place)).cloned().collect();
    remove_results(table, &stale).await;
    match stale.first() {
        None => Ok(report),
        Some((task, _)) => Err(Error::conflict("somebody else changed files of the compaction: run it again")
            .at(&task.bucket.bucket_path)
            .with("stale", stale.len())),
    }
}

/// Carries out all tasks side by side, or none.
async fn rewrite_all(table: &Table, tasks: Vec<CompactTask>) -> Result<Vec<(CompactTask, CommitMessage)>> {
    let parallelism = table.runtime().parallelism();
    let rewriting = tasks.into_iter().map(|task| {
        let table = table.clone();
        crate::io::spawn_value(table.runtime().clone(), async move {
            let message = rewrite::rewrite(&table, &task).await?;
            Ok((task, message))
        })
    });
    let mut results = futures::stream::iter(rewriting).buffered(parallelism);
    let (mut done, mut failed) = (Vec::new(), None);
    while let Some(result) = results.next().await {
        match result {
            Ok(result) => done.push(result),
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        None => Ok(done),
        Some(error) => {
            remove_results(table, &done).await;
            Err(error)
        }
    }
}

/// Removes the new files of results that are surely not committed.
async fn remove_results(table: &Table, results: &[(CompactTask, CommitMessage)]) {
    for (task, message) in results {
        remove_new_files(table, &task.bucket.bucket_path, message).await;
    }
}

/// New files are those that no old file of the same name stands for: an upgrade keeps its file.
async fn remove_new_files(table: &Table, bucket_path: &str, message: &CommitMessage) {
    let is_new = |file: &&DataFileMeta| message.compact_before.iter().all(|old| old.file_name != file.file_name);
    let files = message.compact_after.iter().filter(is_new).chain(&message.compact_changelog_files);
    for file in files {
        write::remove_data_file(table, bucket_path, file).await;
    }
    for file in &message.compact_new_index_files {
        write::remove_index_file(table, &(message.partition.clone(), message.bucket), file).await;
    }
}

/// The runs of a bucket, for front ends that draw them. Errors: `Corrupt` for keys that do not decode.
pub fn runs_of(table: &Table, bucket: &BucketFiles) -> Result<Vec<SortedRun>> {
    if !table.schema().is_primary_key_table() {
        return Err(Error::invalid("an append table has no sorted runs").at(table.name()));
    }
    sorted_runs(&bucket.files, &entry_types(&table.schema().trimmed_primary_key_fields()))
}
