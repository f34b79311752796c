//! Old snapshots go, and with them the files that only they need (Java `ExpireSnapshotsImpl`, format digest 15.4).
//!
//! ```text
//! range       which ids go: counts, age, limit, consumers
//! plan        which files go with them: data files deleted up to the first snapshot that stays, metadata before it
//! changelog   long-lived changelogs: kept from expired snapshots, and their own expiry
//! ```
//!
//! In groups, oldest first: changelogs are written, snapshot files go, the hint moves, files go. A kill leaves every
//! snapshot that is still there whole, and at most the files of one group behind (decision 0012).

mod changelog;
mod plan;
mod range;

use futures::future::BoxFuture;
use serde::Serialize;

pub use changelog::{ChangelogReport, expire_changelogs};

use self::plan::Planner;
use super::{
    removal::{Removal, Removed},
    side_by_side::all,
    watch::Watch,
};
use crate::{
    error::{Error, Result},
    spec::{options::ChangelogProducer, snapshot::Snapshot},
    table::Table,
};

/// Snapshots that go together: bounds memory, and what a kill leaves behind.
const GROUP: usize = 64;
/// Snapshot files read or removed at the same time.
const PARALLEL: usize = 16;

/// Which states go. The defaults of a table are in [`ExpireOptions::of`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpireOptions {
    /// States beyond which the oldest go, whatever their age.
    pub retain_max: i64,
    /// States that stay, whatever their age; at least 1.
    pub retain_min: i64,
    /// A snapshot goes once the one after it is older than this, epoch milliseconds.
    pub older_than_millis: i64,
    /// States that go in one run.
    pub max_deletes: i64,
    /// Say what would go.
    pub dry_run: bool,
}

impl ExpireOptions {
    /// What the options `snapshot.*` of the table say, now.
    pub fn of(table: &Table) -> Self {
        let options = table.options();
        ExpireOptions {
            retain_max: options.snapshot_num_retained_max.into(),
            retain_min: options.snapshot_num_retained_min.into(),
            older_than_millis: before_now(table, options.snapshot_time_retained),
            max_deletes: options.snapshot_expire_limit.into(),
            dry_run: false,
        }
    }

    /// What the options `changelog.*` of the table say, now; those of snapshots where they are silent.
    pub fn of_changelogs(table: &Table) -> Self {
        let options = table.options();
        let retained = options.changelog_time_retained.unwrap_or(options.snapshot_time_retained);
        ExpireOptions {
            retain_max: options.changelog_num_retained_max.unwrap_or(options.snapshot_num_retained_max).into(),
            retain_min: options.changelog_num_retained_min.unwrap_or(options.snapshot_num_retained_min).into(),
            older_than_millis: before_now(table, retained),
            ..ExpireOptions::of(table)
        }
    }

    fn check(&self, table: &Table) -> Result<()> {
        let (least, most) = (self.retain_min, self.retain_max);
        if least < 1 {
            return Err(Error::invalid(format!("expected to retain at least 1 state, found {least}")).at(table.name()));
        }
        if most < least {
            let message = format!("expected to retain at most {least} states or more, found {most}");
            return Err(Error::invalid(message).at(table.name()));
        }
        Ok(())
    }
}

fn before_now(table: &Table, age: std::time::Duration) -> i64 {
    let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    table.runtime().now_millis().saturating_sub(age)
}

/// What an expiry did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ExpireReport {
    /// Snapshots that went, by id.
    pub snapshots: Vec<i64>,
    /// Whether they stay on as changelogs.
    pub changelogs_kept: bool,
    /// Their files.
    pub removed: Removed,
    /// Files stay for `orphans`, because a tag or branch came meanwhile.
    pub interrupted: bool,
}

/// Whether changelogs outlive their snapshots (Java `changelogLifecycleDecoupled`).
pub fn keeps_changelogs(table: &Table) -> bool {
    let options = table.options();
    let more = |own: Option<i32>, snapshots: i32| own.is_some_and(|own| own > snapshots);
    more(options.changelog_num_retained_max, options.snapshot_num_retained_max)
        || more(options.changelog_num_retained_min, options.snapshot_num_retained_min)
        || options.changelog_time_retained.is_some_and(|own| own > options.snapshot_time_retained)
}

/// Expires snapshots of this branch. Files that another branch, a tag, a kept changelog or a later snapshot needs stay.
///
/// Errors: `Unsupported` where the store cannot list; whatever keeps us from knowing what is needed: nothing is removed
/// then. An error of a removal comes after all others were tried.
pub fn expire_snapshots<'a>(table: &'a Table, options: &'a ExpireOptions) -> BoxFuture<'a, Result<ExpireReport>> {
    Box::pin(expire(table, options))
}

async fn expire(table: &Table, options: &ExpireOptions) -> Result<ExpireReport> {
    options.check(table)?;
    let mut report = ExpireReport { changelogs_kept: keeps_changelogs(table), ..ExpireReport::default() };
    let snapshots = table.snapshots();
    let Some(latest) = snapshots.latest_id().await? else { return Ok(report) };
    if latest - options.retain_min < 1 {
        return Ok(report);
    }
    let Some(earliest) = snapshots.earliest().await? else { return Ok(report) };
    let end = range::end_of_snapshots(table, options, earliest.id, latest).await?;
    if end > earliest.id {
        expire_until(table, options, (earliest.id, end), &mut report).await?;
    }
    Ok(report)
}

/// Expires the snapshots `begin..end`, of which `end` stays.
async fn expire_until(
    table: &Table,
    options: &ExpireOptions,
    (begin, end): (i64, i64),
    report: &mut ExpireReport,
) -> Result<()> {
    let watch = Watch::look(table).await?;
    let all = table.snapshots().ids().await?;
    let ids: Vec<i64> = all.iter().copied().filter(|id| (begin..=end).contains(id)).collect();
    // Somebody else expires too, and is further: Java leaves it to them as well.
    if ids.last() != Some(&end) {
        return Ok(());
    }
    let later: Vec<i64> = all.into_iter().filter(|id| *id > begin).collect();
    let mut planner = Planner::new(table, &later, report.changelogs_kept).await?;
    let mut rest = ids.as_slice();
    while rest.len() > 1 {
        let (group, _) = rest.split_at(rest.len().min(GROUP + 1));
        rest = rest.get(group.len() - 1..).unwrap_or_default();
        let Some(group) = read(table, group).await? else { return Ok(()) };
        let removal = planner.plan(&group).await?;
        report.snapshots.extend(group.iter().rev().skip(1).rev().map(|snapshot| snapshot.id));
        if options.dry_run {
            report.removed.add(removal.preview());
        } else if !go(table, &watch, &group, removal, report).await? {
            report.interrupted = true;
            return Ok(());
        }
    }
    Ok(())
}

/// The snapshots of a group; `None` where its last one, which stays, has gone.
async fn read(table: &Table, ids: &[i64]) -> Result<Option<Vec<Snapshot>>> {
    let found = all(ids.to_vec(), PARALLEL, |id| {
        let snapshots = table.snapshots();
        async move { snapshots.get_fresh(id).await }
    });
    let found: Vec<Snapshot> = found.await?.into_iter().flatten().collect();
    let ends = found.last().map(|snapshot| snapshot.id) == ids.last().copied();
    Ok((ends && found.len() > 1).then_some(found))
}

/// Takes all snapshots of a group but the last away, and then their files; `false` where the files had to stay.
async fn go(
    table: &Table,
    watch: &Watch,
    group: &[Snapshot],
    removal: Removal,
    report: &mut ExpireReport,
) -> Result<bool> {
    let Some((stays, leave)) = group.split_last() else { return Ok(true) };
    // What may have come since the plan was made.
    if !watch.is_calm(table).await? {
        return Ok(false);
    }
    if report.changelogs_kept {
        changelog::keep(table, leave).await?;
    }
    let snapshots = table.snapshots();
    remove_paths(table, leave.iter().map(|snapshot| snapshots.path(snapshot.id)).collect()).await?;
    snapshots.write_earliest_hint(stays.id).await;
    if !watch.is_calm(table).await? {
        return Ok(false);
    }
    report.removed.add(removal.run(table).await?);
    Ok(true)
}

/// Removes files, some at a time, the first ones first.
async fn remove_paths(table: &Table, paths: Vec<String>) -> Result<()> {
    let deletes = all(paths, PARALLEL, |path| {
        let storage = table.storage().clone();
        async move { storage.delete(&path).await }
    });
    deletes.await.map(drop)
}

/// Whether the table makes changelog files.
fn produces_changelog(table: &Table) -> bool {
    table.options().changelog_producer != ChangelogProducer::None
}
