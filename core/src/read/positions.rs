//! Rows of one file with their positions in it: what a change of single rows of a table without a primary key needs.

use std::sync::Arc;

use arrow_array::RecordBatch;
use futures::{StreamExt, stream::BoxStream};

use super::{
    context::ReadContext,
    file::{FileRead, Part, SplitFiles},
    tracking::Positions,
};
use crate::{
    error::Result,
    format::DEFAULT_WINDOW_BYTES,
    scan::{RowRanges, Split},
    spec::data_file::DataFileMeta,
    types::DataField,
};

/// Rows of a file, and the place of each among the physical rows of the file.
pub(crate) type Placed = (Vec<u64>, RecordBatch);

/// The rows of `file`, one of `split`, that are not deleted, and only those at `positions` where these are given.
///
/// Shape: batches have the columns `fields`, which are of the schema read or columns of row tracking. Memory: one window
/// of the file. Errors: as every read of the file.
pub(crate) async fn read_with_positions(
    context: &Arc<ReadContext>,
    split: &Split,
    file: &DataFileMeta,
    fields: Vec<DataField>,
    positions: Option<RowRanges>,
) -> Result<BoxStream<'static, Result<Placed>>> {
    let files = SplitFiles::new(context, split);
    let rows = files.live_rows(file, positions).await?;
    let mut places = Positions::new(rows.as_ref().unwrap_or(&RowRanges::all()));
    let read = FileRead {
        file: file.clone(),
        fields,
        // Nothing may be skipped, or positions would be wrong.
        predicate: None,
        part: Part { row_groups: None, rows },
        window_bytes: DEFAULT_WINDOW_BYTES,
    };
    let batches = files.open(read).await?;
    Ok(batches.map(move |batch| batch.map(|batch| (places.take(batch.num_rows()), batch))).boxed())
}
