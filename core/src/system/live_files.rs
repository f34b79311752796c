//! Live data files of the latest snapshot, without any pruning.

use std::collections::HashMap;

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    error::{Error, Result},
    spec::{
        layout,
        manifest::{self, FileKind, ManifestEntry},
        manifest_list::{self, ManifestFileMeta},
        snapshot::Snapshot,
    },
    table::Table,
};

/// Manifests that are fetched at the same time.
const PARALLEL_MANIFESTS: usize = 8;

/// Manifests of a list.
pub(super) async fn manifests(table: &Table, list: &str) -> Result<Vec<ManifestFileMeta>> {
    let path = layout::manifest_path(list);
    let bytes = table.storage().get_immutable(&path).await?;
    manifest_list::decode(&bytes).map_err(|error| error.at(path))
}

/// Manifests with the data files of a snapshot: what was before it, then its own.
pub(super) async fn data_manifests(table: &Table, snapshot: &Snapshot) -> Result<Vec<ManifestFileMeta>> {
    let mut all = manifests(table, &snapshot.base_manifest_list).await?;
    all.extend(manifests(table, &snapshot.delta_manifest_list).await?);
    Ok(all)
}

async fn entries(table: &Table, name: &str) -> Result<Vec<ManifestEntry>> {
    let path = layout::manifest_path(name);
    let bytes = table.storage().get_immutable(&path).await?;
    manifest::decode(&bytes).map_err(|error| error.at(path))
}

/// Live files of the latest snapshot, in the order in which they were added; none without snapshot.
///
/// Errors: `Corrupt` where a file is added twice.
pub(super) async fn live_files(table: &Table) -> Result<Vec<ManifestEntry>> {
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(Vec::new()) };
    let manifests = data_manifests(table, &snapshot).await?;
    let reads = manifests.iter().map(|manifest| entries(table, &manifest.file_name));
    let lists: Vec<Vec<ManifestEntry>> = stream::iter(reads).buffered(PARALLEL_MANIFESTS).try_collect().await?;
    let mut live: Vec<Option<ManifestEntry>> = Vec::new();
    let mut places = HashMap::new();
    for entry in lists.into_iter().flatten() {
        let identity = (
            entry.partition.clone(),
            entry.bucket,
            entry.file.level,
            entry.file.file_name.clone(),
            entry.file.extra_files.clone(),
            entry.file.embedded_index.clone(),
            entry.file.external_path.clone(),
        );
        match entry.kind {
            FileKind::Add => {
                let name = entry.file.file_name.clone();
                if places.insert(identity, live.len()).is_some() {
                    return Err(Error::corrupt(format!("expected file {name} to be added once")).at(table.name()));
                }
                live.push(Some(entry));
            }
            FileKind::Delete => {
                if let Some(place) = places.remove(&identity).and_then(|place| live.get_mut(place)) {
                    *place = None;
                }
            }
        }
    }
    Ok(live.into_iter().flatten().collect())
}
