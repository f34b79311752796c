//! What buckets hold before a writer starts: sequence numbers go on from there, and bucket counts must agree.

use std::collections::HashMap;

use super::route::BucketOf;
use crate::{
    error::{Error, Result},
    scan::{EntryFilter, live_files},
    spec::{binary_row::BinaryRow, options::Bucket},
    table::Table,
};

/// Greatest sequence number of each bucket, and the bucket count of each partition.
#[derive(Debug)]
pub(super) struct BucketStates {
    max_sequence: HashMap<BucketOf, i64>,
    total_buckets: HashMap<BinaryRow, i32>,
}

impl BucketStates {
    /// Nothing is there, or nothing that matters.
    pub(super) fn empty() -> Self {
        BucketStates { max_sequence: HashMap::new(), total_buckets: HashMap::new() }
    }

    /// Reads the latest snapshot.
    pub(super) async fn read(table: &Table) -> Result<Self> {
        let mut states = BucketStates::empty();
        let Some(snapshot) = table.snapshots().latest().await? else { return Ok(states) };
        let unaware = table.options().bucket == Bucket::Dynamic;
        for bucket in live_files(table, &snapshot, &EntryFilter::default()).await? {
            if bucket.total_buckets > 0 {
                states.total_buckets.insert(bucket.partition.clone(), bucket.total_buckets);
            }
            if let (false, Some(max)) = (unaware, bucket.files.iter().map(|file| file.max_sequence_number).max()) {
                let to = BucketOf { partition: bucket.partition, bucket: bucket.bucket };
                states.max_sequence.insert(to, max);
            }
        }
        Ok(states)
    }

    /// Sequence number of the first row to write. Errors: `Conflict` where the partition has another bucket count.
    pub(super) fn next_sequence(&self, to: &BucketOf, total_buckets: i32) -> Result<i64> {
        match self.total_buckets.get(&to.partition) {
            Some(there) if total_buckets > 0 && *there != total_buckets => Err(Error::conflict(format!(
                "the partition has {there} buckets and the table now {total_buckets}: overwrite the partition to rescale it"
            ))),
            _ => Ok(self.max_sequence.get(to).map_or(0, |max| max.saturating_add(1))),
        }
    }
}
