//! Writes a data file; the format follows from the options.

use arrow_array::RecordBatch;

use super::{FileFormat, FileSummary, parquet, unsupported};
use crate::{
    error::{Error, Result},
    io::Storage,
    spec::options::CoreOptions,
    types::DataField,
};

/// Bytes of a Parquet row group where `file.block-size` is unset (parquet for Java's default).
const DEFAULT_BLOCK_BYTES: u64 = 128 << 20;

/// How to write a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriterOptions {
    /// The format.
    pub format: FileFormat,
    /// Codec by Paimon's name: `zstd`, `snappy`, `lz4`, `gzip`, `brotli`, `none`.
    pub compression: String,
    /// Level for zstd.
    pub zstd_level: i32,
    /// Bytes of a row group, about.
    pub block_bytes: u64,
    /// Dictionary encoding (`parquet.enable.dictionary`).
    pub dictionary: bool,
}

impl WriterOptions {
    /// The options of a file at an LSM level. Errors: `Invalid` for an unknown format.
    pub fn for_level(options: &CoreOptions, level: i32) -> Result<Self> {
        let format = options.file_format_per_level.get(&level).unwrap_or(&options.file_format);
        let compression = options.file_compression_per_level.get(&level).unwrap_or(&options.file_compression);
        Ok(WriterOptions {
            format: FileFormat::from_identifier(format)?,
            compression: compression.to_ascii_lowercase(),
            zstd_level: options.file_compression_zstd_level,
            block_bytes: options.file_block_size.unwrap_or(DEFAULT_BLOCK_BYTES),
            dictionary: options.raw().get("parquet.enable.dictionary").is_none_or(|value| value != "false"),
        })
    }

    /// What follows the first dot of the file name (Java `DataFilePathFactory`).
    pub fn file_extension(&self, options: &CoreOptions) -> String {
        match options.file_suffix_include_compression {
            true => format!("{}.{}", self.compression, self.format.identifier()),
            false => self.format.identifier().to_owned(),
        }
    }
}

/// A data file being written; invisible until [`FileWriter::finish`]. Memory: about one row group.
pub struct FileWriter(parquet::Writer);

impl FileWriter {
    /// Starts a file of columns `fields`. Errors: `Unsupported` for a format or type that cannot be written.
    pub async fn create(
        storage: &Storage,
        path: &str,
        fields: &[DataField],
        options: WriterOptions,
    ) -> Result<FileWriter> {
        match options.format {
            FileFormat::Parquet => Ok(FileWriter(parquet::Writer::create(storage, path, fields, &options)?)),
            other => Err(unsupported::writing(other, path)),
        }
    }

    /// Appends rows. Shape: the columns of the file, in the types of `types::arrow::schema`.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.0.write(batch).await
    }

    /// Bytes of the file so far, what waits in memory included (estimated).
    pub fn bytes_written(&self) -> u64 {
        self.0.bytes_written()
    }

    /// Writes the rest; afterwards the file is visible. Errors: as [`Storage::upload`]; then nothing is visible.
    pub async fn finish(self) -> Result<FileSummary> {
        self.0.finish().await
    }

    /// Drops the file.
    pub async fn abort(self) {
        self.0.abort().await;
    }
}

impl std::fmt::Debug for FileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileWriter").finish_non_exhaustive()
    }
}

/// The error of a codec that Parquet does not have.
pub(super) fn unknown_codec(name: &str) -> Error {
    Error::invalid(format!("file.compression takes zstd, snappy, lz4, gzip, brotli or none, not {name:?}"))
}
