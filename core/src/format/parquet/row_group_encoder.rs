//! Encodes batches into the column chunks of one row group after the other.

use std::{mem, sync::Arc};

use arrow_array::{Array, ArrayRef, RecordBatch, make_array};
use arrow_schema::{DataType as ArrowType, Field, FieldRef, Schema, SchemaRef};
use bytes::Bytes;
use parquet::{
    arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves},
    basic::{BrotliLevel, Compression, GzipLevel, Type as PhysicalType, ZstdLevel},
    errors::ParquetError,
    file::{
        metadata::{ColumnChunkMetaData, ParquetMetaData},
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr},
        writer::SerializedFileWriter,
    },
    schema::types::{SchemaDescriptor, Type},
};

use super::{int96, normalize, schema};
use crate::{
    error::{Error, Result},
    format::WriterOptions,
    types::{self, DataField, TypeKind},
};

/// Longer minima and maxima are cut (which leaves them bounds): the footer is read for every scan.
const LONGEST_BOUND: usize = 4096;

/// Bytes of a row from which 1024 rows, the grain of page limits, are too much for a page.
const WIDE_ROW: usize = 1024;

/// Who wrote the file. Parquet for Java distrusts statistics of unknown versions of itself only.
const CREATED_BY: &str = concat!("cenote version ", env!("CARGO_PKG_VERSION"));

/// Batches in, bytes of a Parquet file out.
pub(in crate::format) struct RowGroupEncoder {
    file: SerializedFileWriter<Vec<u8>>,
    columns: ArrowRowGroupWriterFactory,
    /// Types of the batches, and as which they are encoded.
    schema: SchemaRef,
    encoded: SchemaRef,
    current: Option<Vec<ArrowColumnWriter>>,
    current_rows: usize,
}

impl RowGroupEncoder {
    pub(in crate::format) fn new(fields: &[DataField], options: &WriterOptions) -> Result<RowGroupEncoder> {
        if let Some(blob) = fields.iter().find(|field| field.data_type.kind == TypeKind::Blob) {
            let message = "BLOB columns have files of their own, which cannot be written";
            return Err(Error::unsupported(message).with("column", &blob.name));
        }
        let written = schema::file_schema(fields).map_err(unwritable)?;
        let encoded = normalize::schema(&written).map_err(unwritable)?.unwrap_or_else(|| written.clone());
        let properties = Arc::new(properties(&written, options)?);
        let open = |schema: Type, properties: WriterPropertiesPtr| {
            SerializedFileWriter::new(Vec::new(), Arc::new(schema), properties).map_err(unwritable)
        };
        // Only gives the factory its schema: see `int96`.
        let shadow = open(encoded, properties.clone())?;
        let file = open(written, properties)?;
        let schema = types::arrow::schema(fields);
        let encoded = Arc::new(Schema::new(
            schema
                .fields()
                .iter()
                .map(|field| {
                    let data_type = int96::encoded_type(field.data_type()).unwrap_or_else(|| field.data_type().clone());
                    Field::new(field.name(), data_type, field.is_nullable())
                })
                .collect::<Vec<_>>(),
        ));
        let columns = ArrowRowGroupWriterFactory::new(&shadow, encoded.clone());
        Ok(RowGroupEncoder { file, columns, schema, encoded, current: None, current_rows: 0 })
    }

    /// Appends a batch to the current row group: wide rows a few at a time, because the size of a page is only looked at
    /// between writes.
    pub(in crate::format) fn encode(&mut self, batch: &RecordBatch) -> Result<()> {
        let sizes = batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0));
        let row_bytes = sizes.sum::<usize>() / batch.num_rows().max(1);
        if row_bytes < WIDE_ROW {
            return self.encode_rows(batch);
        }
        let step = (WIDE_ROW * 1024 / row_bytes).max(1);
        for start in (0..batch.num_rows()).step_by(step) {
            self.encode_rows(&batch.slice(start, step.min(batch.num_rows() - start)))?;
        }
        Ok(())
    }

    fn encode_rows(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = self.conform(batch)?;
        let mut writers = match self.current.take() {
            Some(writers) => writers,
            None => self.columns.create_column_writers(self.file.flushed_row_groups().len()).map_err(unwritable)?,
        };
        let mut next = writers.iter_mut();
        for (field, column) in self.encoded.fields().iter().zip(columns) {
            let column = int96::encode(&column, field.data_type())?;
            for leaf in compute_leaves(field, &column).map_err(unwritable)? {
                let writer = next.next().ok_or_else(|| Error::internal("a column has no writer"))?;
                writer.write(&leaf).map_err(unwritable)?;
            }
        }
        self.current = Some(writers);
        self.current_rows += batch.num_rows();
        Ok(())
    }

    /// The columns under the names and nullability declared, which are what counts for definition levels.
    fn conform(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        if batch.num_columns() != self.schema.fields().len() {
            let (found, expected) = (batch.num_columns(), self.schema.fields().len());
            return Err(Error::invalid(format!("batch has {found} columns, {expected} were expected")));
        }
        let conform = |(field, column): (&FieldRef, &ArrayRef)| {
            let wrong = |message: String| Error::invalid(message).with("column", field.name());
            if !field.is_nullable() && column.null_count() > 0 {
                return Err(wrong("a NOT NULL column has nulls".to_owned()));
            }
            if column.data_type() == field.data_type() {
                return Ok(column.clone());
            }
            if !same_parts(column.data_type(), field.data_type()) {
                return Err(wrong(format!("column has type {}, expected {}", column.data_type(), field.data_type())));
            }
            let renamed = column.to_data().into_builder().data_type(field.data_type().clone()).build();
            Ok(make_array(
                renamed.map_err(|error| wrong("column has nulls in a NOT NULL part".to_owned()).because(error))?,
            ))
        };
        self.schema.fields().iter().zip(batch.columns()).map(conform).collect()
    }

    /// Rows and estimated bytes of the current row group.
    pub(in crate::format) fn current(&self) -> (usize, u64) {
        let writers = self.current.iter().flatten();
        (self.current_rows, writers.map(|writer| writer.get_estimated_total_bytes() as u64).sum())
    }

    /// Ends the current row group, if it has rows, and takes the bytes encoded since the last time.
    pub(in crate::format) fn flush(&mut self) -> Result<Bytes> {
        self.end_row_group()?;
        self.file.flush().map_err(|error| Error::internal("parquet data was not encoded").because(error))?;
        Ok(mem::take(self.file.inner_mut()).into())
    }

    fn end_row_group(&mut self) -> Result<()> {
        let (_, bytes) = self.current();
        let Some(writers) = self.current.take() else { return Ok(()) };
        self.current_rows = 0;
        let chunks = writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<Vec<_>, _>>();
        // One allocation, about the size of the row group, instead of many that grow.
        self.file.inner_mut().reserve(usize::try_from(bytes).unwrap_or(0));
        self.append(chunks.map_err(unwritable)?).map_err(unwritable)
    }

    fn append(&mut self, chunks: Vec<ArrowColumnChunk>) -> Result<(), ParquetError> {
        let written = SchemaDescriptor::new(self.file.schema_descr().root_schema_ptr());
        let mut row_group = self.file.next_row_group()?;
        for (chunk, column) in chunks.into_iter().zip(written.columns()) {
            let mut chunk = chunk;
            if column.physical_type() == PhysicalType::INT96 {
                let close = chunk.close_mut();
                close.metadata = relabelled(&close.metadata, column.clone())?;
                close.column_index = None;
            }
            chunk.append_to_row_group(&mut row_group)?;
        }
        row_group.close().map(|_| ())
    }

    /// Ends the file: its last bytes, and what its footer says.
    pub(in crate::format) fn finish(mut self) -> Result<(Bytes, ParquetMetaData)> {
        self.end_row_group()?;
        let metadata = self.file.finish().map_err(unwritable)?;
        Ok((mem::take(self.file.inner_mut()).into(), metadata))
    }
}

/// Whether two types differ in names, metadata and nullability of their parts at most.
fn same_parts(a: &ArrowType, b: &ArrowType) -> bool {
    let same = |a: &FieldRef, b: &FieldRef| same_parts(a.data_type(), b.data_type());
    match (a, b) {
        (ArrowType::List(a), ArrowType::List(b)) => same(a, b),
        (ArrowType::FixedSizeList(a, m), ArrowType::FixedSizeList(b, n)) => m == n && same(a, b),
        (ArrowType::Map(a, _), ArrowType::Map(b, _)) => same(a, b),
        (ArrowType::Struct(a), ArrowType::Struct(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => a == b,
    }
}

fn unwritable(error: ParquetError) -> Error {
    Error::internal("parquet data was not encoded").because(error)
}

/// The metadata of a chunk under another column type, without the statistics, which are in the order of the first.
fn relabelled(
    chunk: &ColumnChunkMetaData,
    column: parquet::schema::types::ColumnDescPtr,
) -> Result<ColumnChunkMetaData, ParquetError> {
    ColumnChunkMetaData::builder(column)
        .set_compression_codec(chunk.compression_codec())
        .set_encodings_mask(*chunk.encodings_mask())
        .set_total_compressed_size(chunk.compressed_size())
        .set_total_uncompressed_size(chunk.uncompressed_size())
        .set_num_values(chunk.num_values())
        .set_data_page_offset(chunk.data_page_offset())
        .set_dictionary_page_offset(chunk.dictionary_page_offset())
        .build()
}

fn properties(schema: &Type, options: &WriterOptions) -> Result<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(codec(options)?)
        .set_dictionary_enabled(options.dictionary)
        .set_max_row_group_row_count(None)
        .set_data_page_row_count_limit(options.page_rows)
        .set_write_batch_size(options.page_rows.clamp(1, 1024))
        .set_statistics_truncate_length(Some(LONGEST_BOUND));
    for column in SchemaDescriptor::new(Arc::new(schema.clone())).columns() {
        let path = column.path().clone();
        if column.physical_type() == PhysicalType::INT96 {
            builder = builder.set_column_statistics_enabled(path, EnabledStatistics::None);
        } else if path.parts() == ["_SEQUENCE_NUMBER"] {
            // All distinct: a dictionary would be built and thrown away.
            builder = builder.set_column_dictionary_enabled(path, false);
        }
    }
    Ok(builder.build())
}

fn codec(options: &WriterOptions) -> Result<Compression> {
    Ok(match options.compression.as_str() {
        "zstd" => {
            let level = ZstdLevel::try_new(options.zstd_level);
            Compression::ZSTD(
                level.map_err(|error| Error::invalid("file.compression.zstd-level takes 1 to 22").because(error))?,
            )
        }
        "snappy" => Compression::SNAPPY,
        "lz4" | "lz4_raw" => Compression::LZ4_RAW,
        "gzip" => Compression::GZIP(GzipLevel::default()),
        "brotli" => Compression::BROTLI(BrotliLevel::default()),
        "none" | "uncompressed" | "null" => Compression::UNCOMPRESSED,
        other => {
            let codecs = "zstd, snappy, lz4, gzip, brotli or none";
            return Err(Error::invalid(format!("file.compression takes {codecs}, not {other:?}")));
        }
    })
}
