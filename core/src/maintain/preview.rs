//! What a compaction would do, for people and front ends to look at. Nothing is written.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    compact::{self, CompactOptions, CompactTask, TaskKind},
    error::Result,
    spec::{data_file::DataFileMeta, layout},
    table::Table,
};

/// What a compaction would do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CompactionPreview {
    /// The snapshot looked at; 0 for a table without one.
    pub snapshot_id: i64,
    /// What would be done, bucket by bucket; nothing where the table is in good shape.
    pub tasks: Vec<PreviewTask>,
    /// Files that would take part.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What would be done in a bucket.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreviewTask {
    /// `dt=1`, empty for a table without partitions.
    pub partition: String,
    /// Bucket number.
    pub bucket: i32,
    /// The rule that picked the files.
    pub reason: &'static str,
    /// Names of the files that take part.
    pub files: Vec<String>,
    /// Their bytes.
    pub bytes: u64,
    /// Level that they go to.
    pub output_level: i32,
    /// Sorted runs (primary key) or files (append) of the bucket before: what a read has to merge or to open.
    pub runs_before: u64,
    /// The same after.
    pub runs_after: u64,
}

/// What [`compact::run`] would do with these options now.
///
/// Errors: `Unsupported` for tables that this build cannot compact, those of reading metadata.
pub async fn preview(table: &Table, full: bool) -> Result<CompactionPreview> {
    let plan = compact::plan(table, &CompactOptions { full, dry_run: true, ..CompactOptions::default() }).await?;
    let target = table.options().target_file_size(table.schema().is_primary_key_table());
    let tasks: Vec<PreviewTask> = plan.tasks.iter().map(|task| describe(table, task, target)).collect();
    Ok(CompactionPreview {
        snapshot_id: plan.snapshot_id,
        files: tasks.iter().map(|task| task.files.len() as u64).sum(),
        bytes: tasks.iter().map(|task| task.bytes).sum(),
        tasks,
    })
}

fn describe(table: &Table, task: &CompactTask, target: u64) -> PreviewTask {
    let fields = table.schema().partition_fields();
    let bytes = u64::try_from(task.bytes()).unwrap_or(0);
    let gone = match &task.kind {
        TaskKind::KeyValue(_) => runs(&task.files),
        _ => task.files.len() as u64,
    };
    let come = match &task.kind {
        TaskKind::KeyValue(_) => 1,
        _ => bytes.div_ceil(target.max(1)).max(1),
    };
    let runs_before = task.runs_before as u64;
    PreviewTask {
        partition: layout::partition_name(&fields, &task.bucket.partition_values, table.options()),
        bucket: task.bucket.bucket,
        reason: task.reason.name(),
        files: task.files.iter().map(|file| file.file_name.clone()).collect(),
        bytes,
        output_level: task.output_level(),
        runs_before,
        runs_after: runs_before.saturating_sub(gone).saturating_add(come),
    }
}

/// Sorted runs: each file of level 0 is one, each higher level is one.
fn runs(files: &[DataFileMeta]) -> u64 {
    let levels: BTreeSet<i32> = files.iter().map(|file| file.level).filter(|level| *level > 0).collect();
    let level_0 = files.iter().filter(|file| file.level == 0).count();
    (level_0 + levels.len()) as u64
}
