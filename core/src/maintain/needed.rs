//! What states still need: the live files of tags, of other branches, and of states that took old files back.

use std::collections::HashMap;

use super::{
    names::{Names, hash},
    reachable::{Keeper, Root, branch_tables, roots_of_branch},
    side_by_side::all,
};
use crate::{
    error::Result,
    scan::{EntryFilter, entries::live_entries, read_entries, read_index_manifest, read_manifest_list, read_manifests},
    spec::{
        manifest::{FileKind, ManifestEntry},
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// Snapshot files read at the same time.
const PARALLEL: usize = 16;

/// Adds the names of the live data files of a state.
pub(super) async fn add_live_files(table: &Table, snapshot: &Snapshot, names: &mut Names) -> Result<()> {
    for entry in live_files(table, snapshot).await? {
        names.insert(&entry.file.file_name);
    }
    Ok(())
}

/// The live data files of a state.
pub(super) async fn live_files(table: &Table, snapshot: &Snapshot) -> Result<Vec<ManifestEntry>> {
    let manifests = read_manifests(table, snapshot).await?;
    Ok(live_entries(read_entries(table, manifests, &without_stats()).await?.0))
}

/// The entries of a manifest list in order; none where the list is gone (an earlier run may have removed it).
pub(super) async fn entries_of_list(table: &Table, list: &str) -> Result<Vec<ManifestEntry>> {
    let manifests = match read_manifest_list(table, list).await {
        Err(error) if error.is_not_found() => return Ok(Vec::new()),
        found => found?,
    };
    let mut entries = Vec::new();
    for meta in manifests {
        match read_entries(table, vec![meta], &without_stats()).await {
            Err(error) if error.is_not_found() => {}
            found => entries.extend(found?.0),
        }
    }
    Ok(entries)
}

/// Adds the names of manifest lists, manifests, index manifest, index files and statistics of a state.
pub(super) async fn add_metadata(table: &Table, snapshot: &Snapshot, names: &mut Names) -> Result<()> {
    for list in [&snapshot.base_manifest_list, &snapshot.delta_manifest_list] {
        names.insert(list);
        for meta in read_manifest_list(table, list).await? {
            names.insert(&meta.file_name);
        }
    }
    add_indexes(table, snapshot, names).await
}

async fn add_indexes(table: &Table, snapshot: &Snapshot, names: &mut Names) -> Result<()> {
    if let Some(manifest) = &snapshot.index_manifest {
        names.insert(manifest);
        for entry in read_index_manifest(table.storage(), manifest).await? {
            names.insert(&entry.file.file_name);
        }
    }
    if let Some(statistics) = &snapshot.statistics {
        names.insert(statistics);
    }
    Ok(())
}

/// Tagged snapshots, and which files the nearest one before a snapshot has.
#[derive(Debug)]
pub(super) struct Tagged {
    /// By id, each once.
    tags: Vec<Snapshot>,
    /// Live files of the tag that was asked for last.
    files: Option<(i64, Names)>,
}

impl Tagged {
    /// The tags of this branch.
    pub(super) async fn of(table: &Table) -> Result<Self> {
        let mut tags: Vec<Snapshot> = table.tags().list().await?.into_iter().map(|(_, tag)| tag.snapshot).collect();
        tags.dedup_by_key(|tag| tag.id);
        Ok(Tagged { tags, files: None })
    }

    /// Adds what all tags need.
    pub(super) async fn add_all(&self, table: &Table, names: &mut Names) -> Result<()> {
        for tag in &self.tags {
            add_live_files(table, tag, names).await?;
            add_metadata(table, tag, names).await?;
        }
        Ok(())
    }

    /// Adds the metadata of the tags before `end`, from the last one up to `begin` on.
    pub(super) async fn add_metadata(&self, table: &Table, begin: i64, end: i64, names: &mut Names) -> Result<()> {
        let first = self.tags.iter().rposition(|tag| tag.id <= begin).unwrap_or(0);
        for tag in self.tags.iter().skip(first) {
            if tag.id < end {
                add_metadata(table, tag, names).await?;
            }
        }
        Ok(())
    }

    /// Whether the file, which snapshot `id` deleted, is live in the last tag before. A file that an older tag has, and
    /// this one has not, was deleted by a snapshot between them.
    pub(super) async fn nearest_has(&mut self, table: &Table, id: i64, name: &str) -> Result<bool> {
        let Some(tag) = self.tags.iter().rev().find(|tag| tag.id < id) else { return Ok(false) };
        if self.files.as_ref().is_none_or(|(known, _)| *known != tag.id) {
            let mut names = Names::default();
            add_live_files(table, tag, &mut names).await?;
            self.files = Some((tag.id, names));
        }
        Ok(self.files.as_ref().is_some_and(|(_, names)| names.holds(name)))
    }
}

/// Adds what long-lived changelogs need of a list, its manifests and the files that it adds.
async fn add_changes(table: &Table, list: &str, names: &mut Names) -> Result<()> {
    match read_manifest_list(table, list).await {
        Err(error) if error.is_not_found() => return Ok(()),
        found => found?.iter().for_each(|meta| names.insert(&meta.file_name)),
    }
    names.insert(list);
    for entry in entries_of_list(table, list).await? {
        if entry.kind == FileKind::Add {
            names.insert(&entry.file.file_name);
        }
    }
    Ok(())
}

/// Adds what the long-lived changelogs of a branch need that have no changelog files: the files that they added (Java
/// leaves those to luck when retention changes or a tag goes).
pub(super) async fn add_changelogs(table: &Table, names: &mut Names) -> Result<()> {
    for id in table.changelogs().ids().await? {
        let Some(changelog) = table.changelogs().get_opt(id).await? else { continue };
        if changelog.changelog_manifest_list.is_none() {
            add_changelog(table, &changelog, names).await?;
        }
    }
    Ok(())
}

/// Adds what a long-lived changelog needs. Its base list is only looked at when it goes.
pub(super) async fn add_changelog(table: &Table, changelog: &Snapshot, names: &mut Names) -> Result<()> {
    if let Some(list) = &changelog.changelog_manifest_list {
        return add_changes(table, list, names).await;
    }
    names.insert(&changelog.base_manifest_list);
    match read_manifest_list(table, &changelog.base_manifest_list).await {
        Err(error) if error.is_not_found() => {}
        manifests => manifests?.iter().for_each(|meta| names.insert(&meta.file_name)),
    }
    add_changes(table, &changelog.delta_manifest_list, names).await
}

/// What the other branches of the table need, data and metadata; `None` where there are none. Java does not look
/// (decision 0012).
pub(super) async fn of_other_branches(table: &Table) -> Result<Option<Names>> {
    let mut names = None;
    for branch in branch_tables(table).await? {
        if branch.branch() != table.branch() {
            add_branch(&branch, names.get_or_insert_with(Names::default)).await?;
        }
    }
    Ok(names)
}

async fn add_branch(branch: &Table, names: &mut Names) -> Result<()> {
    let mut before: Option<i64> = None;
    for root in roots_of_branch(branch).await? {
        match add_root(branch, &root, before, names).await {
            Err(error) if error.is_not_found() && !root.is_kept(branch).await? => {}
            done => done.map_err(|error| error.with("state", &root))?,
        }
        if root.keeper == Keeper::Snapshot {
            before = Some(root.snapshot.id);
        }
    }
    Ok(())
}

/// The files of a state that follows `before`, whose files are known, are those and what it adds.
async fn add_root(branch: &Table, root: &Root, before: Option<i64>, names: &mut Names) -> Result<()> {
    let snapshot = &root.snapshot;
    match &root.keeper {
        Keeper::Changelog => return add_changelog(branch, snapshot, names).await,
        Keeper::Snapshot if before == Some(snapshot.id - 1) => {
            add_changes(branch, &snapshot.delta_manifest_list, names).await?;
        }
        Keeper::Snapshot | Keeper::Tag(_) => add_live_files(branch, snapshot, names).await?,
    }
    if let (Keeper::Snapshot, Some(list)) = (&root.keeper, &snapshot.changelog_manifest_list) {
        add_changes(branch, list, names).await?;
    }
    add_metadata(branch, snapshot, names).await
}

/// Files that came back: a snapshot that restores an older state (Java `rollbackToAsLatest`) adds files that snapshots
/// before it had deleted, and takes its index manifest and statistics.
#[derive(Debug, Default)]
pub(super) struct Returned {
    /// The last snapshot that adds a file of this name.
    added: HashMap<u64, i64>,
    /// The last snapshot that has this index manifest, index file or statistics file.
    metadata: HashMap<u64, i64>,
}

impl Returned {
    /// Of the snapshots of these ids, as far as they exist.
    pub(super) async fn of(table: &Table, ids: &[i64]) -> Result<Self> {
        let found = all(ids.to_vec(), PARALLEL, |id| {
            let snapshots = table.snapshots();
            async move { Ok(snapshots.get_opt(id).await?.filter(|one| one.commit_kind == CommitKind::Overwrite)) }
        });
        let overwrites: Vec<Snapshot> = found.await?.into_iter().flatten().collect();
        let mut returned = Returned::default();
        for snapshot in overwrites {
            for entry in entries_of_list(table, &snapshot.delta_manifest_list).await? {
                if entry.kind == FileKind::Add {
                    returned.added.insert(hash(&entry.file.file_name), snapshot.id);
                }
            }
            let mut names = Names::default();
            match add_indexes(table, &snapshot, &mut names).await {
                Err(error) if error.is_not_found() => {}
                done => done?,
            }
            returned.metadata.extend(names.hashes().map(|name| (name, snapshot.id)));
        }
        Ok(returned)
    }

    /// Whether the data file that snapshot `id` deleted came back later.
    pub(super) fn after(&self, id: i64, name: &str) -> bool {
        self.added.get(&hash(name)).is_some_and(|added| *added > id)
    }

    /// Whether a snapshot after `id` has this metadata or index file.
    pub(super) fn metadata_after(&self, id: i64, name: &str) -> bool {
        self.metadata.get(&hash(name)).is_some_and(|last| *last > id)
    }
}

fn without_stats() -> EntryFilter {
    EntryFilter { without_stats: true, ..EntryFilter::default() }
}
