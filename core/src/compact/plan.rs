//! What to do with each bucket. Pure but for reading the manifests.

use std::{collections::HashSet, time::Duration};

use super::{
    CompactOptions, CompactTask, KeyValueTask, Reason, TaskBucket, TaskKind, TaskVectors,
    append::{self, AppendOptions, Pack},
    append_rewrite::has_row_ids,
    cluster,
    pick::{Occasion, Tree},
    record_expire::expired_files,
    support,
    vectors::DeletionVectors,
};
use crate::{
    error::Result,
    merge::ChangelogRule,
    scan::{BucketFiles, EntryFilter, check_readable, entry_types, live_files},
    spec::{
        binary_row::BinaryRow,
        data_file::DataFileMeta,
        options::{ChangelogProducer, CoreOptions, MergeEngine},
        snapshot::Snapshot,
        stats::SimpleStats,
    },
    table::Table,
};

/// What a compaction is to do: decided once, carried out anywhere, committed once.
#[derive(Clone, Debug, PartialEq)]
pub struct CompactPlan {
    /// The snapshot that it is about; 0 for a table without one.
    pub snapshot_id: i64,
    /// What is to be done; no file is in two tasks.
    pub tasks: Vec<CompactTask>,
}

/// A plan, and what its making saw.
pub(super) struct Planned {
    pub(super) plan: CompactPlan,
    pub(super) buckets_seen: usize,
}

/// Decides what to compact in the latest snapshot.
///
/// Errors: `Unsupported` for tables that this build cannot merge, `Corrupt` for metadata that does not decode.
pub async fn plan(table: &Table, options: &CompactOptions) -> Result<CompactPlan> {
    match table.snapshots().latest().await? {
        Some(snapshot) => Ok(plan_snapshot(table, &snapshot, options).await?.plan),
        None => Ok(CompactPlan { snapshot_id: 0, tasks: Vec::new() }),
    }
}

pub(super) async fn plan_snapshot(table: &Table, snapshot: &Snapshot, options: &CompactOptions) -> Result<Planned> {
    check_readable(table, table.schema())?;
    support::check_compactable(table)?;
    let filter = EntryFilter {
        partition: options.partitions.clone(),
        buckets: None,
        real_buckets_only: true,
        ..EntryFilter::default()
    };
    let mut buckets = live_files(table, snapshot, &filter).await?;
    if let Some(wanted) = &options.buckets {
        buckets.retain(|bucket| wanted.contains(&(bucket.partition.clone(), bucket.bucket)));
    }
    if let Some(idle) = options.partition_idle_time {
        retain_idle(table, &mut buckets, idle);
    }
    if let Some(wanted) = &options.bucket_numbers {
        buckets.retain(|bucket| wanted.contains(&bucket.bucket));
    }
    let buckets_seen = buckets.len();
    let vectors = DeletionVectors::read(table, snapshot).await?;
    let expired = match options.full && table.schema().is_primary_key_table() {
        true => expired_files(table, &buckets.iter().flat_map(|bucket| &bucket.files).collect::<Vec<_>>()).await?,
        false => HashSet::new(),
    };
    let mut tasks = Vec::new();
    for bucket in buckets {
        let vectors = vectors.of(&(bucket.partition.clone(), bucket.bucket));
        if let Some(by) = &options.cluster {
            tasks.extend(cluster::plan(table, bucket, vectors, by)?);
        } else if table.schema().is_primary_key_table() {
            tasks.extend(plan_key_value(table, bucket, vectors, &expired, options.full)?);
        } else if table.options().clustering_incremental {
            tasks.extend(cluster::plan_incremental(table, bucket, &vectors, options.full).await?);
        } else {
            tasks.extend(plan_append(table, bucket, &vectors, options.full));
        }
    }
    for task in tasks.iter_mut().filter(|_| options.without_changelog) {
        if let TaskKind::KeyValue(kind) = &mut task.kind {
            kind.changelog = None;
        }
    }
    Ok(Planned { plan: CompactPlan { snapshot_id: snapshot.id, tasks }, buckets_seen })
}

/// Leaves only partitions whose newest file is older than `idle`. A file that does not say counts as new.
fn retain_idle(table: &Table, buckets: &mut Vec<BucketFiles>, idle: Duration) {
    let oldest = local_millis(table).saturating_sub(i64::try_from(idle.as_millis()).unwrap_or(i64::MAX));
    let is_busy = |bucket: &&BucketFiles| {
        bucket.files.iter().any(|file| file.creation_time_millis.is_none_or(|created| created >= oldest))
    };
    let busy: HashSet<BinaryRow> = buckets.iter().filter(is_busy).map(|bucket| bucket.partition.clone()).collect();
    buckets.retain(|bucket| !busy.contains(&bucket.partition));
}

/// Now, as files say when they were made: local wall clock.
fn local_millis(table: &Table) -> i64 {
    let now = table.runtime().now_millis();
    now.saturating_add(table.runtime().local_offset_millis(now))
}

/// `expired` are names of files with rows that have expired, for a full compaction.
fn plan_key_value(
    table: &Table,
    bucket: BucketFiles,
    vectors: TaskVectors,
    expired: &HashSet<String>,
    full: bool,
) -> Result<Option<CompactTask>> {
    let options = table.options();
    let key_types = entry_types(&table.schema().trimmed_primary_key_fields());
    let tree = Tree::new(options, &bucket.files, &key_types)?;
    let must_rewrite = |file: &DataFileMeta| match expired.contains(&file.file_name) {
        true => Some(Reason::Expired),
        false => vectors.files.contains_key(&file.file_name).then_some(Reason::DeletionVectors),
    };
    let occasion = Occasion { full, local_millis: local_millis(table), must_rewrite: &must_rewrite };
    let Some(pick) = tree.pick(&occasion) else { return Ok(None) };
    let unit = pick.unit;
    let kind = KeyValueTask {
        output_level: unit.output_level,
        max_level: pick.max_level,
        drop_deletes: pick.drop_deletes && options.raw().get("chain-table.enabled").is_none_or(|value| value != "true"),
        changelog: changelog_rule(options, unit.output_level, pick.max_level),
        one_by_one: pick.one_by_one,
        rewrite_all: options.compaction_force_rewrite_all_files,
    };
    Ok(Some(CompactTask {
        bucket: TaskBucket::of(&bucket),
        kind: TaskKind::KeyValue(kind),
        reason: unit.reason,
        others: others(&bucket, &unit.files),
        files: unit.files,
        vectors,
        runs_before: tree.runs.len(),
    }))
}

/// The files that stay, without the statistics of their columns: a plan is small.
fn others(bucket: &BucketFiles, picked: &[DataFileMeta]) -> Vec<DataFileMeta> {
    let picked: HashSet<&str> = picked.iter().map(|file| file.file_name.as_str()).collect();
    let others = bucket.files.iter().filter(|file| !picked.contains(file.file_name.as_str()));
    let lean = |file: &DataFileMeta| DataFileMeta {
        key_stats: SimpleStats::empty(),
        value_stats: SimpleStats::empty(),
        value_stats_cols: Some(Vec::new()),
        ..file.clone()
    };
    others.map(lean).collect()
}

fn changelog_rule(options: &CoreOptions, output_level: i32, top: i32) -> Option<ChangelogRule> {
    match options.changelog_producer {
        ChangelogProducer::Lookup if options.merge_engine == MergeEngine::FirstRow => Some(ChangelogRule::FirstRow),
        ChangelogProducer::Lookup => Some(ChangelogRule::Lookup),
        ChangelogProducer::FullCompaction if output_level == top => Some(ChangelogRule::FullCompaction(top)),
        ChangelogProducer::FullCompaction | ChangelogProducer::Input | ChangelogProducer::None => None,
    }
}

fn plan_append(table: &Table, bucket: BucketFiles, vectors: &TaskVectors, full: bool) -> Vec<CompactTask> {
    let runs_before = bucket.files.len();
    let has_buckets = bucket.total_buckets > 0;
    // Java 1.x loses the ids of rows that it compacts: such files stay as they are, and so does the order of a bucket.
    let (known, lost): (Vec<DataFileMeta>, Vec<DataFileMeta>) =
        bucket.files.iter().cloned().partition(|file| !table.schema().tracks_rows() || has_row_ids(file));
    if has_buckets && !lost.is_empty() {
        return Vec::new();
    }
    let packs = append::pick(&known, &vectors.files, &AppendOptions::new(table.options()), has_buckets, full);
    let task = |pack: Pack| CompactTask {
        bucket: TaskBucket::of(&bucket),
        kind: TaskKind::Append,
        reason: pack.reason,
        vectors: vectors.of_files(&pack.files),
        files: pack.files,
        others: Vec::new(),
        runs_before,
    };
    packs.into_iter().map(task).collect()
}
