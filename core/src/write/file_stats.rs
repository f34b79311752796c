//! Statistics of a written file, as far as the table's options want them (Java `StatsCollectorFactories`).

use super::file_role::{FilePurpose, FileRole};
use crate::{
    error::Result,
    format::{ColumnSummary, FileFormat},
    scan::entry_types as types_of,
    spec::{
        stats::{ColumnStats, SimpleStats, StatsMode},
        table_schema::{self, TableSchema},
    },
    table::Table,
    types::DataField,
};

/// The statistics that go into the manifest.
pub(super) struct FileStats {
    /// Of the trimmed primary key.
    pub(super) keys: SimpleStats,
    /// Of the columns that `value_columns` names.
    pub(super) values: SimpleStats,
    /// `None` means every column of the table.
    pub(super) value_columns: Option<Vec<String>>,
}

/// Statistics of a file with the columns `stored`, from what its format tells of each.
pub(super) fn file_stats(
    table: &Table,
    (role, purpose): (FileRole, &FilePurpose),
    format: FileFormat,
    stored: &[DataField],
    summaries: &[ColumnSummary],
) -> Result<FileStats> {
    let schema = table.schema();
    let modes = modes(table, (role, purpose), format, stored)?;
    let nothing = ColumnSummary::default();
    let stats: Vec<ColumnStats> = stored
        .iter()
        .zip(modes)
        .enumerate()
        .map(|(place, (field, mode))| mode.apply(&field.data_type, stats_of(summaries.get(place).unwrap_or(&nothing))))
        .collect();
    // System columns stand before those of the table, `_ROW_ID` and `_SEQUENCE_NUMBER` of tracked rows behind them.
    let first = if role.key_value { stored.len().saturating_sub(schema.fields.len()) } else { 0 };
    let values = stats.get(first..first + schema.fields.len()).unwrap_or_default();
    let (value_stats, value_columns) = if table.options().metadata_stats_dense_store {
        SimpleStats::dense_from_columns(&schema.fields, values)?
    } else {
        (SimpleStats::from_columns(&types_of(&schema.fields), values)?, None)
    };
    // Files of tracked rows hold more columns than the statistics are about.
    let is_tracked = !role.key_value && stored.len() > schema.fields.len();
    let all = || is_tracked.then(|| schema.fields.iter().map(|field| field.name.clone()).collect());
    let value_columns = value_columns.or_else(all);
    let keys = if role.key_value { key_stats(schema, stored, &stats)? } else { SimpleStats::empty() };
    Ok(FileStats { keys, values: value_stats, value_columns })
}

/// Those of the `_KEY_` columns; a thin file has the columns that they repeat.
fn key_stats(schema: &TableSchema, stored: &[DataField], stats: &[ColumnStats]) -> Result<SimpleStats> {
    let keys = schema.trimmed_primary_key_fields();
    let of_key = |key: &DataField| {
        let repeated = table_schema::key_field(key).id;
        let place = |id: i32| stored.iter().position(|field| field.id == id);
        let place = place(repeated).or_else(|| place(key.id));
        place.and_then(|place| stats.get(place)).cloned().unwrap_or_default()
    };
    SimpleStats::from_columns(&types_of(&keys), &keys.iter().map(of_key).collect::<Vec<_>>())
}

/// The mode of each stored column.
///
/// `metadata.stats-keep-first-n-columns` counts the columns of the table; in Avro files the system columns too, which have
/// no mode of their own there.
fn modes(
    table: &Table,
    (role, purpose): (FileRole, &FilePurpose),
    format: FileFormat,
    stored: &[DataField],
) -> Result<Vec<StatsMode>> {
    let (schema, options) = (table.schema(), table.options());
    let default = purpose.stats_mode(role, options)?;
    let kept = usize::try_from(options.metadata_stats_keep_first_n_columns).unwrap_or(usize::MAX);
    let is_avro = format == FileFormat::Avro;
    let is_thin = role.key_value && stored.len() < schema.key_value_fields().len();
    let is_key = |field: &DataField| schema.trimmed_primary_keys().any(|key| *key == field.name);
    let mut counted = 0;
    let mode = |field: &DataField| {
        let own = options.field_stats_modes.get(&field.name).copied();
        let is_system = table_schema::is_system_field(field.id) || is_thin && is_key(field);
        if own.is_none() && is_system && !is_avro {
            return StatsMode::SYSTEM;
        }
        counted += 1;
        own.unwrap_or(if counted > kept { StatsMode::None } else { default })
    };
    Ok(stored.iter().map(mode).collect())
}

fn stats_of(summary: &ColumnSummary) -> ColumnStats {
    ColumnStats { min: summary.min.clone(), max: summary.max.clone(), null_count: summary.null_count }
}
