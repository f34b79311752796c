//! Parquet file, zstd-compressed.

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, arrow};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};

use super::{Flow, Output, RowSink, io_cause};
use crate::error::{Failure, Result};

/// Prints row groups as they fill up.
pub(super) struct ParquetSink {
    writer: ArrowWriter<Output>,
}

impl ParquetSink {
    /// Prints the magic.
    pub(super) fn new(output: Output, fields: &[DataField]) -> Result<Self> {
        let compression = Compression::ZSTD(ZstdLevel::default());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let writer = ArrowWriter::try_new(output, arrow::schema(fields), Some(properties)).map_err(failure)?;
        Ok(ParquetSink { writer })
    }
}

impl RowSink for ParquetSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow> {
        self.writer.write(batch).map_err(failure)?;
        Ok(Flow::More)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        // Closing flushes the buffer below.
        self.writer.close().map_err(failure).map(|_| ())
    }
}

fn failure(error: ParquetError) -> Failure {
    match io_cause(&error) {
        Some(cause) => Failure::output(cause),
        None => Failure::error(format!("cannot write the output: {error}")),
    }
}
