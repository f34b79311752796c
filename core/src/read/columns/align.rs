//! Batches of several files, row by row beside each other.

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::Schema;
use futures::{StreamExt, TryStreamExt, future, stream, stream::BoxStream};
use std::sync::Arc;

use crate::{
    error::{Error, Result},
    format::DEFAULT_BATCH_ROWS,
    read::{tasks::Batches, tracking::Positions},
    scan::RowRanges,
};

/// Rows, and where they stand in the range of row ids.
#[derive(Debug)]
pub(super) struct Aligned {
    /// Columns of all files, one file after the other.
    pub(super) batch: RecordBatch,
    /// Positions of the rows.
    pub(super) positions: Vec<u64>,
}

/// Puts the batches of `sources`, which all hold the rows at `live`, beside each other, as long as the shortest of them.
///
/// Without sources there are rows without columns. Memory: a batch a source. Errors: `Corrupt` naming `file` where a source
/// has more or fewer rows.
pub(super) fn align(sources: Vec<Batches>, live: &RowRanges, file: String) -> BoxStream<'static, Result<Aligned>> {
    let sources = sources.into_iter().map(|stream| Source { stream, batch: None }).collect();
    let state = Align { sources, positions: Positions::new(live), file };
    stream::try_unfold(state, |mut state| async move { Ok(state.next().await?.map(|rows| (rows, state))) }).boxed()
}

struct Align {
    sources: Vec<Source>,
    positions: Positions,
    file: String,
}

struct Source {
    stream: Batches,
    /// Rows that wait for those of the other sources.
    batch: Option<RecordBatch>,
}

impl Source {
    async fn fill(&mut self) -> Result<()> {
        while self.batch.as_ref().is_none_or(|batch| batch.num_rows() == 0) {
            match self.stream.try_next().await? {
                Some(batch) => self.batch = Some(batch),
                None => {
                    self.batch = None;
                    break;
                }
            }
        }
        Ok(())
    }

    fn rows(&self) -> usize {
        self.batch.as_ref().map_or(0, RecordBatch::num_rows)
    }

    fn take(&mut self, rows: usize) -> Option<RecordBatch> {
        let batch = self.batch.take()?;
        if batch.num_rows() > rows {
            self.batch = Some(batch.slice(rows, batch.num_rows() - rows));
        }
        Some(batch.slice(0, rows))
    }
}

impl Align {
    async fn next(&mut self) -> Result<Option<Aligned>> {
        future::try_join_all(self.sources.iter_mut().map(Source::fill)).await?;
        let rows = self.sources.iter().map(Source::rows).min().unwrap_or(DEFAULT_BATCH_ROWS);
        let positions = self.positions.take(rows.max(1));
        let complete = self.sources.is_empty() || positions.len() == rows;
        let ended = self.sources.iter().all(|source| source.rows() == 0);
        if positions.is_empty() && ended {
            return Ok(None);
        }
        if !complete || rows == 0 {
            let message = "expected as many rows in every file of a range of row ids as the manifest says";
            return Err(Error::corrupt(message).at(&self.file));
        }
        let rows = positions.len();
        let batches: Vec<_> = self.sources.iter_mut().filter_map(|source| source.take(rows)).collect();
        let fields = batches.iter().flat_map(|batch| batch.schema().fields().to_vec()).collect::<Vec<_>>();
        let columns = batches.iter().flat_map(|batch| batch.columns().to_vec()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
        Ok(Some(Aligned { batch, positions }))
    }
}
