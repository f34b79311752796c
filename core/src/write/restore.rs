//! What buckets hold before a writer starts: sequence numbers go on from there, bucket counts must agree, and dynamic buckets
//! have an index of their keys.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::route::BucketOf;
use crate::{
    error::{Error, Result},
    scan::{EntryFilter, live_files, read_index_manifest},
    spec::{
        binary_row::BinaryRow,
        index_manifest::IndexFileMeta,
        manifest::FileKind,
        options::{Bucket, SequenceInitMode},
        snapshot::Snapshot,
    },
    table::Table,
};

/// The latest snapshot, as far as writers care.
#[derive(Debug, Default)]
pub(super) struct Restored {
    /// Greatest sequence number of the table, where the table says so (`write.sequence-number-init-mode` = `snapshot`).
    snapshot_max_sequence: Option<i64>,
    /// Greatest sequence number of each bucket.
    max_sequence: HashMap<BucketOf, i64>,
    /// Bucket count of each partition.
    total_buckets: HashMap<BinaryRow, i32>,
    hash_indexes: HashMap<BinaryRow, BTreeMap<i32, IndexFileMeta>>,
    /// Partitions with rows that wait for a bucket.
    postponed: HashSet<BinaryRow>,
    /// There is a snapshot, and its rows count.
    has_snapshot: bool,
}

impl Restored {
    /// Reads the latest snapshot. The default value stands for a table without any, or one where that does not matter.
    pub(super) async fn read(table: &Table) -> Result<Self> {
        let Some(snapshot) = table.snapshots().latest().await? else { return Ok(Restored::default()) };
        let mut restored = Restored { has_snapshot: true, ..Restored::default() };
        let keyed = table.schema().is_primary_key_table();
        let dynamic = table.options().bucket == Bucket::Dynamic;
        for bucket in live_files(table, &snapshot, &EntryFilter::default()).await? {
            if bucket.bucket < 0 {
                restored.postponed.insert(bucket.partition);
                continue;
            }
            if bucket.total_buckets > 0 {
                restored.total_buckets.insert(bucket.partition.clone(), bucket.total_buckets);
            }
            // Bucket 0 of an unaware table is no bucket: its files are not in one order.
            let numbered = keyed || !dynamic;
            if let (true, Some(max)) = (numbered, bucket.files.iter().map(|file| file.max_sequence_number).max()) {
                let to = BucketOf { partition: bucket.partition, bucket: bucket.bucket };
                restored.max_sequence.insert(to, max);
            }
        }
        if let (true, true, Some(manifest)) = (keyed, dynamic, &snapshot.index_manifest) {
            for entry in read_index_manifest(table.storage(), manifest).await? {
                if entry.file.index_type == "HASH" && entry.kind == FileKind::Add {
                    let indexes = restored.hash_indexes.entry(entry.partition).or_default();
                    indexes.insert(entry.bucket, entry.file);
                }
            }
        }
        if table.options().write_sequence_number_init_mode == SequenceInitMode::Snapshot {
            restored.snapshot_max_sequence = max_sequence_property(&snapshot)?;
        }
        Ok(restored)
    }

    /// Sequence number of the first row to write. Errors: `Conflict` where the partition has another bucket count.
    pub(super) fn next_sequence(&self, to: &BucketOf, total_buckets: i32) -> Result<i64> {
        match self.total_buckets.get(&to.partition) {
            Some(there) if total_buckets > 0 && *there != total_buckets => Err(Error::conflict(format!(
                "the partition has {there} buckets and the table now {total_buckets}: overwrite the partition to rescale it"
            ))),
            _ => {
                let max = self.max_sequence.get(to).copied().max(self.snapshot_max_sequence);
                Ok(max.map_or(0, |max| max.saturating_add(1)))
            }
        }
    }

    /// Whether there is nothing that counts.
    pub(super) fn is_empty(&self) -> bool {
        !self.has_snapshot
    }

    /// Bucket count of a partition's files, where they have one.
    pub(super) fn total_buckets(&self, partition: &BinaryRow) -> Option<i32> {
        self.total_buckets.get(partition).copied()
    }

    /// Whether rows of the partition wait for a bucket.
    pub(super) fn has_postponed(&self, partition: &BinaryRow) -> bool {
        self.postponed.contains(partition)
    }

    /// The index files of a partition's buckets.
    pub(super) fn hash_indexes(&self, partition: &BinaryRow) -> impl Iterator<Item = (i32, &IndexFileMeta)> {
        let indexes = self.hash_indexes.get(partition).into_iter().flatten();
        indexes.map(|(bucket, file)| (*bucket, file))
    }
}

/// Where commits keep the greatest sequence number of all files ever added (Java `SequenceSnapshotProperties`).
const MAX_SEQUENCE_NUMBER: &str = "sequence.generation.max-sequence-number";

fn max_sequence_property(snapshot: &Snapshot) -> Result<Option<i64>> {
    let value = snapshot.properties.as_ref().and_then(|properties| properties.get(MAX_SEQUENCE_NUMBER));
    let parse = |value: &String| {
        value.parse().map_err(|_| {
            let message = format!("expected a number in the property {MAX_SEQUENCE_NUMBER}, found {value:?}");
            Error::corrupt(message).with("snapshot", snapshot.id)
        })
    };
    value.map(parse).transpose()
}
