//! Readers: open a snapshot or a tag and take their time.

use cenote_core::{ErrorKind, Result, scan::ScanBuilder, spec::snapshot::Snapshot, table::Table};

use super::{Handle, Quota, judge, whole};
use crate::{
    bank::{Bank, Row},
    process::{Main, Process},
    rows,
};

/// What a reader opens.
enum Choice {
    Snapshot(Snapshot),
    Tag(String, Snapshot),
}

pub(crate) fn reader(bank: Bank, quota: Quota) -> Main {
    Box::new(move |process| {
        let (bank, quota) = (bank.clone(), quota.clone());
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            while quota.take() {
                process.rest(2_000).await;
                let Some(table) = handle.table().await else { continue };
                match choose(&process, &table).await {
                    Ok(Some(choice)) => read(&process, &bank, &table, choice).await,
                    Ok(None) => {}
                    error => judge(&process, "choose", &error.map(drop)),
                }
            }
        })
    })
}

async fn choose(process: &Process, table: &Table) -> Result<Option<Choice>> {
    if process.chance(3_000) {
        let mut tags = table.tags().list().await?;
        if !tags.is_empty() {
            let (name, tag) = tags.swap_remove(process.below(tags.len()));
            return Ok(Some(Choice::Tag(name, tag.snapshot)));
        }
    }
    let Some(latest) = table.snapshots().latest().await? else { return Ok(None) };
    if process.chance(5_000) {
        return Ok(Some(Choice::Snapshot(latest)));
    }
    let first = table.snapshots().earliest().await?.map_or(latest.id, |first| first.id);
    let id = first + process.below((latest.id - first + 1).max(1) as usize) as i64;
    Ok(table.snapshots().get_opt(id).await?.map(Choice::Snapshot))
}

async fn read(process: &Process, bank: &Bank, table: &Table, choice: Choice) {
    let (what, scan, snapshot) = match &choice {
        Choice::Snapshot(snapshot) => {
            (format!("read snapshot {}", snapshot.id), table.scan().snapshot(snapshot.id), snapshot)
        }
        Choice::Tag(name, snapshot) => (format!("read tag {name}"), table.scan().tag(name), snapshot),
    };
    let result = rows_of(scan).await;
    judge(process, &what, &result);
    let breach = match result {
        Ok(rows) => bank.check(&snapshot.delta_manifest_list, rows).err(),
        Err(error) if error.kind() == ErrorKind::NotFound && !is_gone(process, &choice) => Some(whole(&error)),
        Err(_) => None,
    };
    if let Some(breach) = breach {
        process.world.lock().guard.breaches.push(format!("{} {what}: {breach}", process.name));
    }
}

/// Whether what the reader chose may be gone by now.
fn is_gone(process: &Process, choice: &Choice) -> bool {
    let state = process.world.lock();
    match choice {
        Choice::Snapshot(snapshot) => state.guard.may_expire(snapshot.id, state.now),
        Choice::Tag(name, _) => !state.files.contains_key(&format!("{}tag/tag-{name}", crate::guard::TABLE)),
    }
}

async fn rows_of(scan: ScanBuilder) -> Result<Vec<Row>> {
    rows::collect(scan.stream().await?).await
}

/// All rows of a snapshot.
pub(crate) async fn rows_at(table: &Table, id: i64) -> Result<Vec<Row>> {
    rows_of(table.scan().snapshot(id)).await
}
