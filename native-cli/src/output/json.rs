//! One JSON array of canonical row objects, a row a line.

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, json_rows};

use super::{Flow, Output, RowSink, flush, write_all};
use crate::error::Result;

/// Prints elements as they come.
pub(super) struct JsonSink {
    output: Output,
    fields: Vec<DataField>,
    buffer: Vec<u8>,
    is_first: bool,
}

impl JsonSink {
    /// Prints rows of `fields`.
    pub(super) fn new(output: Output, fields: Vec<DataField>) -> Self {
        JsonSink { output, fields, buffer: Vec::new(), is_first: true }
    }
}

impl RowSink for JsonSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow> {
        self.buffer.clear();
        json_rows::write_ndjson(batch, &self.fields, &mut self.buffer)?;
        // JSON text has line ends escaped, so each line is one row.
        for row in self.buffer.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()) {
            write_all(&mut self.output, if self.is_first { b"[\n" } else { b",\n" })?;
            write_all(&mut self.output, row)?;
            self.is_first = false;
        }
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        write_all(&mut self.output, if self.is_first { b"[]\n" } else { b"\n]\n" })?;
        flush(&mut self.output)
    }
}
