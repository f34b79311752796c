//! The audit: while all others stand still and nothing fails, everything that can be read is read.

use cenote_core::{
    ErrorKind,
    compact::{self, CompactOptions},
    maintain::{
        rollback::{self, RollbackTo},
        verify::{VerifyLevel, VerifyOptions, VerifyStates, verify},
    },
    spec::snapshot::Snapshot,
    table::Table,
};
use futures::executor::block_on;

use crate::{
    actors::{rows_at, whole},
    bank::{Bank, Seen},
    process::Process,
    world::World,
};

/// Snapshots that an audit reads besides the latest, unless it is the last one.
const SAMPLE: usize = 2;

/// Looks at everything. Errors: what is wrong.
pub(crate) fn audit(world: &World, bank: &Bank, is_last: bool) -> Result<(), String> {
    world.lock().calm = true;
    let result = block_on(look(world, bank, is_last));
    world.lock().calm = false;
    result?;
    let state = world.lock();
    match state.guard.breaches.first() {
        Some(breach) => Err(breach.clone()),
        None => Ok(()),
    }
}

/// Takes the table back to an older snapshot, while nobody else is at work, and looks at everything.
pub(crate) fn roll_back(world: &World, bank: &Bank) -> Result<(), String> {
    world.lock().calm = true;
    let result = block_on(back(world, bank));
    {
        let mut state = world.lock();
        state.guard.rolled_back_to = None;
        state.calm = false;
    }
    result?;
    audit(world, bank, false)
}

async fn back(world: &World, bank: &Bank) -> Result<(), String> {
    let process = Process::start(world, "rollback", 0, 1);
    let table = process.table().await.map_err(|error| whole(&error))?;
    let snapshots = table.snapshots().list(None).await.map_err(|error| whole(&error))?;
    if snapshots.is_empty() || bank.kind.hides {
        return Ok(());
    }
    let target = &snapshots[process.below(snapshots.len().min(5))];
    process.note(&format!("roll back to {}", target.id));
    let seen = read(&table, bank, target).await?;
    world.lock().guard.rolled_back_to = Some(target.id);
    let result = rollback::rollback(&table, &RollbackTo::Snapshot(target.id), false).await;
    result.map_err(|error| format!("rollback: {}", whole(&error)))?;
    bank.roll_back(&seen);
    Ok(())
}

async fn look(world: &World, bank: &Bank, is_last: bool) -> Result<(), String> {
    {
        let state = world.lock();
        let missing = state.guard.missing(&state.files);
        if !missing.is_empty() {
            return Err(format!("files are missing: {missing:?}"));
        }
    }
    let process = Process::start(world, "audit", 0, 1);
    let table = process.table().await.map_err(|error| whole(&error))?;
    if is_last {
        // What is hidden until it is compacted must be there, too.
        let options = CompactOptions { full: true, ..CompactOptions::default() };
        compact::run(&table, &options).await.map_err(|error| format!("the last compaction: {}", whole(&error)))?;
    }
    let Some(latest) = table.snapshots().latest().await.map_err(|error| whole(&error))? else { return Ok(()) };
    let seen = read(&table, bank, &latest).await?;
    if is_last || !bank.kind.hides {
        bank.check_latest(&seen)?;
    }
    past(&process, &table, bank, &latest, is_last).await?;
    tags(&table, bank, is_last).await?;
    branches(&table, bank).await?;
    if is_last { verified(&table).await } else { Ok(()) }
}

/// What `cenote verify` says.
async fn verified(table: &Table) -> Result<(), String> {
    let options = VerifyOptions { level: VerifyLevel::default(), states: VerifyStates::All };
    let report = match verify(table, &options, &mut |_, _| {}).await {
        Ok(report) => report,
        // A branch that was half made when its maker died: it has no schema, and nothing of it can be read.
        Err(error) if error.kind() == ErrorKind::NotFound && error.to_string().contains("has no branch") => {
            return Ok(());
        }
        Err(error) => return Err(format!("verify: {}", whole(&error))),
    };
    match report.findings.first() {
        None => Ok(()),
        Some(finding) => Err(format!("verify: {finding:?} and {} more", report.findings.len() - 1)),
    }
}

async fn branches(table: &Table, bank: &Bank) -> Result<(), String> {
    for name in table.branches().await.map_err(|error| whole(&error))? {
        let branch = Table::open_branch(table.storage().clone(), table.name(), &name, table.runtime().clone()).await;
        // One that is half made has no schema yet, or no snapshot.
        let Ok(branch) = branch else { continue };
        let snapshots =
            branch.snapshots().list(None).await.map_err(|error| format!("branch {name}: {}", whole(&error)))?;
        for snapshot in snapshots {
            read(&branch, bank, &snapshot).await.map_err(|what| format!("branch {name}: {what}"))?;
        }
    }
    Ok(())
}

async fn past(process: &Process, table: &Table, bank: &Bank, latest: &Snapshot, is_last: bool) -> Result<(), String> {
    let mut readable = Vec::new();
    for id in 1..latest.id {
        let is_kept = {
            let state = process.world.lock();
            !state.guard.may_expire(id, state.now)
        };
        match table.snapshots().get_opt(id).await.map_err(|error| whole(&error))? {
            Some(snapshot) if is_kept => readable.push(snapshot),
            None if is_kept => return Err(format!("snapshot {id} is gone")),
            _ => {}
        }
    }
    while !is_last && readable.len() > SAMPLE {
        readable.remove(process.below(readable.len()));
    }
    let mut before: Option<Seen> = None;
    for snapshot in &readable {
        let seen = read(table, bank, snapshot).await?;
        if let Some(before) = before.filter(|_| !bank.kind.hides) {
            bank.check_order(&before, &seen).map_err(|what| format!("snapshot {}: {what}", snapshot.id))?;
        }
        before = Some(seen);
    }
    Ok(())
}

async fn tags(table: &Table, bank: &Bank, is_last: bool) -> Result<(), String> {
    let tags = table.tags().list().await.map_err(|error| whole(&error))?;
    let most = if is_last { usize::MAX } else { SAMPLE };
    for (name, tag) in tags.into_iter().take(most) {
        let rows = async { crate::rows::collect(table.scan().tag(&name).stream().await?).await };
        let rows = rows.await.map_err(|error| format!("tag {name}: {}", whole(&error)))?;
        bank.check(&tag.snapshot.delta_manifest_list, rows).map_err(|what| format!("tag {name}: {what}"))?;
    }
    Ok(())
}

async fn read(table: &Table, bank: &Bank, snapshot: &Snapshot) -> Result<Seen, String> {
    let rows = rows_at(table, snapshot.id).await;
    let rows = rows.map_err(|error| format!("snapshot {}: {}", snapshot.id, whole(&error)))?;
    bank.check(&snapshot.delta_manifest_list, rows).map_err(|what| format!("snapshot {}: {what}", snapshot.id))
}
