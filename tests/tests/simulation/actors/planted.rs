//! Mistakes made on purpose: a simulation that does not catch them proves nothing.

use std::collections::BTreeSet;

use cenote_core::{Result, spec::snapshot::Snapshot, table::Table};

use super::{Handle, Quota, judge};
use crate::{
    guard::{self, TABLE},
    process::{Main, Process},
};

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// An expiry that removes what a later snapshot does not need, although a tag may.
    ExpiryIgnoresTags,
    /// An expiry that removes all files of a snapshot, although others need them, too.
    ExpiryTakesShared,
    /// An expiry that keeps too few snapshots.
    ExpiryKeepsTooFew,
    /// A cleaner that takes young files for orphans.
    CleanerIgnoresAge,
    /// A cleaner that looks at the latest snapshot only.
    CleanerSeesLatestOnly,
}

impl Mistake {
    pub(crate) const ALL: [Mistake; 5] = [
        Mistake::ExpiryIgnoresTags,
        Mistake::ExpiryTakesShared,
        Mistake::ExpiryKeepsTooFew,
        Mistake::CleanerIgnoresAge,
        Mistake::CleanerSeesLatestOnly,
    ];
}

/// Does it wrong, now and then.
pub(crate) fn planted(mistake: Mistake, quota: Quota) -> Main {
    Box::new(move |process| {
        let quota = quota.clone();
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            while quota.take() {
                process.rest(3_000).await;
                let Some(table) = handle.table().await else { continue };
                let done = match mistake {
                    Mistake::ExpiryIgnoresTags | Mistake::ExpiryTakesShared | Mistake::ExpiryKeepsTooFew => {
                        expire(&process, &table, mistake).await
                    }
                    Mistake::CleanerIgnoresAge | Mistake::CleanerSeesLatestOnly => {
                        clean(&process, &table, mistake).await
                    }
                };
                judge(&process, &format!("{mistake:?}"), &done);
            }
        })
    })
}

fn needs(process: &Process, snapshot: &Snapshot) -> BTreeSet<String> {
    let state = process.world.lock();
    guard::needs(&state.files, snapshot, guard::Reader::Both, &mut Vec::new())
}

async fn expire(process: &Process, table: &Table, mistake: Mistake) -> Result<()> {
    let mut snapshots = table.snapshots().list(None).await?;
    let Some(latest) = snapshots.first().map(|snapshot| snapshot.id) else { return Ok(()) };
    snapshots.reverse();
    let may_go = |snapshot: &Snapshot| {
        let state = process.world.lock();
        match mistake {
            Mistake::ExpiryKeepsTooFew => snapshot.id < latest,
            _ => state.guard.may_expire(snapshot.id, state.now),
        }
    };
    let (gone, kept): (Vec<_>, Vec<_>) = snapshots.into_iter().partition(may_go);
    let mut needed = BTreeSet::new();
    if mistake != Mistake::ExpiryTakesShared {
        kept.iter().for_each(|snapshot| needed.extend(needs(process, snapshot)));
    }
    if mistake == Mistake::ExpiryKeepsTooFew {
        // The tags at least are kept.
        table.tags().list().await?.iter().for_each(|(_, tag)| needed.extend(needs(process, &tag.snapshot)));
    }
    for snapshot in gone {
        let files = needs(process, &snapshot);
        table.storage().delete(&table.snapshots().path(snapshot.id)).await?;
        delete_all(process, table, |name| files.contains(name) && !needed.contains(name)).await?;
    }
    Ok(())
}

async fn clean(process: &Process, table: &Table, mistake: Mistake) -> Result<()> {
    let mut needed = BTreeSet::new();
    let mut snapshots = table.snapshots().list(None).await?;
    if mistake == Mistake::CleanerSeesLatestOnly {
        snapshots.truncate(1);
    }
    snapshots.iter().for_each(|snapshot| needed.extend(needs(process, snapshot)));
    if mistake == Mistake::CleanerIgnoresAge {
        table.tags().list().await?.iter().for_each(|(_, tag)| needed.extend(needs(process, &tag.snapshot)));
    }
    let is_young = |name: &str| {
        let state = process.world.lock();
        let young = |(path, file): (&String, &crate::world::File)| {
            path.ends_with(name) && state.now - file.modified < 3_600_000
        };
        mistake != Mistake::CleanerIgnoresAge && state.files.iter().any(young)
    };
    let is_kept = |name: &str| ["snapshot-", "tag-", "schema-"].iter().any(|prefix| name.starts_with(prefix));
    let is_hint = |name: &str| ["LATEST", "EARLIEST"].contains(&name);
    delete_all(process, table, |name| !needed.contains(name) && !is_kept(name) && !is_hint(name) && !is_young(name))
        .await
}

async fn delete_all(process: &Process, table: &Table, is_gone: impl Fn(&str) -> bool) -> Result<()> {
    let paths: Vec<String> = process.world.lock().files.keys().cloned().collect();
    for path in paths.iter().filter_map(|path| path.strip_prefix(TABLE)) {
        if is_gone(path.rsplit('/').next().unwrap_or(path)) {
            table.storage().delete(path).await?;
        }
    }
    Ok(())
}
