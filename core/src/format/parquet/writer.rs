//! Batches -> row groups -> upload, and the footer's statistics for the manifest.

use std::collections::HashSet;

use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type},
};
use parquet::{
    arrow::{ArrowWriter, arrow_writer::ArrowWriterOptions},
    basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel},
    file::{
        metadata::ParquetMetaData,
        properties::{EnabledStatistics, WriterProperties, WriterVersion},
    },
};

use super::{bounds, write_schema};
use crate::{
    error::{Error, Result},
    format::{ColumnSummary, FileSummary, WriterOptions, writer::unknown_codec},
    io::{Storage, Upload},
    types::{DataField, TypeKind},
};

/// Rows of a row group at most: small enough to spread over tasks, large enough for dictionaries to pay.
const MAX_ROW_GROUP_ROWS: usize = 1 << 20;

/// A Parquet file being written.
pub(crate) struct Writer {
    path: String,
    fields: Vec<DataField>,
    arrow: ArrowWriter<Vec<u8>>,
    schema: arrow_schema::SchemaRef,
    upload: Upload,
    block_bytes: u64,
    rows: u64,
    /// Places of columns in which a NaN was seen: their bounds say nothing, because the encoder leaves NaN out of them.
    with_nan: HashSet<usize>,
}

impl Writer {
    pub(crate) fn create(storage: &Storage, path: &str, fields: &[DataField], options: &WriterOptions) -> Result<Self> {
        let schema = write_schema::schema(fields).map_err(|error| error.at(path))?;
        let properties = properties(options).map_err(|error| error.at(path))?;
        let arrow_options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_skip_arrow_metadata(true)
            .with_schema_root("paimon_schema".to_owned());
        let arrow = ArrowWriter::try_new_with_options(Vec::new(), schema.clone(), arrow_options)
            .map_err(|error| Error::unsupported("cannot write these columns as Parquet").at(path).because(error))?;
        Ok(Writer {
            path: path.to_owned(),
            fields: fields.to_vec(),
            arrow,
            schema,
            upload: storage.upload(path)?,
            block_bytes: options.block_bytes,
            rows: 0,
            with_nan: HashSet::new(),
        })
    }

    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.note_nan(batch);
        let batch = write_schema::conform(batch, &self.schema)?;
        self.arrow.write(&batch).map_err(|error| self.failed(error))?;
        self.rows += batch.num_rows() as u64;
        if self.arrow.in_progress_size() as u64 >= self.block_bytes {
            self.arrow.flush().map_err(|error| self.failed(error))?;
        }
        self.drain().await
    }

    fn note_nan(&mut self, batch: &RecordBatch) {
        for (place, (field, column)) in self.fields.iter().zip(batch.columns()).enumerate() {
            let has_nan = match field.data_type.kind {
                TypeKind::Float => {
                    column.as_primitive_opt::<Float32Type>().is_some_and(|c| c.values().iter().any(|v| v.is_nan()))
                }
                TypeKind::Double => {
                    column.as_primitive_opt::<Float64Type>().is_some_and(|c| c.values().iter().any(|v| v.is_nan()))
                }
                _ => false,
            };
            if has_nan {
                self.with_nan.insert(place);
            }
        }
    }

    /// Sends the finished row groups on.
    async fn drain(&mut self) -> Result<()> {
        let finished = std::mem::take(self.arrow.inner_mut());
        if finished.is_empty() { Ok(()) } else { self.upload.write(finished.into()).await }
    }

    pub(crate) fn bytes_written(&self) -> u64 {
        (self.arrow.bytes_written() + self.arrow.in_progress_size()) as u64
    }

    pub(crate) async fn finish(mut self) -> Result<FileSummary> {
        let metadata = match self.arrow.finish() {
            Ok(metadata) => metadata,
            Err(error) => {
                let error = self.failed(error);
                let _ = self.upload.abort().await;
                return Err(error);
            }
        };
        self.drain().await?;
        let columns = summaries(&metadata, &self.fields, &self.with_nan);
        let file_size = self.upload.finish().await?;
        Ok(FileSummary { file_size, row_count: self.rows, columns })
    }

    pub(crate) async fn abort(self) {
        let _ = self.upload.abort().await;
    }

    fn failed(&self, error: parquet::errors::ParquetError) -> Error {
        Error::internal("the Parquet encoder failed").at(&self.path).because(error)
    }
}

fn properties(options: &WriterOptions) -> Result<WriterProperties> {
    Ok(WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(concat!("cenote version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(compression(&options.compression, options.zstd_level)?)
        .set_max_row_group_row_count(Some(MAX_ROW_GROUP_ROWS))
        .set_dictionary_enabled(options.dictionary)
        .set_statistics_enabled(EnabledStatistics::Page)
        // The manifest wants whole values; its own mode truncates them.
        .set_statistics_truncate_length(None)
        .set_coerce_types(true)
        .build())
}

fn compression(name: &str, zstd_level: i32) -> Result<Compression> {
    let bad_level = |error| Error::invalid("file.compression.zstd-level is out of range").because(error);
    Ok(match name {
        "zstd" => Compression::ZSTD(ZstdLevel::try_new(zstd_level).map_err(bad_level)?),
        "snappy" => Compression::SNAPPY,
        "lz4" | "lz4_raw" => Compression::LZ4_RAW,
        "gzip" => Compression::GZIP(GzipLevel::default()),
        "brotli" => Compression::BROTLI(BrotliLevel::default()),
        "none" | "uncompressed" | "null" => Compression::UNCOMPRESSED,
        other => return Err(unknown_codec(other)),
    })
}

/// Minima, maxima and null counts over all row groups; nothing for nested columns.
fn summaries(metadata: &ParquetMetaData, fields: &[DataField], with_nan: &HashSet<usize>) -> Vec<ColumnSummary> {
    let schema = metadata.file_metadata().schema_descr();
    let one = |(place, field): (usize, &DataField)| {
        let leaf = schema.columns().iter().position(|column| column.path().parts() == [field.name.as_str()]);
        let Some(leaf) = leaf else { return ColumnSummary::default() };
        let mut whole: Option<ColumnSummary> = None;
        for group in metadata.row_groups() {
            let column = group.column(leaf);
            let Some(statistics) = column.statistics() else { return ColumnSummary::default() };
            let bounds = bounds::of_chunk(statistics, column.column_descr(), &field.data_type, false);
            let all_null = bounds.null_count == Some(group.num_rows());
            let part = ColumnSummary { min: bounds.min, max: bounds.max, null_count: bounds.null_count };
            whole = Some(match whole {
                None => part,
                Some(before) => join(before, part, all_null),
            });
        }
        let mut whole = whole.unwrap_or_default();
        if with_nan.contains(&place) {
            (whole.min, whole.max) = (None, None);
        }
        whole
    };
    fields.iter().enumerate().map(one).collect()
}

/// Bounds of both parts; a part of nulls only changes nothing but the count.
fn join(before: ColumnSummary, part: ColumnSummary, part_is_null: bool) -> ColumnSummary {
    let null_count = before.null_count.zip(part.null_count).map(|(a, b)| a + b);
    if part_is_null {
        return ColumnSummary { null_count, ..before };
    }
    let pick = |a: Option<crate::types::Datum>, b: Option<crate::types::Datum>, greater: bool| match (a, b) {
        (Some(a), Some(b)) => Some(if a.try_cmp(&b).is_some_and(|order| order.is_gt()) == greater { a } else { b }),
        (None, only) => only,
        (_, None) => None,
    };
    ColumnSummary { min: pick(before.min, part.min, false), max: pick(before.max, part.max, true), null_count }
}
