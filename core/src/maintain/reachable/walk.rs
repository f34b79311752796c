//! From a state to its files.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, stream};

use super::{Keeper, Root};
use crate::{
    error::{Error, Result},
    scan::{EntryFilter, entry_types, index_file_path, read_entries, read_index_manifest, read_manifest_list},
    spec::{
        binary_row::BinaryRow,
        data_file::DataFileMeta,
        layout,
        manifest::{FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
    },
    table::Table,
};

/// Manifests read at the same time: bounds the entries in memory.
const CONCURRENT_MANIFESTS: usize = 8;
/// Name prefix of changelog files that hold the changes of several buckets.
const COMPACTED_CHANGELOG: &str = "compacted-changelog-";

/// What a file is to its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileRole {
    /// A base, delta or changelog manifest list.
    ManifestList,
    /// A manifest.
    Manifest,
    /// An index manifest.
    IndexManifest,
    /// A statistics file.
    Statistics,
    /// An index file: hashes, deletion vectors or a global index.
    Index,
    /// A data file.
    Data,
    /// A file that stands beside a data file.
    SideCar,
    /// A changelog file.
    Changelog,
}

/// A file that a state refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileRef {
    /// What it is.
    pub role: FileRole,
    /// Path relative to the table folder, or the full location where `external`.
    pub path: String,
    /// Whether `path` is a full location.
    pub external: bool,
    /// Length in bytes, where the metadata tells.
    pub size: Option<i64>,
    /// Named only to say that it left the table: states before this one may need it.
    pub removed: bool,
}

impl FileRef {
    /// The last segment of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// How a visit ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// The state expired while it was visited: what was reported of it may be incomplete, and nobody needs it.
    pub expired: bool,
    /// Files that are not there although the state names them, where that is no damage: a changelog keeps only its
    /// changes, and a tag keeps the state, not its changes.
    pub absent: Vec<String>,
}

/// Visits states one after the other and reads each manifest once.
///
/// Memory: names of manifests and of index manifests, bucket folders, and the entries of a few manifests at a time.
#[derive(Debug, Default)]
pub struct Walk {
    seen: HashSet<String>,
    /// What this visit added to `seen`: a visit that ends early must not hide files from the next one.
    fresh: Vec<String>,
    folders: HashMap<(BinaryRow, i32), String>,
}

/// Whether a file that is not there is an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    IsDamage,
    IsFine,
}

impl Walk {
    /// A walk that has seen nothing.
    pub fn new() -> Self {
        Walk::default()
    }

    /// Gives `sink` each file that the state refers to, in no special order. Files may come more than once; those of
    /// manifests that an earlier visit of this walk has read do not come again. `table` is the handle of the state's
    /// branch.
    ///
    /// Errors: `NotFound` for a file that is not there although the state is still kept (damage), `Corrupt`,
    /// `Unavailable`. After an error nothing can be said of what the state needs.
    pub async fn visit(&mut self, table: &Table, root: &Root, sink: &mut (dyn FnMut(FileRef) + Send)) -> Result<Visit> {
        let mut visit = Visit::default();
        self.fresh.clear();
        match self.visit_all(table, root, sink, &mut visit).await {
            Ok(()) => return Ok(visit),
            Err(error) => {
                for name in self.fresh.drain(..) {
                    self.seen.remove(&name);
                }
                if !error.is_not_found() || root.is_kept(table).await? {
                    return Err(error.with("state", root));
                }
            }
        }
        visit.expired = true;
        Ok(visit)
    }

    /// Whether the file is met for the first time.
    fn is_new(&mut self, name: &str) -> bool {
        let new = self.seen.insert(name.to_owned());
        if new {
            self.fresh.push(name.to_owned());
        }
        new
    }

    async fn visit_all(
        &mut self,
        table: &Table,
        root: &Root,
        sink: &mut (dyn FnMut(FileRef) + Send),
        visit: &mut Visit,
    ) -> Result<()> {
        let snapshot = &root.snapshot;
        // A long-lived changelog may have outlived all but its changes (format digest 15.4).
        let only_changes = root.keeper == Keeper::Changelog;
        let state = if only_changes { Absent::IsFine } else { Absent::IsDamage };
        self.list(table, &snapshot.base_manifest_list, FileRole::Data, state, sink, visit).await?;
        self.list(table, &snapshot.delta_manifest_list, FileRole::Data, state, sink, visit).await?;
        if let Some(list) = &snapshot.changelog_manifest_list {
            // Tags do not keep changes, and so neither do snapshots made of them by a branch or a rollback.
            self.list(table, list, FileRole::Changelog, Absent::IsFine, sink, visit).await?;
        }
        if let Some(name) = &snapshot.index_manifest {
            self.index_manifest(table, name, state, sink, visit).await?;
        }
        if let Some(name) = &snapshot.statistics {
            sink(metadata(FileRole::Statistics, layout::statistics_path(name)));
        }
        Ok(())
    }

    /// A manifest list, its manifests and what they name as `role`.
    async fn list(
        &mut self,
        table: &Table,
        name: &str,
        role: FileRole,
        absent: Absent,
        sink: &mut (dyn FnMut(FileRef) + Send),
        visit: &mut Visit,
    ) -> Result<()> {
        if self.seen.contains(name) {
            return Ok(());
        }
        let Some(metas) = tolerated(read_manifest_list(table, name).await, absent, name, visit)? else {
            return Ok(());
        };
        self.is_new(name);
        sink(metadata(FileRole::ManifestList, layout::manifest_path(name)));
        let fresh: Vec<ManifestFileMeta> = metas.into_iter().filter(|meta| self.is_new(&meta.file_name)).collect();
        let reads = fresh.into_iter().map(|meta| read(table.clone(), meta));
        let mut reads = stream::iter(reads).buffer_unordered(CONCURRENT_MANIFESTS);
        while let Some((name, size, entries)) = reads.next().await {
            let Some(entries) = tolerated(entries, absent, &name, visit)? else {
                self.seen.remove(&name);
                continue;
            };
            let path = layout::manifest_path(&name);
            sink(FileRef { size: Some(size), ..metadata(FileRole::Manifest, path) });
            for entry in &entries {
                files_of(table, entry, role, &mut self.folders, &mut |file| sink(file))?;
            }
        }
        Ok(())
    }

    async fn index_manifest(
        &mut self,
        table: &Table,
        name: &str,
        absent: Absent,
        sink: &mut (dyn FnMut(FileRef) + Send),
        visit: &mut Visit,
    ) -> Result<()> {
        if self.seen.contains(name) {
            return Ok(());
        }
        let entries = read_index_manifest(table.storage(), name).await;
        let Some(entries) = tolerated(entries, absent, name, visit)? else { return Ok(()) };
        self.is_new(name);
        sink(metadata(FileRole::IndexManifest, layout::manifest_path(name)));
        for entry in entries {
            sink(FileRef {
                role: FileRole::Index,
                path: index_file_path(table, &entry)?,
                external: entry.file.external_path.is_some(),
                size: Some(entry.file.file_size),
                removed: entry.kind == FileKind::Delete,
            });
        }
        Ok(())
    }
}

/// Name, size and entries of a manifest.
async fn read(table: Table, meta: ManifestFileMeta) -> (String, i64, Result<Vec<ManifestEntry>>) {
    let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
    let (name, size) = (meta.file_name.clone(), meta.file_size);
    (name, size, read_entries(&table, vec![meta], &filter).await.map(|(entries, _)| entries))
}

fn tolerated<T>(found: Result<T>, absent: Absent, name: &str, visit: &mut Visit) -> Result<Option<T>> {
    match found {
        Err(error) if error.is_not_found() && absent == Absent::IsFine => {
            visit.absent.push(layout::manifest_path(name));
            Ok(None)
        }
        found => found.map(Some),
    }
}

fn metadata(role: FileRole, path: String) -> FileRef {
    FileRef { role, path, external: false, size: None, removed: false }
}

/// The data file of an entry and what stands beside it. `folders` keeps bucket folders, which repeat.
pub(in crate::maintain) fn files_of(
    table: &Table,
    entry: &ManifestEntry,
    role: FileRole,
    folders: &mut HashMap<(BinaryRow, i32), String>,
    sink: &mut dyn FnMut(FileRef),
) -> Result<()> {
    let file = &entry.file;
    let external = file.external_path.is_some();
    let folder = match &file.external_path {
        Some(path) => path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
        None => bucket_folder(table, &entry.partition, entry.bucket, folders)?,
    };
    let removed = entry.kind == FileKind::Delete;
    let path = main_path(file, &folder)?;
    sink(FileRef { role, path, external, size: Some(file.file_size), removed });
    for name in &file.extra_files {
        let path = format!("{folder}/{name}");
        sink(FileRef { role: FileRole::SideCar, path, external, size: None, removed });
    }
    Ok(())
}

/// The folder of a bucket's files.
fn bucket_folder(
    table: &Table,
    partition: &BinaryRow,
    bucket: i32,
    folders: &mut HashMap<(BinaryRow, i32), String>,
) -> Result<String> {
    let key = (partition.clone(), bucket);
    if let Some(known) = folders.get(&key) {
        return Ok(known.clone());
    }
    let fields = table.schema().partition_fields();
    let values = partition.decode(&entry_types(&fields))?;
    let folder = layout::bucket_path(&layout::partition_path(&fields, &values, table.options()), bucket);
    folders.insert(key, folder.clone());
    Ok(folder)
}

/// Where the bytes of a file are: changes of several buckets may share a file in the bucket of one of them (Java
/// `CompactedChangelogPathResolver`): `compacted-changelog-x$1-100-20-30.cc-orc` of bucket 2 are bytes 20 to 50 of
/// `bucket-1/compacted-changelog-x$1-100.cc-orc`.
fn main_path(file: &DataFileMeta, folder: &str) -> Result<String> {
    let name = &file.file_name;
    let own = match &file.external_path {
        Some(path) => path.clone(),
        None => format!("{folder}/{name}"),
    };
    if !name.starts_with(COMPACTED_CHANGELOG) {
        return Ok(own);
    }
    let strange =
        || Error::corrupt(format!("expected a compacted changelog file as name-$bucket-length, found {name}"));
    let (stem, format) = name.split_once('.').ok_or_else(strange)?;
    let (prefix, place) = stem.split_once('$').ok_or_else(strange)?;
    let parts: Vec<&str> = place.split('-').collect();
    let [bucket, length, _, _] = parts.as_slice() else {
        return if parts.len() == 2 { Ok(own) } else { Err(strange()) };
    };
    let parent = folder.rsplit_once('/').map_or(String::new(), |(parent, _)| format!("{parent}/"));
    Ok(format!("{parent}bucket-{bucket}/{prefix}${bucket}-{length}.{format}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::entries::tests::file;

    #[test]
    fn compacted_changelogs_stand_in_the_bucket_that_wrote_them() {
        let path = |name: &str, folder| main_path(&file(name, 0), folder);
        assert_eq!(path("data-1.orc", "dt=1/bucket-2").unwrap(), "dt=1/bucket-2/data-1.orc");
        let shared = "dt=1/bucket-1/compacted-changelog-x$1-100.cc-orc";
        assert_eq!(path("compacted-changelog-x$1-100.cc-orc", "dt=1/bucket-1").unwrap(), shared);
        assert_eq!(path("compacted-changelog-x$1-100-20-30.cc-orc", "dt=1/bucket-2").unwrap(), shared);
        let top = "bucket-1/compacted-changelog-x$1-100.cc-orc";
        assert_eq!(path("compacted-changelog-x$1-100-20-30.cc-orc", "bucket-2").unwrap(), top);
        for name in ["compacted-changelog-x", "compacted-changelog-x$1.cc-orc", "compacted-changelog-x$1-2-3.cc-orc"] {
            assert!(path(name, "bucket-2").is_err(), "{name}");
        }
    }
}
