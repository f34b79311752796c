//! Room on a disk for what does not fit in memory while a job runs, supplied by the edge.

use std::{fmt, ops::Range};

use bytes::Bytes;

use crate::error::Result;

/// Makes temporary files. Embeddings without a disk have none: write buffers then become data files when they are full.
pub trait SpillArea: Send + Sync + fmt::Debug {
    /// A new, empty file. Errors: those of the disk.
    fn create(&self) -> Result<Box<dyn SpillFile>>;
}

/// A temporary file. Dropping it removes it.
///
/// Calls may block for the time of a disk access.
pub trait SpillFile: Send + fmt::Debug {
    /// Adds bytes at the end. Errors: those of the disk, such as a full one.
    fn append(&mut self, bytes: &[u8]) -> Result<()>;

    /// Bytes written before. Errors: those of the disk, and `Internal` for a range that was not written.
    fn read(&mut self, range: Range<u64>) -> Result<Bytes>;
}
