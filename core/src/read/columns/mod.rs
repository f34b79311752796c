//! Rows of a range of row ids, put together from files that hold some of their columns each (format digest 10.4; Java
//! `DataEvolutionSplitRead`, `DataEvolutionFileReader`).
//!
//! ```text
//! group ──layout──▶ files of columns ──align──▶ batch + positions ──filter──▶ ┐
//!                   blob columns, by position ─────────────── fetch ──────────┴▶ rows
//! ```
//!
//! Every file gives the same rows: none is skipped by a filter, deleted rows are left out of all. BLOB values are fetched
//! last, for rows that the filter leaves, unless it looks at them.

mod align;
mod blob;
mod layout;

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_select::filter::{filter, filter_record_batch};
use futures::{StreamExt, TryStreamExt, stream};

use self::{align::Aligned, blob::BlobColumn, layout::Layout};
use super::{
    evolve::{Evolution, batch_of},
    file::SplitFiles,
    shape::Shape,
    tasks::Batches,
};
use crate::{
    error::Result,
    predicate::Predicate,
    scan::{RowIdGroup, RowRanges},
    types::{DataField, arrow},
};

/// BLOB bytes of a batch, unless one row has more.
const BLOB_BATCH_BYTES: u64 = 8 << 20;

/// Reads the rows of `group` at `selected` positions, counted from its first row id. Files are opened when the stream is
/// first polled.
///
/// Memory: about two batches a file, the indexes of its blob files, and BLOB values of a batch.
pub(super) fn read(files: &SplitFiles, group: RowIdGroup, selected: RowRanges, shape: &Arc<Shape>) -> Batches {
    let (files, shape) = (files.clone(), Arc::clone(shape));
    let opened = async move {
        let layout = Layout::new(&files, &group, &shape.columns).await?;
        let live = layout.live_rows(&files, &selected).await?;
        let blobs = layout.blobs.iter().map(|blob| BlobColumn::open(&files, &layout.ids, blob));
        let assembly =
            Arc::new(Assembly::new(futures::future::try_join_all(blobs).await?, layout.fields(), &files, &shape)?);
        let aligned = layout.align(&files, &live).await?;
        Ok::<_, crate::Error>(aligned.and_then(move |rows| {
            let assembly = Arc::clone(&assembly);
            async move { assembly.finish(rows) }
        }))
    };
    stream::once(opened)
        .try_flatten()
        .try_flatten()
        .try_filter(|batch| futures::future::ready(batch.num_rows() > 0))
        .boxed()
}

/// From aligned batches and BLOB columns to rows of the result.
struct Assembly {
    blobs: Vec<BlobColumn>,
    /// The columns that are no BLOB files', in their order among all.
    plain: Vec<DataField>,
    evolution: Evolution,
    /// Places of the columns that `evolution` takes in aligned batches.
    places: Vec<usize>,
    /// Applied before BLOB values are fetched.
    early_filter: Option<Predicate>,
    /// What happens after.
    shape: Shape,
}

impl Assembly {
    fn new(blobs: Vec<BlobColumn>, found: Vec<DataField>, files: &SplitFiles, shape: &Shape) -> Result<Self> {
        let is_blob = |id: i32| blobs.iter().any(|blob| blob.field.id == id);
        let plain: Vec<_> = shape.columns.iter().filter(|field| !is_blob(field.id)).cloned().collect();
        let evolution = Evolution::new(&plain, &found, &files.partition)?;
        let place = |field: &DataField| found.iter().position(|found| found.id == field.id);
        let places = evolution.file_fields.iter().filter_map(place).collect();
        let mut shape = shape.clone();
        let is_early = |filter: &Predicate| !blobs.is_empty() && filter.columns().iter().all(|c| !is_blob(c.id));
        let early_filter = shape.predicate.take_if(|filter| is_early(filter));
        Ok(Assembly { blobs, plain, evolution, places, early_filter, shape })
    }

    fn finish(self: Arc<Self>, rows: Aligned) -> Result<Batches> {
        let Aligned { batch, positions } = rows;
        let batch = self.evolution.apply(&batch.project(&self.places)?)?;
        if self.blobs.is_empty() {
            let finished = self.shape.finish(&batch, None)?;
            return Ok(stream::once(async { Ok(finished) }).boxed());
        }
        let (batch, positions) = match &self.early_filter {
            Some(early) => {
                let mask = early.evaluate(&batch)?;
                let positions = arrow_array::UInt64Array::from(positions);
                let positions = filter(&positions, &mask)?;
                (filter_record_batch(&batch, &mask)?, blob::positions(&positions)?)
            }
            None => (batch, positions),
        };
        let chunks = self.chunks(&positions);
        let fetched = stream::iter(chunks).then(move |(start, rows)| {
            let (assembly, batch) = (Arc::clone(&self), batch.slice(start, rows));
            let positions = positions.get(start..start + rows).unwrap_or_default().to_vec();
            async move { assembly.with_blobs(batch, positions).await }
        });
        Ok(fetched.boxed())
    }

    /// Cuts rows so that their BLOB values fit in a batch: starts and counts.
    fn chunks(&self, positions: &[u64]) -> Vec<(usize, usize)> {
        let mut chunks = Vec::new();
        let (mut start, mut bytes) = (0, 0u64);
        for (row, position) in positions.iter().enumerate() {
            let size = self.blobs.iter().map(|blob| blob.size(*position)).fold(0, u64::saturating_add);
            if row > start && bytes.saturating_add(size) > BLOB_BATCH_BYTES {
                chunks.push((start, row - start));
                (start, bytes) = (row, 0);
            }
            bytes = bytes.saturating_add(size);
        }
        if start < positions.len() {
            chunks.push((start, positions.len() - start));
        }
        chunks
    }

    async fn with_blobs(&self, batch: RecordBatch, positions: Vec<u64>) -> Result<RecordBatch> {
        let fetched = self.blobs.iter().map(|blob| blob.fetch(&positions));
        let mut fetched = futures::future::try_join_all(fetched).await?.into_iter();
        let mut columns = Vec::with_capacity(self.shape.columns.len());
        let mut plain = batch.columns().iter();
        for field in &self.shape.columns {
            let of_file = self.plain.iter().any(|plain| plain.id == field.id);
            columns.extend(if of_file { plain.next().cloned() } else { None });
            if !of_file && let Some(place) = self.blobs.iter().position(|blob| blob.field.id == field.id) {
                // Blob columns stand in the order of `shape.columns`.
                debug_assert!(place < self.blobs.len());
                columns.extend(fetched.next());
            }
        }
        let fields: Vec<_> = self.shape.columns.iter().map(|field| Arc::new(arrow::field(field))).collect();
        self.shape.finish(&batch_of(fields.iter(), columns, batch.num_rows())?, None)
    }
}

#[cfg(test)]
mod tests;
