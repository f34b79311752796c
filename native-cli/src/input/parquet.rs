//! Parquet files.

use std::{
    fs::File,
    io::{Read, stdin},
    sync::Arc,
};

use arrow_schema::SchemaRef;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;

use super::{InputOptions, columnar::ColumnarSource, is_stdin, regular_file};
use crate::error::{Failure, Result};

/// Opens a Parquet file; standard input is held in memory, because the footer comes last.
pub(super) fn open(options: InputOptions) -> Result<ColumnarSource> {
    if is_stdin(&options.file) {
        let mut bytes = Vec::new();
        stdin().read_to_end(&mut bytes).map_err(|error| Failure::file(options.display_name(), &error))?;
        return start(options, Bytes::from(bytes));
    }
    let file: File = regular_file(&options.file)?;
    start(options, file)
}

/// The columns of a Parquet file.
pub(super) fn schema(options: &InputOptions) -> Result<SchemaRef> {
    let file = regular_file(&options.file)?;
    match ParquetRecordBatchReaderBuilder::try_new(file) {
        Ok(builder) => Ok(Arc::clone(builder.schema())),
        Err(error) => Err(Failure::error(format!("{}: not a readable Parquet file: {error}", options.display_name()))),
    }
}

fn start(options: InputOptions, file: impl ChunkReader + 'static) -> Result<ColumnarSource> {
    let reader: Result<ParquetRecordBatchReader, _> = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(options.batch_rows).build());
    let reader = reader
        .map_err(|error| Failure::error(format!("{}: not a readable Parquet file: {error}", options.display_name())))?;
    let schema = arrow_array::RecordBatchReader::schema(&reader);
    ColumnarSource::new(options, &schema, Box::new(reader))
}
