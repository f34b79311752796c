//! Comma-separated values: null is an empty field, an empty text is `""`, nested values are JSON.

use arrow_array::RecordBatch;
use cenote_core::types::{
    DataField,
    csv_rows::{write_csv, write_csv_header},
};

use super::{Flow, Output, RowSink, flush, write_all};
use crate::error::Result;

/// Prints lines as they come.
pub(super) struct CsvSink {
    output: Output,
    fields: Vec<DataField>,
    buffer: Vec<u8>,
}

impl CsvSink {
    /// Prints the header.
    pub(super) fn new(mut output: Output, fields: Vec<DataField>) -> Result<Self> {
        let mut buffer = Vec::new();
        write_csv_header(&fields, &mut buffer);
        write_all(&mut output, &buffer)?;
        Ok(CsvSink { output, fields, buffer })
    }
}

impl RowSink for CsvSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow> {
        self.buffer.clear();
        write_csv(batch, &self.fields, &mut self.buffer)?;
        write_all(&mut self.output, &self.buffer)?;
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        flush(&mut self.output)
    }
}
