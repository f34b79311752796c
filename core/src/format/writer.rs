//! Writes a data file; the format follows from the options.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;

use super::{FileFormat, FileSummary, avro::AvroFileWriter, orc::OrcFileWriter, parquet::ParquetFileWriter};
use crate::{error::Result, io::Storage, spec::options::CoreOptions, types::DataField};

/// How to write data files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriterOptions {
    /// Format, which is the extension of the file's name too.
    pub format: FileFormat,
    /// Codec by Paimon's name, in lower case: `zstd`, `snappy`, `lz4`, `gzip`, `brotli`, `none`; in Avro files `zstd`,
    /// `snappy`, `deflate`, `bzip2`, `null`; in ORC files `zstd`, `zlib`, `snappy`, `lz4`, `none`.
    pub compression: String,
    /// Level of zstd, 1 to 22.
    pub zstd_level: i32,
    /// Encoded bytes after which a row group ends (`file.block-size`); what a writer keeps in memory.
    pub block_bytes: u64,
    /// Rows after which a row group ends.
    pub block_rows: usize,
    /// Rows after which a page ends: what the page index can skip.
    pub page_rows: usize,
    /// Columns with few distinct values are written as a dictionary and keys (`parquet.enable.dictionary`).
    pub dictionary: bool,
}

impl Default for WriterOptions {
    fn default() -> Self {
        WriterOptions {
            format: FileFormat::Parquet,
            compression: "zstd".to_owned(),
            zstd_level: 1,
            block_bytes: 64 << 20,
            block_rows: 1 << 20,
            page_rows: 20_000,
            dictionary: true,
        }
    }
}

impl WriterOptions {
    /// The options of a file at an LSM level. Errors: `Unsupported` for a format that is not known.
    pub fn for_level(options: &CoreOptions, level: i32) -> Result<WriterOptions> {
        let format = options.file_format_per_level.get(&level).unwrap_or(&options.file_format);
        let compression = options.file_compression_per_level.get(&level).unwrap_or(&options.file_compression);
        WriterOptions::of(options, format, compression)
    }

    /// The options of a changelog file of a flush (level 0) or of a compaction to a level: `changelog-file.format` and
    /// `changelog-file.compression`, or else those of the level. Errors as [`WriterOptions::for_level`].
    pub fn for_changelog(options: &CoreOptions, level: i32) -> Result<WriterOptions> {
        let of_level = |map: &BTreeMap<i32, String>| map.get(&level).cloned();
        let format = options.changelog_file_format.clone().or_else(|| of_level(&options.file_format_per_level));
        let codec =
            options.changelog_file_compression.clone().or_else(|| of_level(&options.file_compression_per_level));
        let format = format.as_ref().unwrap_or(&options.file_format);
        WriterOptions::of(options, format, codec.as_ref().unwrap_or(&options.file_compression))
    }

    fn of(options: &CoreOptions, format: &str, compression: &str) -> Result<WriterOptions> {
        let defaults = WriterOptions::default();
        Ok(WriterOptions {
            format: FileFormat::from_identifier(format)?,
            compression: compression.to_ascii_lowercase(),
            zstd_level: options.file_compression_zstd_level,
            block_bytes: options.file_block_size.unwrap_or(defaults.block_bytes),
            dictionary: options.raw().get("parquet.enable.dictionary").is_none_or(|value| value != "false"),
            ..defaults
        })
    }

    /// What follows the first dot of the file name: the format, and before it the codec of the table where the option
    /// `file.suffix.include.compression` wants that (Java `DataFilePathFactory`).
    pub fn file_extension(&self, options: &CoreOptions) -> String {
        let format = self.format.identifier();
        let codec = options.file_compression.as_str();
        let codec = match codec.to_ascii_lowercase().as_str() {
            _ if !options.file_suffix_include_compression => None,
            "none" | "" => None,
            "gzip" => Some("gz"),
            "bzip2" => Some("bz2"),
            "zstd" => Some("zst"),
            _ => Some(codec),
        };
        codec.map_or_else(|| format.to_owned(), |codec| format!("{codec}.{format}"))
    }
}

/// A data file being written. Dropping it unfinished leaves nothing visible.
pub struct FileWriter(Inner);

enum Inner {
    Parquet(ParquetFileWriter),
    Orc(OrcFileWriter),
    Avro(AvroFileWriter),
}

/// Does the same with the writer of each format.
macro_rules! of_format {
    ($inner:expr, $writer:ident => $result:expr) => {
        match $inner {
            Inner::Parquet($writer) => $result,
            Inner::Orc($writer) => $result,
            Inner::Avro($writer) => $result,
        }
    };
}

impl FileWriter {
    /// Begins the file `path` with columns `fields`, named and numbered as the file's schema version says.
    ///
    /// Errors: `Unsupported` for formats and types that cannot be written, `Invalid` for an unknown codec or level.
    pub async fn create(
        storage: &Storage,
        path: &str,
        fields: &[DataField],
        options: WriterOptions,
    ) -> Result<FileWriter> {
        Ok(FileWriter(match options.format {
            FileFormat::Parquet => Inner::Parquet(ParquetFileWriter::create(storage, path, fields, &options)?),
            FileFormat::Avro => Inner::Avro(AvroFileWriter::create(storage, path, fields, &options)?),
            FileFormat::Orc => Inner::Orc(OrcFileWriter::create(storage, path, fields, &options).await?),
        }))
    }

    /// Appends rows; columns must have the types `types::arrow::schema(fields)` in order. Uploads whole row groups.
    ///
    /// Errors: `Invalid` for other types and for nulls in NOT NULL columns; those of the storage. After an error the file
    /// cannot be finished.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        of_format!(&mut self.0, writer => writer.write(batch).await)
    }

    /// Bytes written so far, those of the row group in memory estimated.
    pub fn bytes_written(&self) -> u64 {
        of_format!(&self.0, writer => writer.bytes_written())
    }

    /// Rows written so far.
    pub fn rows_written(&self) -> u64 {
        of_format!(&self.0, writer => writer.rows_written())
    }

    /// Writes what is left and the footer, and makes the file visible.
    pub async fn finish(self) -> Result<FileSummary> {
        of_format!(self.0, writer => writer.finish().await)
    }

    /// Gives up; nothing of the file becomes visible.
    pub async fn abort(self) {
        of_format!(self.0, writer => writer.abort().await);
    }
}

impl std::fmt::Debug for FileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileWriter").field("rows", &self.rows_written()).finish_non_exhaustive()
    }
}
