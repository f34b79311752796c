//! Drops manifests, partitions and files that a filter rules out. Never drops what it does not know.

use std::collections::HashMap;

use crate::{
    error::Result,
    predicate::{Column, ColumnBounds, Predicate},
    spec::{
        binary_row::BinaryRow, data_file::DataFileMeta, manifest_list::ManifestFileMeta, stats::SimpleStats,
        table_schema::TableSchema,
    },
    types::{DataField, DataType, DatumRow},
};

/// Whether some partition of the manifest may match a filter on partition columns.
pub(crate) fn manifest_may_match(predicate: &Predicate, meta: &ManifestFileMeta, fields: &[DataField]) -> Result<bool> {
    let bounds = Bounds::decode(&meta.partition_stats, fields)?;
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

/// Which statistics of a file to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatsKind {
    /// Statistics of the trimmed primary key.
    Key,
    /// Statistics of the value columns.
    Value,
}

/// Asks the statistics of files, translating the filter once for each schema that files were written with.
pub(crate) struct FilePruner<'a> {
    predicate: &'a Predicate,
    kind: StatsKind,
    schemas: &'a HashMap<i64, std::sync::Arc<TableSchema>>,
    translated: HashMap<i64, Predicate>,
}

impl<'a> FilePruner<'a> {
    /// `schemas` holds the schema of every file that will be asked about.
    pub(super) fn new(
        predicate: &'a Predicate,
        kind: StatsKind,
        schemas: &'a HashMap<i64, std::sync::Arc<TableSchema>>,
    ) -> Self {
        FilePruner { predicate, kind, schemas, translated: HashMap::new() }
    }

    /// False where no row of the file can match.
    pub(super) fn may_match(&mut self, file: &DataFileMeta) -> Result<bool> {
        let Some(schema) = self.schemas.get(&file.schema_id) else { return Ok(true) };
        let predicate =
            self.translated.entry(file.schema_id).or_insert_with(|| self.predicate.for_file(&schema.fields));
        let (stats, fields) = match self.kind {
            StatsKind::Key => (&file.key_stats, schema.trimmed_primary_key_fields()),
            StatsKind::Value => (&file.value_stats, value_stats_fields(file, schema)),
        };
        let bounds = match Bounds::decode(stats, &fields) {
            Ok(bounds) => bounds,
            Err(error) => return Err(error.at(&file.file_name)),
        };
        Ok(predicate.may_match(file.row_count, &|column| bounds.of(column)))
    }
}

/// The columns that a file's value statistics are about (format digest 4.4).
pub(crate) fn value_stats_fields(file: &DataFileMeta, schema: &TableSchema) -> Vec<DataField> {
    match file.value_stats_cols.as_ref().or(file.write_cols.as_ref()) {
        Some(names) => names.iter().filter_map(|name| schema.field(name).cloned()).collect(),
        None => schema.fields.clone(),
    }
}

/// Decoded statistics, asked by column.
struct Bounds<'a> {
    fields: &'a [DataField],
    min: DatumRow,
    max: DatumRow,
    null_counts: &'a [Option<i64>],
}

impl<'a> Bounds<'a> {
    /// Statistics of another arity than `fields` say nothing (a foreign writer's empty statistics).
    fn decode(stats: &'a SimpleStats, fields: &'a [DataField]) -> Result<Self> {
        if stats.min_values.arity()? != fields.len() || stats.max_values.arity()? != fields.len() {
            return Ok(Bounds { fields: &[], min: Vec::new(), max: Vec::new(), null_counts: &[] });
        }
        let types = types_of(fields);
        let (min, max) = (stats.min_values.decode(&types)?, stats.max_values.decode(&types)?);
        Ok(Bounds { fields, min, max, null_counts: &stats.null_counts })
    }

    fn of(&self, column: &Column) -> ColumnBounds {
        let Some(place) = self.fields.iter().position(|field| field.id == column.id) else {
            return ColumnBounds::default();
        };
        ColumnBounds {
            min: self.min.get(place).cloned().flatten(),
            max: self.max.get(place).cloned().flatten(),
            null_count: self.null_counts.get(place).copied().flatten(),
        }
    }
}

/// Types of fields; statistics and partitions are always stored as nullable.
pub(crate) fn types_of(fields: &[DataField]) -> Vec<DataType> {
    fields.iter().map(|field| field.data_type.clone()).collect()
}
