//! One data file on its way, and what is gathered about its rows for the manifest.

use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray, types::Int8Type};

use super::file_place::FilePlace;
use crate::{
    error::{Error, Result},
    format::{FileFormat, FileWriter},
    spec::{
        binary_row::{self, BinaryRow},
        file_index::FileIndexBuilder,
    },
    types::{DataType, RowKind},
};

/// A file that takes rows.
pub(super) struct OpenFile {
    pub(super) name: String,
    pub(super) place: FilePlace,
    pub(super) format: FileFormat,
    pub(super) writer: FileWriter,
    /// Its file indexes, if the table wants any.
    pub(super) index: Option<FileIndexBuilder>,
    pub(super) facts: RowFacts,
}
/// What the manifest says about the rows of a file besides statistics.
pub(super) struct RowFacts {
    pub(super) min_key: BinaryRow,
    pub(super) max_key: BinaryRow,
    pub(super) min_sequence: i64,
    pub(super) max_sequence: i64,
    pub(super) deletes: i64,
    pub(super) rows: i64,
}

impl RowFacts {
    pub(super) fn new() -> Self {
        RowFacts {
            min_key: BinaryRow::empty(),
            max_key: BinaryRow::empty(),
            min_sequence: i64::MAX,
            max_sequence: i64::MIN,
            deletes: 0,
            rows: 0,
        }
    }

    /// Takes note of rows in key-value layout whose key columns have the types `keys`; first and last key are those of the
    /// first and last row, as in Java.
    pub(super) fn add_key_values(&mut self, rows: &RecordBatch, keys: &[DataType]) -> Result<()> {
        let (first, last) = edge_keys(rows, keys)?;
        if self.rows == 0 {
            self.min_key = first;
        }
        self.max_key = last;
        self.deletes += count_deletes(rows)?;
        let (min, max) = sequence_range(rows)?;
        self.add(rows.num_rows(), min, max);
        Ok(())
    }

    /// Takes note of rows without keys, the first of which has the number `first_sequence`.
    pub(super) fn add_rows(&mut self, rows: usize, first_sequence: i64) {
        let last = first_sequence + i64::try_from(rows).unwrap_or(i64::MAX) - 1;
        self.add(rows, first_sequence, last);
    }

    /// Takes note of rows that carry their own `_SEQUENCE_NUMBER`.
    pub(super) fn add_tracked_rows(&mut self, rows: &RecordBatch) -> Result<()> {
        let (min, max) = sequence_range(rows)?;
        self.add(rows.num_rows(), min, max);
        Ok(())
    }

    fn add(&mut self, rows: usize, min_sequence: i64, max_sequence: i64) {
        self.rows += i64::try_from(rows).unwrap_or(i64::MAX);
        self.min_sequence = self.min_sequence.min(min_sequence);
        self.max_sequence = self.max_sequence.max(max_sequence);
    }
}

fn edge_keys(rows: &RecordBatch, types: &[DataType]) -> Result<(BinaryRow, BinaryRow)> {
    let edge = |row: usize| {
        let columns: Vec<_> = rows.columns().iter().take(types.len()).map(|column| column.slice(row, 1)).collect();
        let mut rows = binary_row::encode_rows(&columns, types)?;
        rows.pop().ok_or_else(|| Error::internal("no key for an edge row"))
    };
    Ok((edge(0)?, edge(rows.num_rows() - 1)?))
}

fn system_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array> {
    let column = batch.column_by_name(name).ok_or_else(|| Error::internal(format!("no column {name}")))?;
    Ok(column.as_ref())
}

fn count_deletes(batch: &RecordBatch) -> Result<i64> {
    let kinds = system_column(batch, "_VALUE_KIND")?;
    let kinds = kinds.as_primitive_opt::<Int8Type>().ok_or_else(|| Error::internal("_VALUE_KIND is no TINYINT"))?;
    let is_delete = |kind: &&i8| RowKind::from_byte(**kind).is_ok_and(|kind| !kind.is_add());
    Ok(i64::try_from(kinds.values().iter().filter(is_delete).count()).unwrap_or(i64::MAX))
}

fn sequence_range(batch: &RecordBatch) -> Result<(i64, i64)> {
    let numbers = system_column(batch, "_SEQUENCE_NUMBER")?.as_any().downcast_ref::<Int64Array>();
    let numbers = numbers.ok_or_else(|| Error::internal("_SEQUENCE_NUMBER is no BIGINT"))?.values();
    Ok((numbers.iter().copied().min().unwrap_or(0), numbers.iter().copied().max().unwrap_or(0)))
}
