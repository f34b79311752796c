//! Tables with `bucket` = -2: rows wait in `bucket-postpone` until a compaction gives them a bucket (format digest 6.4).
//!
//! With `postpone.batch-write-fixed-bucket` (the default) rows go to a real bucket at once where the bucket count is known:
//! that of the partition's files, else `postpone.default-bucket-num`. Not while rows of the partition are waiting: a later
//! compaction would take those for newer than ours.

use std::collections::HashMap;

use arrow_array::RecordBatch;

use super::super::{
    restore::Restored,
    route::{KeyColumns, Partitions},
};
use crate::{
    error::Result,
    spec::{binary_row::BinaryRow, bucket::BucketFunction, options::Bucket},
    table::Table,
};

/// Finds out which rows need not wait.
#[derive(Debug)]
pub(super) struct Postpone {
    key: KeyColumns,
    function: BucketFunction,
    /// Real buckets may be written.
    direct: bool,
    /// Buckets of partitions without any.
    default_buckets: Option<i32>,
    /// Set by the compaction that ends the waiting: the buckets of each partition.
    given: Option<HashMap<BinaryRow, i32>>,
}

impl Postpone {
    pub(super) fn new(table: &Table) -> Result<Self> {
        let options = table.options();
        let key = KeyColumns::new(table, &table.schema().bucket_keys(options)?)?;
        Ok(Postpone {
            function: BucketFunction::new(options.bucket_function_type, key.types().to_vec())?,
            key,
            direct: options.postpone_batch_write_fixed_bucket,
            default_buckets: options.postpone_default_bucket_num.filter(|buckets| *buckets > 0),
            given: None,
        })
    }

    /// From now on no row of these partitions waits.
    pub(super) fn give(&mut self, buckets: HashMap<BinaryRow, i32>) {
        self.given = Some(buckets);
    }

    /// Bucket count of a partition; -2 where its rows wait.
    pub(super) fn total_buckets(&self, partition: &BinaryRow, restored: &Restored) -> i32 {
        if let Some(given) = &self.given {
            return given.get(partition).copied().unwrap_or(Bucket::Postpone.number());
        }
        if !self.direct || restored.has_postponed(partition) {
            return Bucket::Postpone.number();
        }
        let known = restored.total_buckets(partition).or(self.default_buckets);
        known.unwrap_or(Bucket::Postpone.number())
    }

    /// The bucket of each row.
    pub(super) fn buckets(
        &self,
        batch: &RecordBatch,
        partitions: &Partitions,
        restored: &Restored,
    ) -> Result<Vec<i32>> {
        let totals: Vec<i32> =
            partitions.distinct.iter().map(|partition| self.total_buckets(partition, restored)).collect();
        let mut buckets = vec![Bucket::Postpone.number(); batch.num_rows()];
        let mut counts: Vec<i32> = totals.iter().copied().filter(|total| *total > 0).collect();
        counts.sort_unstable();
        counts.dedup();
        let key = self.key.of(batch);
        for count in counts {
            for (row, (bucket, found)) in buckets.iter_mut().zip(self.function.buckets(&key, count)?).enumerate() {
                if totals.get(partitions.of(row) as usize) == Some(&count) {
                    *bucket = found;
                }
            }
        }
        Ok(buckets)
    }
}
