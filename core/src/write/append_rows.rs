//! The rows of one bucket of an append table: straight to the open file, or by way of a buffer where so many buckets are
//! open that their files would fill the memory (options `write-buffer-for-append`, `write-max-writers-to-spill`).

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::{
    data_file_writer::{DataFileWriter, FileRole},
    memory_of, remove_data_file,
    spill::{Spill, SpilledRun},
};
use crate::{
    error::Result,
    spec::data_file::{DataFileMeta, FileSource},
    table::Table,
};

/// Writes rows in order of arrival.
pub(super) struct AppendRows {
    table: Table,
    bucket_path: String,
    next_sequence: i64,
    /// Open while rows go straight to it.
    writer: Option<Box<DataFileWriter>>,
    buffer: Option<Buffer>,
    files: Vec<DataFileMeta>,
}

/// Rows that wait.
#[derive(Default)]
struct Buffer {
    spill: Option<Arc<Spill>>,
    runs: Vec<SpilledRun>,
    batches: Vec<RecordBatch>,
    bytes: usize,
}

impl AppendRows {
    /// With `buffered`, rows wait in memory, and on a disk where there is one.
    pub(super) fn new(
        table: &Table,
        bucket_path: &str,
        next_sequence: i64,
        buffered: Option<Option<Arc<Spill>>>,
    ) -> Self {
        AppendRows {
            table: table.clone(),
            bucket_path: bucket_path.to_owned(),
            next_sequence,
            writer: None,
            buffer: buffered.map(|spill| Buffer { spill, ..Buffer::default() }),
            files: Vec::new(),
        }
    }

    /// Bytes of the rows that wait in memory.
    pub(super) fn bytes(&self) -> usize {
        self.buffer.as_ref().map_or(0, |buffer| buffer.bytes)
    }

    pub(super) async fn write(&mut self, batch: RecordBatch) -> Result<()> {
        match &mut self.buffer {
            Some(buffer) => {
                buffer.bytes += memory_of(&batch);
                buffer.batches.push(batch);
                Ok(())
            }
            None => self.write_out(&batch).await,
        }
    }

    async fn write_out(&mut self, batch: &RecordBatch) -> Result<()> {
        let role = FileRole { level: 0, source: FileSource::Append, key_value: false };
        let (table, path, next) = (&self.table, &self.bucket_path, self.next_sequence);
        let writer = self.writer.get_or_insert_with(|| Box::new(DataFileWriter::new(table, path, role, next)));
        writer.write(batch).await?;
        self.next_sequence += i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        Ok(())
    }

    /// Moves the waiting rows to the disk, or to a data file of their own.
    pub(super) async fn free(&mut self) -> Result<()> {
        let most = self.table.options().write_buffer_spill_max_disk_size;
        let Some(buffer) = &mut self.buffer else { return Ok(()) };
        if let Some(spill) = &buffer.spill
            && buffer.runs.iter().map(SpilledRun::bytes).sum::<u64>() < most
        {
            buffer.bytes = 0;
            buffer.runs.push(spill.write(std::mem::take(&mut buffer.batches).into_iter().map(Ok))?);
            return Ok(());
        }
        self.flush().await
    }

    /// Writes out all that waits and closes the file.
    async fn flush(&mut self) -> Result<()> {
        if let Some(buffer) = &mut self.buffer {
            buffer.bytes = 0;
            let (runs, batches) = (std::mem::take(&mut buffer.runs), std::mem::take(&mut buffer.batches));
            if let Some(spill) = buffer.spill.clone() {
                let schema = crate::types::arrow::schema(&self.table.schema().fields);
                for run in runs {
                    for batch in run.batches(&spill, &schema) {
                        self.write_out(&batch?).await?;
                    }
                }
            }
            for batch in batches {
                self.write_out(&batch).await?;
            }
        }
        if let Some(writer) = self.writer.take() {
            self.files.extend(writer.close().await?);
        }
        Ok(())
    }

    /// Writes out all rows and gives the files. On an error no file stays behind.
    pub(super) async fn close(mut self) -> Result<Vec<DataFileMeta>> {
        match self.flush().await {
            Ok(()) => Ok(self.files),
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    /// Removes the files written.
    pub(super) async fn abort(self) {
        if let Some(writer) = self.writer {
            writer.abort().await;
        }
        for file in &self.files {
            remove_data_file(&self.table, &self.bucket_path, file).await;
        }
    }
}

impl std::fmt::Debug for AppendRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppendRows").field("bucket_path", &self.bucket_path).finish_non_exhaustive()
    }
}
