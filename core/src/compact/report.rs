//! What a compaction did, or would do.

use std::{fmt, sync::Arc};

use serde::Serialize;

use super::{CompactTask, Reason, TaskKind};
use crate::{
    error::Result,
    merge::{overlap, overlap_after},
    scan::entry_types,
    spec::data_file::DataFileMeta,
    table::Table,
};

/// What a compaction did to one bucket, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BucketReport {
    /// Bucket directory.
    pub bucket_path: String,
    /// The rule that picked the files.
    pub reason: Reason,
    /// Sorted runs (primary key) or files (append) before.
    pub runs_before: usize,
    /// The same after; an estimate in a dry run.
    pub runs_after: usize,
    /// Files that a read of one key must look at, at worst: those whose key ranges meet (primary key), or all (append).
    pub overlap_before: usize,
    /// The same after; an estimate in a dry run.
    pub overlap_after: usize,
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
    /// Buckets with something to do; a bucket of an append table may come more than once.
    pub buckets: Vec<BucketReport>,
    /// Buckets looked at.
    pub buckets_seen: usize,
    /// The last COMPACT snapshot; `None` where there was nothing to do.
    pub snapshot_id: Option<i64>,
    /// COMPACT snapshots made.
    pub commits: usize,
    /// Results that somebody else's change made void; what was still due of them was done again.
    pub stale: usize,
}

/// How far a compaction is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactProgress {
    /// Tasks carried out.
    pub tasks_done: usize,
    /// Tasks of the plan.
    pub tasks_total: usize,
    /// Bytes of the files that tasks done took in.
    pub bytes_done: u64,
    /// Bytes of the files of all tasks.
    pub bytes_total: u64,
}

/// Is told how far a compaction is: at the beginning and after each task.
#[derive(Clone)]
pub struct OnProgress(Arc<dyn Fn(CompactProgress) + Send + Sync>);

impl OnProgress {
    /// Calls `tell`, which must not take long.
    pub fn new(tell: impl Fn(CompactProgress) + Send + Sync + 'static) -> Self {
        OnProgress(Arc::new(tell))
    }

    pub(super) fn tell(&self, progress: CompactProgress) {
        (self.0)(progress);
    }
}

impl fmt::Debug for OnProgress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("OnProgress")
    }
}

/// What is done by a task, or would be: `after` are the files that come, `None` where nothing was done yet.
///
/// Errors: `Corrupt` for keys that do not decode.
pub fn describe(table: &Table, task: &CompactTask, after: Option<&[DataFileMeta]>) -> Result<BucketReport> {
    let come = after.unwrap_or_default();
    let (runs_after, overlap_before, overlap_after) = match &task.kind {
        TaskKind::KeyValue(kind) => {
            let key_types = entry_types(&table.schema().trimmed_primary_key_fields());
            // Runs are taken whole, but for single files that are rewritten alone.
            let stay = runs(&task.others, kind.output_level);
            let before = overlap(task.files.iter().chain(&task.others), &key_types)?;
            (stay + 1, before, overlap_after(&task.others, &task.files, &key_types)?)
        }
        TaskKind::Append | TaskKind::Cluster(_) => {
            let target = table.options().target_file_size(false).max(1);
            let bytes = u64::try_from(task.bytes()).unwrap_or(0);
            let expected = usize::try_from(bytes.div_ceil(target)).unwrap_or(usize::MAX).max(1);
            let files = after.map_or(expected, <[DataFileMeta]>::len);
            let left = task.runs_before.saturating_sub(task.files.len()).saturating_add(files);
            (left, task.runs_before, left)
        }
    };
    Ok(BucketReport {
        bucket_path: task.bucket.bucket_path.clone(),
        reason: task.reason,
        runs_before: task.runs_before,
        runs_after,
        overlap_before,
        overlap_after,
        files_in: task.files.len(),
        bytes_in: task.bytes(),
        files_out: come.len(),
        bytes_out: come.iter().map(|file| file.file_size).sum(),
        output_level: task.output_level(),
    })
}

/// Sorted runs of files, but for the one at `level`.
fn runs(files: &[DataFileMeta], level: i32) -> usize {
    let mut levels: Vec<i32> =
        files.iter().map(|file| file.level).filter(|other| *other > 0 && *other != level).collect();
    levels.sort_unstable();
    levels.dedup();
    levels.len() + files.iter().filter(|file| file.level == 0).count()
}
