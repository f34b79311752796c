//! Which files go with a group of snapshots (Java `SnapshotDeletion`, `FileDeletionBase`).

use std::collections::{HashMap, HashSet};

use super::produces_changelog;
use crate::{
    error::Result,
    maintain::{
        metadata::{Stays, remove_indexes, remove_list},
        names::Names,
        needed::{self, Returned, Tagged},
        reachable::{FileRole, files_of},
        removal::Removal,
    },
    spec::{
        binary_row::BinaryRow,
        data_file::FileSource,
        manifest::{FileKind, ManifestEntry},
        snapshot::Snapshot,
    },
    table::Table,
};

/// Decides about one group after the other, oldest first.
pub(super) struct Planner<'a> {
    table: &'a Table,
    tagged: Tagged,
    /// What other branches, all tags beside them, and changelogs without files of their own need.
    needed: Names,
    returned: Returned,
    has_branches: bool,
    keeps_changelogs: bool,
    folders: HashMap<(BinaryRow, i32), String>,
}

impl<'a> Planner<'a> {
    /// `later` are the ids of the snapshots after the first one that goes.
    pub(super) async fn new(table: &'a Table, later: &[i64], keeps_changelogs: bool) -> Result<Self> {
        let tagged = Tagged::of(table).await?;
        let branches = needed::of_other_branches(table).await?;
        let has_branches = branches.is_some();
        let mut needed = branches.unwrap_or_default();
        if has_branches {
            // Where branches were fast-forwarded, an older tag may need what the nearest does not.
            tagged.add_all(table, &mut needed).await?;
        }
        if !keeps_changelogs {
            needed::add_changelogs(table, &mut needed).await?;
        }
        let returned = Returned::of(table, later).await?;
        Ok(Planner { table, tagged, needed, returned, has_branches, keeps_changelogs, folders: HashMap::new() })
    }

    /// The files that only the snapshots of `group` but its last need.
    pub(super) async fn plan(&mut self, group: &[Snapshot]) -> Result<Removal> {
        let mut removal = Removal::default();
        let Some((stays, leave)) = group.split_last() else { return Ok(removal) };
        for snapshot in group.iter().skip(1) {
            self.data_files(snapshot, &mut removal).await?;
        }
        if !self.keeps_changelogs {
            for snapshot in leave {
                if let Some(list) = &snapshot.changelog_manifest_list {
                    self.changelog_files(list, &mut removal).await?;
                }
            }
        }
        let stay = self.metadata_that_stays(leave, stays).await?;
        for snapshot in leave {
            let stays = Stays { stay: &stay, needed: &self.needed, returned: (&self.returned, stays.id) };
            self.metadata(snapshot, stays, &mut removal).await?;
        }
        Ok(removal)
    }

    /// Files that `snapshot` deleted: only those before it need them, and they go or are gone.
    async fn data_files(&mut self, snapshot: &Snapshot, removal: &mut Removal) -> Result<()> {
        let entries = needed::entries_of_list(self.table, &snapshot.delta_manifest_list).await?;
        // Moving a file to another level deletes it and adds it again.
        let added: HashSet<&str> = entries.iter().filter(|entry| entry.kind == FileKind::Add).map(name_of).collect();
        for entry in &entries {
            let name = name_of(entry);
            if entry.kind != FileKind::Delete || added.contains(name) {
                continue;
            }
            // Without changelog files, files of writers are the changelog (older ones do not tell who made them).
            let is_changelog = self.keeps_changelogs
                && !produces_changelog(self.table)
                && entry.file.file_source.unwrap_or(FileSource::Append) == FileSource::Append;
            if is_changelog
                || self.needed.holds(name)
                || self.returned.after(snapshot.id, name)
                || (!self.has_branches && self.tagged.nearest_has(self.table, snapshot.id, name).await?)
            {
                continue;
            }
            files_of(self.table, entry, FileRole::Data, &mut self.folders, &mut |file| removal.push(file))?;
        }
        Ok(())
    }

    /// Changelog files of a snapshot that goes.
    async fn changelog_files(&mut self, list: &str, removal: &mut Removal) -> Result<()> {
        for entry in needed::entries_of_list(self.table, list).await? {
            if entry.kind == FileKind::Add && !self.needed.holds(name_of(&entry)) {
                files_of(self.table, &entry, FileRole::Changelog, &mut self.folders, &mut |file| removal.push(file))?;
            }
        }
        Ok(())
    }

    async fn metadata(&self, snapshot: &Snapshot, stays: Stays<'_>, removal: &mut Removal) -> Result<()> {
        // Changelogs that have no files of their own need the lists.
        if !self.keeps_changelogs || produces_changelog(self.table) {
            remove_list(self.table, &snapshot.base_manifest_list, stays, removal).await?;
            remove_list(self.table, &snapshot.delta_manifest_list, stays, removal).await?;
        }
        if let (false, Some(list)) = (self.keeps_changelogs, &snapshot.changelog_manifest_list) {
            remove_list(self.table, list, stays, removal).await?;
        }
        remove_indexes(self.table, snapshot, stays, removal).await
    }

    /// Metadata of the snapshot that stays and of the tags from the last one before the group on.
    async fn metadata_that_stays(&self, leave: &[Snapshot], stays: &Snapshot) -> Result<Names> {
        let mut names = Names::default();
        needed::add_metadata(self.table, stays, &mut names).await?;
        let begin = leave.first().map_or(stays.id, |snapshot| snapshot.id);
        self.tagged.add_metadata(self.table, begin, stays.id, &mut names).await?;
        Ok(names)
    }
}

fn name_of(entry: &ManifestEntry) -> &str {
    &entry.file.file_name
}
