//! Tables whose primary key lacks a partition key: a key lives in one partition at a time, and a row of another partition
//! moves it (Java `GlobalIndexAssigner`, `crosspartition`, format digest 6.3).
//!
//! Where every key is must be known, and the table does not store it: the keys of the latest snapshot are read when the
//! first row comes. Memory: for each key of the table its bytes and about 24 more (see [`KeyMap`]); Java keeps the same on
//! the disk of each job. As there, a table must have one writing job at a time.

use std::collections::{BTreeMap, HashMap};

use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_row::{RowConverter, SortField};
use arrow_select::take::{take, take_record_batch};

use super::{
    super::route::{BucketOf, KeyColumns, Partitions, Routed},
    bootstrap,
    key_map::{KeyMap, Place},
};
use crate::{
    error::{Error, Result},
    spec::{binary_row::BinaryRow, options::MergeEngine},
    table::Table,
    types::RowKind,
};

/// Assigns partitions and buckets, by the whole primary key.
pub(super) struct CrossPartition {
    table: Table,
    /// All of the primary key.
    key: KeyColumns,
    partition: KeyColumns,
    converter: RowConverter,
    keys: KeyMap,
    partitions: KnownPartitions,
    /// Keys of a bucket (`dynamic-bucket.target-row-num`).
    most_keys: i64,
    /// The table's keys are in.
    loaded: bool,
}

/// Partitions, numbered in order of appearance.
#[derive(Default)]
struct KnownPartitions {
    numbers: HashMap<BinaryRow, u32>,
    all: Vec<KnownPartition>,
}

struct KnownPartition {
    partition: BinaryRow,
    /// Its partition columns, one line each.
    values: Vec<ArrayRef>,
    /// Keys of its buckets.
    buckets: BTreeMap<i32, i64>,
}

/// Rows for one bucket.
#[derive(Default)]
struct Group {
    rows: Vec<u32>,
    kinds: Vec<RowKind>,
    /// Some row came with another partition.
    moved: bool,
}

impl CrossPartition {
    pub(super) fn new(table: &Table) -> Result<Self> {
        let schema = table.schema();
        let key_fields = schema.fields_named(&schema.primary_keys);
        let sort_fields =
            key_fields.iter().map(|field| SortField::new(crate::types::arrow::data_type(&field.data_type)));
        Ok(CrossPartition {
            table: table.clone(),
            key: KeyColumns::new(table, &key_fields)?,
            partition: KeyColumns::new(table, &schema.partition_fields())?,
            converter: RowConverter::new(sort_fields.collect())?,
            keys: KeyMap::default(),
            partitions: KnownPartitions::default(),
            most_keys: table.options().dynamic_bucket_target_row_num.max(1),
            loaded: false,
        })
    }

    /// Splits a batch, moving rows or adding -D where a key changes its partition. `empty` says that the table's rows do
    /// not count.
    pub(super) async fn route(
        &mut self,
        batch: &RecordBatch,
        kinds: Option<&[RowKind]>,
        partitions: &Partitions,
        empty: bool,
    ) -> Result<Vec<Routed>> {
        if !std::mem::replace(&mut self.loaded, true) && !empty {
            self.load().await.map_err(|error| error.at(self.table.name()))?;
        }
        let numbers = self.numbers_of(batch, partitions)?;
        let keys = self.converter.convert_columns(&self.key.of(batch))?;
        let mut groups: Vec<(Place, Group)> = Vec::new();
        let mut group_of: HashMap<(u32, i32), usize> = HashMap::new();
        let mut send = |place: Place, row: usize, kind: RowKind, moved: bool| -> Result<()> {
            let number = *group_of.entry((place.partition, place.bucket)).or_insert_with(|| {
                groups.push((place, Group::default()));
                groups.len() - 1
            });
            let (_, group) = groups.get_mut(number).ok_or_else(|| Error::internal("no group"))?;
            group.rows.push(u32::try_from(row).map_err(|_| Error::invalid("a batch has more than 2^32 rows"))?);
            group.kinds.push(kind);
            group.moved |= moved;
            Ok(())
        };
        for (row, key) in keys.iter().enumerate() {
            let partition = numbers.get(partitions.of(row) as usize).copied();
            let partition = partition.ok_or_else(|| Error::internal("a row of no partition"))?;
            let kind = kinds.and_then(|kinds| kinds.get(row)).copied().unwrap_or(RowKind::Insert);
            match self.keys.get(key.as_ref()) {
                Some(place) if place.partition == partition => send(place, row, kind, false)?,
                Some(place) => match self.table.options().merge_engine {
                    MergeEngine::Deduplicate => {
                        send(place, row, RowKind::Delete, true)?;
                        self.partitions.release(place);
                        let new = self.partitions.assign(partition, self.most_keys)?;
                        self.keys.insert(key.as_ref(), new)?;
                        send(new, row, kind, false)?;
                    }
                    MergeEngine::PartialUpdate | MergeEngine::Aggregation => send(place, row, kind, true)?,
                    MergeEngine::FirstRow => {}
                },
                None => {
                    let new = self.partitions.assign(partition, self.most_keys)?;
                    self.keys.insert(key.as_ref(), new)?;
                    send(new, row, kind, false)?;
                }
            }
        }
        groups.into_iter().map(|(place, group)| self.routed(batch, place, group)).collect()
    }

    /// The rows of a group, all with the partition that they go to.
    fn routed(&self, batch: &RecordBatch, place: Place, group: Group) -> Result<Routed> {
        let known = self.partitions.all.get(place.partition as usize);
        let known = known.ok_or_else(|| Error::internal("rows for no partition"))?;
        let rows = UInt32Array::from(group.rows);
        let mut batch = take_record_batch(batch, &rows)?;
        if group.moved {
            let first_line = UInt32Array::from(vec![0; batch.num_rows()]);
            let mut columns = batch.columns().to_vec();
            for (column, value) in self.partition.places().iter().zip(&known.values) {
                if let Some(column) = columns.get_mut(*column) {
                    *column = take(value, &first_line, None)?;
                }
            }
            batch = RecordBatch::try_new(batch.schema(), columns)?;
        }
        let to = BucketOf { partition: known.partition.clone(), bucket: place.bucket };
        Ok(Routed { to, batch, kinds: Some(group.kinds) })
    }

    /// The numbers of a batch's partitions.
    fn numbers_of(&mut self, batch: &RecordBatch, partitions: &Partitions) -> Result<Vec<u32>> {
        let columns = self.partition.of(batch);
        let number = |(partition, row): (&BinaryRow, u32)| self.partitions.number(partition, &columns, row);
        partitions.distinct.iter().zip(partitions.first_rows.iter().copied()).map(number).collect()
    }

    async fn load(&mut self) -> Result<()> {
        let mut buckets = bootstrap::Keys::of_latest(&self.table, &self.key, &self.partition).await?;
        while let Some(found) = buckets.next().await? {
            let number = self.partitions.number(&found.partition, &found.partition_columns, 0)?;
            let place = Place { partition: number, bucket: found.bucket };
            let rows = self.converter.convert_columns(&found.key_columns)?;
            for key in &rows {
                if let Some(before) = self.keys.insert(key.as_ref(), place)?
                    && before != place
                {
                    let message = "a key stands in two partitions or buckets: several jobs wrote at the same time";
                    return Err(Error::corrupt(message).with("bucket", before.bucket).with("other", place.bucket));
                }
            }
            self.partitions.restore(place, rows.num_rows());
        }
        Ok(())
    }
}

impl KnownPartitions {
    /// The number of a partition, whose columns stand in line `row`.
    fn number(&mut self, partition: &BinaryRow, columns: &[ArrayRef], row: u32) -> Result<u32> {
        if let Some(number) = self.numbers.get(partition) {
            return Ok(*number);
        }
        let number = u32::try_from(self.all.len()).map_err(|_| Error::unsupported("more than 2^32 partitions"))?;
        // Copied, so that the batch is not kept.
        let line = UInt32Array::from(vec![row]);
        let values = columns.iter().map(|column| take(column, &line, None)).collect::<Result<_, _>>()?;
        self.all.push(KnownPartition { partition: partition.clone(), values, buckets: BTreeMap::new() });
        self.numbers.insert(partition.clone(), number);
        Ok(number)
    }

    fn restore(&mut self, place: Place, keys: usize) {
        if let Some(known) = self.all.get_mut(place.partition as usize) {
            *known.buckets.entry(place.bucket).or_default() += i64::try_from(keys).unwrap_or(i64::MAX);
        }
    }

    /// A key leaves its bucket.
    fn release(&mut self, place: Place) {
        if let Some(known) = self.all.get_mut(place.partition as usize) {
            *known.buckets.entry(place.bucket).or_default() -= 1;
        }
    }

    /// A bucket for one more key: the first with room, else a new one.
    fn assign(&mut self, partition: u32, most_keys: i64) -> Result<Place> {
        let known = self.all.get_mut(partition as usize).ok_or_else(|| Error::internal("no such partition"))?;
        if let Some((bucket, keys)) = known.buckets.iter_mut().find(|(_, keys)| **keys < most_keys) {
            *keys += 1;
            return Ok(Place { partition, bucket: *bucket });
        }
        let free = (0..i32::MAX).find(|bucket| !known.buckets.contains_key(bucket));
        let bucket = free.ok_or_else(|| Error::unsupported("a partition has 2^31 buckets"))?;
        known.buckets.insert(bucket, 1);
        Ok(Place { partition, bucket })
    }
}

impl std::fmt::Debug for CrossPartition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CrossPartition").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}
