//! Data files <-> Arrow batches. One file a format; [`read`] and [`FileWriter`] choose by file name, never by table options.
//!
//! ```text
//! bytes of ranges  ->  footer  ->  row groups and pages that may match  ->  batches  ->  logical types
//! batches  ->  physical types  ->  row groups  ->  upload, footer  ->  statistics for the manifest
//! ```
//!
//! Columns are found by their *physical* name, that is the name in the schema version the file was written under; mapping
//! to the current schema by field id is the business of `read`.

#[cfg(test)]
mod any_rows;
mod avro;
mod batch;
mod describe;
mod file_format;
#[cfg(test)]
mod fixtures;
mod gathered;
#[cfg(test)]
mod golden;
mod orc;
mod parquet;
mod parquet_bytes;
mod read_counters;
mod read_request;
mod row_ranges;
mod source;
mod summary;
mod writer;

pub(crate) use avro::holds as avro_holds;
pub use describe::{
    ChunkDescription, ColumnDescription, ColumnSum, FooterDescription, GroupDescription, MetadataEntry, describe,
};
pub use file_format::FileFormat;
pub use parquet_bytes::ParquetBytes;
pub use read_counters::{ReadCount, ReadCounters, ReadStep};
pub(crate) use read_request::candidate_rows;
pub use read_request::{DEFAULT_BATCH_ROWS, DEFAULT_WINDOW_BYTES, ReadRequest, RowGroupLayout, read, row_groups};
pub use summary::{ColumnSummary, FileSummary};
pub use writer::{FileWriter, WriterOptions};
