//! Batches → data files of one bucket, rolled at the target size or row count, each with its metadata.

use arrow_array::RecordBatch;
use futures::{Stream, StreamExt};

pub(crate) use super::file_role::{FilePurpose, FileRole};
use super::{
    file_place::{FilePlace, FilePlaces},
    file_stats::file_stats,
    open_file::{OpenFile, RowFacts},
    remove_data_file,
};
use crate::{
    error::Result,
    format::{FileFormat, FileSummary, FileWriter},
    scan::entry_types as types_of,
    spec::{
        data_file::DataFileMeta,
        file_index::{FileIndexBuilder, FileIndexPlan, INDEX_SUFFIX},
        options::CoreOptions,
        stats::SimpleStats,
        table_schema::{TableSchema, row_tracking_fields},
    },
    table::Table,
    types::{DataField, DataType},
};

/// Most rows handed to the encoder at a time, so that a file ends near its target size.
const MOST_ROWS: usize = 64 * 1024;
/// Fewest rows handed to the encoder at a time: as often Java looks at the size of a file.
const FEWEST_ROWS: usize = 1000;

/// Writes the files of one bucket.
///
/// Rows of a key-value file must come sorted by key, each key once; they roll between rows, so files of one writer never
/// overlap. Rows of an append file come in any order.
pub(crate) struct DataFileWriter {
    table: Table,
    bucket_path: String,
    role: FileRole,
    purpose: FilePurpose,
    /// Columns of the files.
    fields: Vec<DataField>,
    /// Whether `_ROW_ID` and `_SEQUENCE_NUMBER` are the last of them.
    tracked: bool,
    key_types: Vec<DataType>,
    names: Names,
    /// Set with the first file.
    places: Option<FilePlaces>,
    open: Option<OpenFile>,
    /// Next sequence number of an append file's rows; key-value rows carry their own.
    next_sequence: i64,
    done: Vec<DataFileMeta>,
}

struct Names {
    uuid: String,
    next: u32,
}

impl DataFileWriter {
    /// `next_sequence` numbers the rows of append files, unless the table tracks rows.
    pub(crate) fn new(table: &Table, bucket_path: &str, role: FileRole, next_sequence: i64) -> Self {
        let schema = table.schema();
        let fields =
            if role.key_value { stored_key_value_fields(schema, table.options()) } else { schema.fields.clone() };
        DataFileWriter {
            table: table.clone(),
            bucket_path: bucket_path.to_owned(),
            role,
            purpose: FilePurpose::Data,
            fields,
            tracked: false,
            key_types: types_of(&schema.trimmed_primary_key_fields()),
            names: Names { uuid: table.runtime().uuid(), next: 0 },
            places: None,
            open: None,
            next_sequence: if table.options().row_tracking_enabled { 0 } else { next_sequence },
            done: Vec::new(),
        }
    }

    /// Says what the files are for, where that is not [`FilePurpose::Data`].
    #[must_use]
    pub(crate) fn with_purpose(mut self, purpose: FilePurpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// The files keep what rows of a table with row tracking are known by: batches end with `_ROW_ID` and
    /// `_SEQUENCE_NUMBER`.
    #[must_use]
    pub(crate) fn with_tracked_rows(mut self) -> Self {
        self.fields.extend(row_tracking_fields());
        self.tracked = true;
        self
    }

    /// Appends rows; key-value batches have the layout of `TableSchema::key_value_fields`.
    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let step = self.rows_at_a_time(batch);
        let mut from = 0;
        while from < batch.num_rows() {
            let rows = step.min(batch.num_rows() - from).min(self.rows_left());
            self.write_slice(&batch.slice(from, rows)).await?;
            from += rows;
        }
        Ok(())
    }

    /// Rows of about a quarter of a file.
    fn rows_at_a_time(&self, batch: &RecordBatch) -> usize {
        let row_bytes = batch.get_array_memory_size() / batch.num_rows().max(1);
        let target = self.table.options().target_file_size(self.role.key_value);
        let rows = usize::try_from(target / 4).unwrap_or(usize::MAX) / row_bytes.max(1);
        rows.clamp(FEWEST_ROWS, MOST_ROWS)
    }

    /// Rows that the open file, or the next one, may still take.
    fn rows_left(&self) -> usize {
        let written = self.open.as_ref().map_or(0, |file| u64::try_from(file.facts.rows).unwrap_or(0));
        let left = self.purpose.row_limit(self.role, self.table.options()).saturating_sub(written);
        usize::try_from(left).unwrap_or(usize::MAX).max(1)
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
        let rows = self.open.as_ref().map_or(0, |file| u64::try_from(file.facts.rows).unwrap_or(0));
        let full = full || rows >= self.purpose.row_limit(self.role, self.table.options());
        if full { self.finish_file().await } else { Ok(()) }
    }

    async fn append(&mut self, file: &mut OpenFile, slice: &RecordBatch) -> Result<()> {
        if self.role.key_value {
            file.facts.add_key_values(slice, &self.key_types)?;
        } else if self.tracked {
            file.facts.add_tracked_rows(slice)?;
        } else {
            file.facts.add_rows(slice.num_rows(), self.next_sequence);
            // Of tables that track rows every file begins at 0: the commit puts the snapshot's id in the place of that.
            let tracks_rows = self.table.options().row_tracking_enabled;
            self.next_sequence = if tracks_rows { 0 } else { file.facts.max_sequence + 1 };
        }
        if let Some(index) = &mut file.index {
            let columns = self.table.schema().fields.len();
            let first = if self.tracked { 0 } else { slice.num_columns() - columns };
            index.add(&slice.project(&(first..first + columns).collect::<Vec<_>>())?)?;
        }
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

    async fn create(&mut self) -> Result<OpenFile> {
        let options = self.table.options();
        let writer_options = self.purpose.writer_options(self.role, options)?;
        let (prefix, uuid, number) = (self.purpose.prefix(options), &self.names.uuid, self.names.next);
        let name = format!("{prefix}{uuid}-{number}.{}", writer_options.file_extension(options));
        self.names.next += 1;
        let places = match &mut self.places {
            Some(places) => places,
            none => none.insert(FilePlaces::new(&self.table, &self.bucket_path)?),
        };
        let place = places.place(&name)?;
        let index = self.index_builder()?;
        let format = writer_options.format;
        let writer = FileWriter::create(&place.storage, &place.path, &self.fields, writer_options).await?;
        Ok(OpenFile { name, place, format, writer, index, facts: RowFacts::new() })
    }

    /// Builds the file indexes that the options want; changelogs have none.
    fn index_builder(&self) -> Result<Option<FileIndexBuilder>> {
        let plan = FileIndexPlan::parse(&self.table.schema().options, &self.table.schema().fields)?;
        if plan.is_empty() || self.purpose == FilePurpose::Changelog {
            return Ok(None);
        }
        FileIndexBuilder::new(&plan).map(Some)
    }

    async fn finish_file(&mut self) -> Result<()> {
        let Some(file) = self.open.take() else { return Ok(()) };
        let index = file.index.map(FileIndexBuilder::finish).transpose();
        let index = match index {
            Ok(index) => index,
            Err(error) => {
                file.writer.abort().await;
                return Err(error.at(&file.place.path));
            }
        };
        let summary = file.writer.finish().await?;
        let mut meta = self.meta(&file.name, file.facts, &summary);
        meta.external_path.clone_from(&file.place.external);
        // The file is there from here on: `abort` removes it when something fails.
        let described = self.describe(&mut meta, file.format, &summary);
        let result = match described {
            Ok(()) => {
                let threshold = self.table.options().file_index_in_manifest_threshold;
                keep_index(&file.place, &mut meta, index, threshold).await
            }
            Err(error) => Err(error),
        };
        self.done.push(meta);
        result
    }

    fn describe(&self, meta: &mut DataFileMeta, format: FileFormat, summary: &FileSummary) -> Result<()> {
        let purpose = (self.role, &self.purpose);
        let stats = file_stats(&self.table, purpose, format, &self.fields, &summary.columns)?;
        meta.key_stats = stats.keys;
        meta.value_stats = stats.values;
        meta.value_stats_cols = stats.value_columns;
        Ok(())
    }

    /// All but statistics and indexes.
    fn meta(&self, file_name: &str, facts: RowFacts, summary: &FileSummary) -> DataFileMeta {
        let now = self.table.runtime().now_millis();
        DataFileMeta {
            file_name: file_name.to_owned(),
            file_size: i64::try_from(summary.file_size).unwrap_or(i64::MAX),
            row_count: facts.rows,
            min_key: facts.min_key,
            max_key: facts.max_key,
            key_stats: SimpleStats::empty(),
            value_stats: SimpleStats::empty(),
            min_sequence_number: facts.min_sequence,
            max_sequence_number: facts.max_sequence,
            schema_id: self.table.schema().id,
            level: self.role.level,
            extra_files: Vec::new(),
            creation_time_millis: Some(now + self.table.runtime().local_offset_millis(now)),
            delete_row_count: Some(facts.deletes),
            embedded_index: None,
            file_source: Some(self.role.source),
            value_stats_cols: None,
            external_path: None,
            first_row_id: None,
            write_cols: self.tracked.then(|| self.fields.iter().map(|field| field.name.clone()).collect()),
            write_cols_sequences: None,
        }
    }

    /// Writes all rows and closes. On an error no file stays behind.
    pub(crate) async fn write_all(
        mut self,
        mut rows: impl Stream<Item = Result<RecordBatch>> + Unpin,
    ) -> Result<Vec<DataFileMeta>> {
        while let Some(batch) = rows.next().await {
            let written = match batch {
                Ok(batch) => self.write(&batch).await,
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                self.abort().await;
                return Err(error);
            }
        }
        self.close().await
    }

    /// Closes the open file and gives all files written.
    pub(crate) async fn close(mut self) -> Result<Vec<DataFileMeta>> {
        match self.finish_file().await {
            Ok(()) => Ok(self.done),
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    /// Removes everything written.
    pub(crate) async fn abort(mut self) {
        if let Some(file) = self.open.take() {
            file.writer.abort().await;
        }
        for file in &self.done {
            remove_data_file(&self.table, &self.bucket_path, file).await;
        }
    }
}

impl std::fmt::Debug for DataFileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataFileWriter").field("bucket_path", &self.bucket_path).finish_non_exhaustive()
    }
}

/// Puts an index of up to `threshold` bytes into the metadata and a larger one beside the file.
async fn keep_index(place: &FilePlace, meta: &mut DataFileMeta, index: Option<Vec<u8>>, threshold: u64) -> Result<()> {
    let Some(index) = index else { return Ok(()) };
    if index.len() as u64 <= threshold {
        meta.embedded_index = Some(index.into());
        return Ok(());
    }
    meta.extra_files.push(format!("{}{INDEX_SUFFIX}", meta.file_name));
    place.storage.put(&format!("{}{INDEX_SUFFIX}", place.path), index.into()).await
}

/// Columns that a key-value file stores: all of them, or without `_KEY_*` in thin mode.
fn stored_key_value_fields(schema: &TableSchema, options: &CoreOptions) -> Vec<DataField> {
    let fields = schema.key_value_fields();
    let skip = if options.data_file_thin_mode { schema.trimmed_primary_key_fields().len() } else { 0 };
    fields.into_iter().skip(skip).collect()
}
