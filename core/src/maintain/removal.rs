//! Files that nobody needs any more go: many at a time, each at most once.

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;

use super::{
    reachable::{FileRef, FileRole},
    side_by_side::each,
};
use crate::{
    error::{Error, Result},
    scan::locate_external,
    table::Table,
};

/// Files removed at the same time.
const PARALLEL: usize = 32;

/// Files that went, or would go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Data files, changelog files and what stands beside them.
    pub data_files: usize,
    /// Manifest lists, manifests, index manifests, index files and statistics.
    pub metadata_files: usize,
    /// Bytes of those whose size the metadata tells.
    pub bytes: i64,
    /// Files outside of the folders that may be changed: they stay.
    pub elsewhere: Vec<String>,
    /// In a dry run, the paths.
    pub paths: Vec<String>,
}

impl Removed {
    /// Adds what another removal did.
    pub fn add(&mut self, other: Removed) {
        self.data_files += other.data_files;
        self.metadata_files += other.metadata_files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.elsewhere.extend(other.elsewhere);
        self.paths.extend(other.paths);
    }
}

/// Files to remove.
#[derive(Debug, Default)]
pub(super) struct Removal {
    seen: HashSet<String>,
    files: Vec<FileRef>,
}

impl Removal {
    pub(super) fn push(&mut self, file: FileRef) {
        if self.seen.insert(file.path.clone()) {
            self.files.push(file);
        }
    }

    fn counts(&self) -> Removed {
        let mut removed = Removed::default();
        for file in &self.files {
            match file.role {
                FileRole::Data | FileRole::SideCar | FileRole::Changelog => removed.data_files += 1,
                _ => removed.metadata_files += 1,
            }
            removed.bytes = removed.bytes.saturating_add(file.size.unwrap_or(0));
        }
        removed
    }

    /// What would go.
    pub(super) fn preview(mut self) -> Removed {
        let mut removed = self.counts();
        removed.paths = self.files.drain(..).map(|file| file.path).collect();
        removed
    }

    /// Removes the files, each that can be. Absent ones are no error.
    ///
    /// Errors: the first one, after all were tried; what is left is an orphan.
    pub(super) async fn run(self, table: &Table) -> Result<Removed> {
        let mut removed = self.counts();
        let mut folders = BTreeSet::new();
        let mut failed: Option<Error> = None;
        let results = each(self.files, PARALLEL, |file| {
            let table = table.clone();
            async move { remove(&table, &file).await.map(|went| (file, went)) }
        });
        for result in results.await {
            match result {
                Ok((file, true)) if !file.external && file.role != FileRole::Manifest => {
                    folders.extend(file.path.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
                }
                Ok((_, true)) => {}
                Ok((file, false)) => removed.elsewhere.push(file.path),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if table.options().snapshot_clean_empty_directories {
            remove_empty(table, folders).await;
        }
        Ok(removed)
    }
}

/// False for a file that is out of reach.
async fn remove(table: &Table, file: &FileRef) -> Result<bool> {
    if !file.external {
        return table.storage().delete(&file.path).await.map(|()| true);
    }
    match locate_external(table.storage(), table.schema(), &file.path) {
        Ok(found) => found.storage.delete(&found.path).await.map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Bucket folders that are empty now, then the partition folders above them.
async fn remove_empty(table: &Table, buckets: BTreeSet<String>) {
    let is_bucket = |path: &&String| path.rsplit('/').next().is_some_and(|name| name.starts_with("bucket-"));
    let mut level: BTreeSet<String> = buckets.iter().filter(is_bucket).cloned().collect();
    while !level.is_empty() {
        let mut above = BTreeSet::new();
        for folder in level {
            // A folder that is not empty, or that somebody else removed, ends the climb.
            if table.storage().delete_empty_dir(&folder).await.unwrap_or(false) {
                above.extend(folder.rsplit_once('/').map(|(parent, _)| parent.to_owned()));
            }
        }
        level = above.into_iter().filter(|folder| folder.contains('=')).collect();
    }
}
