//! The bytes of one row group: which are needed, and what the decoder is given of them.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{RowGroups, RowSelection},
    },
    column::page::PageIterator,
    errors::ParquetError,
    file::{
        metadata::{ParquetMetaData, RowGroupMetaData},
        page_index::offset_index::PageLocation,
    },
};

use super::{
    footer::chunk_range,
    page_codec::PageCodec,
    page_header::{self, StoredPage},
    page_reader::StoredPages,
    pages::{CheckedPages, OneChunk},
};
use crate::error::{Error, Result};

/// What of a row group is to be fetched.
#[derive(Debug)]
pub(super) struct Plan {
    group: usize,
    chunks: Vec<ChunkPlan>,
}

/// What of a column chunk is to be fetched: all of it, or some pages.
#[derive(Debug)]
struct ChunkPlan {
    leaf: usize,
    ranges: Vec<Range<u64>>,
    /// Pages that are here already.
    held: Vec<StoredPage>,
    pages: Option<Vec<PageLocation>>,
}

/// Pages of one column chunk that two windows share: its dictionary, and those with rows of both.
#[derive(Debug)]
pub(super) struct SharedPages {
    leaf: usize,
    pages: Vec<StoredPage>,
}

impl Plan {
    /// What is needed of row group `group` for the columns of `mask` and the rows of `selection`.
    ///
    /// Errors: `Unsupported` for codecs that this build does not know.
    pub(super) fn new(
        metadata: &ParquetMetaData,
        group: usize,
        mask: &ProjectionMask,
        selection: Option<&RowSelection>,
    ) -> Result<Plan> {
        let row_group = row_group(metadata, group)?;
        let offset_index = metadata.offset_index().and_then(|index| index.get(group));
        let sparse = selection.zip(offset_index);
        let mut chunks = Vec::new();
        for (leaf, chunk) in row_group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf)) {
            PageCodec::check(chunk.compression())
                .map_err(|error| error.with("column", chunk.column_path().string()))?;
            let range = chunk_range(chunk).ok_or_else(|| Error::corrupt("column chunk lies nowhere"))?;
            let pages = sparse.and_then(|(selection, index)| Some((selection, index.get(leaf)?.page_locations())));
            chunks.push(match pages {
                Some((selection, pages)) => ChunkPlan::pages(leaf, range, selection, pages),
                None => ChunkPlan { leaf, ranges: vec![range], held: Vec::new(), pages: None },
            });
        }
        Ok(Plan { group, chunks })
    }

    /// The same plan without the pages that the window before has left.
    pub(super) fn holding(mut self, shared: Vec<SharedPages>) -> Plan {
        for SharedPages { leaf, pages } in shared {
            if let Some(chunk) = self.chunks.iter_mut().find(|chunk| chunk.leaf == leaf) {
                chunk.ranges.retain(|range| pages.iter().all(|page| page.at != range.start));
                chunk.held = pages;
            }
        }
        self
    }

    /// All ranges to fetch, in the order in which [`Plan::fill`] takes their bytes.
    pub(super) fn ranges(&self) -> Vec<Range<u64>> {
        self.chunks.iter().flat_map(|chunk| chunk.ranges.iter().cloned()).collect()
    }

    /// The row group with the bytes fetched. Errors: `Corrupt` for page headers that the decoder must not see.
    pub(super) fn fill(self, metadata: Arc<ParquetMetaData>, bytes: Vec<Bytes>) -> Result<RowGroupBytes> {
        let mut bytes = bytes.into_iter();
        let mut chunks = Vec::with_capacity(self.chunks.len());
        for plan in self.chunks {
            let mut pages = plan.held;
            for (range, bytes) in plan.ranges.into_iter().zip(bytes.by_ref()) {
                pages.extend(
                    page_header::split(&bytes, range.start).map_err(|error| error.with("row group", self.group))?,
                );
            }
            pages.sort_by_key(|page| page.at);
            chunks.push(Chunk { leaf: plan.leaf, pages, places: plan.pages });
        }
        let rows = usize::try_from(row_group(&metadata, self.group)?.num_rows());
        let rows = rows.map_err(|_| Error::unsupported("row group has more rows than memory has places"))?;
        Ok(RowGroupBytes { metadata, group: self.group, rows, chunks })
    }
}

impl ChunkPlan {
    /// The dictionary and the pages that hold selected rows.
    fn pages(leaf: usize, chunk: Range<u64>, selection: &RowSelection, pages: &[PageLocation]) -> ChunkPlan {
        let first = pages.first().and_then(|page| u64::try_from(page.offset).ok()).unwrap_or(chunk.end);
        let mut ranges = selection.scan_ranges(pages);
        if first > chunk.start {
            ranges.insert(0, chunk.start..first);
        }
        ChunkPlan { leaf, ranges, held: Vec::new(), pages: Some(pages.to_vec()) }
    }
}

fn row_group(metadata: &ParquetMetaData, group: usize) -> Result<&RowGroupMetaData> {
    metadata.row_groups().get(group).ok_or_else(|| Error::internal(format!("there is no row group {group}")))
}

/// A row group in memory, as the decoder wants it.
pub(super) struct RowGroupBytes {
    metadata: Arc<ParquetMetaData>,
    group: usize,
    rows: usize,
    chunks: Vec<Chunk>,
}

/// What was fetched of a column chunk.
struct Chunk {
    leaf: usize,
    pages: Vec<StoredPage>,
    /// Where all its pages are, if only some were fetched.
    places: Option<Vec<PageLocation>>,
}

impl RowGroupBytes {
    /// What `next`, a plan for other rows of the same row group, needs again. Copied, so that it holds nothing else in memory.
    pub(super) fn shared_with(&self, next: &Plan) -> Vec<SharedPages> {
        let copy = |page: &StoredPage| StoredPage { body: Bytes::copy_from_slice(&page.body), ..page.clone() };
        let shared = next.chunks.iter().filter(|chunk| chunk.pages.is_some()).filter_map(|chunk| {
            let here = self.chunks.iter().find(|here| here.leaf == chunk.leaf && here.places.is_some())?;
            let is_needed = |page: &&StoredPage| chunk.ranges.iter().any(|range| range.start == page.at);
            Some(SharedPages { leaf: chunk.leaf, pages: here.pages.iter().filter(is_needed).map(copy).collect() })
        });
        shared.collect()
    }
}

impl RowGroups for RowGroupBytes {
    fn num_rows(&self) -> usize {
        self.rows
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>, ParquetError> {
        let missing = || ParquetError::General(format!("column {leaf} was not fetched"));
        let fetched = self.chunks.iter().find(|chunk| chunk.leaf == leaf).ok_or_else(missing)?;
        let group = self.metadata.row_groups().get(self.group).ok_or_else(missing)?;
        let chunk = group.columns().get(leaf).ok_or_else(missing)?;
        let pages = match &fetched.places {
            Some(places) => StoredPages::at(&fetched.pages, places, self.rows, chunk.compression()),
            None => StoredPages::of_chunk(&fetched.pages, chunk.compression())?,
        };
        Ok(Box::new(OneChunk(Some(Ok(Box::new(CheckedPages::new(pages, chunk.column_descr())))))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups().iter().skip(self.group).take(1))
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}
