//! Removes the files of messages that were surely not committed (Java `FileStoreCommitImpl.abort`, which does not look).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures::{StreamExt, stream};

use super::{CommitMessage, TableCommit};
use crate::{
    error::Result,
    scan::{EntryFilter, entry_types, index_file_path, read_entries, read_index_manifest, read_manifest_list},
    spec::{
        index_manifest::IndexManifestEntry, layout, manifest::FileKind, manifest_list::ManifestFileMeta,
        snapshot::Snapshot,
    },
    table::{ChangelogManager, SnapshotManager, TagManager},
};

/// Files removed at the same time.
const PARALLEL: usize = 16;

/// What an abort did. Paths are relative to the table folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AbortReport {
    /// Files removed.
    pub deleted: Vec<String>,
    /// Files that a snapshot names: they were committed, and stay.
    pub committed: Vec<String>,
    /// Files outside of the table folder (external paths), which stay.
    pub elsewhere: Vec<String>,
}

/// A file that a message brought.
struct Brought {
    /// Name by which manifests know it.
    name: String,
    path: String,
}

impl TableCommit {
    /// Removes the files that the messages brought, but for those that any snapshot, tag or kept changelog of any branch
    /// names. Nobody may commit the messages meanwhile.
    ///
    /// Errors: `Unsupported` where the store cannot list, so that tags and branches are unknown. Nothing is removed
    /// before all that may name the files was read.
    pub async fn abort(&self, messages: &[CommitMessage]) -> Result<AbortReport> {
        let mut report = AbortReport::default();
        let brought = self.brought(messages, &mut report)?;
        if brought.is_empty() {
            return Ok(report);
        }
        let known = self.known_files().await?;
        for file in brought {
            let list = if known.contains(&file.name) { &mut report.committed } else { &mut report.deleted };
            list.push(file.path);
        }
        let deletes = report.deleted.iter().map(|path| self.table.storage().delete(path));
        let results: Vec<Result<()>> = stream::iter(deletes).buffer_unordered(PARALLEL).collect().await;
        results.into_iter().collect::<Result<()>>()?;
        Ok(report)
    }

    fn brought(&self, messages: &[CommitMessage], report: &mut AbortReport) -> Result<Vec<Brought>> {
        let mut brought = Vec::new();
        for message in messages {
            let folder = self.bucket_path(message)?;
            let lists = [
                &message.new_files,
                &message.changelog_files,
                &message.compact_after,
                &message.compact_changelog_files,
            ];
            // A compaction that only moves a file to another level brings nothing.
            let before: HashSet<&str> = message.compact_before.iter().map(|file| file.file_name.as_str()).collect();
            for file in lists.into_iter().flatten().filter(|file| !before.contains(file.file_name.as_str())) {
                if let Some(path) = &file.external_path {
                    report.elsewhere.push(path.clone());
                    continue;
                }
                for path in std::iter::once(&file.file_name).chain(&file.extra_files) {
                    brought.push(Brought { name: file.file_name.clone(), path: format!("{folder}/{path}") });
                }
            }
            for file in message.new_index_files.iter().chain(&message.compact_new_index_files) {
                let (partition, bucket) = (message.partition.clone(), message.bucket);
                let entry = IndexManifestEntry { kind: FileKind::Add, partition, bucket, file: file.clone() };
                let path = index_file_path(&self.table, &entry)?;
                match &file.external_path {
                    Some(_) => report.elsewhere.push(path),
                    None => brought.push(Brought { name: file.file_name.clone(), path }),
                }
            }
        }
        Ok(brought)
    }

    fn bucket_path(&self, message: &CommitMessage) -> Result<String> {
        let fields = self.table.schema().partition_fields();
        let values = message.partition.decode(&entry_types(&fields))?;
        let partition = layout::partition_path(&fields, &values, self.table.options());
        Ok(layout::bucket_path(&partition, message.bucket))
    }

    /// Names of all data files and index files that are committed.
    async fn known_files(&self) -> Result<HashSet<String>> {
        let mut manifests: BTreeMap<String, ManifestFileMeta> = BTreeMap::new();
        let mut index_manifests = BTreeSet::new();
        for snapshot in self.all_snapshots().await? {
            let lists = [Some(&snapshot.base_manifest_list), Some(&snapshot.delta_manifest_list)];
            for list in lists.into_iter().chain([snapshot.changelog_manifest_list.as_ref()]).flatten() {
                for meta in read_manifest_list(&self.table, list).await? {
                    manifests.insert(meta.file_name.clone(), meta);
                }
            }
            index_manifests.extend(snapshot.index_manifest);
        }
        let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
        let (entries, _) = read_entries(&self.table, manifests.into_values().collect(), &filter).await?;
        let mut names: HashSet<String> = entries.into_iter().map(|entry| entry.file.file_name).collect();
        for name in index_manifests {
            let entries = read_index_manifest(self.table.storage(), &name).await?;
            names.extend(entries.into_iter().map(|entry| entry.file.file_name));
        }
        Ok(names)
    }

    /// Snapshots, tags and kept changelogs of all branches.
    async fn all_snapshots(&self) -> Result<Vec<Snapshot>> {
        let storage = self.table.storage();
        let mut branches = self.table.branches().await?;
        branches.push(layout::MAIN_BRANCH.to_owned());
        let mut all = Vec::new();
        for branch in branches {
            let snapshots = SnapshotManager::new(storage.clone(), &branch).list(None).await?;
            let first = snapshots.last().map(|snapshot| snapshot.id);
            all.extend(snapshots);
            let tags = TagManager::new(storage.clone(), &branch).list().await?;
            all.extend(tags.into_iter().map(|(_, tag)| tag.snapshot));
            let changelogs = ChangelogManager::new(storage.clone(), &branch);
            if let (Some(earliest), Some(first)) = (changelogs.earliest_id(first).await?, first) {
                for id in earliest..first {
                    all.extend(changelogs.get_opt(id).await?);
                }
            }
        }
        Ok(all)
    }
}
