//! Drops manifests, partitions and files that a filter rules out. Never drops what it does not know.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{BucketFiles, Explain, explain::Amount, files::may_overlap};
use crate::{
    error::{Error, Result},
    predicate::{Column, ColumnBounds, Predicate},
    spec::{
        binary_row::BinaryRow,
        data_file::{DataFileMeta, FileOutline, StatsOf},
        file_index::FileIndex,
        manifest::Choice,
        manifest_list::ManifestFileMeta,
        options::{CoreOptions, MergeEngine},
        stats::SimpleStats,
        table_schema::TableSchema,
    },
    types::{DataField, DataType, DatumRow},
};

/// Whether some partition of the manifest may match a filter on partition columns.
pub(crate) fn manifest_may_match(predicate: &Predicate, meta: &ManifestFileMeta, fields: &[DataField]) -> Result<bool> {
    let columns = StatsColumns::new(fields, predicate);
    let bounds = columns.bounds_of(&meta.partition_stats)?;
    Ok(predicate.may_match(meta.num_added_files + meta.num_deleted_files, &|column| bounds.of(column)))
}

/// Whether a partition matches exactly.
pub(crate) fn partition_matches(predicate: &Predicate, partition: &BinaryRow, fields: &[DataField]) -> Result<bool> {
    let values = partition.decode(&types_of(fields))?;
    let value = |column: &Column| {
        let place = fields.iter().position(|field| field.id == column.id)?;
        values.get(place).cloned().flatten()
    };
    Ok(predicate.evaluate_row(&value))
}

/// Drops files that cannot match, as far as no older version of a key can come to light (format digest 13.3, steps 4 and
/// 5), and counts each step.
pub(super) fn prune_files(
    schema: &TableSchema,
    options: &CoreOptions,
    predicate: &Predicate,
    schemas: &HashMap<i64, Arc<TableSchema>>,
    buckets: &mut Vec<BucketFiles>,
    explain: &mut Explain,
) -> Result<()> {
    let is_key_value = schema.is_primary_key_table();
    let mut left = amount_of(buckets);
    let mut pass = |name: &'static str, asked: Asked, predicate: &Predicate, buckets: &mut Vec<BucketFiles>| {
        let mut pruner = FilePruner::new(predicate, asked, schemas, options.data_evolution_enabled);
        for bucket in buckets.iter_mut() {
            if !is_key_value || asked == Asked::KeyStats || !may_overlap(&bucket.files) {
                retain_files(&mut bucket.files, &mut pruner)?;
            } else if rows_survive(options) && !any_may_match(&bucket.files, &mut pruner)? {
                bucket.files.clear();
            }
        }
        buckets.retain(|bucket| !bucket.files.is_empty());
        let before = std::mem::replace(&mut left, amount_of(buckets));
        explain.step(name, "files", left, before);
        Ok::<_, Error>(())
    };
    if is_key_value {
        pass("files by key statistics", Asked::KeyStats, &on_keys(schema, predicate), buckets)?;
    }
    pass("files by value statistics", Asked::ValueStats, predicate, buckets)?;
    if options.file_index_read_enabled {
        pass("files by embedded file index", Asked::ValueStatsAndIndex, predicate, buckets)?;
    }
    Ok(())
}

/// The files of buckets.
pub(super) fn amount_of(buckets: &[BucketFiles]) -> Amount {
    Amount::of(buckets.iter().flat_map(|bucket| &bucket.files))
}

/// Whether a merged row is one of the rows that it is merged of: columns of others may come from several rows, and sums
/// from none. (Java also trusts tables with deletion vectors; level 0 is then left out before.)
fn rows_survive(options: &CoreOptions) -> bool {
    matches!(options.merge_engine, MergeEngine::Deduplicate | MergeEngine::FirstRow)
}

fn retain_files(files: &mut Vec<DataFileMeta>, pruner: &mut FilePruner<'_>) -> Result<()> {
    let mut kept = Ok(());
    files.retain(|file| match pruner.may_match(file) {
        Ok(keep) => keep,
        Err(error) => {
            kept = Err(error);
            true
        }
    });
    kept
}

fn any_may_match(files: &[DataFileMeta], pruner: &mut FilePruner<'_>) -> Result<bool> {
    for file in files {
        if pruner.may_match(file)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What of a file to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Statistics of the trimmed primary key.
    KeyStats,
    /// Statistics of the value columns.
    ValueStats,
    /// These, and the file index that stands in the manifest.
    ValueStatsAndIndex,
}

/// Asks files, translating the filter once for each schema that files were written with.
pub(super) struct FilePruner<'a> {
    predicate: &'a Predicate,
    asked: Asked,
    schemas: &'a HashMap<i64, Arc<TableSchema>>,
    /// Whether other columns of the rows of a file may be in other files.
    column_wise: bool,
    translated: HashMap<i64, SchemaPruner>,
}

/// What is the same for all files of a schema version.
#[derive(Debug)]
struct SchemaPruner {
    schema: Arc<TableSchema>,
    predicate: Predicate,
    /// Columns of the statistics, unless the file names them itself.
    stats: StatsColumns,
}

impl<'a> FilePruner<'a> {
    /// `schemas` holds the schema of every file that will be asked about; `column_wise` says whether other columns of the
    /// rows of a file may be in other files.
    pub(super) fn new(
        predicate: &'a Predicate,
        asked: Asked,
        schemas: &'a HashMap<i64, Arc<TableSchema>>,
        column_wise: bool,
    ) -> Self {
        FilePruner { predicate, asked, schemas, column_wise, translated: HashMap::new() }
    }

    /// False where no row of the file can match.
    pub(super) fn may_match(&mut self, file: &DataFileMeta) -> Result<bool> {
        let Some(schema) = self.schemas.get(&file.schema_id) else { return Ok(true) };
        let (predicate, asked, column_wise) = (self.predicate, self.asked, self.column_wise);
        let pruner = self.translated.entry(file.schema_id);
        let pruner = pruner.or_insert_with(|| SchemaPruner::new(schema, predicate, asked, column_wise));
        if pruner.predicate == Predicate::True || (asked == Asked::ValueStatsAndIndex && file.embedded_index.is_none())
        {
            return Ok(true);
        }
        pruner.may_match(file, asked).map_err(|error| error.at(&file.file_name))
    }
}

impl SchemaPruner {
    fn new(schema: &Arc<TableSchema>, predicate: &Predicate, asked: Asked, column_wise: bool) -> Self {
        let fields = match asked {
            Asked::KeyStats => schema.trimmed_primary_key_fields(),
            _ => schema.fields.clone(),
        };
        let predicate = match column_wise {
            true => predicate.for_file(&schema.fields),
            false => predicate.for_whole_file(&schema.fields),
        };
        SchemaPruner { schema: schema.clone(), stats: StatsColumns::new(&fields, &predicate), predicate }
    }

    fn may_match(&self, file: &DataFileMeta, asked: Asked) -> Result<bool> {
        let by_stats = |stats: &SimpleStats, columns: &StatsColumns| {
            let bounds = columns.bounds_of(stats)?;
            Ok::<_, Error>(self.predicate.may_match(file.row_count, &|column| bounds.of(column)))
        };
        let may_match = match (asked, named_columns(file)) {
            (Asked::KeyStats, _) => by_stats(&file.key_stats, &self.stats)?,
            (_, None) => by_stats(&file.value_stats, &self.stats)?,
            (_, Some(_)) => by_stats(
                &file.value_stats,
                &StatsColumns::new(&value_stats_fields(file, &self.schema), &self.predicate),
            )?,
        };
        match (&file.embedded_index, asked) {
            (Some(bytes), Asked::ValueStatsAndIndex) if may_match => {
                let index = FileIndex::decode(bytes.clone())?;
                Ok(!self.predicate.select_by_index(&index, &self.schema.fields, file.row_count)?.is_empty())
            }
            _ => Ok(may_match),
        }
    }
}

/// Asks the files of ADD entries while manifests are read, where each can be dropped for itself: by the statistics of
/// keys, or of values where there are no keys. What is kept is asked again when all is known.
#[derive(Debug)]
pub(crate) struct EntryPruner {
    asked: Asked,
    /// By schema id.
    schemas: HashMap<i64, SchemaPruner>,
}

impl EntryPruner {
    /// `None` where nothing may be dropped, or nothing is asked. `known` are schemas that files may have been written with.
    pub(super) fn new(
        schema: &TableSchema,
        options: &CoreOptions,
        predicate: &Predicate,
        known: &HashMap<i64, Arc<TableSchema>>,
    ) -> Option<Self> {
        // Files that hold other columns of the same rows stand or fall together.
        if schema.evolves_columns() || options.data_evolution_enabled {
            return None;
        }
        let (asked, predicate) = match schema.is_primary_key_table() {
            true => (Asked::KeyStats, on_keys(schema, predicate)),
            false => (Asked::ValueStats, predicate.clone()),
        };
        let translate = |(id, known): (&i64, &Arc<TableSchema>)| {
            let pruner = SchemaPruner::new(known, &predicate, asked, false);
            (pruner.predicate != Predicate::True).then_some((*id, pruner))
        };
        let schemas: HashMap<_, _> = known.iter().filter_map(translate).collect();
        (!schemas.is_empty()).then_some(EntryPruner { asked, schemas })
    }

    /// The statistics that are looked at.
    pub(super) fn asks(&self) -> StatsOf {
        if self.asked == Asked::KeyStats { StatsOf::Keys } else { StatsOf::Values }
    }

    /// Drops a file whose statistics rule it out. Those of values are not needed further on.
    pub(super) fn choose(&self, file: &FileOutline<'_>) -> Result<Choice> {
        let is_by_keys = self.asked == Asked::KeyStats;
        let (Some(pruner), Some(stats)) = (self.schemas.get(&file.schema_id), &file.stats) else {
            return Ok(Choice::Keep);
        };
        if file.names_columns && !is_by_keys {
            return Ok(Choice::Keep);
        }
        let bounds = pruner.stats.bounds(stats.min, stats.max, &stats.null_counts);
        let bounds = bounds.map_err(|error| error.at(String::from_utf8_lossy(file.file_name)))?;
        Ok(match pruner.predicate.may_match(file.row_count, &|column| bounds.of(column)) {
            false => Choice::Drop,
            true if is_by_keys => Choice::Keep,
            true => Choice::KeepWithoutStats,
        })
    }
}

/// The part of a filter that is about the trimmed primary key only.
fn on_keys(schema: &TableSchema, predicate: &Predicate) -> Predicate {
    let keys: HashSet<i32> = schema.trimmed_primary_key_fields().iter().map(|field| field.id).collect();
    predicate.retain_columns(&|column: &Column| keys.contains(&column.id))
}

/// The columns that a file's value statistics are about (format digest 4.4).
pub(crate) fn value_stats_fields(file: &DataFileMeta, schema: &TableSchema) -> Vec<DataField> {
    match named_columns(file) {
        Some(names) => schema.stored_fields_named(names),
        None => schema.fields.clone(),
    }
}

/// The columns of the value statistics, where the file names them.
fn named_columns(file: &DataFileMeta) -> Option<&Vec<String>> {
    file.value_stats_cols.as_ref().or(file.write_cols.as_ref())
}

/// Columns that statistics are about.
#[derive(Debug)]
struct StatsColumns {
    types: Vec<DataType>,
    /// Ids and places of the columns that the filter asks.
    asked: Vec<(i32, usize)>,
    places: Vec<usize>,
}

impl StatsColumns {
    fn new(fields: &[DataField], predicate: &Predicate) -> Self {
        let columns = predicate.columns();
        let place = |column: &&Column| fields.iter().position(|field| field.id == column.id);
        let asked: Vec<_> = columns.iter().filter_map(|column| Some((column.id, place(column)?))).collect();
        let places = asked.iter().map(|(_, place)| *place).collect();
        StatsColumns { types: types_of(fields), asked, places }
    }

    /// Statistics of another arity say nothing (a foreign writer's empty statistics).
    fn bounds_of<'a>(&'a self, stats: &'a SimpleStats) -> Result<Bounds<'a>> {
        self.bounds(stats.min_values.serialized(), stats.max_values.serialized(), &stats.null_counts)
    }

    /// As [`StatsColumns::bounds_of`], of serialized rows.
    fn bounds<'a>(&'a self, min: &[u8], max: &[u8], null_counts: &'a [Option<i64>]) -> Result<Bounds<'a>> {
        let min = BinaryRow::decode_at(min, &self.types, &self.places)?;
        let max = BinaryRow::decode_at(max, &self.types, &self.places)?;
        Ok(match (min, max) {
            (Some(min), Some(max)) => Bounds { asked: &self.asked, min, max, null_counts },
            _ => Bounds { asked: &[], min: Vec::new(), max: Vec::new(), null_counts: &[] },
        })
    }
}

/// Decoded statistics, asked by column.
struct Bounds<'a> {
    asked: &'a [(i32, usize)],
    /// In the order of `asked`.
    min: DatumRow,
    max: DatumRow,
    /// Of all columns.
    null_counts: &'a [Option<i64>],
}

impl Bounds<'_> {
    fn of(&self, column: &Column) -> ColumnBounds {
        let Some(index) = self.asked.iter().position(|(id, _)| *id == column.id) else {
            return ColumnBounds::default();
        };
        let null_count = self.asked.get(index).and_then(|(_, place)| self.null_counts.get(*place));
        ColumnBounds {
            min: self.min.get(index).cloned().flatten(),
            max: self.max.get(index).cloned().flatten(),
            null_count: null_count.copied().flatten(),
        }
    }
}

/// Types of fields; statistics and partitions are always stored as nullable.
pub(crate) fn types_of(fields: &[DataField]) -> Vec<DataType> {
    fields.iter().map(|field| field.data_type.clone()).collect()
}
