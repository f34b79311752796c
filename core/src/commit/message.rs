//! What writers hand to a committer (Java `CommitMessageImpl`).

use crate::spec::{
    binary_row::BinaryRow,
    data_file::DataFileMeta,
    index_manifest::{IndexFileMeta, IndexManifestEntry},
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
    /// Files that a row-level change of an append table replaces.
    pub deleted_files: Vec<DataFileMeta>,
    /// Index files that come with the new rows.
    pub new_index_files: Vec<IndexFileMeta>,
    /// Index files that they replace.
    pub deleted_index_files: Vec<IndexFileMeta>,
    /// Files that a compaction replaces.
    pub compact_before: Vec<DataFileMeta>,
    /// Files that take their place.
    pub compact_after: Vec<DataFileMeta>,
    /// Changelog that the compaction produced.
    pub compact_changelog_files: Vec<DataFileMeta>,
    /// Index files that come with the compaction.
    pub compact_new_index_files: Vec<IndexFileMeta>,
    /// Index files that they replace.
    pub compact_deleted_index_files: Vec<IndexFileMeta>,
}

impl CommitMessage {
    /// Stands for the bucket count that the table's options say, in `total_buckets`: old Java writers leave it open.
    pub const TABLE_BUCKETS: i32 = i32::MIN;

    /// A message without any file.
    pub fn new(partition: BinaryRow, bucket: i32, total_buckets: i32) -> Self {
        CommitMessage {
            partition,
            bucket,
            total_buckets,
            new_files: Vec::new(),
            changelog_files: Vec::new(),
            deleted_files: Vec::new(),
            new_index_files: Vec::new(),
            deleted_index_files: Vec::new(),
            compact_before: Vec::new(),
            compact_after: Vec::new(),
            compact_changelog_files: Vec::new(),
            compact_new_index_files: Vec::new(),
            compact_deleted_index_files: Vec::new(),
        }
    }

    /// DELETEs before ADDs, as for compactions.
    pub(crate) fn append_entries(&self) -> impl Iterator<Item = ManifestEntry> {
        let deleted = self.deleted_files.iter().map(|file| self.entry(FileKind::Delete, file));
        deleted.chain(self.new_files.iter().map(|file| self.entry(FileKind::Add, file)))
    }

    pub(crate) fn append_index_entries(&self) -> impl Iterator<Item = IndexManifestEntry> {
        self.index_entries(&self.deleted_index_files, &self.new_index_files)
    }

    pub(crate) fn compact_index_entries(&self) -> impl Iterator<Item = IndexManifestEntry> {
        self.index_entries(&self.compact_deleted_index_files, &self.compact_new_index_files)
    }

    pub(crate) fn compact_changelog_entries(&self) -> impl Iterator<Item = ManifestEntry> {
        self.compact_changelog_files.iter().map(|file| self.entry(FileKind::Add, file))
    }

    fn index_entries<'a>(
        &'a self,
        deleted: &'a [IndexFileMeta],
        new: &'a [IndexFileMeta],
    ) -> impl Iterator<Item = IndexManifestEntry> + 'a {
        let entry = |kind| {
            move |file: &IndexFileMeta| IndexManifestEntry {
                kind,
                partition: self.partition.clone(),
                bucket: self.bucket,
                file: file.clone(),
            }
        };
        deleted.iter().map(entry(FileKind::Delete)).chain(new.iter().map(entry(FileKind::Add)))
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
