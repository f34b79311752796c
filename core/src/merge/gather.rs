//! Copies chosen rows of several batches into one: late materialisation, column by column.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow_data::transform::MutableArrayData;
use arrow_schema::SchemaRef;
use arrow_select::interleave::interleave;

use super::segment::{RowRef, Segment};
use crate::error::Result;

/// Mean length of stretches from which copying whole ranges beats picking single rows.
const RANGE_ROWS: usize = 12;

/// The rows `picks`, in their order, with the columns `columns`.
pub(super) fn gather(
    schema: &SchemaRef,
    columns: &[usize],
    segments: &[&Segment],
    picks: &[RowRef],
) -> Result<RecordBatch> {
    let picker = Picker::new(picks);
    let mut gathered: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for (position, column) in columns.iter().enumerate() {
        // `_KEY_x` and x are often one array: gather it once.
        let twin = columns[..position].iter().position(|earlier| {
            segments.iter().all(|segment| Arc::ptr_eq(segment.batch.column(*earlier), segment.batch.column(*column)))
        });
        let array = match twin {
            Some(twin) => Arc::clone(&gathered[twin]),
            None => {
                let sources: Vec<&dyn Array> =
                    segments.iter().map(|segment| segment.batch.column(*column).as_ref()).collect();
                picker.pick(&sources)?
            }
        };
        gathered.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(picks.len()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), gathered, &options)?)
}

/// The cheapest way to copy some rows.
pub(super) enum Picker {
    /// One range of one segment: no copy at all.
    Slice { segment: usize, start: usize, len: usize },
    /// Long ranges (segment, start, end).
    Ranges(Vec<(usize, usize, usize)>, usize),
    /// Single rows.
    Rows(Vec<(usize, usize)>),
}

impl Picker {
    pub(super) fn new(picks: &[RowRef]) -> Self {
        let follows = |pair: &[RowRef]| pair[0].segment == pair[1].segment && pair[0].row + 1 == pair[1].row;
        let breaks = picks.windows(2).filter(|pair| !follows(pair)).count();
        match picks.first() {
            Some(first) if breaks == 0 => {
                Picker::Slice { segment: first.segment as usize, start: first.row as usize, len: picks.len() }
            }
            _ if picks.len() / (breaks + 1) >= RANGE_ROWS => {
                let ranges = picks.chunk_by(|a, b| follows(&[*a, *b]));
                let range = |rows: &[RowRef]| {
                    (rows[0].segment as usize, rows[0].row as usize, rows[0].row as usize + rows.len())
                };
                Picker::Ranges(ranges.map(range).collect(), picks.len())
            }
            _ => Picker::Rows(picks.iter().map(|pick| (pick.segment as usize, pick.row as usize)).collect()),
        }
    }

    pub(super) fn pick(&self, sources: &[&dyn Array]) -> Result<ArrayRef> {
        match self {
            Picker::Slice { segment, start, len } => Ok(sources[*segment].slice(*start, *len)),
            Picker::Rows(rows) => Ok(interleave(sources, rows)?),
            Picker::Ranges(ranges, rows) => {
                let data: Vec<_> = sources.iter().map(|source| source.to_data()).collect();
                let mut copy = MutableArrayData::new(data.iter().collect(), false, *rows);
                for (segment, start, end) in ranges {
                    copy.try_extend(*segment, *start, *end)?;
                }
                Ok(make_array(copy.freeze()))
            }
        }
    }
}
