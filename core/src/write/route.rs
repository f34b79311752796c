//! Which bucket of which partition a row belongs to.

use std::collections::HashMap;

use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_row::{RowConverter, SortField};

use crate::{
    error::{Error, Result},
    scan::entry_types,
    spec::{
        binary_row::{self, BinaryRow},
        bucket::BucketFunction,
        options::Bucket,
    },
    table::Table,
    types::{DataField, RowKind},
};

/// A bucket of a partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BucketOf {
    pub partition: BinaryRow,
    pub bucket: i32,
}

/// Rows of one bucket, in arrival order.
#[derive(Debug)]
pub(crate) struct Routed {
    pub to: BucketOf,
    pub batch: RecordBatch,
    pub kinds: Option<Vec<RowKind>>,
}

/// Routes rows by partition columns and bucket key.
#[derive(Debug)]
pub(crate) struct Router {
    partition: Vec<Column>,
    bucket_key: Vec<Column>,
    /// Fixed bucket count; `None` for one unaware bucket.
    buckets: Option<i32>,
    function: BucketFunction,
}

#[derive(Debug)]
struct Column {
    place: usize,
    field: DataField,
}

impl Router {
    pub(super) fn new(table: &Table) -> Result<Self> {
        let schema = table.schema();
        let columns = |fields: Vec<DataField>| {
            let place = |field: DataField| {
                let place = schema.fields.iter().position(|column| column.id == field.id);
                let place = place.ok_or_else(|| Error::corrupt("key column is missing").with("column", &field.name))?;
                Ok(Column { place, field })
            };
            fields.into_iter().map(place).collect::<Result<Vec<_>>>()
        };
        let buckets = match table.options().bucket {
            Bucket::Fixed(buckets) => Some(buckets),
            Bucket::Dynamic | Bucket::Postpone => None,
        };
        let bucket_key = if buckets.is_some() { schema.bucket_keys(table.options())? } else { Vec::new() };
        let function = BucketFunction::new(table.options().bucket_function_type, entry_types(&bucket_key))?;
        Ok(Router {
            partition: columns(schema.partition_fields())?,
            bucket_key: columns(bucket_key)?,
            buckets,
            function,
        })
    }

    /// Bucket count that goes into manifest entries.
    pub(super) fn total_buckets(&self) -> i32 {
        self.buckets.unwrap_or(-1)
    }

    /// Splits a batch of the table's columns by bucket. One gather a bucket; none where all rows go to one.
    pub(super) fn route(&self, batch: &RecordBatch, kinds: Option<&[RowKind]>) -> Result<Vec<Routed>> {
        if batch.num_rows() == 0 {
            return Ok(Vec::new());
        }
        let (partitions, partition_of_row) = self.partitions(batch)?;
        let bucket_of_row = self.buckets_of(batch)?;
        let mut places: HashMap<(u32, i32), usize> = HashMap::new();
        let mut rows_of: Vec<((u32, i32), Vec<u32>)> = Vec::new();
        for row in 0..batch.num_rows() {
            let partition = partition_of_row.as_ref().and_then(|of| of.get(row)).copied().unwrap_or(0);
            let bucket = bucket_of_row.as_ref().and_then(|of| of.get(row)).copied().unwrap_or(0);
            let place = *places.entry((partition, bucket)).or_insert_with(|| {
                rows_of.push(((partition, bucket), Vec::new()));
                rows_of.len() - 1
            });
            if let Some((_, rows)) = rows_of.get_mut(place) {
                rows.push(u32::try_from(row).map_err(|_| Error::invalid("a batch has more than 2^32 rows"))?);
            }
        }
        let whole = rows_of.len() == 1;
        let part = |((partition, bucket), rows): ((u32, i32), Vec<u32>)| {
            let partition = partitions.get(partition as usize).cloned().unwrap_or_else(BinaryRow::empty);
            let to = BucketOf { partition, bucket };
            if whole {
                return Ok(Routed { to, batch: batch.clone(), kinds: kinds.map(<[RowKind]>::to_vec) });
            }
            let kinds = kinds.map(|kinds| rows.iter().filter_map(|row| kinds.get(*row as usize).copied()).collect());
            let batch = arrow_select::take::take_record_batch(batch, &UInt32Array::from(rows))?;
            Ok(Routed { to, batch, kinds })
        };
        rows_of.into_iter().map(part).collect()
    }

    /// The distinct partitions of a batch, and for each row the place of its partition.
    fn partitions(&self, batch: &RecordBatch) -> Result<(Vec<BinaryRow>, Option<Vec<u32>>)> {
        if self.partition.is_empty() {
            return Ok((vec![BinaryRow::empty()], None));
        }
        let arrays = columns_of(batch, &self.partition);
        let sort_fields = arrays.iter().map(|array| SortField::new(array.data_type().clone())).collect();
        let rows = RowConverter::new(sort_fields)?.convert_columns(&arrays)?;
        let mut places = HashMap::new();
        let (mut first_rows, mut of_row) = (Vec::<u32>::new(), Vec::with_capacity(batch.num_rows()));
        for (index, row) in rows.iter().enumerate() {
            let next = first_rows.len() as u32;
            let place = *places.entry(row.owned()).or_insert_with(|| {
                first_rows.push(index as u32);
                next
            });
            of_row.push(place);
        }
        let first_rows = UInt32Array::from(first_rows);
        let distinct = arrays
            .iter()
            .map(|array| arrow_select::take::take(array, &first_rows, None))
            .collect::<Result<Vec<_>, _>>()?;
        let fields: Vec<DataField> = self.partition.iter().map(|column| column.field.clone()).collect();
        Ok((binary_row::encode_rows(&distinct, &entry_types(&fields))?, Some(of_row)))
    }

    fn buckets_of(&self, batch: &RecordBatch) -> Result<Option<Vec<i32>>> {
        let Some(buckets) = self.buckets.filter(|buckets| *buckets > 1) else { return Ok(None) };
        let arrays = columns_of(batch, &self.bucket_key);
        self.function.buckets(&arrays, buckets).map(Some)
    }
}

fn columns_of(batch: &RecordBatch, columns: &[Column]) -> Vec<ArrayRef> {
    columns.iter().filter_map(|column| batch.columns().get(column.place).cloned()).collect()
}
