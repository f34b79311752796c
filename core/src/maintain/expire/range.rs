//! Which ids go.

use super::{ExpireOptions, PARALLEL};
use crate::{error::Result, maintain::side_by_side::all, table::Table};

/// First snapshot that stays; `earliest` or less where none goes.
pub(super) async fn end_of_snapshots(
    table: &Table,
    options: &ExpireOptions,
    earliest: i64,
    latest: i64,
) -> Result<i64> {
    let begin = (latest - options.retain_max + 1).max(earliest);
    let mut end = (latest - options.retain_min + 1).min(earliest.saturating_add(options.max_deletes));
    if end <= earliest {
        return Ok(earliest);
    }
    if !table.options().consumer_changelog_only {
        end = end.min(least_position(table).await?);
    }
    // A snapshot goes once the one after it is old enough; those beyond the greatest count go anyway.
    let ids: Vec<i64> = (begin..end).collect();
    for ids in ids.chunks(PARALLEL) {
        let next = all(ids.to_vec(), PARALLEL, |id| {
            let snapshots = table.snapshots();
            async move { Ok((id, snapshots.get_opt(id + 1).await?)) }
        });
        for (id, found) in next.await? {
            if found.is_some_and(|snapshot| options.older_than_millis <= snapshot.time_millis) {
                return Ok(id);
            }
        }
    }
    Ok(end)
}

/// First changelog that stays, among `earliest..=last`; `earliest` or less where none goes.
pub(super) async fn end_of_changelogs(
    table: &Table,
    options: &ExpireOptions,
    (earliest, last): (i64, i64),
    latest_snapshot: i64,
) -> Result<i64> {
    let begin = (latest_snapshot - options.retain_max + 1).max(earliest);
    let mut end = (latest_snapshot - options.retain_min + 1).min(earliest.saturating_add(options.max_deletes));
    end = end.min(last);
    if end <= earliest {
        return Ok(earliest);
    }
    end = end.min(least_position(table).await?);
    for id in begin..=end {
        let found = table.changelogs().get_opt(id).await?;
        if found.is_some_and(|changelog| options.older_than_millis <= changelog.time_millis) {
            return Ok(id);
        }
    }
    Ok(end)
}

/// The least position of all consumers: what they have yet to read stays.
async fn least_position(table: &Table) -> Result<i64> {
    let consumers = table.consumers().list().await?;
    Ok(consumers.iter().map(|consumer| consumer.next_snapshot).min().unwrap_or(i64::MAX))
}
