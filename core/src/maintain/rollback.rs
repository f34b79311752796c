//! Back to an older state: newer snapshots, changelogs and tags go (Java `RollbackHelper`, format digest 15.3).
//!
//! The hint moves first, then snapshots go from the newest on, so that the latest state is one that was, at any time.
//! Files that only those states needed stay for `orphans`, as in Java.

use serde::Serialize;

use crate::{
    error::{Error, Result},
    spec::snapshot::Snapshot,
    table::Table,
};

/// Rounds against writers that commit meanwhile.
const ROUNDS: usize = 5;

/// Where to go back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RollbackTo {
    /// A snapshot, or one that a tag keeps.
    Snapshot(i64),
    /// A tag.
    Tag(String),
    /// The last snapshot made at or before this time, epoch milliseconds.
    Timestamp(i64),
}

/// What a rollback did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RollbackReport {
    /// The snapshot that is the latest afterwards.
    pub snapshot_id: i64,
    /// Snapshots that went, newest first.
    pub snapshots: Vec<i64>,
    /// Long-lived changelogs that went.
    pub changelogs: Vec<i64>,
    /// Tags that went.
    pub tags: Vec<String>,
    /// Whether the snapshot was made again from its tag.
    pub restored: bool,
}

/// Takes the table back. Writers that commit meanwhile lose their commit.
///
/// Errors: `NotFound` for a state that is not there; `Unsupported` where the store cannot list; `Conflict` where writers
/// keep committing: run it again.
pub async fn rollback(table: &Table, to: &RollbackTo, dry_run: bool) -> Result<RollbackReport> {
    let target = target(table, to).await?;
    let snapshots = table.snapshots();
    let restored = snapshots.get_fresh(target.id).await?.is_none();
    let mut report = RollbackReport { snapshot_id: target.id, restored, ..RollbackReport::default() };
    let newer = newer_snapshots(table, target.id).await?;
    let changelogs: Vec<i64> = table.changelogs().ids().await?.into_iter().filter(|id| *id > target.id).collect();
    let tags = table.tags().list().await?;
    report.tags = tags.into_iter().filter(|(_, tag)| tag.snapshot.id > target.id).map(|(name, _)| name).collect();
    if dry_run {
        (report.snapshots, report.changelogs) = (newer, changelogs);
        return Ok(report);
    }
    if restored {
        // Before anything goes: the table is never without a state. Earlier snapshots than the kept ones are no gap to
        // readers, who go by the hints.
        let body = bytes::Bytes::from(target.to_json()?);
        table.storage().put(&snapshots.path(target.id), body).await?;
    }
    if !newer.is_empty() {
        snapshots.write_latest_hint(target.id).await;
    }
    remove_newer(table, target.id, newer, &mut report).await?;
    if restored {
        snapshots.write_earliest_hint(target.id).await;
    }
    let manager = table.changelogs();
    for id in changelogs.iter().rev() {
        table.storage().delete(&manager.path(*id)).await?;
    }
    if !changelogs.is_empty() {
        let left = manager.ids().await?.last().copied();
        manager.write_latest_hint(left.unwrap_or(-1)).await;
    }
    report.changelogs = changelogs;
    for name in report.tags.iter().rev() {
        match table.tags().delete(name).await {
            Err(error) if error.is_not_found() => {}
            done => done?,
        }
    }
    Ok(report)
}

async fn target(table: &Table, to: &RollbackTo) -> Result<Snapshot> {
    match to {
        RollbackTo::Tag(name) => Ok(table.tags().get(name).await?.snapshot),
        RollbackTo::Timestamp(millis) => {
            table.snapshots().at_or_before(*millis).await?.ok_or_else(|| {
                Error::not_found(format!("there is no snapshot at or before {millis} ms")).at(table.name())
            })
        }
        RollbackTo::Snapshot(id) => {
            if let Some(snapshot) = table.snapshots().get_fresh(*id).await? {
                return Ok(snapshot);
            }
            let tags = table.tags().list().await?;
            match tags.into_iter().find(|(_, tag)| tag.snapshot.id == *id) {
                Some((_, tag)) => Ok(tag.snapshot),
                None => Err(table.snapshots().missing(*id).await),
            }
        }
    }
}

/// Newest first.
async fn newer_snapshots(table: &Table, id: i64) -> Result<Vec<i64>> {
    Ok(table.snapshots().ids().await?.into_iter().rev().filter(|newer| *newer > id).collect())
}

/// Removes snapshots from the newest on. A writer that commits on top of one that goes must not leave it behind a gap;
/// what is committed on top of the target meanwhile stays.
async fn remove_newer(table: &Table, id: i64, newer: Vec<i64>, report: &mut RollbackReport) -> Result<()> {
    let mut newer = newer;
    for _ in 0..ROUNDS {
        for snapshot in &newer {
            table.storage().delete(&table.snapshots().path(*snapshot)).await?;
        }
        report.snapshots.extend(newer);
        newer = newer_snapshots(table, id).await?;
        let on_top = newer.iter().rev().zip(id + 1..).take_while(|(found, next)| *found == next).count();
        newer.truncate(newer.len() - on_top);
        if newer.is_empty() {
            return Ok(());
        }
    }
    Err(Error::conflict("writers keep committing: stop them and run the rollback again").at(table.name()))
}
