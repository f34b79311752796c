//! What a commit looks up in the snapshot that it is based on (Java `CommitScanner`, `OverwriteChangesProvider`).

use std::collections::{HashMap, HashSet};

use super::{OverwriteTarget, change::changed_partitions};
use crate::{
    error::Result,
    predicate::{Column, CompareOp, Predicate},
    scan::{
        EntryFilter, entries::live_entries, entry_types, partition_matches, read_entries, read_index_manifest,
        read_manifest_list, read_manifests,
    },
    spec::{
        binary_row::BinaryRow,
        index_manifest::IndexManifestEntry,
        manifest::{FileKind, ManifestEntry},
        options::Bucket,
        snapshot::Snapshot,
    },
    table::Table,
    types::TypeKind,
};

/// Partitions up to which manifests are told apart by a filter.
const MOST_FILTERED: usize = 64;

/// The snapshot that a commit is based on.
#[derive(Clone, Copy)]
pub(super) struct Latest<'a> {
    pub table: &'a Table,
    pub snapshot: &'a Snapshot,
}

impl Latest<'_> {
    /// Live files of some partitions.
    pub(super) async fn files_of(&self, partitions: &HashSet<BinaryRow>) -> Result<Vec<ManifestEntry>> {
        if partitions.is_empty() {
            return Ok(Vec::new());
        }
        let partition = self.filter_of(partitions)?;
        let live = self.live(&EntryFilter { partition, ..EntryFilter::default() }).await?;
        Ok(live.into_iter().filter(|entry| partitions.contains(&entry.partition)).collect())
    }

    /// Bucket counts of those of some partitions that have one.
    pub(super) async fn bucket_counts(&self, partitions: &HashSet<BinaryRow>) -> Result<HashMap<BinaryRow, i32>> {
        let partition = self.filter_of(partitions)?;
        let filter = EntryFilter { partition, without_stats: true, ..EntryFilter::default() };
        let with_count = self.live(&filter).await?.into_iter().filter(|entry| entry.total_buckets > 0);
        Ok(with_count.map(|entry| (entry.partition, entry.total_buckets)).collect())
    }

    /// All index files.
    pub(super) async fn index_files(&self) -> Result<Vec<IndexManifestEntry>> {
        match &self.snapshot.index_manifest {
            Some(name) => read_index_manifest(self.table.storage(), name).await,
            None => Ok(Vec::new()),
        }
    }

    /// DELETE entries for what an overwrite replaces, besides `new` files and index files.
    pub(super) async fn replaced(
        &self,
        target: &OverwriteTarget,
        new: &[ManifestEntry],
    ) -> Result<(Vec<ManifestEntry>, Vec<IndexManifestEntry>)> {
        let dynamic = match target {
            OverwriteTarget::Dynamic => Some(changed_partitions(new, &[])),
            OverwriteTarget::WholeTable | OverwriteTarget::Partitions(_) => None,
        };
        let partition = match (target, &dynamic) {
            (OverwriteTarget::Partitions(predicate), _) => Some(predicate.clone()),
            (_, Some(partitions)) => self.filter_of(partitions)?,
            _ => None,
        };
        // Files of the postpone bucket stay, unless it is where this table writes.
        let real_buckets_only = self.table.options().bucket != Bucket::Postpone;
        let mut files = self.live(&EntryFilter { partition, real_buckets_only, ..EntryFilter::default() }).await?;
        if let Some(partitions) = &dynamic {
            files.retain(|entry| partitions.contains(&entry.partition));
        }
        let mut index = Vec::new();
        for entry in self.index_files().await? {
            let goes = match (target, &dynamic) {
                (OverwriteTarget::Partitions(predicate), _) => {
                    partition_matches(predicate, &entry.partition, &self.table.schema().partition_fields())?
                }
                (_, Some(partitions)) => partitions.contains(&entry.partition),
                _ => true,
            };
            if goes {
                index.push(IndexManifestEntry { kind: FileKind::Delete, ..entry });
            }
        }
        let files = files.into_iter().map(|entry| ManifestEntry { kind: FileKind::Delete, ..entry }).collect();
        Ok((files, index))
    }

    async fn live(&self, filter: &EntryFilter) -> Result<Vec<ManifestEntry>> {
        let manifests = read_manifests(self.table, self.snapshot).await?;
        Ok(live_entries(read_entries(self.table, manifests, filter).await?.0))
    }

    /// A filter that holds for the partitions, to leave out manifests without them; `None` where there are too many, or
    /// where values may differ in bytes and be equal.
    fn filter_of(&self, partitions: &HashSet<BinaryRow>) -> Result<Option<Predicate>> {
        let fields = self.table.schema().partition_fields();
        let inexact = |kind: &TypeKind| matches!(kind, TypeKind::Float | TypeKind::Double);
        if fields.is_empty() || partitions.len() > MOST_FILTERED || fields.iter().any(|f| inexact(&f.data_type.kind)) {
            return Ok(None);
        }
        let types = entry_types(&fields);
        let mut any = Vec::new();
        for partition in partitions {
            let values = partition.decode(&types)?;
            let all = fields.iter().zip(values).map(|(field, value)| match value {
                None => Predicate::IsNull { column: Column::of(field), negated: false },
                Some(literal) => Predicate::Compare { column: Column::of(field), op: CompareOp::Eq, literal },
            });
            any.push(Predicate::And(all.collect()));
        }
        Ok(Some(Predicate::Or(any)))
    }
}

/// Partitions of the files that a snapshot added or deleted.
pub(super) async fn delta_partitions(
    table: &Table,
    snapshot: &Snapshot,
    real_buckets_only: bool,
) -> Result<HashSet<BinaryRow>> {
    let manifests = read_manifest_list(table, &snapshot.delta_manifest_list).await?;
    let filter = EntryFilter { real_buckets_only, without_stats: true, ..EntryFilter::default() };
    let (entries, _) = read_entries(table, manifests, &filter).await?;
    Ok(entries.into_iter().map(|entry| entry.partition).collect())
}
