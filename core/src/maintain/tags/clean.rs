//! Which files go with a tag (Java `TagManager.doClean`, `TagDeletion`).

use std::collections::HashMap;

use crate::{
    error::Result,
    maintain::{
        metadata::{Stays, remove_indexes, remove_list},
        names::Names,
        needed::{self, Returned},
        reachable::{FileRole, files_of},
        removal::Removal,
    },
    spec::snapshot::Snapshot,
    table::Table,
};

/// The files that only this tag keeps: none where its snapshot or another tag of it is there.
pub(super) async fn plan(table: &Table, name: &str, tagged: &Snapshot) -> Result<Removal> {
    let mut removal = Removal::default();
    if table.snapshots().get_fresh(tagged.id).await?.is_some() {
        return Ok(removal);
    }
    let tags = table.tags().list().await?;
    if tags.iter().any(|(other, tag)| other != name && tag.snapshot.id == tagged.id) {
        return Ok(removal);
    }
    let others: Vec<Snapshot> = tags.into_iter().map(|(_, tag)| tag.snapshot).collect();
    let needed = needed_beside(table, tagged, &others).await?;
    let returned = Returned::of(table, &table.snapshots().ids().await?).await?;
    let mut folders = HashMap::new();
    for entry in needed::live_files(table, tagged).await? {
        let file = &entry.file.file_name;
        if !needed.holds(file) && !returned.after(tagged.id, file) {
            files_of(table, &entry, FileRole::Data, &mut folders, &mut |file| removal.push(file))?;
        }
    }
    let stays = Stays { stay: &needed, needed: &needed, returned: (&returned, tagged.id) };
    remove_list(table, &tagged.base_manifest_list, stays, &mut removal).await?;
    remove_list(table, &tagged.delta_manifest_list, stays, &mut removal).await?;
    remove_indexes(table, tagged, stays, &mut removal).await?;
    Ok(removal)
}

/// What the neighbours need: the tag before, and the next tag or the earliest snapshot, whichever is nearer. Beside
/// Java's rule: other branches (and then all tags), and changelogs that have no files of their own.
async fn needed_beside(table: &Table, tagged: &Snapshot, tags: &[Snapshot]) -> Result<Names> {
    let branches = needed::of_other_branches(table).await?;
    let all = branches.is_some();
    let mut needed = branches.unwrap_or_default();
    let before = tags.iter().rev().find(|tag| tag.id < tagged.id);
    let after = tags.iter().find(|tag| tag.id > tagged.id);
    let earliest = table.snapshots().earliest().await?;
    let next = match (after, &earliest) {
        (Some(tag), Some(snapshot)) if snapshot.id < tag.id => Some(snapshot),
        (Some(tag), _) => Some(tag),
        (None, snapshot) => snapshot.as_ref(),
    };
    let neighbours = before.into_iter().chain(next);
    let others = tags.iter().filter(|tag| all && tag.id != tagged.id).chain(earliest.as_ref().filter(|_| all));
    for snapshot in neighbours.chain(others) {
        needed::add_live_files(table, snapshot, &mut needed).await?;
        needed::add_metadata(table, snapshot, &mut needed).await?;
    }
    needed::add_changelogs(table, &mut needed).await?;
    Ok(needed)
}
