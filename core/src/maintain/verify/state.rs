//! The metadata of one state: does it decode, and does it agree with itself?

use std::collections::{HashMap, HashSet};

use super::{
    Check, as_finding,
    files::{Holds, Wanted},
    finding::Fault,
    found, levels,
};
use crate::{
    error::{ErrorKind, Result},
    maintain::reachable::{Keeper, Root},
    scan::{
        DELETION_VECTORS, DeletionFile, EntryFilter, entries::FileIdentity, entry_types, group_by_bucket,
        index_file_path, read_entries, read_index_manifest, read_manifest_list,
    },
    spec::{
        index_manifest::IndexManifestEntry,
        layout,
        manifest::{FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
    },
    table::Table,
};

/// What a state needs.
pub(super) struct State {
    pub(super) wanted: Vec<Wanted>,
}

/// Reads the metadata of a state; `None` where it expired meanwhile.
pub(super) async fn read(check: &mut Check, table: &Table, root: &Root) -> Result<Option<State>> {
    let before = check.report.findings.len();
    let state = read_all(check, table, root).await?;
    let is_missing = check.report.findings.iter().skip(before).any(|finding| finding.fault == Fault::Missing);
    if is_missing && !root.is_kept(table).await? {
        check.report.findings.truncate(before);
        return Ok(None);
    }
    Ok(Some(state))
}

async fn read_all(check: &mut Check, table: &Table, root: &Root) -> Result<State> {
    let name = root.to_string();
    let snapshot = &root.snapshot;
    let mut wanted = Vec::new();
    let base = list(check, table, &name, &snapshot.base_manifest_list, snapshot.base_manifest_list_size).await?;
    let delta = list(check, table, &name, &snapshot.delta_manifest_list, snapshot.delta_manifest_list_size).await?;
    let is_complete = base.is_some() && delta.is_some();
    let mut entries = Vec::new();
    let mut complete = is_complete;
    for manifest in base.into_iter().chain(delta).flatten() {
        match manifest_entries(check, table, &name, &manifest).await? {
            Some(found) => entries.extend(found),
            None => complete = false,
        }
    }
    let live = live(check, &name, entries, complete);
    if complete {
        totals(check, root, &name, &live);
    }
    let live_names: HashSet<String> = live.iter().map(|entry| entry.file.file_name.clone()).collect();
    let deletions = index_files(check, table, root, &name, complete.then_some(&live_names), &mut wanted).await?;
    buckets(check, table, &name, live, &deletions, &mut wanted)?;
    changes(check, table, root, &name, &mut wanted).await?;
    if let Some(file) = &snapshot.statistics {
        wanted.push(Wanted::metadata(layout::statistics_path(file), None));
    }
    Ok(State { wanted })
}

/// A manifest list, `None` where it cannot be read.
async fn list(
    check: &mut Check,
    table: &Table,
    state: &str,
    name: &str,
    size: Option<i64>,
) -> Result<Option<Vec<ManifestFileMeta>>> {
    let path = layout::manifest_path(name);
    if let Some(size) = size
        && let Some(body) = table.storage().get_immutable_opt(&path).await?
        && i64::try_from(body.len()) != Ok(size)
    {
        let detail = format!("expected {size} bytes, found {}", body.len());
        check.report.findings.push(found(Fault::WrongSize, &path, state, detail));
    }
    match read_manifest_list(table, name).await {
        Ok(manifests) => Ok(Some(manifests)),
        Err(error) => {
            check.report.findings.push(as_finding(error, &path, state)?);
            Ok(None)
        }
    }
}

/// The entries of a manifest, `None` where it cannot be read.
async fn manifest_entries(
    check: &mut Check,
    table: &Table,
    state: &str,
    manifest: &ManifestFileMeta,
) -> Result<Option<Vec<ManifestEntry>>> {
    let path = layout::manifest_path(&manifest.file_name);
    let is_new = check.seen.insert(path.clone());
    check.report.manifests += u64::from(is_new);
    let entries = match read_entries(table, vec![manifest.clone()], &EntryFilter::default()).await {
        Ok((entries, _)) => entries,
        Err(error) => {
            check.report.findings.push(as_finding(error, &path, state)?);
            return Ok(None);
        }
    };
    if is_new {
        let added = entries.iter().filter(|entry| entry.kind == FileKind::Add).count() as i64;
        let deleted = entries.len() as i64 - added;
        if (added, deleted) != (manifest.num_added_files, manifest.num_deleted_files) {
            let detail = format!(
                "expected {} added and {} deleted files, found {added} and {deleted}",
                manifest.num_added_files, manifest.num_deleted_files
            );
            check.report.findings.push(found(Fault::WrongCount, &path, state, detail));
        }
    }
    Ok(Some(entries))
}

/// The files that are added and not deleted. Without all manifests nothing is said of entries that miss their counterpart.
fn live(check: &mut Check, state: &str, entries: Vec<ManifestEntry>, complete: bool) -> Vec<ManifestEntry> {
    let mut places: HashMap<FileIdentity, Option<ManifestEntry>> = HashMap::new();
    let mut order = Vec::new();
    for entry in entries {
        let identity = FileIdentity::of(&entry);
        let name = entry.file.file_name.clone();
        match (entry.kind, places.get(&identity)) {
            (FileKind::Add, None) => {
                order.push(identity.clone());
                places.insert(identity, Some(entry));
            }
            (FileKind::Add, Some(Some(_))) => {
                let detail = "two manifest entries add the file at one level";
                check.report.findings.push(found(Fault::AddedTwice, name, state, detail));
            }
            // Deleted before it was added: the DELETE stands for it.
            (FileKind::Add, Some(None)) => drop(places.remove(&identity)),
            (FileKind::Delete, Some(Some(_))) => drop(places.remove(&identity)),
            (FileKind::Delete, _) => drop(places.insert(identity, None)),
        }
    }
    if complete {
        let dangling = places.iter().filter(|(_, entry)| entry.is_none());
        let detail = "a manifest entry removes the file, and none adds it";
        let dangling: Vec<_> =
            dangling.map(|(identity, _)| found(Fault::DanglingDelete, identity.file_name(), state, detail)).collect();
        check.report.findings.extend(dangling);
    }
    order.into_iter().filter_map(|identity| places.remove(&identity).flatten()).collect()
}

fn totals(check: &mut Check, root: &Root, state: &str, live: &[ManifestEntry]) {
    let rows: i64 = live.iter().map(|entry| entry.file.row_count).sum();
    if let Some(total) = root.snapshot.total_record_count
        && total != rows
    {
        let detail = format!("expected {total} rows in all live files (totalRecordCount), found {rows}");
        check.report.findings.push(found(Fault::WrongCount, root.path(), state, detail));
    }
}

/// Index files as wanted files, and the deletion vectors in them by data file.
async fn index_files(
    check: &mut Check,
    table: &Table,
    root: &Root,
    state: &str,
    live: Option<&HashSet<String>>,
    wanted: &mut Vec<Wanted>,
) -> Result<HashMap<String, DeletionFile>> {
    let mut deletions = HashMap::new();
    let Some(name) = &root.snapshot.index_manifest else { return Ok(deletions) };
    let path = layout::manifest_path(name);
    let entries: Vec<IndexManifestEntry> = match read_index_manifest(table.storage(), name).await {
        Ok(entries) => entries,
        Err(error) => {
            check.report.findings.push(as_finding(error, &path, state)?);
            return Ok(deletions);
        }
    };
    for entry in entries {
        let index_path = index_file_path(table, &entry)?;
        let is_external = entry.file.external_path.is_some();
        wanted.push(Wanted {
            path: index_path.clone(),
            external: is_external,
            size: Some(entry.file.file_size),
            holds: Holds::Nothing,
        });
        if entry.file.index_type != DELETION_VECTORS {
            continue;
        }
        for vector in entry.file.deletion_vectors.unwrap_or_default() {
            if live.is_some_and(|live| !live.contains(&vector.data_file)) {
                let detail = format!("a vector is about {}, which is not live", vector.data_file);
                check.report.findings.push(found(Fault::DeletionVector, &index_path, state, detail));
            }
            let file = DeletionFile { path: index_path.clone(), is_external, vector };
            deletions.insert(file.vector.data_file.clone(), file);
        }
    }
    Ok(deletions)
}

/// Data files as wanted files, bucket by bucket.
fn buckets(
    check: &mut Check,
    table: &Table,
    state: &str,
    live: Vec<ManifestEntry>,
    deletions: &HashMap<String, DeletionFile>,
    wanted: &mut Vec<Wanted>,
) -> Result<()> {
    let schema = table.schema();
    let key_types = entry_types(&schema.trimmed_primary_key_fields());
    for bucket in group_by_bucket(table, vec![live])? {
        if schema.is_primary_key_table() && bucket.bucket >= 0 && !schema.is_clustered() {
            for (name, other) in levels::overlaps(&bucket.files.iter().collect::<Vec<_>>(), &key_types)? {
                let path = format!("{}/{name}", bucket.bucket_path);
                let detail = format!("keys overlap those of {other}, which is on the same level");
                check.report.findings.push(found(Fault::LevelOverlap, path, state, detail));
            }
        }
        for file in bucket.files {
            wanted.extend(Wanted::data(&bucket.bucket_path, bucket.bucket, file, deletions));
        }
    }
    Ok(())
}

/// Changelog files of the snapshot's own changes. Tags do not keep them.
async fn changes(check: &mut Check, table: &Table, root: &Root, state: &str, wanted: &mut Vec<Wanted>) -> Result<()> {
    let keeps = root.keeper == Keeper::Snapshot && root.branch == layout::MAIN_BRANCH;
    let Some(name) = root.snapshot.changelog_manifest_list.as_ref().filter(|_| keeps) else { return Ok(()) };
    let size = root.snapshot.changelog_manifest_list_size;
    let mut entries = Vec::new();
    for manifest in list(check, table, state, name, size).await?.unwrap_or_default() {
        entries.extend(manifest_entries(check, table, state, &manifest).await?.unwrap_or_default());
    }
    // Several buckets may share a changelog file, under a name that says where in it: only its presence is known.
    entries.retain(|entry| !entry.file.file_name.starts_with("compacted-changelog-"));
    for bucket in group_by_bucket(table, vec![entries])? {
        for file in bucket.files {
            let mut files = Wanted::data(&bucket.bucket_path, bucket.bucket, file, &HashMap::new());
            files.iter_mut().for_each(|file| file.holds = Holds::Nothing);
            wanted.extend(files);
        }
    }
    Ok(())
}

/// Whether an error says that the store cannot be asked this.
pub(super) fn is_refusal(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unsupported | ErrorKind::Unavailable)
}
