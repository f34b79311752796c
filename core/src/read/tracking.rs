//! `_ROW_ID` and `_SEQUENCE_NUMBER` of rows (format digest 10.3): as the file holds them, else by the file's entry in the
//! manifest: its first row id and the position of the row, its highest sequence number.

use std::{ops::Range, sync::Arc, vec};

use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, cast::AsArray, types::Int64Type};

use super::evolve::batch_of;
use crate::{
    error::{Error, Result},
    scan::RowRanges,
    spec::{
        data_file::DataFileMeta,
        table_schema::{row_id_field, sequence_number_field},
    },
    types::{DataField, arrow},
};

/// Fills the columns of row tracking in the batches of one file, which come in order.
#[derive(Debug)]
pub(super) struct Tracking {
    /// Place of `_ROW_ID`.
    row_id: Option<usize>,
    /// Place of `_SEQUENCE_NUMBER`.
    sequence_number: Option<usize>,
    first_row_id: Option<i64>,
    max_sequence_number: i64,
    positions: Positions,
}

impl Tracking {
    /// `None` where `fields` has neither column. `rows` are the positions that are read, all where `None`.
    pub(super) fn new(fields: &[DataField], file: &DataFileMeta, rows: Option<&RowRanges>) -> Option<Self> {
        let place = |of: DataField| fields.iter().position(|field| field.id == of.id);
        let (row_id, sequence_number) = (place(row_id_field()), place(sequence_number_field()));
        (row_id.is_some() || sequence_number.is_some()).then(|| Tracking {
            row_id,
            sequence_number,
            first_row_id: file.first_row_id,
            max_sequence_number: file.max_sequence_number,
            positions: Positions::new(rows.unwrap_or(&RowRanges::all())),
        })
    }

    /// Whether it takes batches with every row of the positions, none skipped.
    pub(super) fn counts_rows(&self) -> bool {
        self.row_id.is_some()
    }

    /// Replaces nulls in the two columns. Rows without any id keep null. Errors: `Internal` for other types.
    pub(super) fn fill(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let mut columns = batch.columns().to_vec();
        let mut fields = batch.schema().fields().to_vec();
        if let Some(place) = self.row_id {
            let positions = self.positions.take(batch.num_rows());
            if let Some(first) = self.first_row_id {
                let ids = positions.into_iter().map(|position| first.wrapping_add_unsigned(position));
                replace_nulls(&mut columns, place, ids)?;
            }
            set(&mut fields, place, &row_id_field());
        }
        if let Some(place) = self.sequence_number {
            replace_nulls(&mut columns, place, std::iter::repeat(self.max_sequence_number))?;
            set(&mut fields, place, &sequence_number_field());
        }
        batch_of(fields.iter(), columns, batch.num_rows())
    }
}

fn set(fields: &mut [Arc<arrow_schema::Field>], place: usize, field: &DataField) {
    if let Some(slot) = fields.get_mut(place) {
        *slot = Arc::new(arrow::field(field));
    }
}

fn replace_nulls(columns: &mut [ArrayRef], place: usize, values: impl Iterator<Item = i64>) -> Result<()> {
    let wrong = || Error::internal("expected a column of row tracking of type Int64");
    let slot = columns.get_mut(place).ok_or_else(wrong)?;
    let stored = slot.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?;
    if stored.null_count() > 0 {
        let filled: Int64Array =
            stored.iter().zip(values).map(|(stored, value)| stored.unwrap_or(value)).collect::<Vec<_>>().into();
        *slot = Arc::new(filled);
    }
    Ok(())
}

/// Positions of rows, handed out in order.
#[derive(Debug)]
pub(super) struct Positions {
    ranges: vec::IntoIter<Range<u64>>,
    current: Range<u64>,
}

impl Positions {
    /// Those of `rows`.
    pub(super) fn new(rows: &RowRanges) -> Self {
        Positions { ranges: rows.ranges().to_vec().into_iter(), current: 0..0 }
    }

    /// The next `count` positions, fewer where there are no more.
    pub(super) fn take(&mut self, count: usize) -> Vec<u64> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            if self.current.is_empty() {
                match self.ranges.next() {
                    Some(range) => self.current = range,
                    None => break,
                }
            }
            let left = (count - taken.len()) as u64;
            let end = self.current.end.min(self.current.start.saturating_add(left));
            taken.extend(self.current.start..end);
            self.current.start = end;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_skip_what_is_not_read() {
        let mut positions = Positions::new(&RowRanges::new(vec![1..3, 7..8, 10..14]));
        assert_eq!(positions.take(2), [1, 2]);
        assert_eq!(positions.take(3), [7, 10, 11]);
        assert_eq!(positions.take(9), [12, 13]);
    }
}
