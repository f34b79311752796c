//! Reads manifests side by side and keeps the entries that a filter lets through.

use std::{collections::HashMap, sync::Arc};

use futures::{StreamExt, TryStreamExt};

use crate::{
    error::Result,
    io::spawn_value,
    predicate::{Predicate, buckets::BucketFilter},
    scan::{
        explain::Amount,
        prune::{self, EntryPruner},
    },
    spec::{
        binary_row::BinaryRow,
        data_file::{FileOutline, StatsOf},
        layout,
        manifest::{self, Choice, ChooseEntries, EntryHead, FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
    },
    table::Table,
    types::DataField,
};

/// Manifests fetched at the same time: enough to hide latency, few enough to bound memory.
const CONCURRENT_MANIFESTS: usize = 8;

/// What may be dropped from entries of either kind without regard to each other: partitions and buckets. And files that
/// statistics rule out: what deletes them is kept, and deletes nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct EntryFilter {
    /// Filter on partition columns only.
    pub partition: Option<Predicate>,
    /// Buckets that can hold a matching key.
    pub buckets: Option<Arc<BucketFilter>>,
    /// Keep only buckets ≥ 0: the postpone bucket is invisible to readers.
    pub real_buckets_only: bool,
    /// Leave out the statistics of files: nobody will ask them.
    pub without_stats: bool,
    /// Drops added files by their statistics.
    pub stats: Option<Arc<EntryPruner>>,
}

impl EntryFilter {
    /// False where no entry of the manifest can pass.
    pub(crate) fn keeps_manifest(&self, meta: &ManifestFileMeta, partition_fields: &[DataField]) -> Result<bool> {
        if self.real_buckets_only && meta.max_bucket.is_some_and(|max| max < 0) {
            return Ok(false);
        }
        match &self.partition {
            Some(predicate) => prune::manifest_may_match(predicate, meta, partition_fields),
            None => Ok(true),
        }
    }
}

/// Decides about partitions once each.
struct PartitionCache<'a> {
    filter: &'a EntryFilter,
    fields: &'a [DataField],
    /// Entries of a partition often stand side by side.
    last: Option<(BinaryRow, bool)>,
    decided: HashMap<BinaryRow, bool>,
}

impl PartitionCache<'_> {
    fn keeps(&mut self, partition: &BinaryRow) -> Result<bool> {
        let Some(predicate) = &self.filter.partition else { return Ok(true) };
        if let Some((last, keeps)) = &self.last
            && last == partition
        {
            return Ok(*keeps);
        }
        let keeps = match self.decided.get(partition) {
            Some(keeps) => *keeps,
            None => {
                let keeps = prune::partition_matches(predicate, partition, self.fields)?;
                self.decided.insert(partition.clone(), keeps);
                keeps
            }
        };
        self.last = Some((partition.clone(), keeps));
        Ok(keeps)
    }
}

/// How many entries the manifests held and how many passed each filter.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct EntryCounts {
    pub total: Amount,
    pub after_partition: Amount,
    pub after_bucket: Amount,
    pub after_stats: Amount,
}

impl EntryCounts {
    fn plus(&mut self, other: &EntryCounts) {
        self.total.plus(other.total);
        self.after_partition.plus(other.after_partition);
        self.after_bucket.plus(other.after_bucket);
        self.after_stats.plus(other.after_stats);
    }
}

/// How far an entry came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Passed {
    Nothing,
    Partition,
    Bucket,
}

/// Chooses the entries of one manifest.
struct Chooser<'a> {
    filter: &'a EntryFilter,
    partitions: PartitionCache<'a>,
    /// How far the entry came whose head was asked last.
    passed: Passed,
    counts: EntryCounts,
}

impl ChooseEntries for Chooser<'_> {
    fn by_head(&mut self, head: EntryHead<'_>) -> Result<Choice> {
        self.passed = Passed::Nothing;
        if !self.partitions.keeps(head.partition)? {
            return Ok(Choice::Drop);
        }
        self.passed = Passed::Partition;
        let filter = self.filter;
        let bucket_passes = filter.buckets.as_ref().is_none_or(|f| f.matches(head.bucket, head.total_buckets));
        if !bucket_passes || (head.bucket < 0 && filter.real_buckets_only) {
            return Ok(Choice::Drop);
        }
        self.passed = Passed::Bucket;
        let deletes_only = filter.stats.is_some() && head.kind == FileKind::Delete;
        Ok(if filter.without_stats || deletes_only { Choice::KeepWithoutStats } else { Choice::Keep })
    }

    fn sized(&mut self, bytes: i64) {
        self.counts.total.add(bytes);
        if self.passed >= Passed::Partition {
            self.counts.after_partition.add(bytes);
        }
        if self.passed >= Passed::Bucket {
            self.counts.after_bucket.add(bytes);
        }
    }

    fn asks(&self) -> Option<StatsOf> {
        self.filter.stats.as_ref().map(|stats| stats.asks())
    }

    fn by_outline(&mut self, file: &FileOutline<'_>) -> Result<Choice> {
        self.filter.stats.as_ref().map_or(Ok(Choice::Keep), |stats| stats.choose(file))
    }
}

/// The entries of `manifests` that pass, in manifest order.
pub(crate) async fn read_entries(
    table: &Table,
    manifests: Vec<ManifestFileMeta>,
    filter: &EntryFilter,
) -> Result<(Vec<ManifestEntry>, EntryCounts)> {
    let (parts, counts) = read_entries_of_each(table, manifests, filter).await?;
    Ok((parts.into_iter().flatten().collect(), counts))
}

/// The entries of each of `manifests` that pass, in manifest order.
pub(crate) async fn read_entries_of_each(
    table: &Table,
    manifests: Vec<ManifestFileMeta>,
    filter: &EntryFilter,
) -> Result<(Vec<Vec<ManifestEntry>>, EntryCounts)> {
    let filter = Arc::new(filter.clone());
    let fields: Arc<[DataField]> = table.schema().partition_fields().into();
    let one = |meta: ManifestFileMeta| {
        let (table, filter, fields) = (table.clone(), filter.clone(), fields.clone());
        spawn_value(table.runtime().clone(), async move { read_one(&table, meta, &filter, &fields).await })
    };
    let parts: Vec<_> =
        futures::stream::iter(manifests.into_iter().map(one)).buffered(CONCURRENT_MANIFESTS).try_collect().await?;
    let mut entries = Vec::with_capacity(parts.len());
    let mut counts = EntryCounts::default();
    for (part, part_counts) in parts {
        entries.push(part);
        counts.plus(&part_counts);
    }
    Ok((entries, counts))
}

async fn read_one(
    table: &Table,
    meta: ManifestFileMeta,
    filter: &EntryFilter,
    fields: &[DataField],
) -> Result<(Vec<ManifestEntry>, EntryCounts)> {
    let path = layout::manifest_path(&meta.file_name);
    let bytes = table.storage().get_immutable(&path).await?;
    let partitions = PartitionCache { filter, fields, last: None, decided: HashMap::new() };
    let mut chooser = Chooser { filter, partitions, passed: Passed::Nothing, counts: EntryCounts::default() };
    let kept = manifest::decode_chosen(&bytes, &mut chooser).map_err(|error| error.at(&path))?;
    let after_stats = Amount::of(kept.iter().map(|entry| &entry.file));
    let counts = EntryCounts { after_stats, ..chooser.counts };
    Ok((kept, counts))
}
