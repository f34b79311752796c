//! A data file as people read of it: keys and statistics decoded.

use std::collections::{HashMap, hash_map::Entry};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::{
    error::Result,
    scan::entry_types,
    spec::{
        binary_row::BinaryRow,
        data_file::{DataFileMeta, FileSource},
        stats::ColumnStats,
        table_schema::TableSchema,
    },
    table::Table,
    types::{DataField, cell, cells},
};

/// A data file, with its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileRecord<'a> {
    /// `dt=1`; empty without partitions.
    pub partition: &'a str,
    /// Bucket number.
    pub bucket: i32,
    /// Bucket count in force when it was written.
    pub total_buckets: i32,
    /// LSM level.
    pub level: i32,
    /// Name.
    pub name: &'a str,
    /// Relative to the table folder, or a full location where `external`.
    pub path: String,
    /// `parquet`, …: how the name ends.
    pub format: &'a str,
    /// Bytes.
    pub size: i64,
    /// Rows, those that delete others among them.
    pub rows: i64,
    /// Rows that delete others.
    pub delete_rows: Option<i64>,
    /// Least key.
    pub min_key: Vec<Value>,
    /// Greatest key.
    pub max_key: Vec<Value>,
    /// Least sequence number.
    pub min_sequence: i64,
    /// Greatest sequence number.
    pub max_sequence: i64,
    /// When it was written.
    pub creation_millis: Option<i64>,
    /// Schema of its columns.
    pub schema_id: i64,
    /// `append` or `compact`.
    pub source: Option<&'static str>,
    /// Kept outside the table's folder.
    pub external: bool,
    /// Row id of its first row.
    pub first_row_id: Option<i64>,
    /// Columns in the file, where only some were written.
    pub write_cols: Option<&'a [String]>,
    /// Files beside it, such as file indexes.
    pub extra_files: &'a [String],
    /// Bytes of the file index within the manifest.
    pub embedded_index_size: Option<usize>,
    /// Statistics of columns that have any; `None` where nobody asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Vec<StatsRecord<'a>>>,
}

/// Statistics of one column of a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsRecord<'a> {
    /// Name in the file's schema.
    pub column: &'a str,
    /// Least value.
    pub min: Value,
    /// Greatest value.
    pub max: Value,
    /// Nulls.
    pub null_count: Option<i64>,
}

/// Where a file lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct FilePlace<'a> {
    /// `dt=1`; empty without partitions.
    pub(super) partition: &'a str,
    /// Bucket number.
    pub(super) bucket: i32,
    /// Bucket count in force when it was written.
    pub(super) total_buckets: i32,
    /// Folder of the bucket, relative to the table folder.
    pub(super) folder: &'a str,
}

/// What keys and statistics are decoded with. Schemas are read once each.
#[derive(Clone, Debug, Default)]
pub struct FileWords {
    key_fields: Vec<DataField>,
    schemas: HashMap<i64, Arc<TableSchema>>,
}

impl FileWords {
    /// Words for files of the schemas `ids`. Errors: those of reading schemas.
    pub async fn read(table: &Table, ids: impl IntoIterator<Item = i64>) -> Result<Self> {
        let mut words = FileWords { key_fields: table.schema().trimmed_primary_key_fields(), schemas: HashMap::new() };
        for id in ids {
            if let Entry::Vacant(slot) = words.schemas.entry(id) {
                slot.insert(table.schemas().get(id).await?);
            }
        }
        Ok(words)
    }

    /// The file in words, with its statistics where `stats`. Errors: `Corrupt` for keys that do not decode.
    pub(super) fn record<'a>(
        &'a self,
        place: FilePlace<'a>,
        file: &'a DataFileMeta,
        stats: bool,
    ) -> Result<FileRecord<'a>> {
        let key = |row: &BinaryRow| -> Result<Vec<Value>> {
            match self.key_fields.as_slice() {
                [] => Ok(Vec::new()),
                fields => Ok(cells(&row.decode(&entry_types(fields))?, fields)),
            }
        };
        let path = || format!("{}/{}", place.folder, file.file_name);
        Ok(FileRecord {
            partition: place.partition,
            bucket: place.bucket,
            total_buckets: place.total_buckets,
            level: file.level,
            name: &file.file_name,
            path: file.external_path.clone().unwrap_or_else(path),
            format: file.file_name.rsplit('.').next().unwrap_or_default(),
            size: file.file_size,
            rows: file.row_count,
            delete_rows: file.delete_row_count,
            min_key: key(&file.min_key).map_err(|error| error.at(path()))?,
            max_key: key(&file.max_key).map_err(|error| error.at(path()))?,
            min_sequence: file.min_sequence_number,
            max_sequence: file.max_sequence_number,
            creation_millis: file.creation_time_millis,
            schema_id: file.schema_id,
            source: file.file_source.map(|source| match source {
                FileSource::Append => "append",
                FileSource::Compact => "compact",
            }),
            external: file.external_path.is_some(),
            first_row_id: file.first_row_id,
            write_cols: file.write_cols.as_deref(),
            extra_files: &file.extra_files,
            embedded_index_size: file.embedded_index.as_ref().map(bytes::Bytes::len),
            stats: stats.then(|| self.stats(file)),
        })
    }

    /// Statistics of the columns that have any. They are a hint to people: what cannot be decoded is left out.
    fn stats<'a>(&'a self, file: &'a DataFileMeta) -> Vec<StatsRecord<'a>> {
        let Some(schema) = self.schemas.get(&file.schema_id) else { return Vec::new() };
        let named = file.value_stats_cols.as_ref().or(file.write_cols.as_ref());
        let fields: Vec<&DataField> = match named {
            Some(names) => names.iter().filter_map(|name| schema.field(name)).collect(),
            None => schema.fields.iter().collect(),
        };
        let types = fields.iter().map(|field| field.data_type.clone()).collect::<Vec<_>>();
        let Ok(columns) = file.value_stats.decode(&types) else { return Vec::new() };
        let record = |(field, stats): (&&'a DataField, ColumnStats)| StatsRecord {
            column: &field.name,
            min: cell(stats.min.as_ref(), &field.data_type),
            max: cell(stats.max.as_ref(), &field.data_type),
            null_count: stats.null_count,
        };
        fields.iter().zip(columns).map(record).collect()
    }
}
