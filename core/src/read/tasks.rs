//! A split as independent streams, to be read side by side and concatenated in order.

use std::{ops::Range, sync::Arc};

use arrow_array::RecordBatch;
use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};

use super::{
    columns,
    context::{Compacted, MergeReadOptions, ReadContext, ReadPlan},
    file::{Part, SplitFiles},
    merged,
    raw::{self, Deletes},
    shape::Shape,
};
use crate::{
    error::Result,
    format::{self, RowGroupLayout},
    io::concat_ordered,
    merge::{Section, sections},
    scan::{RowRanges, Split, is_whole_file, row_id_groups},
    spec::data_file::DataFileMeta,
};

/// A file larger than this is cut into tasks of about this size: at row groups, and within large ones where that is cheap.
/// Decoded, a task should fit what may wait for the reader, or the tasks behind it stand still.
const TASK_BYTES: u64 = 4 << 20;

/// Footers that are read at the same time.
const FOOTERS_AHEAD: usize = 8;

/// Batches of a task.
pub(super) type Batches = BoxStream<'static, Result<RecordBatch>>;

/// The rows of `splits` as streams that can be read at the same time; one after the other they give the rows in order.
///
/// Nothing but footers of large files is read before a stream is polled, and these only where the runtime can run
/// several tasks. Errors: `Corrupt` for key ranges that do not decode, `Unsupported` for merge engines that this build does
/// not have, `Invalid` for a plan that does not fit the schema.
pub async fn tasks(context: &Arc<ReadContext>, splits: Vec<Split>, plan: Arc<ReadPlan>) -> Result<Vec<Batches>> {
    let shape = Arc::new(Shape::of_plan(&context.schema, &plan)?);
    let parallel = context.runtime.parallelism() > 1;
    let cut = stream::iter(splits).map(|split| split_tasks(context, split, &shape, parallel));
    let tasks: Vec<Vec<Batches>> = cut.buffered(FOOTERS_AHEAD).try_collect().await?;
    Ok(tasks.into_iter().flatten().collect())
}

/// The rows of one split, in order, read one file after the other. Errors: as [`tasks`].
pub async fn read_split(context: &Arc<ReadContext>, split: &Split, plan: ReadPlan) -> Result<Batches> {
    let shape = Arc::new(Shape::of_plan(&context.schema, &plan)?);
    Ok(stream::iter(split_tasks(context, split.clone(), &shape, false).await?).flatten().boxed())
}

/// All rows and columns of the files of a split without a primary key, in the order of the files, with `_ROW_ID` and
/// `_SEQUENCE_NUMBER` behind them where rows are tracked: for compaction.
pub async fn read_all_columns(context: &Arc<ReadContext>, split: Split) -> Result<Batches> {
    let plan = ReadPlan {
        projection: (0..context.schema.readable_fields().len()).collect(),
        predicate: None,
        ..ReadPlan::default()
    };
    let shape = Arc::new(Shape::of_plan(&context.schema, &plan)?);
    let files = SplitFiles::new(context, &split);
    let streams: Vec<Batches> = split
        .files
        .into_iter()
        .map(|file| raw::read(&files, file, Part::default(), Deletes::AsCounted, &shape))
        .collect();
    // Small files wait for the store most of the time: the next ones are read meanwhile.
    let runtime = Arc::clone(&context.runtime);
    Ok(concat_ordered(runtime, 1, RecordBatch::get_array_memory_size, streams.into_iter()))
}

/// Merges files of one bucket into one sorted run, in the layout of `schema.key_value_fields()`: for compaction.
///
/// `_KEY_` columns are made of the value columns. Streams, with memory for a few batches a run. Errors: as [`tasks`].
pub async fn merge_sorted_files(
    context: &Arc<ReadContext>,
    split: Split,
    options: MergeReadOptions,
) -> Result<BoxStream<'static, Result<Compacted>>> {
    let shape = Arc::new(Shape::of_key_values(&context.schema, options.keep_deletes));
    let files = SplitFiles::new(context, &split);
    if options.changelog.is_none() && options.lookup.is_none() {
        let rows = stream::iter(merged_tasks(&files, split.files, &shape)?).flatten();
        return Ok(rows.map_ok(Compacted::Rows).boxed());
    }
    let sections = sections_of(&files, split.files)?.into_iter();
    let streams = sections.map(|section| merged::read_for_compaction(&files, section, &shape, &options));
    Ok(stream::iter(streams.collect::<Result<Vec<_>>>()?).flatten().boxed())
}

/// The streams of one split.
pub(super) async fn split_tasks(
    context: &Arc<ReadContext>,
    split: Split,
    shape: &Arc<Shape>,
    cut_files: bool,
) -> Result<Vec<Batches>> {
    // Before any row is given out: whoever is told can still turn to the complete build.
    #[cfg(not(feature = "complete"))]
    split.files.iter().try_for_each(|file| format::FileFormat::check_readable(&file.file_name))?;
    let files = SplitFiles::new(context, &split);
    if context.schema.is_clustered() && !split.raw_convertible {
        let read = |file| raw::read(&files, file, Part::default(), Deletes::Checked, shape);
        return Ok(split.files.into_iter().map(read).collect());
    }
    if context.schema.is_primary_key_table() && !split.raw_convertible {
        return merged_tasks(&files, split.files, shape);
    }
    if context.schema.evolves_columns() {
        return column_tasks(&files, split.files, shape, cut_files).await;
    }
    let mut tasks = Vec::with_capacity(split.files.len());
    for file in split.files {
        tasks.extend(file_tasks(&files, file, shape, cut_files).await?);
    }
    Ok(tasks)
}

/// A task for each part of a file that stands for itself.
async fn file_tasks(files: &SplitFiles, file: DataFileMeta, shape: &Arc<Shape>, cut: bool) -> Result<Vec<Batches>> {
    let parts = if cut { file_parts(files, &file, shape).await? } else { vec![whole(&file, shape)] };
    let read = |part| raw::read(files, file.clone(), part, Deletes::AsCounted, shape);
    Ok(parts.into_iter().map(read).collect())
}

/// Tasks of files that hold columns of the same rows.
async fn column_tasks(
    files: &SplitFiles,
    metas: Vec<DataFileMeta>,
    shape: &Arc<Shape>,
    cut: bool,
) -> Result<Vec<Batches>> {
    let mut tasks = Vec::new();
    for mut group in row_id_groups(metas)? {
        if group.files.len() == 1
            && let Some(file) = group.files.pop_if(|file| is_whole_file(file))
        {
            tasks.extend(file_tasks(files, file, shape, cut).await?);
            continue;
        }
        let selected = shape.row_ids().within(group.ids.clone());
        let biggest = group.files.iter().filter(|file| is_whole_file(file)).max_by_key(|file| file.file_size);
        let ranges = match biggest {
            Some(file) if cut => row_ranges(files, file).await?,
            _ => vec![RowRanges::all()],
        };
        let windows = ranges.iter().map(|range| selected.intersect(range));
        tasks.extend(windows.map(|window| columns::read(files, group.clone(), window, shape)));
    }
    Ok(tasks)
}

fn sections_of(files: &SplitFiles, metas: Vec<DataFileMeta>) -> Result<Vec<Section>> {
    let keys = files.context.schema.trimmed_primary_key_fields();
    let key_types: Vec<_> = keys.into_iter().map(|field| field.data_type).collect();
    sections(metas, &key_types)
}

/// A task for each section.
fn merged_tasks(files: &SplitFiles, metas: Vec<DataFileMeta>, shape: &Arc<Shape>) -> Result<Vec<Batches>> {
    let mut tasks = Vec::new();
    for section in sections_of(files, metas)? {
        if section.runs.len() > 1 {
            tasks.push(merged::read(files, section, shape)?);
        } else {
            tasks.extend(
                section
                    .runs
                    .into_iter()
                    .flatten()
                    .map(|file| raw::read(files, file, Part::default(), Deletes::Checked, shape)),
            );
        }
    }
    Ok(tasks)
}

/// All rows of a file that the filter on `_ROW_ID` leaves.
fn whole(file: &DataFileMeta, shape: &Shape) -> Part {
    Part { row_groups: None, rows: shape.positions_in(file) }
}

/// How to cut a file: at row groups.
async fn file_parts(files: &SplitFiles, file: &DataFileMeta, shape: &Shape) -> Result<Vec<Part>> {
    if shape.needs_row_ids() {
        // Positions are counted from the first row of the file, so its rows are named instead of its row groups.
        let selected = shape.positions_in(file).unwrap_or_else(RowRanges::all);
        let ranges = row_ranges(files, file).await?;
        let part = |range: &RowRanges| Part { row_groups: None, rows: Some(selected.intersect(range)) };
        return Ok(ranges.iter().map(part).collect());
    }
    let Some(groups) = row_groups(files, file).await? else { return Ok(vec![Part::default()]) };
    let (mut parts, mut first_row) = (Vec::new(), 0);
    for range in pack(&groups) {
        let packed = groups.get(range.clone()).unwrap_or_default();
        let rows: u64 = packed.iter().map(|group| group.rows).fold(0, u64::saturating_add);
        // A filter looks at a row group as a whole.
        let pieces = if shape.predicate.is_none() { pieces(packed) } else { 1 };
        let piece = |piece: u64| {
            let start = |piece: u64| first_row + rows / pieces * piece;
            let end = if piece + 1 == pieces { first_row + rows } else { start(piece + 1) };
            (pieces > 1).then(|| RowRanges::one(start(piece)..end))
        };
        parts.extend((0..pieces).map(|number| Part { row_groups: Some(range.clone()), rows: piece(number) }));
        first_row = first_row.saturating_add(rows);
    }
    Ok(parts)
}

/// How many tasks to make of row groups that were packed: a single one may be large.
fn pieces(packed: &[RowGroupLayout]) -> u64 {
    match packed {
        [group] if group.has_page_index && group.rows > 0 => (group.bytes / TASK_BYTES).clamp(1, group.rows),
        _ => 1,
    }
}

/// Row groups of a file that is big enough to be cut.
async fn row_groups(files: &SplitFiles, file: &DataFileMeta) -> Result<Option<Vec<RowGroupLayout>>> {
    let size = u64::try_from(file.file_size).unwrap_or(0);
    if size <= TASK_BYTES {
        return Ok(None);
    }
    let (storage, path) = files.locate(file)?;
    format::row_groups(&storage, &path, size).await.map(Some)
}

/// How to cut a file: positions of rows.
async fn row_ranges(files: &SplitFiles, file: &DataFileMeta) -> Result<Vec<RowRanges>> {
    let Some(groups) = row_groups(files, file).await? else { return Ok(vec![RowRanges::all()]) };
    let mut starts = vec![0u64];
    for group in &groups {
        starts.push(starts.last().unwrap_or(&0).saturating_add(group.rows));
    }
    let start = |group: usize| starts.get(group).copied().unwrap_or(u64::MAX);
    Ok(pack(&groups).into_iter().map(|range| RowRanges::one(start(range.start)..start(range.end))).collect())
}

/// Packs neighbouring row groups into ranges of about [`TASK_BYTES`].
fn pack(groups: &[RowGroupLayout]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (index, group) in groups.iter().enumerate() {
        match ranges.last_mut() {
            Some(range) if bytes + group.bytes <= TASK_BYTES => {
                range.end = index + 1;
                bytes += group.bytes;
            }
            _ => {
                ranges.push(index..index + 1);
                bytes = group.bytes;
            }
        }
    }
    ranges
}

#[cfg(test)]
mod tests;
