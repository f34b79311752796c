//! Those who take care of the history: nothing that anybody needs may go.

use cenote_core::maintain::{
    branches,
    expire::{self, ExpireOptions},
    orphans::{self, OrphanOptions},
};

use super::{Handle, Quota, judge};
use crate::process::Main;

/// Age of orphans: the day of a simulation is shorter, the night longer.
const ORPHAN_AGE_MILLIS: i64 = 3_600_000;

/// Removes files that nothing refers to.
pub(crate) fn cleaner(quota: Quota) -> Main {
    Box::new(move |process| {
        let quota = quota.clone();
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            while quota.take() {
                process.rest(6_000).await;
                let Some(table) = handle.table().await else { continue };
                let options =
                    OrphanOptions { older_than_millis: ORPHAN_AGE_MILLIS, delete: true, ..OrphanOptions::default() };
                let result = orphans::clean(&table, &options, &mut |_| {}).await;
                let found = result.as_ref().map_or(0, |report| report.total().files);
                judge(&process, &format!("clean {found} orphans"), &result);
            }
        })
    })
}

/// Expires snapshots as the options of the table say.
pub(crate) fn expirer(quota: Quota) -> Main {
    Box::new(move |process| {
        let quota = quota.clone();
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            while quota.take() {
                process.rest(5_000).await;
                let Some(table) = handle.table().await else { continue };
                let result = expire::expire_snapshots(&table, &ExpireOptions::of(&table)).await;
                let gone = result.as_ref().map_or(Vec::new(), |report| report.snapshots.clone());
                judge(&process, &format!("expire {gone:?}"), &result);
            }
        })
    })
}

/// Makes branches of tags, and drops them.
pub(crate) fn brancher(quota: Quota) -> Main {
    Box::new(move |process| {
        let quota = quota.clone();
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            while quota.take() {
                process.rest(6_000).await;
                let Some(table) = handle.table().await else { continue };
                let Ok(branches) = table.branches().await else { continue };
                // What takes folders away on a disk would reach for the disk of this machine.
                let may_drop = !process.world.lock().plan.disk;
                if may_drop && !branches.is_empty() && process.chance(5_000) {
                    let name = &branches[process.below(branches.len())];
                    judge(&process, &format!("drop branch {name}"), &branches::delete(&table, name).await);
                    continue;
                }
                let Ok(tags) = table.tags().list().await else { continue };
                if tags.is_empty() || branches.len() > 1 {
                    continue;
                }
                let (tag, name) = (&tags[process.below(tags.len())].0, format!("b{}", process.below(1 << 40)));
                let result = branches::create(&table, &name, Some(tag)).await;
                judge(&process, &format!("branch {name} of tag {tag}"), &result);
            }
        })
    })
}
