//! Windows of row groups to batches: the bytes of the next window are on their way while this one is decoded.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    mem,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::Poll,
};

use arrow_array::{BooleanArray, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::ArrowError;
use arrow_select::filter::filter_record_batch;
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, MaybeDone, maybe_done},
    stream::{self, BoxStream},
};
use parquet::{
    arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups, RowSelection},
    errors::ParquetError,
};

use super::{
    corrupt,
    footer::{self, Footer},
    projection::Projection,
    prune,
    row_group::{Plan, SharedPages},
    windows::{self, Window},
};
use crate::{
    error::{Error, Result},
    format::{DEFAULT_WINDOW_BYTES, ReadRequest, RowGroupLayout, source::Source},
    io::Storage,
};

/// Bytes of a batch, as far as the footer tells.
const MOST_BATCH_BYTES: u64 = 1 << 20;

/// See [`crate::format::read`].
pub(in crate::format) async fn read(
    storage: &Storage,
    path: &str,
    file_size: u64,
    request: ReadRequest,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let source = Source::open(storage, path, file_size).await?;
    let is_selective = request.predicate.is_some() || request.rows.is_some();
    let footer = footer::load(&source, is_selective, request.window_bytes, request.first_rows).await?;
    let schema = footer.metadata.file_metadata().schema_descr();
    let projection = Projection::plan(schema, &request.fields).map_err(|error| error.at(path))?;
    let groups = prune::row_groups(&source, &footer, &request).await?;
    let cut = |(place, (group, rows))| {
        let soon = request.first_rows.filter(|_| place == 0);
        windows::cut(&footer.metadata, group, &projection.mask, rows, request.window_bytes, soon)
    };
    let windows = groups.into_iter().enumerate().flat_map(cut).collect();
    let (batch_rows, batch_bytes) = (request.batch_rows, (request.window_bytes / 8).min(MOST_BATCH_BYTES));
    let fetches_ahead = request.window_bytes >= DEFAULT_WINDOW_BYTES && request.first_rows.is_none();
    let file = Arc::new(File { source, footer, projection, batch_rows, batch_bytes, fetches_ahead });
    let scan = Scan { file, windows, next: None, current: None, left: None };
    Ok(stream::try_unfold(scan, |mut scan| async move { Ok(scan.next_batch().await?.map(|batch| (batch, scan))) })
        .boxed())
}

/// See [`crate::format::row_groups`].
pub(in crate::format) async fn row_groups(
    storage: &Storage,
    path: &str,
    file_size: u64,
) -> Result<Vec<RowGroupLayout>> {
    let source = Source::open(storage, path, file_size).await?;
    let footer = footer::load(&source, false, u64::MAX, None).await?;
    let groups = footer.metadata.row_groups().iter().enumerate().map(|(index, group)| RowGroupLayout {
        rows: footer.rows(index),
        bytes: group.columns().iter().map(|chunk| u64::try_from(chunk.compressed_size()).unwrap_or(0)).sum(),
        has_page_index: group.columns().iter().all(|chunk| chunk.offset_index_offset().is_some()),
    });
    Ok(groups.collect())
}

/// See [`crate::format::candidate_rows`].
pub(in crate::format) async fn candidate_rows(
    storage: &Storage,
    path: &str,
    file_size: u64,
    request: &ReadRequest,
) -> Result<Vec<Range<u64>>> {
    let source = Source::open(storage, path, file_size).await?;
    let footer = footer::load(&source, true, u64::MAX, None).await?;
    let mut ranges = Vec::new();
    for (group, selection) in prune::row_groups(&source, &footer, request).await? {
        let mut at = (0..group).map(|before| footer.rows(before)).sum::<u64>();
        let Some(selection) = selection else {
            ranges.push(at..at.saturating_add(footer.rows(group)));
            continue;
        };
        for selector in selection.iter() {
            let end = at.saturating_add(selector.row_count as u64);
            if !selector.skip {
                ranges.push(at..end);
            }
            at = end;
        }
    }
    Ok(ranges)
}

/// What all row groups of a scan share.
#[derive(Debug)]
struct File {
    source: Source,
    footer: Footer,
    projection: Projection,
    batch_rows: usize,
    batch_bytes: u64,
    /// Whether the next window is fetched while this one is decoded; not where memory is short.
    fetches_ahead: bool,
}

impl File {
    /// Fetches what is needed of a window beside what the one before left, and keeps what the rows `next` need, too.
    async fn open(
        self: Arc<Self>,
        window: Window,
        left: Vec<SharedPages>,
        next: Option<RowSelection>,
    ) -> Result<Decoder> {
        let Window { group, rows, kept } = window;
        let at = |error: Error| error.at(self.source.path());
        let metadata = &self.footer.metadata;
        let plan = self.plan(group, rows.as_ref())?.holding(left);
        let bytes = self.source.data(&plan.ranges()).await?;
        let row_group = plan.fill(metadata.clone(), bytes).map_err(at)?;
        let next = next.map(|next| self.plan(group, Some(&next))).transpose()?;
        let left = next.map(|next| row_group.shared_with(&next)).unwrap_or_default();
        let most = self.batch_rows.min(row_group.num_rows());
        let batch_rows = windows::batch_rows(metadata, group, &self.projection.mask, self.batch_bytes, most);
        let levels = &self.projection.levels;
        let reader = ParquetRecordBatchReader::try_new_with_row_groups(levels, &row_group, batch_rows, rows);
        Ok(Decoder { reader: reader.map_err(|error| self.corrupt(error))?, kept, row: 0, group, left })
    }

    fn plan(&self, group: usize, rows: Option<&RowSelection>) -> Result<Plan> {
        let plan = Plan::new(&self.footer.metadata, group, &self.projection.mask, rows);
        plan.map_err(|error| error.at(self.source.path()))
    }

    fn convert(&self, decoded: &RecordBatch) -> Result<RecordBatch> {
        self.projection.apply(decoded).map_err(|error| error.at(self.source.path()))
    }

    fn corrupt(&self, error: impl Into<ParquetError>) -> Error {
        corrupt("parquet data does not decode", error.into()).at(self.source.path())
    }
}

/// Decodes the rows of one window.
struct Decoder {
    reader: ParquetRecordBatchReader,
    /// Which of the rows to keep, and how many were decoded.
    kept: Option<BooleanBuffer>,
    row: usize,
    /// The row group, and what the next window needs of what was fetched for this one.
    group: usize,
    left: Vec<SharedPages>,
}

impl Decoder {
    /// The rows to keep of the next batch; may be none of them.
    fn next(&mut self) -> Option<Result<RecordBatch, ArrowError>> {
        let batch = self.reader.next()?;
        Some(batch.and_then(|batch| {
            let Some(kept) = &self.kept else { return Ok(batch) };
            let rows = batch.num_rows().min(kept.len().saturating_sub(self.row));
            let mask = BooleanArray::from(kept.slice(self.row, rows));
            self.row += rows;
            if mask.true_count() == batch.num_rows() { Ok(batch) } else { filter_record_batch(&batch, &mask) }
        }))
    }
}

type Opening = Pin<Box<MaybeDone<BoxFuture<'static, Result<Decoder>>>>>;

/// The state of a scan of one file.
struct Scan {
    file: Arc<File>,
    /// Windows to come.
    windows: VecDeque<Window>,
    /// The window whose bytes are being fetched.
    next: Option<Opening>,
    /// The window that is being decoded.
    current: Option<Decoder>,
    /// What the next window needs of the pages of that one, and their row group.
    left: Option<(usize, Vec<SharedPages>)>,
}

impl Scan {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(decoder) = &mut self.current {
                match decoder.next() {
                    Some(Ok(decoded)) if decoded.num_rows() == 0 => {}
                    Some(Ok(decoded)) => {
                        // Decoding took a while: let the fetch take the next step.
                        self.advance_fetch().await;
                        return self.file.convert(&decoded).map(Some);
                    }
                    Some(Err(error)) => return Err(self.file.corrupt(error)),
                    None => self.current = None,
                }
                if self.current.is_some() {
                    continue;
                }
            }
            self.start_fetch();
            let Some(mut opening) = self.next.take() else { return Ok(None) };
            opening.as_mut().await;
            self.current = opening.as_mut().take_output().transpose()?;
            self.left = self.current.as_mut().map(|decoder| (decoder.group, mem::take(&mut decoder.left)));
            if self.file.fetches_ahead {
                self.start_fetch();
                self.advance_fetch().await;
            }
        }
    }

    /// Asks for the bytes of the next window, unless that is under way.
    fn start_fetch(&mut self) {
        if self.next.is_none()
            && let Some(window) = self.windows.pop_front()
        {
            let left = mem::take(&mut self.left).filter(|(group, _)| *group == window.group);
            let next = self.windows.front().filter(|next| next.group == window.group);
            let next = next.and_then(|next| next.rows.clone());
            let left = left.map(|(_, pages)| pages).unwrap_or_default();
            self.next = Some(Box::pin(maybe_done(self.file.clone().open(window, left, next).boxed())));
        }
    }

    async fn advance_fetch(&mut self) {
        if let Some(opening) = &mut self.next {
            poll_fn(|context| {
                let _ = opening.as_mut().poll(context);
                Poll::Ready(())
            })
            .await;
        }
    }
}
