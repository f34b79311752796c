//! Strict mode: what others may not have done since a snapshot (Java `StrictModeChecker`, option
//! `commit.strict-mode.last-safe-snapshot`).

use std::{
    collections::HashSet,
    sync::atomic::{AtomicI64, Ordering},
};

use super::latest::delta_partitions;
use crate::{
    error::{Error, Result},
    scan::read_index_manifest,
    spec::{
        binary_row::BinaryRow,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// Stands for the latest snapshot at the first commit.
pub(super) const UNKNOWN: i64 = -1;

/// What a commit adds to the latest snapshot.
pub(super) struct Adds<'a> {
    pub user: &'a str,
    pub kind: CommitKind,
    pub partitions: HashSet<BinaryRow>,
}

/// Looks through the snapshots of other users after the safe one, up to the latest; moves `safe` on.
///
/// Errors: `Conflict` where one rewrote or replaced files of the partitions, or where one added files to their real
/// buckets and this commit is an overwrite.
pub(super) async fn check(table: &Table, safe: &AtomicI64, latest: i64, adds: &Adds<'_>) -> Result<()> {
    let last_safe = safe.load(Ordering::Relaxed);
    let first = if last_safe <= UNKNOWN { latest + 1 } else { last_safe.saturating_add(1) };
    for id in first.max(1)..=latest {
        let snapshot = table.snapshots().get(id).await?;
        if snapshot.commit_user == adds.user || !is_unsafe(table, &snapshot, adds).await? {
            continue;
        }
        let message = format!(
            "option commit.strict-mode.last-safe-snapshot forbids this commit: snapshot {id} ({}) changed the same \
             partition",
            snapshot.commit_kind.as_str()
        );
        return Err(Error::conflict(message).at(table.name()).with("committed by", &snapshot.commit_user));
    }
    safe.store(latest, Ordering::Relaxed);
    Ok(())
}

async fn is_unsafe(table: &Table, snapshot: &Snapshot, adds: &Adds<'_>) -> Result<bool> {
    let real_buckets_only = snapshot.commit_kind == CommitKind::Append;
    let by_files = match snapshot.commit_kind {
        CommitKind::Compact | CommitKind::Overwrite => true,
        CommitKind::Append => adds.kind == CommitKind::Overwrite,
        CommitKind::Analyze => false,
    };
    if !by_files || adds.partitions.is_empty() {
        return Ok(false);
    }
    if !delta_partitions(table, snapshot, real_buckets_only).await?.is_disjoint(&adds.partitions) {
        return Ok(true);
    }
    // Deletion vectors change rows without a data file; indexes of tables with column-wise files do not.
    let by_index = match snapshot.commit_kind {
        CommitKind::Overwrite => true,
        CommitKind::Compact => !table.options().data_evolution_enabled,
        CommitKind::Append | CommitKind::Analyze => false,
    };
    if by_index { changes_index(table, snapshot, &adds.partitions).await } else { Ok(false) }
}

/// Whether a snapshot with its own index manifest has index files of the partitions.
async fn changes_index(table: &Table, snapshot: &Snapshot, partitions: &HashSet<BinaryRow>) -> Result<bool> {
    let Some(name) = &snapshot.index_manifest else { return Ok(false) };
    let before = table.snapshots().get_opt(snapshot.id - 1).await?;
    if before.is_some_and(|before| before.index_manifest.as_ref() == Some(name)) {
        return Ok(false);
    }
    let entries = read_index_manifest(table.storage(), name).await?;
    Ok(entries.iter().any(|entry| partitions.contains(&entry.partition)))
}
