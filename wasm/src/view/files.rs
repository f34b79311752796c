//! The live data files of a snapshot, with keys and statistics.

use std::{collections::HashMap, sync::Arc};

use cenote_core::{
    Result,
    scan::{self, BucketFiles},
    spec::{
        binary_row::BinaryRow,
        data_file::{DataFileMeta, FileSource},
        layout,
        table_schema::TableSchema,
    },
    types::{DataField, DataType},
};
use serde::Serialize;
use serde_json::Value;

use super::cell::{cell, cells};
use crate::{
    json::{Long, to_text},
    opened::{At, Opened},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileView<'a> {
    partition: &'a str,
    bucket: i32,
    total_buckets: i32,
    level: i32,
    name: &'a str,
    path: String,
    format: &'a str,
    size: Long,
    rows: Long,
    delete_rows: Option<Long>,
    min_key: Vec<Value>,
    max_key: Vec<Value>,
    min_sequence: Long,
    max_sequence: Long,
    creation_millis: Option<Long>,
    schema_id: Long,
    source: Option<&'static str>,
    /// Kept outside the table's folder.
    external: bool,
    first_row_id: Option<Long>,
    /// Columns in the file, where only some were written.
    write_cols: Option<&'a [String]>,
    /// Side-car files beside it, such as file indexes.
    extra_files: &'a [String],
    /// Bytes of the file index within the manifest.
    embedded_index_size: Option<Long>,
    stats: Vec<StatsView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatsView<'a> {
    column: &'a str,
    min: Value,
    max: Value,
    null_count: Option<Long>,
}

/// What decoding of keys and statistics needs.
struct Schemas {
    key_fields: Vec<DataField>,
    by_id: HashMap<i64, Arc<TableSchema>>,
}

/// Live files of a snapshot; none for a table without snapshots.
pub(crate) async fn list(opened: &Opened, at: At) -> Result<String> {
    let table = &opened.table;
    let Some(snapshot) = opened.snapshot(at).await? else { return to_text(&[(); 0]) };
    let buckets = scan::data_files(table, &snapshot).await?;
    let mut schemas = Schemas { key_fields: table.schema().trimmed_primary_key_fields(), by_id: HashMap::new() };
    for id in buckets.iter().flat_map(|bucket| &bucket.files).map(|file| file.schema_id) {
        if let std::collections::hash_map::Entry::Vacant(slot) = schemas.by_id.entry(id) {
            slot.insert(table.schemas().get(id).await?);
        }
    }
    let partition_fields = table.schema().partition_fields();
    let name_of = |bucket: &BucketFiles| {
        layout::partition_path(&partition_fields, &bucket.partition_values, table.options())
            .trim_end_matches('/')
            .to_owned()
    };
    let partitions = buckets.iter().map(name_of).collect::<Vec<_>>();
    let mut views = Vec::new();
    for (bucket, partition) in buckets.iter().zip(&partitions) {
        for file in &bucket.files {
            views.push(schemas.view(bucket, partition, file)?);
        }
    }
    to_text(&views)
}

impl Schemas {
    fn view<'a>(&'a self, bucket: &'a BucketFiles, partition: &'a str, file: &'a DataFileMeta) -> Result<FileView<'a>> {
        let path = || format!("{}/{}", bucket.bucket_path, file.file_name);
        let key = |row: &BinaryRow| -> Result<Vec<Value>> {
            match self.key_fields.as_slice() {
                [] => Ok(Vec::new()),
                fields => Ok(cells(&row.decode(&types(fields))?, fields)),
            }
        };
        Ok(FileView {
            partition,
            bucket: bucket.bucket,
            total_buckets: bucket.total_buckets,
            level: file.level,
            name: &file.file_name,
            path: file.external_path.clone().unwrap_or_else(path),
            format: file.file_name.rsplit('.').next().unwrap_or_default(),
            size: Long(file.file_size),
            rows: Long(file.row_count),
            delete_rows: file.delete_row_count.map(Long),
            min_key: key(&file.min_key)?,
            max_key: key(&file.max_key)?,
            min_sequence: Long(file.min_sequence_number),
            max_sequence: Long(file.max_sequence_number),
            creation_millis: file.creation_time_millis.map(Long),
            schema_id: Long(file.schema_id),
            source: file.file_source.map(|source| match source {
                FileSource::Append => "append",
                FileSource::Compact => "compact",
            }),
            external: file.external_path.is_some(),
            first_row_id: file.first_row_id.map(Long),
            write_cols: file.write_cols.as_deref(),
            extra_files: &file.extra_files,
            embedded_index_size: file.embedded_index.as_ref().map(|index| Long::from(index.len() as u64)),
            stats: self.stats(file)?,
        })
    }

    /// Statistics of the columns that have any. They are a hint to people here: what cannot be decoded is left out.
    fn stats<'a>(&'a self, file: &'a DataFileMeta) -> Result<Vec<StatsView<'a>>> {
        let Some(schema) = self.by_id.get(&file.schema_id) else { return Ok(Vec::new()) };
        let named = file.value_stats_cols.as_ref().or(file.write_cols.as_ref());
        let fields: Vec<&DataField> = match named {
            Some(names) => names.iter().filter_map(|name| schema.field(name)).collect(),
            None => schema.fields.iter().collect(),
        };
        let types = fields.iter().map(|field| field.data_type.clone()).collect::<Vec<_>>();
        let Ok(columns) = file.value_stats.decode(&types) else { return Ok(Vec::new()) };
        let view = |(field, stats): (&&'a DataField, cenote_core::spec::stats::ColumnStats)| StatsView {
            column: &field.name,
            min: cell(stats.min.as_ref(), &field.data_type),
            max: cell(stats.max.as_ref(), &field.data_type),
            null_count: stats.null_count.map(Long),
        };
        Ok(fields.iter().zip(columns).map(view).collect())
    }
}

fn types(fields: &[DataField]) -> Vec<DataType> {
    fields.iter().map(|field| field.data_type.clone()).collect()
}
