//! Manifest: the ADD and DELETE entries of data files (Java `ManifestEntry`, format digest 4.2).

use super::{binary_row::BinaryRow, data_file::DataFileMeta};

/// Whether an entry adds or removes its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// The file joins the table.
    Add = 0,
    /// The file leaves the table.
    Delete = 1,
}

/// One record of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// ADD or DELETE.
    pub kind: FileKind,
    /// Partition values.
    pub partition: BinaryRow,
    /// Bucket number; -2 is the postpone bucket.
    pub bucket: i32,
    /// Bucket count in force when the file was written: n > 0 fixed, -1 dynamic or unaware, -2 postpone.
    pub total_buckets: i32,
    /// The data file.
    pub file: DataFileMeta,
}
