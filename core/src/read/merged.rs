//! Sections of several runs, merged while they are read.

use std::sync::Arc;

use arrow_array::{Array, Int64Array, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use futures::{StreamExt, TryStreamExt, future, stream, stream::BoxStream};

use super::{
    ahead::run_ahead,
    context::{Compacted, Lookup, MergeReadOptions, OlderRows},
    file::{FileRead, Part, SplitFiles},
    shape::{Shape, place_of},
};
use crate::{
    error::{Error, Result},
    format::DEFAULT_WINDOW_BYTES,
    merge::{
        self, ChangelogPlan, Found, MergeLayout, MergePlan, Merger, Section, Step, looks_up, merge_function,
        required_fields,
    },
    predicate::Predicate,
    spec::{
        data_file::{DataFileMeta, FileSource},
        options::{CoreOptions, SortOrder},
        table_schema::{TableSchema, sequence_number_field, value_kind_field},
    },
    types::{DataField, arrow},
};

/// Reads a section, keys ascending. Its files are opened when the stream is first polled.
///
/// Memory: about two batches a run, and one more each where runs are decoded by tasks of their own.
pub(super) fn read(
    files: &SplitFiles,
    section: Section,
    shape: &Arc<Shape>,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    let merged = merge(files, section, shape, &MergeReadOptions::default())?;
    let rows = merged.map_ok(|(Compacted::Rows(batch) | Compacted::Changelog(batch))| batch);
    Ok(rows.try_filter(|batch| future::ready(batch.num_rows() > 0)).boxed())
}

/// Like [`read`], for a compaction that makes a changelog or looks older rows up.
pub(super) fn read_for_compaction(
    files: &SplitFiles,
    section: Section,
    shape: &Arc<Shape>,
    options: &MergeReadOptions,
) -> Result<BoxStream<'static, Result<Compacted>>> {
    merge(files, section.by_level(), shape, options)
}

fn merge(
    files: &SplitFiles,
    mut section: Section,
    shape: &Arc<Shape>,
    options: &MergeReadOptions,
) -> Result<BoxStream<'static, Result<Compacted>>> {
    if looks_up(&files.context.options()?) {
        section = section.by_level();
    }
    let SectionPlan { fields, schema, plan, age } = SectionPlan::new(files, &section, shape, options)?;
    let window_bytes = window_bytes(section.runs.len());
    let keys = files.context.schema.trimmed_primary_key_fields();
    let on_keys =
        |predicate: &Predicate| predicate.retain_columns(&|column| keys.iter().any(|key| key.id == column.id));
    let reads = |run: Vec<DataFileMeta>| -> Vec<FileRead> {
        let read = |file| FileRead {
            file,
            fields: fields.clone(),
            predicate: shape.predicate.as_ref().map(on_keys),
            part: Part::default(),
            window_bytes,
            first_rows: shape.wanted.soon(),
        };
        run.into_iter().map(read).collect()
    };
    if age.is_of_snapshot {
        section
            .runs
            .iter()
            .flatten()
            .try_for_each(|file| snapshot_age(file).map(drop).map_err(|error| error.at(files.path(file))))?;
    }
    let levels: Vec<i32> = section.runs.iter().map(|run| run.first().map_or(0, |file| file.level)).collect();
    let runs: Vec<_> = section.runs.into_iter().map(reads).collect();
    let merger = Merger::new(Arc::new(plan), runs.len()).with_levels(levels);
    let (files, shape) = (files.clone(), Arc::clone(shape));
    let older = options.lookup.as_ref().map(|lookup| Older::new(lookup, fields, &schema));
    // Runs start by themselves once they are made, so they are made when the section is asked for, not before.
    let merged = stream::once(async move {
        let start =
            |reads| run_ahead(&files.context.runtime, run_stream(files.clone(), reads, Arc::clone(&schema), age));
        let runs: Runs = runs.into_iter().map(start).collect();
        stream::try_unfold((merger, runs, older), |(mut merger, mut runs, older)| async move {
            loop {
                match merger.advance()? {
                    Step::Batch(batch) => return Ok(Some((Compacted::Rows(batch), (merger, runs, older)))),
                    Step::Changelog(batch) => return Ok(Some((Compacted::Changelog(batch), (merger, runs, older)))),
                    Step::Done => return Ok(None),
                    Step::Need(needed) => supply(&mut merger, &mut runs, &needed).await?,
                    Step::LookUp(keys) => merger.supply_found(find(older.as_ref(), keys).await?)?,
                }
            }
        })
    });
    let merged = merged.flatten();
    let finish = move |merged: Compacted| match merged {
        Compacted::Rows(batch) => shape.finish(&batch, None).map(Compacted::Rows),
        Compacted::Changelog(batch) => shape.finish(&batch, None).map(Compacted::Changelog),
    };
    Ok(merged.and_then(move |merged| future::ready(finish(merged))).boxed())
}

/// Bytes to hold of the file that each of `runs` runs is at: few runs hold more each, many less.
fn window_bytes(runs: usize) -> u64 {
    (MERGE_BYTES / runs.max(1) as u64).clamp(LEAST_WINDOW_BYTES, DEFAULT_WINDOW_BYTES)
}

/// Bytes to hold of all files of a merge.
const MERGE_BYTES: u64 = 12 << 20;

/// Below this, requests and dictionaries decoded again cost more than memory.
const LEAST_WINDOW_BYTES: u64 = 2 << 20;

type Runs = Vec<BoxStream<'static, Result<RecordBatch>>>;

/// Fetches the next batches of the needed runs side by side.
async fn supply(merger: &mut Merger, runs: &mut Runs, needed: &[usize]) -> Result<()> {
    let streams = runs.iter_mut().enumerate().filter(|(run, _)| needed.contains(run));
    let batches = streams.map(|(run, stream)| async move { stream.try_next().await.map(|batch| (run, batch)) });
    for (run, batch) in future::try_join_all(batches).await? {
        merger.supply(run, batch)?;
    }
    Ok(())
}

/// Rows that are looked up for a merge.
struct Older {
    rows: Arc<dyn OlderRows>,
    /// Columns of the rows, where these are asked for.
    fields: Option<Vec<DataField>>,
    schema: SchemaRef,
}

impl Older {
    fn new(lookup: &Lookup, fields: Vec<DataField>, schema: &SchemaRef) -> Self {
        let wants_rows = matches!(lookup.plan.older, merge::Older::Rows { .. });
        Older { rows: Arc::clone(&lookup.rows), fields: wants_rows.then_some(fields), schema: Arc::clone(schema) }
    }
}

async fn find(older: Option<&Older>, keys: RecordBatch) -> Result<Found> {
    let Some(older) = older else { return Err(Error::internal("a merge without levels above it asks for their rows")) };
    let Found { keys, rows } = older.rows.find(keys, older.fields.clone()).await?;
    let rows = rows.map(|rows| with_schema(rows, &older.schema)).transpose()?;
    Ok(Found { keys, rows })
}

/// A batch under exactly the schema of the merge. Errors: `Corrupt` for nulls in NOT NULL columns.
fn with_schema(batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let mut columns = schema.fields().iter().zip(batch.columns());
    if let Some((field, _)) = columns.find(|(field, column)| !field.is_nullable() && column.null_count() > 0) {
        return Err(Error::corrupt(format!("null in {}, which is NOT NULL", field.name())));
    }
    Ok(batch.with_schema(Arc::clone(schema))?)
}

/// The files of a run one after the other, with exactly the schema of the merge.
fn run_stream(
    files: SplitFiles,
    reads: Vec<FileRead>,
    schema: SchemaRef,
    age: Age,
) -> BoxStream<'static, Result<RecordBatch>> {
    let open = move |read: FileRead| {
        let (files, schema) = (files.clone(), Arc::clone(&schema));
        async move {
            let path = files.path(&read.file);
            let stamp = match age.column {
                Some(place) if age.is_of_snapshot => snapshot_age(&read.file)?.map(|number| (place, number)),
                _ => None,
            };
            let batches = files.read(read).await?;
            Ok::<_, Error>(
                batches
                    .map(move |batch| with_schema(stamped(batch?, stamp)?, &schema).map_err(|error| error.at(&path))),
            )
        }
    };
    stream::iter(reads).then(open).try_flatten().boxed()
}

/// What says which of two rows is the older one.
#[derive(Clone, Copy)]
struct Age {
    /// The place of the sequence number, where it is read.
    column: Option<usize>,
    /// `sequence.snapshot-ordering`: rows are as old as the snapshot that brought them.
    is_of_snapshot: bool,
}

/// The snapshot that brought all rows of a file, which its commit wrote as the file's sequence number. `None` for compacted
/// files: their rows hold the numbers of their snapshots.
///
/// Errors: `Unsupported` for files that do not say where they come from, which Java refuses, too.
fn snapshot_age(file: &DataFileMeta) -> Result<Option<i64>> {
    match file.file_source {
        Some(FileSource::Append) => Ok(Some(file.min_sequence_number)),
        Some(FileSource::Compact) => Ok(None),
        None => Err(Error::unsupported("sequence.snapshot-ordering over a file that does not tell its source")),
    }
}

/// `batch` with one number in the column at a place.
fn stamped(batch: RecordBatch, stamp: Option<(usize, i64)>) -> Result<RecordBatch> {
    let Some((place, number)) = stamp else { return Ok(batch) };
    let (schema, mut columns, rows) = batch.into_parts();
    let Some(column) = columns.get_mut(place) else { return Err(Error::internal("a batch without sequence numbers")) };
    *column = Arc::new(Int64Array::from_value(number, rows));
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Columns and parts of a merge.
struct SectionPlan {
    fields: Vec<DataField>,
    schema: SchemaRef,
    plan: MergePlan,
    age: Age,
}

impl SectionPlan {
    fn new(files: &SplitFiles, section: &Section, shape: &Shape, read: &MergeReadOptions) -> Result<Self> {
        let (schema, options) = (&files.context.schema, files.context.options()?);
        let lookup = read.lookup.as_ref().map(|lookup| lookup.plan);
        let takes_older = lookup.is_some_and(|lookup| matches!(lookup.older, merge::Older::Rows { .. }));
        let mut fields = shape.columns.clone();
        let keys: Vec<usize> =
            schema.trimmed_primary_key_fields().iter().map(|field| place_of(&mut fields, field)).collect();
        let asked = fields.iter().filter_map(|column| schema.fields.iter().position(|field| field.id == column.id));
        for place in required_fields(&options, schema, &asked.collect::<Vec<_>>())? {
            place_of(&mut fields, &schema.fields[place]);
        }
        let sequence_fields = options.sequence_field.iter().filter_map(|name| schema.field(name));
        let sequence_fields = sequence_fields.map(|field| place_of(&mut fields, field)).collect();
        let sequence_number =
            (takes_older || !ordered_by_age(section)).then(|| place_of(&mut fields, &sequence_number_field()));
        // Always looked at: pypaimon writes a `_DELETE_ROW_COUNT` of 0 over files with deletes.
        let value_kind = Some(place_of(&mut fields, &value_kind_field()));
        let layout = MergeLayout {
            keys: keys.clone(),
            sequence_fields,
            sequence_descending: options.sequence_field_sort_order == SortOrder::Descending,
            sequence_number,
            value_kind,
            output: (0..shape.columns.len()).collect(),
        };
        let arrow_field = |(place, field): (usize, &DataField)| {
            let field = arrow::field(field);
            // Java enforces NOT NULL on write only; keys order rows, so they must be as they say.
            let strict = keys.contains(&place) || Some(place) == sequence_number || Some(place) == value_kind;
            if strict { field } else { field.with_nullable(true) }
        };
        let merge_schema = Arc::new(Schema::new(fields.iter().enumerate().map(arrow_field).collect::<Vec<Field>>()));
        let function = merge_function(&options, schema, &fields)?;
        let changelog = read.changelog;
        let changelog =
            changelog.map(|rule| ChangelogPlan { rule, compared: compared_columns(&options, schema, &fields) });
        let plan = MergePlan::new(Arc::clone(&merge_schema), layout, function)?.with_changelog(changelog);
        let plan = plan.with_lookup(lookup);
        let age = Age { column: sequence_number, is_of_snapshot: options.sequence_snapshot_ordering };
        Ok(SectionPlan { fields, schema: merge_schema, plan: plan.keep_deletes(shape.keep_deletes), age })
    }
}

/// Columns that tell whether an update changed anything; `None` where every update counts.
fn compared_columns(options: &CoreOptions, schema: &TableSchema, fields: &[DataField]) -> Option<Vec<usize>> {
    let ignored = &options.changelog_producer_row_deduplicate_ignore_fields;
    let compared = schema.fields.iter().filter(|field| !ignored.contains(&field.name));
    let places = compared.filter_map(|field| fields.iter().position(|column| column.id == field.id));
    options.changelog_producer_row_deduplicate.then(|| places.collect())
}

/// Whether all rows of a run are newer than those of the runs before it, so that sequence numbers need not be read.
fn ordered_by_age(section: &Section) -> bool {
    let span = |run: &Vec<DataFileMeta>| {
        let min = run.iter().map(|file| file.min_sequence_number).min();
        min.zip(run.iter().map(|file| file.max_sequence_number).max())
    };
    let spans: Option<Vec<(i64, i64)>> = section.runs.iter().map(span).collect();
    spans.is_some_and(|spans| {
        spans.iter().all(|(min, max)| min <= max) && spans.windows(2).all(|pair| pair[0].1 < pair[1].0)
    })
}
