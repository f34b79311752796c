//! A Parquet file on its way to the storage, one row group in memory.

use arrow_array::{
    Array, ArrayRef, RecordBatch,
    cast::AsArray,
    types::{Float32Type, Float64Type},
};
use arrow_schema::DataType as ArrowType;
use parquet::file::metadata::ParquetMetaData;

use super::{bounds, row_group_encoder::RowGroupEncoder};
use crate::{
    error::Result,
    format::{ColumnSummary, FileSummary, WriterOptions},
    io::{Storage, Upload},
    types::{DataField, Datum},
};

/// See [`crate::format::FileWriter`].
pub(in crate::format) struct ParquetFileWriter {
    path: String,
    fields: Vec<DataField>,
    encoder: RowGroupEncoder,
    upload: Upload,
    block_bytes: u64,
    block_rows: usize,
    rows: u64,
    columns: Vec<ColumnCounts>,
}

/// What the footer does not tell of a column.
#[derive(Clone, Default)]
struct ColumnCounts {
    nulls: u64,
    has_nan: bool,
}

impl ParquetFileWriter {
    pub(in crate::format) fn create(
        storage: &Storage,
        path: &str,
        fields: &[DataField],
        options: &WriterOptions,
    ) -> Result<ParquetFileWriter> {
        Ok(ParquetFileWriter {
            path: path.to_owned(),
            fields: fields.to_vec(),
            encoder: RowGroupEncoder::new(fields, options).map_err(|error| error.at(path))?,
            upload: storage.upload(path)?,
            block_bytes: options.block_bytes,
            block_rows: options.block_rows.max(1),
            rows: 0,
            columns: vec![ColumnCounts::default(); fields.len()],
        })
    }

    pub(in crate::format) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut start = 0;
        while start < batch.num_rows() {
            let (rows, _) = self.encoder.current();
            let count = (batch.num_rows() - start).min(self.block_rows.saturating_sub(rows).max(1));
            self.write_slice(&batch.slice(start, count)).await?;
            start += count;
        }
        Ok(())
    }

    async fn write_slice(&mut self, batch: &RecordBatch) -> Result<()> {
        self.encoder.encode(batch).map_err(|error| error.at(&self.path))?;
        self.rows += batch.num_rows() as u64;
        for (counts, column) in self.columns.iter_mut().zip(batch.columns()) {
            counts.nulls += column.null_count() as u64;
            counts.has_nan = counts.has_nan || has_nan(column);
        }
        let (rows, bytes) = self.encoder.current();
        if rows >= self.block_rows || bytes >= self.block_bytes {
            let bytes = self.encoder.flush().map_err(|error| error.at(&self.path))?;
            self.upload.write(bytes).await?;
        }
        Ok(())
    }

    pub(in crate::format) fn bytes_written(&self) -> u64 {
        self.upload.bytes_written() + self.encoder.current().1
    }

    pub(in crate::format) fn rows_written(&self) -> u64 {
        self.rows
    }

    pub(in crate::format) async fn finish(mut self) -> Result<FileSummary> {
        let (rest, metadata) = self.encoder.finish().map_err(|error| error.at(&self.path))?;
        self.upload.write(rest).await?;
        let columns = summarize(&metadata, &self.fields, &self.columns);
        let file_size = self.upload.finish().await?;
        Ok(FileSummary { file_size, row_count: self.rows, columns })
    }

    /// Whatever cannot be removed is not visible either.
    pub(in crate::format) async fn abort(self) {
        let _ = self.upload.abort().await;
    }
}

/// Whether a column of floating point numbers has a NaN, which the footer's bounds leave out.
fn has_nan(column: &ArrayRef) -> bool {
    match column.data_type() {
        ArrowType::Float32 => column.as_primitive::<Float32Type>().values().iter().any(|value| value.is_nan()),
        ArrowType::Float64 => column.as_primitive::<Float64Type>().values().iter().any(|value| value.is_nan()),
        _ => false,
    }
}

fn summarize(metadata: &ParquetMetaData, fields: &[DataField], counts: &[ColumnCounts]) -> Vec<ColumnSummary> {
    let leaves = metadata.file_metadata().schema_descr().columns();
    let summaries = fields.iter().zip(counts).map(|(field, counts)| {
        let leaf = leaves.iter().position(|leaf| *leaf.path().parts() == [field.name.as_str()]);
        let bounds = leaf.filter(|_| !counts.has_nan).and_then(|leaf| bounds_of(metadata, leaf, field));
        let (min, max) = bounds.unzip();
        // Java asks the footer by the name of the column, which those with parts do not have there.
        ColumnSummary { min, max, null_count: leaf.and_then(|_| i64::try_from(counts.nulls).ok()) }
    });
    summaries.collect()
}

/// Bounds over all row groups; `None` where one lacks them though it has values.
fn bounds_of(metadata: &ParquetMetaData, leaf: usize, field: &DataField) -> Option<(Datum, Datum)> {
    let mut all: Option<(Datum, Datum)> = None;
    for group in metadata.row_groups() {
        let chunk = group.columns().get(leaf)?;
        let bounds = bounds::of_chunk(chunk.statistics()?, chunk.column_descr(), &field.data_type);
        let (min, max) = match (bounds.min, bounds.max) {
            (Some(min), Some(max)) => (min, max),
            _ if bounds.null_count == Some(group.num_rows()) => continue,
            _ => return None,
        };
        all = Some(match all {
            None => (min, max),
            Some((least, greatest)) => (
                if min.try_cmp(&least)?.is_lt() { min } else { least },
                if max.try_cmp(&greatest)?.is_gt() { max } else { greatest },
            ),
        });
    }
    all
}
