//! Formats that are known by name and not read or written yet. Each gets a file of its own beside `parquet/`.

use super::FileFormat;
use crate::error::Error;

/// The error of reading a file of `format`.
pub(super) fn reading(format: FileFormat, path: &str) -> Error {
    Error::unsupported(format!("reading {format} data files is not implemented")).at(path)
}

/// The error of writing a file of `format`.
pub(super) fn writing(format: FileFormat, path: &str) -> Error {
    Error::unsupported(format!("writing {format} data files is not implemented")).at(path)
}
