//! Tags under care: with retention, deleted with the files that only they kept, expired by time (Java `TagManager`,
//! `TagDeletion`, `TagTimeExpire`, format digest 15.1).

mod clean;

use std::time::Duration;

use serde::Serialize;

use super::{removal::Removed, watch::Watch};
use crate::{
    error::{Error, Result},
    spec::{snapshot::Snapshot, tag::Tag},
    table::Table,
};

/// How a tag is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTag {
    /// The snapshot, or one that another tag keeps; the latest one if none is given.
    pub snapshot_id: Option<i64>,
    /// How long to keep it; by default what `tag.default-time-retained` says.
    pub time_retained: Option<Duration>,
    /// Take the name from the tag that has it.
    pub replace: bool,
}

/// A tag that went, or would go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TagReport {
    /// Its name.
    pub tag: String,
    /// Its snapshot.
    pub snapshot_id: i64,
    /// Files that only it kept.
    pub removed: Removed,
}

/// Names a snapshot.
///
/// Errors: `AlreadyExists` for a name in use, or `NotFound` where a tag to replace is missing; `NotFound` for a snapshot
/// that is not there; `Invalid` for what is no name.
pub async fn create(table: &Table, name: &str, new: &NewTag) -> Result<Tag> {
    let tags = table.tags();
    let before = tags.get_opt(name).await?;
    match (&before, new.replace) {
        (Some(_), false) => {
            return Err(Error::already_exists(format!("there is a tag {name} already")).at(table.name()));
        }
        (None, true) => return Err(Error::not_found(format!("there is no tag {name}")).at(table.name())),
        _ => {}
    }
    let snapshot = match new.snapshot_id {
        Some(id) => tagged_or_there(table, id).await?,
        None => table.snapshots().latest().await?.ok_or_else(|| nothing_to_tag(table))?,
    };
    let tag = retained(table, snapshot, new.time_retained.or(table.options().tag_default_time_retained));
    tags.write(name, &tag, new.replace).await?;
    Ok(tag)
}

/// A tag of now with this retention.
pub(super) fn retained(table: &Table, snapshot: Snapshot, time_retained: Option<Duration>) -> Tag {
    let now = table.runtime().now_millis();
    let wall_clock = now.saturating_add(table.runtime().local_offset_millis(now));
    // Readers of old do not know the creation time: Java writes it only where it is needed.
    Tag {
        snapshot,
        create_time_millis: time_retained.map(|_| wall_clock),
        time_retained_seconds: time_retained.map(|time| time.as_secs_f64()),
    }
}

async fn tagged_or_there(table: &Table, id: i64) -> Result<Snapshot> {
    if let Some(snapshot) = table.snapshots().get_fresh(id).await? {
        return Ok(snapshot);
    }
    let tags = table.tags().list().await?;
    match tags.into_iter().find(|(_, tag)| tag.snapshot.id == id) {
        Some((_, tag)) => Ok(tag.snapshot),
        None => Err(table.snapshots().missing(id).await),
    }
}

fn nothing_to_tag(table: &Table) -> Error {
    Error::not_found("there is no snapshot to tag").at(table.name())
}

/// Forgets a tag, and removes the files that only it kept: those that no snapshot, no neighbour among the tags, no
/// changelog and no other branch needs.
///
/// Errors: `NotFound`; whatever keeps us from knowing what is needed: then the tag stays.
pub async fn delete(table: &Table, name: &str, dry_run: bool) -> Result<TagReport> {
    let tag = table.tags().get(name).await?;
    let mut report = TagReport { tag: name.to_owned(), snapshot_id: tag.snapshot.id, removed: Removed::default() };
    let watch = Watch::look(table).await?;
    let removal = clean::plan(table, name, &tag.snapshot).await?;
    if dry_run {
        report.removed = removal.preview();
        return Ok(report);
    }
    table.tags().delete(name).await?;
    // Files of tags that came meanwhile, or branches made of this one, are left alone: orphans at worst.
    if watch.is_calm(table).await? {
        report.removed = removal.run(table).await?;
    }
    Ok(report)
}

/// Deletes the tags whose time is over, and those made before `older_than_millis` (epoch), where given.
///
/// Errors: those of [`delete`].
pub async fn expire(table: &Table, older_than_millis: Option<i64>, dry_run: bool) -> Result<Vec<TagReport>> {
    let now = table.runtime().now_millis();
    let wall_clock = |millis: i64| millis.saturating_add(table.runtime().local_offset_millis(millis));
    let older_than = older_than_millis.map(wall_clock);
    let mut reports = Vec::new();
    for (name, tag) in table.tags().list().await? {
        let retention = tag.create_time_millis.zip(tag.time_retained_seconds);
        let created = match (retention, older_than) {
            (Some((created, _)), _) => created,
            (None, None) => continue,
            // As Java: tags without retention are as old as their files.
            (None, Some(_)) => match table.tags().modified_millis(&name).await? {
                Some(modified) => wall_clock(modified),
                None => continue,
            },
        };
        // Durations of tags are far below 2^53 milliseconds.
        let over = |seconds: f64| wall_clock(now) > created.saturating_add((seconds * 1000.0) as i64);
        let is_over = retention.is_some_and(|(_, seconds)| over(seconds));
        if is_over || older_than.is_some_and(|older_than| older_than > created) {
            reports.push(delete(table, &name, dry_run).await?);
        }
    }
    Ok(reports)
}
