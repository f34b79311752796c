//! Metadata that goes with a state: manifest lists and their manifests, index manifest and index files, statistics.

use super::{
    names::Names,
    needed::Returned,
    reachable::{FileRef, FileRole},
    removal::Removal,
};
use crate::{
    error::Result,
    scan::{index_file_path, read_index_manifest, read_manifest_list},
    spec::{layout, snapshot::Snapshot},
    table::Table,
};

/// Which files stay.
#[derive(Clone, Copy)]
pub(super) struct Stays<'a> {
    /// Named by states that stay.
    pub(super) stay: &'a Names,
    /// Named by others: branches, changelogs.
    pub(super) needed: &'a Names,
    /// Named by snapshots after this one that restored an older state.
    pub(super) returned: (&'a Returned, i64),
}

impl Stays<'_> {
    fn holds(&self, name: &str) -> bool {
        let (returned, after) = self.returned;
        self.stay.holds(name) || self.needed.holds(name) || returned.metadata_after(after, name)
    }
}

/// A manifest list and its manifests. A list that is gone was removed by an earlier run, or is being removed now.
pub(super) async fn remove_list(table: &Table, list: &str, stays: Stays<'_>, removal: &mut Removal) -> Result<()> {
    match read_manifest_list(table, list).await {
        Err(error) if error.is_not_found() => return Ok(()),
        manifests => {
            for meta in manifests?.iter().filter(|meta| !stays.holds(&meta.file_name)) {
                let path = layout::manifest_path(&meta.file_name);
                removal.push(FileRef { size: Some(meta.file_size), ..file(FileRole::Manifest, path) });
            }
        }
    }
    if !stays.holds(list) {
        removal.push(file(FileRole::ManifestList, layout::manifest_path(list)));
    }
    Ok(())
}

/// Index manifest, index files and statistics of a state.
pub(super) async fn remove_indexes(
    table: &Table,
    snapshot: &Snapshot,
    stays: Stays<'_>,
    removal: &mut Removal,
) -> Result<()> {
    if let Some(name) = snapshot.statistics.as_ref().filter(|name| !stays.holds(name)) {
        removal.push(file(FileRole::Statistics, layout::statistics_path(name)));
    }
    let Some(manifest) = &snapshot.index_manifest else { return Ok(()) };
    let entries = match read_index_manifest(table.storage(), manifest).await {
        Err(error) if error.is_not_found() => return Ok(()),
        entries => entries?,
    };
    for entry in entries.iter().filter(|entry| !stays.holds(&entry.file.file_name)) {
        removal.push(FileRef {
            external: entry.file.external_path.is_some(),
            size: Some(entry.file.file_size),
            ..file(FileRole::Index, index_file_path(table, entry)?)
        });
    }
    if !stays.holds(manifest) {
        removal.push(file(FileRole::IndexManifest, layout::manifest_path(manifest)));
    }
    Ok(())
}

fn file(role: FileRole, path: String) -> FileRef {
    FileRef { role, path, external: false, size: None, removed: false }
}
