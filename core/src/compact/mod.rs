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
mod job;
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
mod report;
mod rescale;
mod rewrite;
mod support;
mod task;
pub mod universal;
mod upgrade;
mod vectors;

use std::{collections::HashSet, time::Duration};

pub use cluster::{ClusterBy, ClusterTask, Strategy};
pub use follow_up::{after_overwrite, after_write};
pub use job::run;
pub use plan::{CompactPlan, plan};
pub use publish::{Published, commit_rewritten};
pub use reason::Reason;
pub use report::{BucketReport, CompactProgress, CompactReport, OnProgress, describe};
pub use rescale::{PartitionReport, RescaleOptions, RescaleReport, rescale};
pub use rewrite::rewrite;
pub use task::{CompactTask, KeyValueTask, TaskBucket, TaskKind, TaskVectors};

use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    predicate::Predicate,
    scan::{BucketFiles, entry_types},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta},
    table::Table,
    write,
};

use levels::{SortedRun, sorted_runs};

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
    /// Only buckets of these numbers.
    pub bucket_numbers: Option<HashSet<i32>>,
    /// Only partitions whose newest file is older than this.
    pub partition_idle_time: Option<Duration>,
    /// Decide only.
    pub dry_run: bool,
    /// Plans made while others change the same buckets; 5 by default.
    pub max_attempts: Option<u32>,
    /// Bytes that are rewritten before they are committed; 4 GiB by default.
    pub commit_bytes: Option<u64>,
    /// Memory that tasks may take together, roughly; 2 GiB by default.
    pub memory_bytes: Option<u64>,
    /// Tasks at a time; as many as the runtime has threads by default.
    pub parallelism: Option<usize>,
    /// Is told how far the compaction is.
    pub progress: Option<OnProgress>,
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
