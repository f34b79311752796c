//! Which format a data file has, told by its name.

use std::fmt;

use crate::error::{Error, Result};

/// Format of a data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileFormat {
    /// Apache Parquet
    Parquet,
    /// Apache ORC
    Orc,
    /// Avro object container
    Avro,
}

/// Extensions that name a codec: Hive-like names put them last (`x.csv.gz`).
const CODEC_EXTENSIONS: [&str; 9] = ["gz", "gzip", "bz2", "zst", "zstd", "snappy", "lz4", "deflate", "xz"];

impl FileFormat {
    /// The format named by the last extension of `name`, or by the one before an extension that names a codec.
    ///
    /// `data-1.parquet`, `data-1.zstd.parquet` (`file.suffix.include.compression`) and `data-1.avro.gz` are all understood.
    /// Errors: `Unsupported` for other formats, naming the file.
    pub fn from_file_name(name: &str) -> Result<FileFormat> {
        let file = name.rsplit('/').next().unwrap_or(name);
        let mut extensions = file.rsplit('.');
        let mut extension = extensions.next().unwrap_or_default().to_ascii_lowercase();
        if CODEC_EXTENSIONS.contains(&extension.as_str()) {
            extension = extensions.next().unwrap_or_default().to_ascii_lowercase();
        }
        FileFormat::from_identifier(&extension)
            .map_err(|_| Error::unsupported(format!("data files of format '{extension}' cannot be read")).at(name))
    }

    /// The format with an identifier as in option `file.format`.
    pub fn from_identifier(identifier: &str) -> Result<FileFormat> {
        match identifier.to_ascii_lowercase().as_str() {
            "parquet" => Ok(FileFormat::Parquet),
            "orc" => Ok(FileFormat::Orc),
            "avro" => Ok(FileFormat::Avro),
            other => Err(Error::unsupported(format!("file format '{other}' is not one of parquet, orc, avro"))),
        }
    }

    /// Errors: `Unsupported` for a data file that this build cannot read and the complete one can.
    #[cfg(not(feature = "complete"))]
    pub(crate) fn check_readable(name: &str) -> Result<()> {
        match FileFormat::from_file_name(name) {
            Ok(FileFormat::Parquet) | Err(_) => Ok(()),
            Ok(format) => Err(format.lacking().at(name)),
        }
    }

    /// The error of builds that cannot read files of this format.
    #[cfg(not(feature = "complete"))]
    pub(crate) fn lacking(self) -> Error {
        Error::lacking(match self {
            FileFormat::Parquet => "parquet files",
            FileFormat::Orc => "orc files",
            FileFormat::Avro => "avro data files",
        })
    }

    /// Identifier as in option `file.format`, which is the file extension too.
    pub fn identifier(self) -> &'static str {
        match self {
            FileFormat::Parquet => "parquet",
            FileFormat::Orc => "orc",
            FileFormat::Avro => "avro",
        }
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.identifier())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn the_last_extension_decides() {
        for (name, format) in [
            ("data-1.parquet", FileFormat::Parquet),
            ("bucket-0/data-1.zstd.parquet", FileFormat::Parquet),
            ("a.b/data-1.ORC", FileFormat::Orc),
            ("data-1.avro.gz", FileFormat::Avro),
        ] {
            assert_eq!(FileFormat::from_file_name(name).unwrap(), format, "{name}");
        }
    }

    #[test]
    fn other_formats_are_unsupported_and_named() {
        for name in ["data-1.row", "data-1", "x.gz", "", "data.parquet/x"] {
            let error = FileFormat::from_file_name(name).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert_eq!(error.path(), Some(name));
        }
    }
}
