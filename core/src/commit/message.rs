//! What writers hand to a committer (Java `CommitMessageImpl`).

use crate::spec::{
    binary_row::BinaryRow,
    data_file::DataFileMeta,
    manifest::{FileKind, ManifestEntry},
};

/// The change of one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitMessage {
    /// Partition values.
    pub partition: BinaryRow,
    /// Bucket number.
    pub bucket: i32,
    /// Bucket count that the writer worked with; -1 where buckets are not fixed.
    pub total_buckets: i32,
    /// Files with new rows.
    pub new_files: Vec<DataFileMeta>,
    /// Changelog of the new rows.
    pub changelog_files: Vec<DataFileMeta>,
    /// Files that a compaction replaces.
    pub compact_before: Vec<DataFileMeta>,
    /// Files that take their place.
    pub compact_after: Vec<DataFileMeta>,
}

impl CommitMessage {
    /// A message without any file.
    pub fn new(partition: BinaryRow, bucket: i32, total_buckets: i32) -> Self {
        CommitMessage {
            partition,
            bucket,
            total_buckets,
            new_files: Vec::new(),
            changelog_files: Vec::new(),
            compact_before: Vec::new(),
            compact_after: Vec::new(),
        }
    }

    pub(crate) fn append_entries(&self) -> impl Iterator<Item = ManifestEntry> {
        self.new_files.iter().map(|file| self.entry(FileKind::Add, file))
    }

    pub(crate) fn changelog_entries(&self) -> impl Iterator<Item = ManifestEntry> {
        self.changelog_files.iter().map(|file| self.entry(FileKind::Add, file))
    }

    /// DELETEs before ADDs: an upgrade deletes and adds the same file name.
    pub(crate) fn compact_entries(&self) -> impl Iterator<Item = ManifestEntry> {
        let before = self.compact_before.iter().map(|file| self.entry(FileKind::Delete, file));
        before.chain(self.compact_after.iter().map(|file| self.entry(FileKind::Add, file)))
    }

    fn entry(&self, kind: FileKind, file: &DataFileMeta) -> ManifestEntry {
        ManifestEntry {
            kind,
            partition: self.partition.clone(),
            bucket: self.bucket,
            total_buckets: self.total_buckets,
            file: file.clone(),
        }
    }
}
