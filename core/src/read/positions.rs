//! Rows of one file with their positions in it: for changes of single rows of a table without a primary key, and to look
//! rows of a table with one up.

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
    predicate::Predicate,
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
    // Nothing may be skipped, or positions would be wrong. A filter that always holds loads the page index, so that
    // pages without any of the rows need not be fetched.
    let predicate = positions.is_some().then_some(Predicate::True);
    let rows = files.live_rows(file, positions).await?;
    let mut places = Positions::new(rows.as_ref().unwrap_or(&RowRanges::all()));
    let read = FileRead {
        file: file.clone(),
        fields,
        predicate,
        part: Part { row_groups: None, rows },
        window_bytes: DEFAULT_WINDOW_BYTES,
        first_rows: None,
    };
    let batches = files.open(read).await?;
    Ok(batches.map(move |batch| batch.map(|batch| (places.take(batch.num_rows()), batch))).boxed())
}

/// Positions of the rows of `file` that may match `predicate`, by all that can be told without reading rows: file indexes,
/// statistics, bloom filters and the page index of Parquet. `None` for all of the file.
///
/// Errors: as every read of the file.
pub(crate) async fn candidates(
    context: &Arc<ReadContext>,
    split: &Split,
    file: &DataFileMeta,
    predicate: &Predicate,
) -> Result<Option<RowRanges>> {
    SplitFiles::new(context, split).candidates(file, predicate).await
}
