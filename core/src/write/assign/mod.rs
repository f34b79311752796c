//! Which bucket a row goes to (option `bucket`, Java `BucketMode`, format digest 6).
//!
//! ```text
//! bucket   append table          primary-key table
//! n > 0    function of the bucket key (option `bucket-function.type`)
//! -1       all rows in bucket 0  by the hash index; by the map of all keys where a key may move between partitions
//! -2                             bucket-postpone, for a compaction to sort out; or what the partition has already
//! ```

mod bootstrap;
mod cross_partition;
mod hash;
mod hash_index;
mod key_map;
mod postpone;

use std::collections::HashMap;

use arrow_array::RecordBatch;

pub(super) use hash_index::NewIndex;

use cross_partition::CrossPartition;
use hash::HashAssigner;
use postpone::Postpone;

use super::{
    restore::Restored,
    route::{BucketOf, KeyColumns, Partitions, Routed, partitions, split},
};
use crate::{
    error::Result,
    spec::{binary_row::BinaryRow, bucket::BucketFunction, options::Bucket},
    table::Table,
    types::RowKind,
};

/// Finds the partition and bucket of rows.
#[derive(Debug)]
pub(super) struct Assigner {
    partition: KeyColumns,
    buckets: Buckets,
}

#[derive(Debug)]
enum Buckets {
    /// All in bucket 0.
    Unaware,
    /// So many, by a function of the bucket key.
    Fixed { count: i32, key: KeyColumns, function: BucketFunction },
    /// By an index of key hashes.
    Hash(Box<HashAssigner>),
    /// By the places of all keys.
    CrossPartition(Box<CrossPartition>),
    /// Later, or what the partition has.
    Postpone(Postpone),
}

impl Assigner {
    /// Errors: `Invalid` for a bucket key that the bucket function does not take.
    pub(super) fn new(table: &Table) -> Result<Self> {
        let (schema, options) = (table.schema(), table.options());
        let buckets = match options.bucket {
            Bucket::Fixed(count) => {
                let key = KeyColumns::new(table, &schema.bucket_keys(options)?)?;
                let function = BucketFunction::new(options.bucket_function_type, key.types().to_vec())?;
                Buckets::Fixed { count, key, function }
            }
            Bucket::Dynamic if !schema.is_primary_key_table() => Buckets::Unaware,
            Bucket::Dynamic if schema.is_cross_partition() => {
                Buckets::CrossPartition(Box::new(CrossPartition::new(table)?))
            }
            Bucket::Dynamic => Buckets::Hash(Box::new(HashAssigner::new(table)?)),
            Bucket::Postpone => Buckets::Postpone(Postpone::new(table)?),
        };
        Ok(Assigner { partition: KeyColumns::new(table, &schema.partition_fields())?, buckets })
    }

    /// Gives partitions of a postpone table their bucket counts; other tables have theirs.
    pub(super) fn give_buckets(&mut self, counts: HashMap<BinaryRow, i32>) {
        if let Buckets::Postpone(postpone) = &mut self.buckets {
            postpone.give(counts);
        }
    }

    /// Bucket count that goes into manifest entries.
    pub(super) fn total_buckets(&self, to: &BucketOf, restored: &Restored) -> i32 {
        match &self.buckets {
            Buckets::Fixed { count, .. } => *count,
            Buckets::Unaware | Buckets::Hash(_) | Buckets::CrossPartition(_) => -1,
            Buckets::Postpone(postpone) => postpone.total_buckets(&to.partition, restored),
        }
    }

    /// Splits a batch of the table's columns by partition and bucket.
    pub(super) async fn route(
        &mut self,
        batch: &RecordBatch,
        kinds: Option<&[RowKind]>,
        restored: &Restored,
    ) -> Result<Vec<Routed>> {
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        let partitions: Partitions = partitions(batch, &self.partition)?;
        let buckets = match &mut self.buckets {
            Buckets::Unaware | Buckets::Fixed { count: 1, .. } => None,
            Buckets::Fixed { count, key, function } => Some(function.buckets(&key.of(batch), *count)?),
            Buckets::Hash(assigner) => Some(assigner.buckets(batch, &partitions, restored).await?),
            Buckets::Postpone(postpone) => Some(postpone.buckets(batch, &partitions, restored)?),
            Buckets::CrossPartition(assigner) => {
                return assigner.route(batch, kinds, &partitions, restored.is_empty()).await;
            }
        };
        split(batch, kinds, &partitions, buckets.as_deref())
    }

    /// Writes the index files of the buckets that were given new keys since the last call.
    pub(super) async fn write_indexes(&mut self, restored: &Restored) -> Result<Vec<NewIndex>> {
        match &mut self.buckets {
            Buckets::Hash(assigner) => assigner.write_indexes(restored).await,
            _ => Ok(Vec::new()),
        }
    }
}
