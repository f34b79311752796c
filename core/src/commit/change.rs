//! The change that one snapshot makes, collected from messages (Java `ManifestEntryChanges`).

use std::collections::HashSet;

use super::{CommitMessage, OverwriteTarget};
use crate::scan::DELETION_VECTORS;
use crate::spec::{
    binary_row::BinaryRow,
    index_manifest::IndexManifestEntry,
    manifest::{FileKind, ManifestEntry},
    snapshot::{CommitKind, Snapshot},
};

/// The change that one snapshot makes.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub kind: CommitKind,
    pub identifier: i64,
    pub delta: Vec<ManifestEntry>,
    pub changelog: Vec<ManifestEntry>,
    /// Index files that come (ADD) and go (DELETE).
    pub index: Vec<IndexManifestEntry>,
    /// For overwrites: what to remove besides what `delta` says, recomputed at each attempt.
    pub overwrite: Option<OverwriteTarget>,
    /// Whether the files of the partitions that it touches are looked at, although it only adds files.
    pub check_conflicts: bool,
    /// A file of statistics that the snapshot names instead of the one before it.
    pub statistics: Option<String>,
}

impl Change {
    /// A change of nothing.
    pub(super) fn empty(kind: CommitKind, identifier: i64) -> Self {
        Change {
            kind,
            identifier,
            delta: Vec::new(),
            changelog: Vec::new(),
            index: Vec::new(),
            overwrite: None,
            check_conflicts: kind != CommitKind::Append && kind != CommitKind::Analyze,
            statistics: None,
        }
    }

    /// The new files of the messages. An OVERWRITE where it deletes files or rows of files: streams that follow the table
    /// must not take it for new rows (format digest 3.3).
    pub(super) fn append(identifier: i64, messages: &[CommitMessage]) -> Self {
        let delta: Vec<ManifestEntry> = messages.iter().flat_map(CommitMessage::append_entries).collect();
        let index: Vec<IndexManifestEntry> = messages.iter().flat_map(CommitMessage::append_index_entries).collect();
        let deletes = delta.iter().any(|entry| entry.kind == FileKind::Delete)
            || index.iter().any(|entry| entry.file.index_type == DELETION_VECTORS);
        let kind = if deletes { CommitKind::Overwrite } else { CommitKind::Append };
        let adds_global = |entry: &IndexManifestEntry| entry.kind == FileKind::Add && entry.file.global_index.is_some();
        Change {
            check_conflicts: deletes || index.iter().any(adds_global),
            delta,
            changelog: messages.iter().flat_map(CommitMessage::changelog_entries).collect(),
            index,
            ..Change::empty(kind, identifier)
        }
    }

    /// What compactions of the messages replace.
    pub(super) fn compact(identifier: i64, messages: &[CommitMessage]) -> Self {
        Change {
            delta: messages.iter().flat_map(CommitMessage::compact_entries).collect(),
            changelog: messages.iter().flat_map(CommitMessage::compact_changelog_entries).collect(),
            index: messages.iter().flat_map(CommitMessage::compact_index_entries).collect(),
            ..Change::empty(CommitKind::Compact, identifier)
        }
    }

    /// The new files of the messages in the place of `target`. Their changelog is not committed.
    pub(super) fn overwrite(identifier: i64, messages: &[CommitMessage], target: OverwriteTarget) -> Self {
        Change {
            delta: messages.iter().flat_map(CommitMessage::append_entries).collect(),
            index: messages.iter().flat_map(CommitMessage::append_index_entries).collect(),
            overwrite: Some(target),
            ..Change::empty(CommitKind::Overwrite, identifier)
        }
    }

    /// Puts the table's bucket count where the messages leave it to the table.
    pub(super) fn with_bucket_count(mut self, count: i32) -> Self {
        for entry in self.delta.iter_mut().chain(&mut self.changelog) {
            if entry.total_buckets == CommitMessage::TABLE_BUCKETS {
                entry.total_buckets = count;
            }
        }
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.delta.is_empty() && self.changelog.is_empty() && self.index.is_empty()
    }

    /// Whether `snapshot` is the work of this very commit.
    pub(super) fn made(&self, snapshot: &Snapshot, user: &str) -> bool {
        snapshot.commit_user == user
            && snapshot.commit_identifier == self.identifier
            && snapshot.commit_kind == self.kind
    }
}

/// Partitions whose rows a change touches.
pub(super) fn changed_partitions(delta: &[ManifestEntry], index: &[IndexManifestEntry]) -> HashSet<BinaryRow> {
    let touches_rows =
        |entry: &&IndexManifestEntry| entry.file.index_type == DELETION_VECTORS || entry.file.global_index.is_some();
    let of_files = delta.iter().map(|entry| entry.partition.clone());
    of_files.chain(index.iter().filter(touches_rows).map(|entry| entry.partition.clone())).collect()
}
