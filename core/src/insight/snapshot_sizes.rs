//! What snapshots brought and took, in files and bytes, and how large the table was at each.
//!
//! Snapshots and manifest lists do not say bytes: the manifests of what each commit changed do, and those of the newest
//! snapshot asked for. The states before it follow from it, commit by commit.

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    scan::{EntryFilter, live_files, read_entries, read_manifest_list},
    spec::{manifest::FileKind, snapshot::Snapshot},
    table::Table,
};

/// Most snapshots of one answer.
pub const MAX_SIZES: i64 = 500;
/// Snapshots read at the same time.
const PARALLEL: usize = 8;

/// Files and bytes of one snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotSize {
    /// The snapshot.
    pub id: i64,
    /// Data files that it added.
    pub added_files: u64,
    /// Their bytes.
    pub added_bytes: u64,
    /// Data files that it removed.
    pub removed_files: u64,
    /// Their bytes.
    pub removed_bytes: u64,
    /// Data files that it reads; `None` where a snapshot between it and the newest asked for is gone.
    pub files: Option<u64>,
    /// Their bytes.
    pub bytes: Option<u64>,
}

/// Sizes of the snapshots `first..=last`, newest first; those that are gone are left out. `progress` hears how many were
/// read of how many.
///
/// Reads the manifests of one state, and of each snapshot what it changed. Errors: `Invalid` for more than [`MAX_SIZES`],
/// those of reading metadata.
pub async fn snapshot_sizes(
    table: &Table,
    first: i64,
    last: i64,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Vec<SnapshotSize>> {
    let first = first.max(1);
    let count = last.checked_sub(first).and_then(|way| way.checked_add(1)).unwrap_or(i64::MAX);
    if count > MAX_SIZES {
        return Err(Error::invalid(format!("sizes of {count} snapshots are asked for, at most {MAX_SIZES} are told")));
    }
    let total = u64::try_from(count).unwrap_or(0);
    progress(0, total);
    let mut found = stream::iter((first..=last).rev().map(|id| of_snapshot(table, id))).buffered(PARALLEL);
    let mut sizes: Vec<SnapshotSize> = Vec::new();
    let mut done = 0;
    while let Some(size) = found.try_next().await? {
        done += 1;
        progress(done, total);
        let Some((snapshot, mut size)) = size else { continue };
        (size.files, size.bytes) = match sizes.last() {
            None => whole(table, &snapshot).await?,
            Some(next) if next.id.checked_sub(1) == Some(size.id) => before(next),
            Some(_) => (None, None),
        };
        sizes.push(size);
    }
    Ok(sizes)
}

/// What the snapshot changed; `None` where it is gone.
async fn of_snapshot(table: &Table, id: i64) -> Result<Option<(Snapshot, SnapshotSize)>> {
    let Some(snapshot) = table.snapshots().get_opt(id).await? else { return Ok(None) };
    let metas = read_manifest_list(table, &snapshot.delta_manifest_list).await?;
    let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
    let (entries, _) = read_entries(table, metas, &filter).await?;
    let mut size = SnapshotSize { id, ..SnapshotSize::default() };
    for entry in &entries {
        let (files, bytes) = match entry.kind {
            FileKind::Add => (&mut size.added_files, &mut size.added_bytes),
            FileKind::Delete => (&mut size.removed_files, &mut size.removed_bytes),
        };
        *files += 1;
        *bytes = bytes.saturating_add(u64::try_from(entry.file.file_size).unwrap_or(0));
    }
    Ok(Some((snapshot, size)))
}

/// Files and bytes of a state.
async fn whole(table: &Table, snapshot: &Snapshot) -> Result<(Option<u64>, Option<u64>)> {
    let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
    let buckets = live_files(table, snapshot, &filter).await?;
    let files = buckets.iter().flat_map(|bucket| &bucket.files);
    let sum =
        |(count, bytes): (u64, u64), size: i64| (count + 1, bytes.saturating_add(u64::try_from(size).unwrap_or(0)));
    let (count, bytes) = files.map(|file| file.file_size).fold((0, 0), sum);
    Ok((Some(count), Some(bytes)))
}

/// Files and bytes of the state before a commit. A history that does not add up, as of a branch put together from others,
/// tells none.
fn before(next: &SnapshotSize) -> (Option<u64>, Option<u64>) {
    let back = |after: Option<u64>, added: u64, removed: u64| after?.checked_add(removed)?.checked_sub(added);
    let files = back(next.files, next.added_files, next.removed_files);
    let bytes = back(next.bytes, next.added_bytes, next.removed_bytes);
    (files.filter(|_| bytes.is_some()), bytes.filter(|_| files.is_some()))
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use futures::executor::block_on;
    use object_store::{local::LocalFileSystem, path::Path as ObjectPath};

    use super::*;
    use crate::{
        error::ErrorKind,
        io::{
            Storage,
            tests::{golden_folder, runtime},
        },
    };

    fn golden(name: &str) -> Option<Table> {
        let folder = golden_folder()?.join(format!("{name}/warehouse/golden.db/{name}"));
        let root = ObjectPath::from_absolute_path(fs::canonicalize(folder).unwrap()).unwrap();
        let storage = Storage::new(Arc::new(LocalFileSystem::new()), root, runtime());
        Some(block_on(Table::open(storage, name, runtime())).unwrap())
    }

    #[test]
    fn states_told_backwards_are_those_read_by_themselves() {
        let mut compared = 0;
        for name in ["pk_lsm_levels", "append_compacted", "pk_dv", "expired", "overwrite_dynamic"] {
            let Some(table) = golden(name) else { return };
            block_on(async {
                let latest = table.snapshots().latest().await.unwrap().unwrap();
                let mut heard = Vec::new();
                let sizes =
                    snapshot_sizes(&table, 1, latest.id, &mut |done, total| heard.push((done, total))).await.unwrap();
                assert_eq!(
                    heard.first().zip(heard.last()),
                    Some((&(0, latest.id as u64), &(latest.id as u64, latest.id as u64)))
                );
                for size in sizes {
                    let snapshot = table.snapshots().get(size.id).await.unwrap();
                    assert_eq!((size.files, size.bytes), whole(&table, &snapshot).await.unwrap(), "{name} {}", size.id);
                    compared += 1;
                }
            });
        }
        assert!(compared > 20, "{compared}");
    }

    #[test]
    fn too_many_and_absurd_ones_are_refused() {
        let Some(table) = golden("pk_dv") else { return };
        let ask = |first, last| block_on(snapshot_sizes(&table, first, last, &mut |_, _| {}));
        assert_eq!(ask(1, 501).unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(ask(i64::MIN, i64::MAX).unwrap_err().kind(), ErrorKind::Invalid);
        assert!(ask(9, 3).unwrap().is_empty());
    }

    #[test]
    fn a_history_that_does_not_add_up_tells_no_totals() {
        let next = SnapshotSize { added_files: 3, files: Some(2), bytes: Some(5), ..SnapshotSize::default() };
        assert_eq!(before(&next), (None, None));
    }
}
