//! Which bucket a row goes to (option `bucket`, Java `BucketMode`, format digest 6).
//!
//! ```text
//! bucket   append table          primary-key table
//! n > 0    function of the bucket key (option `bucket-function.type`)
//! -1       all rows in bucket 0  by the hash index; by the map of all keys where a key may move between partitions
//! ```

mod hash;
mod hash_index;

use arrow_array::RecordBatch;

pub(super) use hash_index::NewIndex;

use hash::HashAssigner;

use super::{
    restore::Restored,
    route::{KeyColumns, Partitions, Routed, partitions, split},
};
use crate::{
    error::{Error, Result},
    spec::{bucket::BucketFunction, options::Bucket},
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
}

impl Assigner {
    /// Errors: `Invalid` for a bucket key that the bucket function does not take, `Unsupported` for modes that this build
    /// cannot write.
    pub(super) fn new(table: &Table) -> Result<Self> {
        let (schema, options) = (table.schema(), table.options());
        let buckets = match options.bucket {
            Bucket::Fixed(count) => {
                let key = KeyColumns::new(table, &schema.bucket_keys(options)?)?;
                let function = BucketFunction::new(options.bucket_function_type, key.types().to_vec())?;
                Buckets::Fixed { count, key, function }
            }
            Bucket::Dynamic if !schema.is_primary_key_table() => Buckets::Unaware,
            Bucket::Dynamic => Buckets::Hash(Box::new(HashAssigner::new(table)?)),
            Bucket::Postpone => {
                return Err(Error::unsupported("cannot write a table with bucket=-2 yet").at(table.name()));
            }
        };
        Ok(Assigner { partition: KeyColumns::new(table, &schema.partition_fields())?, buckets })
    }

    /// Bucket count that goes into manifest entries.
    pub(super) fn total_buckets(&self) -> i32 {
        match &self.buckets {
            Buckets::Fixed { count, .. } => *count,
            Buckets::Unaware | Buckets::Hash(_) => -1,
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
        };
        split(batch, kinds, &partitions, buckets.as_deref())
    }

    /// Writes the index files of the buckets that were given new keys since the last call.
    pub(super) async fn write_indexes(&mut self, restored: &Restored) -> Result<Vec<NewIndex>> {
        match &mut self.buckets {
            Buckets::Hash(assigner) => assigner.write_indexes(restored).await,
            Buckets::Unaware | Buckets::Fixed { .. } => Ok(Vec::new()),
        }
    }
}
