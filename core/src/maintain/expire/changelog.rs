//! Long-lived changelogs: what expired snapshots leave for readers of changes, and its own expiry (Java
//! `ExpireChangelogImpl`, `ChangelogDeletion`).

use std::collections::{HashMap, HashSet};

use futures::future::BoxFuture;
use serde::Serialize;

use super::{ExpireOptions, GROUP, PARALLEL, range, remove_paths};
use crate::{
    error::Result,
    maintain::{
        metadata::{Stays, remove_list},
        names::Names,
        needed::{self, Returned, Tagged},
        reachable::{FileRole, files_of},
        removal::{Removal, Removed},
        side_by_side::all,
        watch::Watch,
    },
    spec::{
        binary_row::BinaryRow,
        manifest::{FileKind, ManifestEntry},
        snapshot::Snapshot,
    },
    table::Table,
};

/// What an expiry of changelogs did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangelogReport {
    /// Changelogs that went, by id.
    pub changelogs: Vec<i64>,
    /// Their files.
    pub removed: Removed,
    /// Files stay for `orphans`, because a tag or branch came meanwhile.
    pub interrupted: bool,
}

/// Copies snapshots that are about to go to the folder of changelogs.
pub(super) async fn keep(table: &Table, snapshots: &[Snapshot]) -> Result<()> {
    let changelogs = table.changelogs();
    let ids = snapshots.iter().map(|snapshot| snapshot.id).collect();
    let copies = all(ids, PARALLEL, |id| {
        let (from, to) = (table.snapshots().path(id), changelogs.path(id));
        let storage = table.storage().clone();
        async move {
            // The bytes, so that members we do not know stay; one that is gone was copied by who removed it.
            match storage.get_opt(&from).await? {
                Some(body) => storage.put(&to, body).await,
                None => Ok(()),
            }
        }
    });
    copies.await?;
    if let Some(last) = snapshots.last() {
        changelogs.write_latest_hint(last.id).await;
    }
    Ok(())
}

/// Expires long-lived changelogs of this branch. The last one stays.
///
/// Errors: as [`super::expire_snapshots`].
pub fn expire_changelogs<'a>(table: &'a Table, options: &'a ExpireOptions) -> BoxFuture<'a, Result<ChangelogReport>> {
    Box::pin(expire(table, options))
}

async fn expire(table: &Table, options: &ExpireOptions) -> Result<ChangelogReport> {
    options.check(table)?;
    let mut report = ChangelogReport::default();
    let (snapshots, changelogs) = (table.snapshots(), table.changelogs());
    let ids = changelogs.ids().await?;
    let (Some(first), Some(last)) = (ids.first().copied(), ids.last().copied()) else { return Ok(report) };
    let (Some(latest), Some(earliest)) = (snapshots.latest_id().await?, snapshots.earliest().await?) else {
        return Ok(report);
    };
    let end = range::end_of_changelogs(table, options, (first, last), latest).await?;
    let ids: Vec<i64> = ids.into_iter().filter(|id| *id <= end).collect();
    if end <= first || ids.last() != Some(&end) {
        return Ok(report);
    }
    let watch = Watch::look(table).await?;
    let mut planner = Planner::new(table, &earliest, (first, end)).await?;
    let mut rest = ids.as_slice();
    while rest.len() > 1 {
        let (group, _) = rest.split_at(rest.len().min(GROUP + 1));
        rest = rest.get(group.len() - 1..).unwrap_or_default();
        let Some((stays, leave)) = group.split_last() else { break };
        let removal = planner.plan(leave).await?;
        report.changelogs.extend(leave);
        if options.dry_run {
            report.removed.add(removal.preview());
            continue;
        }
        remove_paths(table, leave.iter().map(|id| changelogs.path(*id)).collect()).await?;
        changelogs.write_earliest_hint(*stays).await;
        if !watch.is_calm(table).await? {
            report.interrupted = true;
            return Ok(report);
        }
        report.removed.add(removal.run(table).await?);
    }
    Ok(report)
}

/// Decides which files go with changelogs.
struct Planner<'a> {
    table: &'a Table,
    tagged: Tagged,
    /// What other branches, the changelog that stays and the earliest snapshot need, and tags of metadata.
    needed: Names,
    returned: Returned,
    folders: HashMap<(BinaryRow, i32), String>,
}

impl<'a> Planner<'a> {
    async fn new(table: &'a Table, earliest: &Snapshot, (first, end): (i64, i64)) -> Result<Self> {
        let tagged = Tagged::of(table).await?;
        let mut needed = Names::default();
        if let Some(branches) = needed::of_other_branches(table).await? {
            needed = branches;
            tagged.add_all(table, &mut needed).await?;
        }
        tagged.add_metadata(table, first, end, &mut needed).await?;
        needed::add_metadata(table, earliest, &mut needed).await?;
        if let Some(stays) = table.changelogs().get_opt(end).await? {
            needed::add_changelog(table, &stays, &mut needed).await?;
        }
        let returned = Returned::of(table, &table.snapshots().ids().await?).await?;
        Ok(Planner { table, tagged, needed, returned, folders: HashMap::new() })
    }

    fn stays(&self, id: i64) -> Stays<'_> {
        Stays { stay: &self.needed, needed: &self.needed, returned: (&self.returned, id) }
    }

    async fn plan(&mut self, ids: &[i64]) -> Result<Removal> {
        let mut removal = Removal::default();
        for id in ids {
            let Some(changelog) = self.table.changelogs().get_opt(*id).await? else { continue };
            match &changelog.changelog_manifest_list {
                Some(list) => {
                    self.changelog_files(list, &mut removal).await?;
                    let stays = self.stays(changelog.id);
                    remove_list(self.table, list, stays, &mut removal).await?;
                }
                None => {
                    let list = &changelog.delta_manifest_list;
                    self.data_files(&changelog, &mut removal).await?;
                    let stays = self.stays(changelog.id);
                    remove_list(self.table, list, stays, &mut removal).await?;
                    remove_list(self.table, &changelog.base_manifest_list, stays, &mut removal).await?;
                }
            }
        }
        Ok(removal)
    }

    async fn changelog_files(&mut self, list: &str, removal: &mut Removal) -> Result<()> {
        for entry in needed::entries_of_list(self.table, list).await? {
            if entry.kind == FileKind::Add && !self.needed.holds(&entry.file.file_name) {
                files_of(self.table, &entry, FileRole::Changelog, &mut self.folders, &mut |file| removal.push(file))?;
            }
        }
        Ok(())
    }

    /// Files that the state deleted, and that were kept as the changelog of states before it.
    async fn data_files(&mut self, changelog: &Snapshot, removal: &mut Removal) -> Result<()> {
        let entries = needed::entries_of_list(self.table, &changelog.delta_manifest_list).await?;
        let name = |entry: &ManifestEntry| entry.file.file_name.clone();
        let added: HashSet<String> = entries.iter().filter(|entry| entry.kind == FileKind::Add).map(name).collect();
        for entry in &entries {
            let name = entry.file.file_name.as_str();
            if entry.kind != FileKind::Delete
                || added.contains(name)
                || self.needed.holds(name)
                || self.returned.after(changelog.id, name)
                || self.tagged.nearest_has(self.table, changelog.id, name).await?
            {
                continue;
            }
            files_of(self.table, entry, FileRole::Data, &mut self.folders, &mut |file| removal.push(file))?;
        }
        Ok(())
    }
}
