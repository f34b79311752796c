//! Live data files of the latest snapshot, without any pruning.

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    error::Result,
    scan::entries::live_entries,
    spec::{
        layout,
        manifest::{self, ManifestEntry},
        manifest_list::{self, ManifestFileMeta},
        options::Bucket,
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
pub(super) async fn live_files(table: &Table) -> Result<Vec<ManifestEntry>> {
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(Vec::new()) };
    let manifests = data_manifests(table, &snapshot).await?;
    let reads = manifests.iter().map(|manifest| entries(table, &manifest.file_name));
    let lists: Vec<Vec<ManifestEntry>> = stream::iter(reads).buffered(PARALLEL_MANIFESTS).try_collect().await?;
    Ok(live_entries(lists.into_iter().flatten().collect()))
}

/// As [`live_files`], but for postpone tables without files that are in no bucket yet, as Java's batch scan.
pub(super) async fn real_bucket_files(table: &Table) -> Result<Vec<ManifestEntry>> {
    let mut files = live_files(table).await?;
    if table.options().bucket == Bucket::Postpone {
        files.retain(|entry| entry.bucket >= 0);
    }
    Ok(files)
}
