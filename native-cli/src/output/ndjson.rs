//! One canonical JSON object a line.

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, json_rows};

use super::{Flow, Output, RowSink, flush, write_all};
use crate::error::Result;

/// Prints lines as they come.
pub(super) struct NdjsonSink {
    output: Output,
    fields: Vec<DataField>,
    buffer: Vec<u8>,
}

impl NdjsonSink {
    /// Prints rows of `fields`.
    pub(super) fn new(output: Output, fields: Vec<DataField>) -> Self {
        NdjsonSink { output, fields, buffer: Vec::new() }
    }
}

impl RowSink for NdjsonSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow> {
        self.buffer.clear();
        json_rows::write_ndjson(batch, &self.fields, &mut self.buffer)?;
        write_all(&mut self.output, &self.buffer)?;
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        flush(&mut self.output)
    }
}
