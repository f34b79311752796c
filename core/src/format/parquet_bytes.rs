//! Rows as the bytes of a Parquet file, for whoever keeps them elsewhere than in a table.

use arrow_array::RecordBatch;
use bytes::Bytes;

use super::{WriterOptions, parquet::RowGroupEncoder};
use crate::{error::Result, types::DataField};

/// A Parquet file in the making, one row group in memory.
pub struct ParquetBytes {
    encoder: RowGroupEncoder,
    options: WriterOptions,
}

impl ParquetBytes {
    /// Begins a file with columns `fields`. Errors: as [`super::FileWriter::create`].
    pub fn new(fields: &[DataField], options: WriterOptions) -> Result<Self> {
        Ok(ParquetBytes { encoder: RowGroupEncoder::new(fields, &options)?, options })
    }

    /// Appends rows; gives the bytes that are ready, often none. Errors: as [`super::FileWriter::write`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<Bytes> {
        self.encoder.encode(batch)?;
        let (rows, bytes) = self.encoder.current();
        if rows >= self.options.block_rows || bytes >= self.options.block_bytes {
            return self.encoder.flush();
        }
        Ok(Bytes::new())
    }

    /// The rest of the file.
    pub fn finish(self) -> Result<Bytes> {
        Ok(self.encoder.finish()?.0)
    }
}

impl std::fmt::Debug for ParquetBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetBytes").field("options", &self.options).finish_non_exhaustive()
    }
}
