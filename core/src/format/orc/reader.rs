//! Stripes to batches.

use std::{collections::VecDeque, sync::Arc};

use arrow_array::{Array, BooleanArray, RecordBatch};
use arrow_buffer::BooleanBufferBuilder;
use arrow_schema::SchemaRef;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{
    column::Column,
    plan::Plan,
    statistics::StripeStatistics,
    stripe::StripeData,
    tail::{self, Stripe, Tail},
};
use crate::{
    error::{Error, Result},
    format::{ReadRequest, ReadStep, RowGroupLayout, batch, row_ranges::RowRanges, source::Source},
    io::Storage,
    types::{self, DataField},
};

/// Bytes in memory that a batch is to have: batches of wide rows have fewer of them.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes in memory above which a batch is refused: nothing like the rows before it.
const MAX_BATCH_BYTES: usize = 1 << 30;
/// Most rows of the first batch of a stripe, when the size of rows is not known yet but for their stored bytes.
const FIRST_ROWS: u64 = 1024;

/// See [`crate::format::read`]. The predicate skips stripes.
pub(in crate::format) async fn read(
    storage: &Storage,
    path: &str,
    file_size: u64,
    request: ReadRequest,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let scan = async {
        let source = Source::open(storage, path, file_size).await?;
        let tail = tail::load(&source).await?;
        let plan = Plan::new(&tail, &request.fields, request.orc_legacy_timestamp_ltz)?;
        let stripes = stripes(&source, &tail, &request).await?;
        Ok(Scan {
            source,
            tail: Arc::new(tail),
            plan,
            schema: types::arrow::schema(&request.fields),
            fields: request.fields,
            wanted: RowRanges::new(request.rows),
            batch_rows: request.batch_rows.max(1),
            stripes,
            current: None,
        })
    };
    let scan = scan.await.map_err(|error: Error| error.at(path))?;
    let path = path.to_owned();
    Ok(stream::try_unfold((scan, path), |(mut scan, path)| async move {
        match scan.next_batch().await {
            Ok(batch) => Ok(batch.map(|batch| (batch, (scan, path)))),
            Err(error) => Err(error.at(&path)),
        }
    })
    .boxed())
}

/// The stripes asked for of which rows may match, with the position of their first row.
async fn stripes(source: &Source, tail: &Tail, request: &ReadRequest) -> Result<VecDeque<(u64, Stripe)>> {
    let statistics = match &request.predicate {
        Some(predicate) => StripeStatistics::load(source, tail, predicate).await?,
        None => None,
    };
    let mut stripes = VecDeque::new();
    let mut first_row = 0_u64;
    for (index, stripe) in tail.stripes.iter().enumerate() {
        if request.row_groups.as_ref().is_none_or(|range| range.contains(&index)) {
            let may_match = statistics.as_ref().is_none_or(|statistics| statistics.may_match(index, stripe.rows));
            if request.predicate.is_some() {
                request.counters.add_one(ReadStep::RowGroupsByStatistics, may_match, stripe.bytes());
            }
            if may_match {
                stripes.push_back((first_row, *stripe));
            }
        }
        first_row = first_row.saturating_add(stripe.rows);
    }
    Ok(stripes)
}

/// See [`crate::format::row_groups`]: the stripes.
pub(in crate::format) async fn row_groups(
    storage: &Storage,
    path: &str,
    file_size: u64,
) -> Result<Vec<RowGroupLayout>> {
    let source = Source::open(storage, path, file_size).await?;
    let tail = tail::load(&source).await.map_err(|error| error.at(path))?;
    let stripes = tail.stripes.iter();
    Ok(stripes
        .map(|stripe| RowGroupLayout { rows: stripe.rows, bytes: stripe.data_length, has_page_index: false })
        .collect())
}

/// The state of a scan of one file.
struct Scan {
    source: Source,
    tail: Arc<Tail>,
    plan: Plan,
    fields: Vec<DataField>,
    schema: SchemaRef,
    wanted: RowRanges,
    batch_rows: usize,
    /// Stripes to come, with the position of their first row.
    stripes: VecDeque<(u64, Stripe)>,
    current: Option<Open>,
}

/// The stripe that is being decoded.
struct Open {
    columns: Vec<Option<Column>>,
    /// Position in the file of the next row, and of the row behind the last.
    row: u64,
    end: u64,
    batch_rows: u64,
}

impl Scan {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let open = match self.current.take() {
                Some(open) => open,
                None => match self.stripes.pop_front() {
                    Some((first_row, stripe)) => self.open(first_row, stripe).await?,
                    None => return Ok(None),
                },
            };
            // The rest of the stripe is of no use where no row of it is wanted.
            let Some(wanted) = self.wanted.next_from(open.row) else { return Ok(None) };
            if wanted.start >= open.end || open.row >= open.end {
                continue;
            }
            if let Some(batch) = self.decode(open)? {
                return Ok(Some(batch));
            }
        }
    }

    /// Fetches a stripe, unless none of its rows are wanted.
    async fn open(&mut self, first_row: u64, stripe: Stripe) -> Result<Open> {
        let end = first_row.saturating_add(stripe.rows);
        let mut open = Open { columns: Vec::new(), row: first_row, end, batch_rows: 0 };
        if stripe.rows == 0 || self.wanted.next_from(first_row).is_none_or(|wanted| wanted.start >= end) {
            return Ok(open);
        }
        let mut data = StripeData::load(&self.source, &self.tail, stripe, &self.plan.needed).await?;
        let row_bytes = (data.bytes / data.rows.max(1)).max(1);
        open.batch_rows = (BATCH_BYTES as u64 / row_bytes).clamp(1, FIRST_ROWS.min(self.batch_rows as u64));
        open.columns = self.plan.open(&mut data)?;
        Ok(open)
    }

    /// Decodes the next rows of a stripe and keeps those that are wanted; `None` where that is none.
    fn decode(&mut self, mut open: Open) -> Result<Option<RecordBatch>> {
        let rows = open.batch_rows.min(open.end - open.row) as usize;
        let mut bytes = 0;
        let columns = self.fields.iter().zip(&mut open.columns).map(|(field, column)| {
            let Some(column) = column else { return Ok(None) };
            let array = column.take(rows).and_then(|array| {
                bytes += array.get_array_memory_size();
                if bytes > MAX_BATCH_BYTES { Err(too_large(rows)) } else { Ok(array) }
            });
            array.map(Some).map_err(|error| error.with("column", &field.name).with("row", open.row))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        open.batch_rows = following_rows(rows, bytes).min(self.batch_rows) as u64;
        let start = open.row;
        let end = start + rows as u64;
        open.row = end;
        if end < open.end {
            self.current = Some(open);
        }
        let mask = self.mask(start, end);
        let kept = mask.true_count();
        if kept == 0 {
            return Ok(None);
        }
        let batch = batch::of_decoded(&self.fields, &self.schema, columns, rows)?;
        if kept == rows {
            return Ok(Some(batch));
        }
        arrow_select::filter::filter_record_batch(&batch, &mask)
            .map(Some)
            .map_err(|error| Error::internal("rows cannot be filtered").because(error))
    }

    /// Which of the rows `start..end` are wanted.
    fn mask(&mut self, start: u64, end: u64) -> BooleanArray {
        let mut mask = BooleanBufferBuilder::new((end - start) as usize);
        let mut row = start;
        while row < end {
            let Some(wanted) = self.wanted.next_from(row).filter(|wanted| wanted.start < end) else { break };
            mask.append_n((wanted.start - row) as usize, false);
            row = wanted.end.min(end);
            mask.append_n((row - wanted.start) as usize, true);
        }
        mask.append_n((end - row) as usize, false);
        BooleanArray::new(mask.finish(), None)
    }
}

fn too_large(rows: usize) -> Error {
    Error::corrupt(format!("expected at most {MAX_BATCH_BYTES} bytes in {rows} rows of an orc file"))
}

/// Rows of the batch behind one of `rows` rows and `bytes` bytes: as many as are to have the size of a batch, but not many
/// times more at once, because the next ones may be larger.
fn following_rows(rows: usize, bytes: usize) -> usize {
    let row_bytes = (bytes / rows.max(1)).max(1);
    (BATCH_BYTES / row_bytes).clamp(1, rows.saturating_mul(8).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_follow_the_size_of_rows() {
        assert_eq!(following_rows(1024, 1024 * 64), 8192);
        assert_eq!(following_rows(1024, 1024 << 20), 16);
        assert_eq!(following_rows(1, 1 << 28), 1);
        assert_eq!(following_rows(0, 0), 1);
    }
}
