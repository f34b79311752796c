//! Arrow IPC stream.

use arrow_array::RecordBatch;
use arrow_ipc::writer::StreamWriter;
use cenote_core::types::{DataField, arrow};

use super::{Flow, Output, RowSink, arrow_failure, flush};
use crate::error::Result;

/// Prints messages as they come.
pub(super) struct ArrowSink {
    writer: StreamWriter<Output>,
}

impl ArrowSink {
    /// Prints the schema.
    pub(super) fn new(output: Output, fields: &[DataField]) -> Result<Self> {
        let writer = StreamWriter::try_new(output, &arrow::schema(fields)).map_err(arrow_failure)?;
        Ok(ArrowSink { writer })
    }
}

impl RowSink for ArrowSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow> {
        self.writer.write(batch).map_err(arrow_failure)?;
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.writer.finish().map_err(arrow_failure)?;
        flush(self.writer.get_mut())
    }
}
