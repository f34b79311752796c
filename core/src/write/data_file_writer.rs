//! Batches → data files of one bucket, rolled at the target size, each with its metadata.

use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray, types::Int8Type};

use crate::{
    error::{Error, Result},
    format::{ColumnSummary, FileWriter, WriterOptions},
    scan::entry_types as types_of,
    spec::{
        binary_row::{self, BinaryRow},
        data_file::{DataFileMeta, FileSource},
        options::CoreOptions,
        stats::{ColumnStats, SimpleStats, StatsMode},
        table_schema::TableSchema,
    },
    table::Table,
    types::{DataField, DataType, RowKind},
};

/// Rows handed to the encoder at a time, so that a file ends near its target size.
const SLICE_ROWS: usize = 64 * 1024;

/// What a file is for; decides its name, format, compression and statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileRole {
    /// LSM level.
    pub level: i32,
    /// Who makes it.
    pub source: FileSource,
    /// Key-value layout (`_KEY_*`, `_SEQUENCE_NUMBER`, `_VALUE_KIND`, columns) or the plain columns.
    pub key_value: bool,
}

/// Writes the files of one bucket.
///
/// Rows of a key-value file must come sorted by key, each key once; they roll between rows, so files of one writer never
/// overlap. Rows of an append file come in any order.
pub(crate) struct DataFileWriter {
    table: Table,
    bucket_path: String,
    role: FileRole,
    fields: Vec<DataField>,
    names: Names,
    open: Option<OpenFile>,
    /// Next sequence number of an append file's rows; key-value rows carry their own.
    next_sequence: i64,
    done: Vec<DataFileMeta>,
}

struct Names {
    uuid: String,
    next: u32,
}

struct OpenFile {
    name: String,
    writer: FileWriter,
    min_key: BinaryRow,
    max_key: BinaryRow,
    min_sequence: i64,
    max_sequence: i64,
    deletes: i64,
    rows: i64,
}

impl DataFileWriter {
    /// `next_sequence` numbers the rows of append files.
    pub(crate) fn new(table: &Table, bucket_path: &str, role: FileRole, next_sequence: i64) -> Self {
        let schema = table.schema();
        let fields =
            if role.key_value { stored_key_value_fields(schema, table.options()) } else { schema.fields.clone() };
        DataFileWriter {
            table: table.clone(),
            bucket_path: bucket_path.to_owned(),
            role,
            fields,
            names: Names { uuid: table.runtime().uuid(), next: 0 },
            open: None,
            next_sequence,
            done: Vec::new(),
        }
    }

    /// Appends rows; key-value batches have the layout of `TableSchema::key_value_fields`.
    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut from = 0;
        while from < batch.num_rows() {
            let rows = SLICE_ROWS.min(batch.num_rows() - from);
            self.write_slice(&batch.slice(from, rows)).await?;
            from += rows;
        }
        Ok(())
    }

    async fn write_slice(&mut self, slice: &RecordBatch) -> Result<()> {
        let mut file = match self.open.take() {
            Some(file) => file,
            None => self.create().await?,
        };
        let result = self.append(&mut file, slice).await;
        let target = self.table.options().target_file_size(self.role.key_value);
        let full = file.writer.bytes_written() >= target;
        self.open = Some(file);
        result?;
        if full { self.finish_file().await } else { Ok(()) }
    }

    async fn append(&mut self, file: &mut OpenFile, slice: &RecordBatch) -> Result<()> {
        let rows = i64::try_from(slice.num_rows()).unwrap_or(i64::MAX);
        if self.role.key_value {
            let (first, last) = self.edge_keys(slice)?;
            if file.rows == 0 {
                file.min_key = first;
            }
            file.max_key = last;
            file.deletes += count_deletes(slice)?;
            let (min, max) = sequence_range(slice)?;
            file.min_sequence = file.min_sequence.min(min);
            file.max_sequence = file.max_sequence.max(max);
        } else {
            file.min_sequence = file.min_sequence.min(self.next_sequence);
            self.next_sequence += rows;
            file.max_sequence = self.next_sequence - 1;
        }
        file.rows += rows;
        let stored = self.stored_columns(slice)?;
        file.writer.write(&stored).await
    }

    /// Drops the `_KEY_*` columns where the table is thin.
    fn stored_columns(&self, slice: &RecordBatch) -> Result<RecordBatch> {
        let skip = slice.num_columns() - self.fields.len();
        if skip == 0 {
            return Ok(slice.clone());
        }
        Ok(slice.project(&(skip..slice.num_columns()).collect::<Vec<_>>())?)
    }

    fn edge_keys(&self, slice: &RecordBatch) -> Result<(BinaryRow, BinaryRow)> {
        let keys = self.table.schema().trimmed_primary_key_fields();
        let types: Vec<DataType> = keys.iter().map(|field| field.data_type.clone()).collect();
        let edge = |row: usize| {
            let columns: Vec<_> = slice.columns().iter().take(types.len()).map(|column| column.slice(row, 1)).collect();
            let mut rows = binary_row::encode_rows(&columns, &types)?;
            rows.pop().ok_or_else(|| Error::internal("no key for an edge row"))
        };
        Ok((edge(0)?, edge(slice.num_rows() - 1)?))
    }

    async fn create(&mut self) -> Result<OpenFile> {
        let options = self.table.options();
        let writer_options = WriterOptions::for_level(options, self.role.level)?;
        let name = format!(
            "{}{}-{}.{}",
            options.data_file_prefix,
            self.names.uuid,
            self.names.next,
            writer_options.file_extension(options)
        );
        self.names.next += 1;
        let path = format!("{}/{name}", self.bucket_path);
        let writer = FileWriter::create(self.table.storage(), &path, &self.fields, writer_options).await?;
        Ok(OpenFile {
            name,
            writer,
            min_key: BinaryRow::empty(),
            max_key: BinaryRow::empty(),
            min_sequence: i64::MAX,
            max_sequence: i64::MIN,
            deletes: 0,
            rows: 0,
        })
    }

    async fn finish_file(&mut self) -> Result<()> {
        let Some(file) = self.open.take() else { return Ok(()) };
        let summary = file.writer.finish().await?;
        let (options, schema) = (self.table.options(), self.table.schema());
        let key_count = if self.role.key_value { schema.trimmed_primary_key_fields().len() } else { 0 };
        let system = self.fields.len() - schema.fields.len();
        let value_columns = summary.columns.get(system..).unwrap_or_default();
        let value_columns = self.value_stats(value_columns)?;
        let (value_stats, value_stats_cols) = if options.metadata_stats_dense_store {
            SimpleStats::dense_from_columns(&schema.fields, &value_columns)?
        } else {
            (SimpleStats::from_columns(&types_of(&schema.fields), &value_columns)?, None)
        };
        let key_stats = if key_count == 0 { SimpleStats::empty() } else { self.key_stats(&summary.columns)? };
        let now = self.table.runtime().now_millis();
        self.done.push(DataFileMeta {
            file_name: file.name,
            file_size: i64::try_from(summary.file_size).unwrap_or(i64::MAX),
            row_count: file.rows,
            min_key: file.min_key,
            max_key: file.max_key,
            key_stats,
            value_stats,
            min_sequence_number: file.min_sequence,
            max_sequence_number: file.max_sequence,
            schema_id: schema.id,
            level: self.role.level,
            extra_files: Vec::new(),
            creation_time_millis: Some(now + self.table.runtime().local_offset_millis(now)),
            delete_row_count: Some(file.deletes),
            embedded_index: None,
            file_source: Some(self.role.source),
            value_stats_cols,
            external_path: None,
            first_row_id: None,
            write_cols: None,
            write_cols_sequences: None,
        });
        Ok(())
    }

    /// Statistics of the table's columns, as far as their modes want them.
    fn value_stats(&self, summaries: &[ColumnSummary]) -> Result<Vec<ColumnStats>> {
        let level = self.role.key_value.then_some(self.role.level);
        let one = |(index, field): (usize, &DataField)| {
            let mode = self.table.options().stats_mode(&field.name, index, level)?;
            Ok(mode.apply(&field.data_type, summaries.get(index).map(stats_of).unwrap_or_default()))
        };
        self.table.schema().fields.iter().enumerate().map(one).collect()
    }

    /// Statistics of the trimmed primary key, from the value columns that repeat it.
    fn key_stats(&self, columns: &[ColumnSummary]) -> Result<SimpleStats> {
        let schema = self.table.schema();
        let keys = schema.trimmed_primary_key_fields();
        let system = self.fields.len() - schema.fields.len();
        let of_key = |key: &DataField| {
            let place = schema.fields.iter().position(|field| field.id == key.id);
            let summary = place.and_then(|place| columns.get(system + place));
            StatsMode::SYSTEM.apply(&key.data_type, summary.map(stats_of).unwrap_or_default())
        };
        let stats: Vec<ColumnStats> = keys.iter().map(of_key).collect();
        SimpleStats::from_columns(&types_of(&keys), &stats)
    }

    /// Closes the open file and gives all files written.
    pub(crate) async fn close(mut self) -> Result<Vec<DataFileMeta>> {
        self.finish_file().await?;
        Ok(self.done)
    }

    /// Removes everything written.
    pub(crate) async fn abort(mut self) {
        if let Some(file) = self.open.take() {
            file.writer.abort().await;
        }
        for file in &self.done {
            let _ = self.table.storage().delete(&format!("{}/{}", self.bucket_path, file.file_name)).await;
        }
    }
}

impl std::fmt::Debug for DataFileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataFileWriter").field("bucket_path", &self.bucket_path).finish_non_exhaustive()
    }
}

/// Columns that a key-value file stores: all of them, or without `_KEY_*` in thin mode.
fn stored_key_value_fields(schema: &TableSchema, options: &CoreOptions) -> Vec<DataField> {
    let fields = schema.key_value_fields();
    let skip = if options.data_file_thin_mode { schema.trimmed_primary_key_fields().len() } else { 0 };
    fields.into_iter().skip(skip).collect()
}

fn stats_of(summary: &ColumnSummary) -> ColumnStats {
    ColumnStats { min: summary.min.clone(), max: summary.max.clone(), null_count: summary.null_count }
}

fn system_column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array> {
    let column = batch.column_by_name(name).ok_or_else(|| Error::internal(format!("no column {name}")))?;
    Ok(column.as_ref())
}

fn count_deletes(batch: &RecordBatch) -> Result<i64> {
    let kinds = system_column(batch, "_VALUE_KIND")?;
    let kinds = kinds.as_primitive_opt::<Int8Type>().ok_or_else(|| Error::internal("_VALUE_KIND is no TINYINT"))?;
    let is_delete = |kind: &&i8| RowKind::from_byte(**kind).is_ok_and(|kind| !kind.is_add());
    Ok(i64::try_from(kinds.values().iter().filter(is_delete).count()).unwrap_or(i64::MAX))
}

fn sequence_range(batch: &RecordBatch) -> Result<(i64, i64)> {
    let numbers = system_column(batch, "_SEQUENCE_NUMBER")?.as_any().downcast_ref::<Int64Array>();
    let numbers = numbers.ok_or_else(|| Error::internal("_SEQUENCE_NUMBER is no BIGINT"))?.values();
    Ok((numbers.iter().copied().min().unwrap_or(0), numbers.iter().copied().max().unwrap_or(0)))
}
