//! The keys that a table has, bucket by bucket (Java `IndexBootstrap`).

use std::{collections::HashMap, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch};
use futures::{StreamExt, stream::BoxStream};

use super::super::route::KeyColumns;
use crate::{
    error::Result,
    read::{ReadContext, ReadPlan, read_split},
    scan::{BucketFiles, DeletionFile, EntryFilter, Split, deletion_files, live_files},
    spec::binary_row::BinaryRow,
    table::Table,
};

/// Reads keys; memory for a few batches.
pub(super) struct Keys {
    context: Arc<ReadContext>,
    plan: ReadPlan,
    /// Where the columns stand in what is read.
    key_places: Vec<usize>,
    partition_places: Vec<usize>,
    splits: std::vec::IntoIter<Split>,
    open: Option<(BinaryRow, i32, BoxStream<'static, Result<RecordBatch>>)>,
}

/// Some keys of one bucket; at least one.
pub(super) struct KeysOfBucket {
    pub(super) partition: BinaryRow,
    pub(super) bucket: i32,
    pub(super) key_columns: Vec<ArrayRef>,
    /// Of the same rows.
    pub(super) partition_columns: Vec<ArrayRef>,
}

impl Keys {
    /// The keys of the latest snapshot: of all levels, merged, deleted rows left out.
    pub(super) async fn of_latest(table: &Table, key: &KeyColumns, partition: &KeyColumns) -> Result<Self> {
        let splits = match table.snapshots().latest().await? {
            None => Vec::new(),
            Some(snapshot) => {
                let mut deletions = deletion_files(table, &snapshot).await?;
                let filter = EntryFilter { real_buckets_only: true, ..EntryFilter::default() };
                let buckets = live_files(table, &snapshot, &filter).await?;
                let split = |bucket: BucketFiles| {
                    let deletions = deletions.remove(&(bucket.partition.clone(), bucket.bucket));
                    split_of(bucket, deletions.unwrap_or_default(), snapshot.id)
                };
                buckets.into_iter().map(split).collect()
            }
        };
        // A partition key may be part of the primary key.
        let mut projection: Vec<usize> = key.places().to_vec();
        projection.extend(partition.places().iter().filter(|place| !key.places().contains(place)));
        let read_place = |place: &usize| projection.iter().position(|read| read == place).unwrap_or(0);
        let partition_places = partition.places().iter().map(read_place).collect();
        Ok(Keys {
            context: Arc::new(ReadContext::new(table, table.schema().clone())),
            plan: ReadPlan { projection, predicate: None, ..ReadPlan::default() },
            key_places: (0..key.places().len()).collect(),
            partition_places,
            splits: splits.into_iter(),
            open: None,
        })
    }

    pub(super) async fn next(&mut self) -> Result<Option<KeysOfBucket>> {
        loop {
            if let Some((partition, bucket, stream)) = &mut self.open {
                match stream.next().await.transpose()? {
                    Some(batch) if batch.num_rows() == 0 => {}
                    Some(batch) => {
                        let columns = |places: &[usize]| batch.project(places).map(|part| part.columns().to_vec());
                        return Ok(Some(KeysOfBucket {
                            partition: partition.clone(),
                            bucket: *bucket,
                            key_columns: columns(&self.key_places)?,
                            partition_columns: columns(&self.partition_places)?,
                        }));
                    }
                    None => self.open = None,
                }
                continue;
            }
            let Some(split) = self.splits.next() else { return Ok(None) };
            let stream = read_split(&self.context, &split, self.plan.clone()).await?;
            self.open = Some((split.partition, split.bucket, stream));
        }
    }
}

fn split_of(bucket: BucketFiles, deletions: HashMap<String, DeletionFile>, snapshot_id: i64) -> Split {
    Split {
        partition_values: bucket.partition_values,
        partition: bucket.partition,
        bucket: bucket.bucket,
        total_buckets: bucket.total_buckets,
        bucket_path: bucket.bucket_path,
        files: bucket.files,
        raw_convertible: false,
        deletions,
        snapshot_id,
    }
}
