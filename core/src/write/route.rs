//! Splits batches by partition and bucket.

use std::collections::HashMap;

use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_row::{RowConverter, SortField};

use crate::{
    error::{Error, Result},
    scan::entry_types,
    spec::binary_row::{self, BinaryRow},
    table::Table,
    types::{DataField, DataType, RowKind},
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

/// Some columns of the table: those of the partition, of a key.
#[derive(Debug)]
pub(super) struct KeyColumns {
    places: Vec<usize>,
    types: Vec<DataType>,
}

impl KeyColumns {
    /// Errors: `Corrupt` where the table lacks one of `fields`.
    pub(super) fn new(table: &Table, fields: &[DataField]) -> Result<Self> {
        let place = |field: &DataField| {
            let place = table.schema().fields.iter().position(|column| column.id == field.id);
            place.ok_or_else(|| Error::corrupt("a key column is missing").at(table.name()).with("column", &field.name))
        };
        let places = fields.iter().map(place).collect::<Result<_>>()?;
        let types = entry_types(fields);
        Ok(KeyColumns { places, types })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    pub(super) fn types(&self) -> &[DataType] {
        &self.types
    }

    /// These columns of a batch that has the table's.
    pub(super) fn of(&self, batch: &RecordBatch) -> Vec<ArrayRef> {
        self.places.iter().filter_map(|place| batch.columns().get(*place).cloned()).collect()
    }
}

/// The partitions of a batch.
#[derive(Debug)]
pub(super) struct Partitions {
    /// Each once, in order of appearance.
    pub(super) distinct: Vec<BinaryRow>,
    /// A row of each.
    pub(super) first_rows: Vec<u32>,
    /// For each row the place of its partition; `None` where all rows are of one.
    of_row: Option<Vec<u32>>,
}

impl Partitions {
    /// The place of a row's partition in `distinct`.
    #[inline]
    pub(super) fn of(&self, row: usize) -> u32 {
        self.of_row.as_ref().and_then(|of| of.get(row)).copied().unwrap_or(0)
    }
}

/// Finds the partitions of rows. `columns` are the partition keys.
pub(super) fn partitions(batch: &RecordBatch, columns: &KeyColumns) -> Result<Partitions> {
    if columns.is_empty() {
        return Ok(Partitions { distinct: vec![BinaryRow::empty()], first_rows: vec![0], of_row: None });
    }
    let arrays = columns.of(batch);
    let sort_fields = arrays.iter().map(|array| SortField::new(array.data_type().clone())).collect();
    let rows = RowConverter::new(sort_fields)?.convert_columns(&arrays)?;
    let mut places = HashMap::new();
    let (mut first_rows, mut of_row) = (Vec::<u32>::new(), Vec::with_capacity(batch.num_rows()));
    for (index, row) in rows.iter().enumerate() {
        let next = first_rows.len() as u32;
        let place = match places.get(row.as_ref()) {
            Some(place) => *place,
            None => {
                places.insert(row.as_ref().to_vec(), next);
                first_rows.push(index as u32);
                next
            }
        };
        of_row.push(place);
    }
    let of_row = (first_rows.len() > 1).then_some(of_row);
    let taken = UInt32Array::from(first_rows.clone());
    let distinct =
        arrays.iter().map(|array| arrow_select::take::take(array, &taken, None)).collect::<Result<Vec<_>, _>>()?;
    Ok(Partitions { distinct: binary_row::encode_rows(&distinct, columns.types())?, first_rows, of_row })
}

/// Splits a batch by partition and bucket (0 without `buckets`). One gather a bucket; none where all rows go to one.
pub(super) fn split(
    batch: &RecordBatch,
    kinds: Option<&[RowKind]>,
    partitions: &Partitions,
    buckets: Option<&[i32]>,
) -> Result<Vec<Routed>> {
    let mut places: HashMap<(u32, i32), usize> = HashMap::new();
    let mut rows_of: Vec<((u32, i32), Vec<u32>)> = Vec::new();
    for row in 0..batch.num_rows() {
        let bucket = buckets.and_then(|of| of.get(row)).copied().unwrap_or(0);
        let to = (partitions.of(row), bucket);
        let place = *places.entry(to).or_insert_with(|| {
            rows_of.push((to, Vec::new()));
            rows_of.len() - 1
        });
        if let Some((_, rows)) = rows_of.get_mut(place) {
            rows.push(u32::try_from(row).map_err(|_| Error::invalid("a batch has more than 2^32 rows"))?);
        }
    }
    let whole = rows_of.len() == 1;
    let part = |((partition, bucket), rows): ((u32, i32), Vec<u32>)| {
        let partition = partitions.distinct.get(partition as usize).cloned().unwrap_or_else(BinaryRow::empty);
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
