//! `files` and `file_key_ranges` (Java `FilesTable`, `FileKeyRangesTable`): the live data files.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    live_files::real_bucket_files,
    rows::{columns, int, long, row_text, text, wall_clock},
};
use crate::{
    error::Result,
    spec::{
        binary_row::BinaryRow,
        data_file::{DataFileMeta, FileSource},
        java_text, layout,
        manifest::ManifestEntry,
        stats::ColumnStats,
        table_schema::TableSchema,
    },
    table::Table,
    types::{DataField, DataType, Datum, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    let names = TypeKind::Array(Box::new(DataType::nullable(TypeKind::STRING)));
    columns([
        ("partition", TypeKind::STRING),
        ("bucket!", TypeKind::Int),
        ("file_path!", TypeKind::STRING),
        ("file_format!", TypeKind::STRING),
        ("schema_id!", TypeKind::BigInt),
        ("level!", TypeKind::Int),
        ("record_count!", TypeKind::BigInt),
        ("file_size_in_bytes!", TypeKind::BigInt),
        ("min_key", TypeKind::STRING),
        ("max_key", TypeKind::STRING),
        ("null_value_counts!", TypeKind::STRING),
        ("min_value_stats!", TypeKind::STRING),
        ("max_value_stats!", TypeKind::STRING),
        ("min_sequence_number", TypeKind::BigInt),
        ("max_sequence_number", TypeKind::BigInt),
        ("creation_time", TypeKind::Timestamp(3)),
        ("deleteRowCount", TypeKind::BigInt),
        ("file_source", TypeKind::STRING),
        ("first_row_id", TypeKind::BigInt),
        ("write_cols", names),
    ])
}

pub(super) fn key_range_fields() -> Vec<DataField> {
    columns([
        ("partition", TypeKind::STRING),
        ("bucket!", TypeKind::Int),
        ("file_path!", TypeKind::STRING),
        ("file_format!", TypeKind::STRING),
        ("schema_id!", TypeKind::BigInt),
        ("level!", TypeKind::Int),
        ("record_count!", TypeKind::BigInt),
        ("file_size_in_bytes!", TypeKind::BigInt),
        ("min_key", TypeKind::STRING),
        ("max_key", TypeKind::STRING),
        ("first_row_id", TypeKind::BigInt),
    ])
}

/// By partition and bucket.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let files = ordered_files(table).await?;
    let mut rows = Vec::with_capacity(files.len());
    let mut describe = Describe::new(table);
    for entry in files {
        let file = &entry.file;
        let (mut row, written) = describe.common_cells(&entry).await?;
        row.reserve_exact(10);
        row.extend(statistics_texts(table, &written, file)?.map(text));
        row.extend([
            long(file.min_sequence_number),
            long(file.max_sequence_number),
            wall_clock(file.creation_time_millis),
            long(file.delete_row_count),
            file.file_source.and_then(|source| text(source_text(source))),
            long(file.first_row_id),
            file.write_cols.as_ref().map(|names| Datum::Array(names.iter().map(text).collect())),
        ]);
        rows.push(row);
    }
    Ok(rows)
}

/// By partition and bucket.
pub(super) async fn key_range_rows(table: &Table) -> Result<Vec<DatumRow>> {
    let files = ordered_files(table).await?;
    let mut rows = Vec::with_capacity(files.len());
    let mut describe = Describe::new(table);
    for entry in files {
        let (mut row, _) = describe.common_cells(&entry).await?;
        row.push(long(entry.file.first_row_id));
        rows.push(row);
    }
    Ok(rows)
}

/// Live files by partition and bucket.
pub(super) async fn ordered_files(table: &Table) -> Result<Vec<ManifestEntry>> {
    let mut files = real_bucket_files(table).await?;
    files.sort_by(|a, b| (&a.partition, a.bucket).cmp(&(&b.partition, b.bucket)));
    Ok(files)
}

/// A schema version that files were written under.
struct Written {
    schema: Arc<TableSchema>,
    /// Columns of the keys of its files: the trimmed primary key, all where there is none.
    keys: Vec<DataType>,
}

/// Describes files; what those of one partition or schema version share is made once.
pub(super) struct Describe<'a> {
    table: &'a Table,
    partition_fields: Vec<DataField>,
    partition_types: Vec<DataType>,
    /// Text and folder of the partition that was last asked for.
    partition: Option<(BinaryRow, String, String)>,
    written: HashMap<i64, Arc<Written>>,
}

impl<'a> Describe<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        let partition_fields = table.schema().partition_fields();
        let partition_types = partition_fields.iter().map(|field| field.data_type.clone()).collect();
        Describe { table, partition_fields, partition_types, partition: None, written: HashMap::new() }
    }

    /// Text of a partition as Java casts it to STRING, and its folder with a slash behind it.
    pub(super) fn partition(&mut self, partition: &BinaryRow) -> Result<(&str, &str)> {
        if self.partition.as_ref().is_none_or(|(known, ..)| known != partition) {
            let values = partition.decode(&self.partition_types)?;
            let folder = layout::partition_path(&self.partition_fields, &values, self.table.options());
            self.partition = Some((partition.clone(), row_text(partition, &self.partition_fields)?, folder));
        }
        Ok(self.partition.as_ref().map_or(("", ""), |(_, text, folder)| (text, folder)))
    }

    /// Where the data file is.
    pub(super) fn path(&mut self, entry: &ManifestEntry) -> Result<String> {
        if let Some(path) = &entry.file.external_path {
            return Ok(path.clone());
        }
        let folder = layout::bucket_path(self.partition(&entry.partition)?.1, entry.bucket);
        Ok(self.table.storage().location(&format!("{folder}/{}", entry.file.file_name)))
    }

    async fn written(&mut self, schema_id: i64) -> Result<Arc<Written>> {
        if let Some(written) = self.written.get(&schema_id) {
            return Ok(Arc::clone(written));
        }
        let schema = self.table.schemas().get(schema_id).await?;
        let mut keys = schema.trimmed_primary_key_fields();
        if keys.is_empty() {
            keys.clone_from(&schema.fields);
        }
        let keys = keys.into_iter().map(|field| field.data_type).collect();
        let written = Arc::new(Written { schema, keys });
        self.written.insert(schema_id, Arc::clone(&written));
        Ok(written)
    }

    /// The columns that `files` and `file_key_ranges` begin with, and the schema that the file was written under.
    async fn common_cells(&mut self, entry: &ManifestEntry) -> Result<(DatumRow, Arc<Written>)> {
        let file = &entry.file;
        let written = self.written(file.schema_id).await?;
        let cells = vec![
            text(self.partition(&entry.partition)?.0),
            int(entry.bucket),
            text(self.path(entry)?),
            text(format_text(&file.file_name)),
            long(file.schema_id),
            int(file.level),
            long(file.row_count),
            long(file.file_size),
            key_text(&file.min_key, &written.keys)?,
            key_text(&file.max_key, &written.keys)?,
        ];
        Ok((cells, written))
    }
}

/// A key as Java prints an array of its values: `[1, a]`; null where there is no key.
fn key_text(key: &BinaryRow, types: &[DataType]) -> Result<Option<Datum>> {
    if key.arity()? == 0 {
        return Ok(None);
    }
    let values = key.decode(types)?;
    let cells = values.iter().map(|value| value_text(value.as_ref())).collect::<Vec<_>>();
    Ok(text(format!("[{}]", cells.join(", "))))
}

fn value_text(value: Option<&Datum>) -> String {
    value.map_or_else(|| "null".to_owned(), java_text::to_string)
}

/// Last extension, or the one before a codec's.
fn format_text(file_name: &str) -> &str {
    let mut parts = file_name.rsplit('.');
    match parts.next().unwrap_or_default() {
        "gz" | "bz2" | "deflate" | "snappy" | "lz4" | "zst" | "zstd" => parts.next().unwrap_or_default(),
        last => last,
    }
}

fn source_text(source: FileSource) -> &'static str {
    match source {
        FileSource::Append => "APPEND",
        FileSource::Compact => "COMPACT",
    }
}

/// Null counts, minima and maxima of the table's columns, each as Java prints a sorted map: `{a=1, b=null}`.
///
/// Columns that the file's schema lacks are null in all its rows; columns without statistics are null here.
fn statistics_texts(table: &Table, written: &Written, file: &DataFileMeta) -> Result<[String; 3]> {
    let schema = &written.schema;
    let names = file.value_stats_cols.as_ref().or(file.write_cols.as_ref());
    let columns = names.map_or_else(|| schema.fields.clone(), |names| schema.stored_fields_named(names));
    let types = columns.iter().map(|field| field.data_type.clone()).collect::<Vec<_>>();
    let stats = file.value_stats.decode(&types)?;
    let by_id: BTreeMap<i32, &ColumnStats> = columns.iter().map(|field| field.id).zip(&stats).collect();
    let mut texts = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
    for field in &table.schema().fields {
        let absent = ColumnStats { null_count: Some(file.row_count), ..ColumnStats::default() };
        let unknown = ColumnStats::default();
        let stats = match by_id.get(&field.id) {
            Some(stats) => stats,
            None if schema.field_by_id(field.id).is_none() => &absent,
            None => &unknown,
        };
        let cells = [
            stats.null_count.map_or_else(|| "null".to_owned(), |count| count.to_string()),
            value_text(stats.min.as_ref()),
            value_text(stats.max.as_ref()),
        ];
        for (map, cell) in texts.iter_mut().zip(cells) {
            map.insert(&field.name, cell);
        }
    }
    Ok(texts.map(|map| {
        let cells = map.into_iter().map(|(name, cell)| format!("{name}={cell}")).collect::<Vec<_>>();
        format!("{{{}}}", cells.join(", "))
    }))
}
