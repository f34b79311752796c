//! Formats that are known by name and not written yet.

use super::FileFormat;
use crate::error::Error;

/// The error of writing a file of `format`.
pub(super) fn writing(format: FileFormat, path: &str) -> Error {
    Error::unsupported(format!("writing {format} data files is not implemented")).at(path)
}
