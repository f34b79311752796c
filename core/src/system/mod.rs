//! System tables: what a table is made of, as batches with Java's columns (format digest 17).
//!
//! Texts follow Java: partitions and keys by the cast to STRING or `toString`, times as local wall clock.

mod aggregation_fields;
mod audit_log;
mod binlog;
mod branches;
mod buckets;
mod consumers;
mod file_indexes;
mod files;
mod global;
mod live_files;
mod manifests;
mod options;
mod partitions;
mod rows;
mod schemas;
mod snapshots;
mod statistics;
mod streamed;
mod table_indexes;
mod tags;

use std::collections::BTreeMap;

use arrow_array::RecordBatch;

pub use self::streamed::{STREAMED_NAMES, StreamedTable};

pub(crate) use self::global::NamedTable;
use crate::{
    error::{Error, Result},
    table::Table,
    types::{DataField, DatumRow},
};

/// Names that [`read`] takes.
pub const NAMES: [&str; 15] = [
    "snapshots",
    "schemas",
    "options",
    "files",
    "file_key_ranges",
    "file_indexes",
    "manifests",
    "partitions",
    "buckets",
    "tags",
    "branches",
    "consumers",
    "aggregation_fields",
    "statistics",
    "table_indexes",
];

/// Tables of the database `sys`, about all tables of a catalog.
pub const GLOBAL_NAMES: [&str; 4] = ["tables", "partitions", "all_table_options", "catalog_options"];

/// Name of the database whose tables are [`GLOBAL_NAMES`].
pub const GLOBAL_DATABASE: &str = "sys";

/// The columns of a system table, in Java's order; `None` for names that are not in [`NAMES`].
pub fn fields(name: &str) -> Option<Vec<DataField>> {
    Some(match name.to_ascii_lowercase().as_str() {
        "snapshots" => snapshots::fields(),
        "schemas" => schemas::fields(),
        "options" => options::fields(),
        "files" => files::fields(),
        "file_key_ranges" => files::key_range_fields(),
        "file_indexes" => file_indexes::fields(),
        "manifests" => manifests::fields(),
        "partitions" => partitions::fields(),
        "buckets" => buckets::fields(),
        "tags" => tags::fields(),
        "branches" => branches::fields(),
        "consumers" => consumers::fields(),
        "aggregation_fields" => aggregation_fields::fields(),
        "statistics" => statistics::fields(),
        "table_indexes" => table_indexes::fields(),
        _ => return None,
    })
}

/// Reads a system table of `table`, such as `snapshots`, whatever the case of its name.
///
/// Shape: the columns of [`fields`] and their rows, of the latest snapshot where the table is about one. Errors:
/// `NotFound` for other names; `Unsupported` for `tags`, `branches` and `consumers` where the store cannot list.
pub async fn read(table: &Table, name: &str) -> Result<(Vec<DataField>, RecordBatch)> {
    let Some(fields) = fields(name) else {
        let known = NAMES.join(", ");
        return Err(Error::not_found(format!("no system table {name:?}: there are {known}")).at(table.name()));
    };
    let rows = match name.to_ascii_lowercase().as_str() {
        "snapshots" => snapshots::rows(table).await?,
        "schemas" => schemas::rows(table).await?,
        "options" => options::rows(table),
        "files" => files::rows(table).await?,
        "file_key_ranges" => files::key_range_rows(table).await?,
        "file_indexes" => file_indexes::rows(table).await?,
        "manifests" => manifests::rows(table).await?,
        "partitions" => partitions::rows(table).await?,
        "buckets" => buckets::rows(table).await?,
        "tags" => tags::rows(table).await?,
        "branches" => branches::rows(table).await?,
        "consumers" => consumers::rows(table).await?,
        "aggregation_fields" => aggregation_fields::rows(table),
        "statistics" => statistics::rows(table).await?,
        "table_indexes" => table_indexes::rows(table).await?,
        other => return Err(Error::internal(format!("the system table {other} has columns and no rows"))),
    };
    finish(fields, &rows)
}

/// The columns of a table of the database `sys`, in Java's order; `None` for names that are not in [`GLOBAL_NAMES`].
///
/// `all_tables` and `all_partitions` are names of the first two, too.
pub fn global_fields(name: &str) -> Option<Vec<DataField>> {
    Some(match global_name(name).as_str() {
        "tables" => global::tables_fields(),
        "partitions" => global::partitions_fields(),
        "all_table_options" => global::table_options_fields(),
        "catalog_options" => global::catalog_options_fields(),
        _ => return None,
    })
}

/// Reads a table of the database `sys` for a catalog of `tables` that was opened with `catalog_options`.
pub(crate) async fn read_global(
    name: &str,
    tables: &[NamedTable],
    catalog_options: &BTreeMap<String, String>,
) -> Result<(Vec<DataField>, RecordBatch)> {
    let Some(fields) = global_fields(name) else {
        let known = GLOBAL_NAMES.join(", ");
        return Err(Error::not_found(format!("no table {GLOBAL_DATABASE}.{name}: there are {known}")));
    };
    let rows = match global_name(name).as_str() {
        "tables" => global::tables_rows(tables),
        "partitions" => global::partitions_rows(tables).await?,
        "all_table_options" => global::table_options_rows(tables),
        _ => global::catalog_options_rows(catalog_options),
    };
    finish(fields, &rows)
}

fn global_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "all_tables" | "all_partitions" => name.replacen("all_", "", 1),
        _ => name,
    }
}

fn finish(fields: Vec<DataField>, rows: &[DatumRow]) -> Result<(Vec<DataField>, RecordBatch)> {
    let batch = rows::batch(&fields, rows)?;
    Ok((fields, batch))
}

#[cfg(test)]
mod tests;
