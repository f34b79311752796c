//! Large row groups in windows of rows, so that a scan holds a few megabytes of a file whatever its row groups are.

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{RowSelection, RowSelector},
    },
    file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData},
};

/// Compressed bytes of the projected columns.
fn compressed(group: &RowGroupMetaData, mask: &ProjectionMask) -> u64 {
    projected(group, mask).map(|(_, chunk)| u64::try_from(chunk.compressed_size()).unwrap_or(0)).sum()
}

fn projected<'a>(
    group: &'a RowGroupMetaData,
    mask: &'a ProjectionMask,
) -> impl Iterator<Item = (usize, &'a ColumnChunkMetaData)> {
    group.columns().iter().enumerate().filter(|(leaf, _)| mask.leaf_included(*leaf))
}

/// Whether some row group is worth cutting, so that the page index is needed.
pub(super) fn wanted(metadata: &ParquetMetaData, window_bytes: u64) -> bool {
    metadata.row_groups().iter().any(|group| compressed(group, &ProjectionMask::all()) > window_bytes)
}

/// What to read of a row group at a time.
#[derive(Debug)]
pub(super) struct Window {
    /// Number of the row group.
    pub(super) group: usize,
    /// Rows to fetch and decode; all where `None`.
    pub(super) rows: Option<RowSelection>,
    /// Which of the decoded rows to keep, where they are too scattered to decode them alone; all where `None`.
    pub(super) kept: Option<BooleanBuffer>,
}

/// Below this many rows a run of a selection, decoding through what is left out is faster than skipping it.
const LEAST_ROWS_PER_RUN: usize = 64;

/// Whether pages and values can be skipped by `selection` with profit.
fn has_long_runs(selection: &RowSelection) -> bool {
    let (runs, rows) = selection.iter().fold((0, 0), |(runs, rows), run| (runs + 1, rows + run.row_count));
    rows / LEAST_ROWS_PER_RUN >= runs
}

/// The rows `selected` of row group `group` (all where `None`), one part for each window of about `window_bytes`: cut at the
/// pages of the largest column.
pub(super) fn cut(
    metadata: &ParquetMetaData,
    group: usize,
    mask: &ProjectionMask,
    selected: Option<RowSelection>,
    window_bytes: u64,
    first_rows: Option<u64>,
) -> Vec<Window> {
    let mut starts = starts(metadata, group, mask, window_bytes).unwrap_or_default();
    let rows = metadata.row_groups().get(group).map_or(0, |group| usize::try_from(group.num_rows()).unwrap_or(0));
    let soon = first_rows.and_then(|soon| soon_end(metadata, group, mask, selected.as_ref(), window_bytes, soon));
    if let Some(end) = soon.filter(|end| *end < rows) {
        starts.retain(|start| *start > end);
        starts.insert(0, end);
    }
    let (selected, kept) = match selected {
        Some(selected) if !has_long_runs(&selected) => (None, Some(as_mask(&selected, rows))),
        selected => (selected, None),
    };
    if starts.is_empty() {
        return vec![Window { group, rows: selected, kept }];
    }
    let ends = starts.iter().copied().chain([rows]);
    let windows = [0].into_iter().chain(starts.iter().copied()).zip(ends).map(|(start, end)| {
        let window = RowSelection::from(vec![
            RowSelector::skip(start),
            RowSelector::select(end - start),
            RowSelector::skip(rows.saturating_sub(end)),
        ]);
        let kept = kept.as_ref().map(|kept| kept.slice(start, end - start));
        let rows = selected.as_ref().map_or(window.clone(), |selected| selected.intersection(&window));
        Window { group, rows: Some(rows), kept }
    });
    let wanted = |window: &Window| {
        window.rows.as_ref().is_none_or(RowSelection::selects_any)
            && window.kept.as_ref().is_none_or(|kept| kept.count_set_bits() > 0)
    };
    windows.filter(wanted).collect()
}

/// A row group of less than this share of a window is fetched whole: a request costs more than its bytes.
const WORTH_CUTTING: u64 = 10;

/// Whether the first rows of a row group are worth a window of their own, so that the page index is needed.
pub(super) fn wanted_soon(metadata: &ParquetMetaData, window_bytes: u64) -> bool {
    metadata.row_groups().iter().any(|group| compressed(group, &ProjectionMask::all()) > window_bytes / WORTH_CUTTING)
}

/// Where the window ends that holds the first `soon` of the selected rows; `None` where the row group is small or has no
/// page index.
fn soon_end(
    metadata: &ParquetMetaData,
    group: usize,
    mask: &ProjectionMask,
    selected: Option<&RowSelection>,
    window_bytes: u64,
    soon: u64,
) -> Option<usize> {
    metadata.offset_index()?;
    let is_large = compressed(metadata.row_groups().get(group)?, mask) > window_bytes / WORTH_CUTTING;
    let soon = usize::try_from(soon).ok().filter(|soon| is_large && *soon > 0)?;
    let Some(selected) = selected else { return Some(soon) };
    let (mut row, mut taken) = (0usize, 0usize);
    for run in selected.iter() {
        if !run.skip && taken + run.row_count >= soon {
            return Some(row + (soon - taken));
        }
        taken += if run.skip { 0 } else { run.row_count };
        row += run.row_count;
    }
    None
}

/// One bit for each of `rows` rows.
fn as_mask(selection: &RowSelection, rows: usize) -> BooleanBuffer {
    let mut mask = BooleanBufferBuilder::new(rows);
    for run in selection.iter() {
        mask.append_n(run.row_count.min(rows - mask.len()), !run.skip);
    }
    mask.append_n(rows - mask.len(), false);
    mask.finish()
}

/// First rows of the windows but the first; `None` where the row group is read whole.
fn starts(metadata: &ParquetMetaData, group: usize, mask: &ProjectionMask, window_bytes: u64) -> Option<Vec<usize>> {
    let row_group = metadata.row_groups().get(group)?;
    if compressed(row_group, mask) <= window_bytes {
        return None;
    }
    let (largest, _) = projected(row_group, mask).max_by_key(|(_, chunk)| chunk.compressed_size())?;
    let pages = metadata.offset_index()?.get(group)?.get(largest)?.page_locations();
    let chunk = row_group.columns().get(largest)?;
    // The other columns weigh in by their share.
    let weight = compressed(row_group, mask) as f64 / chunk.compressed_size().max(1) as f64;
    // A row group that is cut at all is cut small: others are read beside it.
    let part = window_bytes as f64 / 3.0;
    let (mut starts, mut held) = (Vec::new(), 0.0);
    for page in pages {
        let bytes = f64::from(page.compressed_page_size.max(0)) * weight;
        let row = usize::try_from(page.first_row_index).ok()?;
        if held > 0.0 && held + bytes > part {
            starts.push(row);
            held = 0.0;
        }
        held += bytes;
    }
    Some(starts)
}

/// Rows of about `batch_bytes` of decoded columns, at least one and at most `most`.
pub(super) fn batch_rows(
    metadata: &ParquetMetaData,
    group: usize,
    mask: &ProjectionMask,
    batch_bytes: u64,
    most: usize,
) -> usize {
    let Some(row_group) = metadata.row_groups().get(group) else { return most.max(1) };
    let decoded = |chunk: &ColumnChunkMetaData| {
        // Values behind a dictionary are longer than the chunk, and some writers say how long.
        chunk.uncompressed_size().max(chunk.unencoded_byte_array_data_bytes().unwrap_or(0))
    };
    let bytes = projected(row_group, mask).map(|(_, chunk)| u64::try_from(decoded(chunk)).unwrap_or(0)).sum::<u64>();
    let row_bytes = bytes / u64::try_from(row_group.num_rows()).unwrap_or(1).max(1);
    let rows = usize::try_from(batch_bytes / row_bytes.max(1)).unwrap_or(usize::MAX);
    rows.clamp(1, most.max(1))
}
