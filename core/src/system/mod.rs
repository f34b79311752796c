//! System tables: what a table is made of, as batches with Java's columns (format digest 17).
//!
//! Texts follow Java: partitions and keys by the cast to STRING or `toString`, times as local wall clock.

mod branches;
mod buckets;
mod consumers;
mod files;
mod live_files;
mod manifests;
mod options;
mod partitions;
mod rows;
mod schemas;
mod snapshots;
mod statistics;
mod table_indexes;
mod tags;

use arrow_array::RecordBatch;

use crate::{
    error::{Error, Result},
    table::Table,
    types::DataField,
};

/// Names that [`read`] takes.
pub const NAMES: [&str; 13] = [
    "snapshots",
    "schemas",
    "options",
    "files",
    "file_key_ranges",
    "manifests",
    "partitions",
    "buckets",
    "tags",
    "branches",
    "consumers",
    "statistics",
    "table_indexes",
];

/// Reads a system table of `table`, such as `snapshots`.
///
/// Shape: the columns in Java's order and their rows, of the latest snapshot where the table is about one. Errors:
/// `NotFound` for other names; `Unsupported` for `tags`, `branches` and `consumers` where the store cannot list.
pub async fn read(table: &Table, name: &str) -> Result<(Vec<DataField>, RecordBatch)> {
    let (fields, rows) = match name {
        "snapshots" => (snapshots::fields(), snapshots::rows(table).await?),
        "schemas" => (schemas::fields(), schemas::rows(table).await?),
        "options" => (options::fields(), options::rows(table)),
        "files" => (files::fields(), files::rows(table).await?),
        "file_key_ranges" => (files::key_range_fields(), files::key_range_rows(table).await?),
        "manifests" => (manifests::fields(), manifests::rows(table).await?),
        "partitions" => (partitions::fields(), partitions::rows(table).await?),
        "buckets" => (buckets::fields(), buckets::rows(table).await?),
        "tags" => (tags::fields(), tags::rows(table).await?),
        "branches" => (branches::fields(), branches::rows(table).await?),
        "consumers" => (consumers::fields(), consumers::rows(table).await?),
        "statistics" => (statistics::fields(), statistics::rows(table).await?),
        "table_indexes" => (table_indexes::fields(), table_indexes::rows(table).await?),
        other => {
            let known = NAMES.join(", ");
            return Err(Error::not_found(format!("no system table {other:?}: there are {known}")).at(table.name()));
        }
    };
    let batch = rows::batch(&fields, &rows)?;
    Ok((fields, batch))
}

#[cfg(test)]
mod tests;
