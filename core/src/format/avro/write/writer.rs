//! An Avro file on its way to the storage, one block in memory.

use arrow_array::RecordBatch;

use super::{encode, schema};
use crate::{
    error::Result,
    format::{FileSummary, WriterOptions, gathered::Gathered},
    io::{Storage, Upload},
    spec::avro::{Codec, ContainerWriter},
    types::DataField,
};

/// See [`crate::format::FileWriter`].
pub(in crate::format) struct AvroFileWriter {
    path: String,
    fields: Vec<DataField>,
    container: ContainerWriter,
    upload: Upload,
    rows: u64,
    gathered: Gathered,
}

impl AvroFileWriter {
    pub(in crate::format) fn create(
        storage: &Storage,
        path: &str,
        fields: &[DataField],
        options: &WriterOptions,
    ) -> Result<AvroFileWriter> {
        let create = || {
            let codec = Codec::of_data_file(&options.compression)?;
            let schema = schema::file_schema(fields)?;
            Ok(ContainerWriter::new(&schema, codec, options.zstd_level, path.as_bytes()))
        };
        Ok(AvroFileWriter {
            path: path.to_owned(),
            fields: fields.to_vec(),
            container: create().map_err(|error: crate::error::Error| error.at(path))?,
            upload: storage.upload(path)?,
            rows: 0,
            gathered: Gathered::new(fields),
        })
    }

    pub(in crate::format) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.encode(batch).map_err(|error| error.at(&self.path))?;
        self.rows += batch.num_rows() as u64;
        self.upload.write(self.container.take().into()).await
    }

    fn encode(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = encode::columns(&self.fields, batch.columns())?;
        for row in 0..batch.num_rows() {
            self.container.record(|out| columns.iter().for_each(|column| column.encode(row, out)))?;
        }
        self.gathered.add(batch)
    }

    pub(in crate::format) fn bytes_written(&self) -> u64 {
        self.upload.bytes_written() + self.container.pending() as u64
    }

    pub(in crate::format) fn rows_written(&self) -> u64 {
        self.rows
    }

    pub(in crate::format) async fn finish(mut self) -> Result<FileSummary> {
        let rest = self.container.finish().map_err(|error| error.at(&self.path))?;
        self.upload.write(rest.into()).await?;
        let file_size = self.upload.finish().await?;
        Ok(FileSummary { file_size, row_count: self.rows, columns: self.gathered.finish() })
    }

    /// Whatever cannot be removed is not visible either.
    pub(in crate::format) async fn abort(self) {
        let _ = self.upload.abort().await;
    }
}
