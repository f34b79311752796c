//! From what a user names to the snapshots whose changes are read.

use futures::{StreamExt, TryStreamExt, stream};

use super::auto_tag;
use crate::{
    error::{Error, ErrorKind, Result},
    spec::{
        options::ChangelogProducer,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// Snapshots read at the same time.
const PARALLEL: usize = 8;

/// Whole numbers from here on are epoch milliseconds (1973), not snapshot ids.
const FIRST_TIME: i64 = 100_000_000_000;

/// One end of a range of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ChangesBound {
    /// As far as there is anything.
    #[default]
    Open,
    /// A snapshot id. As the start, the one before the earliest is allowed, too.
    Snapshot(i64),
    /// A tagged snapshot.
    Tag(String),
    /// The last snapshot not later than this time (epoch milliseconds).
    TimestampMillis(i64),
    /// A tag that was created by period; as the end, with an open start, the start is the one before it (Java
    /// `incremental-to-auto-tag`).
    AutoTag(String),
    /// What a user types: the name of a tag, a snapshot id, a time as [`Table::parse_time_millis`] takes it.
    Text(String),
}

impl From<i64> for ChangesBound {
    fn from(id: i64) -> Self {
        ChangesBound::Snapshot(id)
    }
}

impl ChangesBound {
    /// The state that is named; the latest one where none is. Errors: `NotFound`.
    pub async fn snapshot(&self, table: &Table) -> Result<Snapshot> {
        let snapshots = table.snapshots();
        match find(table, self).await? {
            Found::Open => snapshots.latest().await?.ok_or_else(|| no_snapshots(table)),
            Found::Id(id) => snapshots.get(id).await,
            Found::Tagged(snapshot) => Ok(*snapshot),
            Found::Time(millis) => snapshots.at_or_before(millis).await?.ok_or_else(|| {
                Error::not_found(format!("no snapshot is as old as timestamp {millis}")).at(table.name())
            }),
        }
    }
}

fn no_snapshots(table: &Table) -> Error {
    Error::not_found("the table has no snapshots").at(table.name())
}

/// How changes are found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangesMode {
    /// Between two tags as `Diff`; otherwise as `Changelog` where the table makes changelogs, else as `Delta`.
    #[default]
    Auto,
    /// Rows of the files that APPEND snapshots added.
    Delta,
    /// Rows of the changelog files of all snapshots but OVERWRITE.
    Changelog,
    /// What is different between the two states.
    Diff,
}

impl std::str::FromStr for ChangesMode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "auto" => ChangesMode::Auto,
            "delta" => ChangesMode::Delta,
            "changelog" => ChangesMode::Changelog,
            "diff" => ChangesMode::Diff,
            _ => return Err(Error::invalid(format!("expected auto, delta, changelog or diff, found {text:?}"))),
        })
    }
}

/// What to read.
#[derive(Debug)]
pub(super) enum Range {
    /// Nothing.
    Empty,
    /// Files that these snapshots added.
    Delta(Vec<Snapshot>),
    /// Changelog files of these snapshots.
    Changelog(Vec<Snapshot>),
    /// Two states; nothing as the first one stands for the empty table.
    Diff { before: Option<Box<Snapshot>>, after: Box<Snapshot> },
}

/// A bound that was looked up.
#[derive(Debug)]
enum Found {
    Open,
    Id(i64),
    Tagged(Box<Snapshot>),
    Time(i64),
}

impl Range {
    /// Looks up the bounds. Errors: see [`super::ChangesBuilder::plan`].
    pub(super) async fn resolve(
        table: &Table,
        from: &ChangesBound,
        to: &ChangesBound,
        mode: ChangesMode,
    ) -> Result<Self> {
        if let (ChangesBound::Open, ChangesBound::AutoTag(name)) = (from, to) {
            return Ok(match auto_tag::pair(table, name).await? {
                Some((before, after)) => Range::Diff { before: Some(Box::new(before)), after: Box::new(after) },
                None => Range::Empty,
            });
        }
        let (from, to) = (find(table, from).await?, find(table, to).await?);
        let tags = matches!((&from, &to), (Found::Tagged(_), Found::Tagged(_)));
        let Some(latest) = table.snapshots().latest().await? else {
            return match (&from, &to) {
                (Found::Open, Found::Open) => Ok(Range::Empty),
                _ => Err(no_snapshots(table)),
            };
        };
        if mode == ChangesMode::Diff || (mode == ChangesMode::Auto && tags) {
            return diff(table, from, to, latest).await;
        }
        let makes_changelog = table.options().changelog_producer != ChangelogProducer::None;
        let changelog = mode == ChangesMode::Changelog || (mode == ChangesMode::Auto && makes_changelog);
        // Delta files of expired snapshots are kept where they are the changelog.
        let kept_beyond = changelog || !makes_changelog;
        let steps = steps(table, from, to, &latest, kept_beyond).await?;
        Ok(match changelog {
            false => Range::Delta(only(steps, |kind| kind == CommitKind::Append)),
            true => Range::Changelog(only(steps, |kind| kind != CommitKind::Overwrite)),
        })
    }
}

fn only(mut steps: Vec<Snapshot>, keep: impl Fn(CommitKind) -> bool) -> Vec<Snapshot> {
    steps.retain(|snapshot| keep(snapshot.commit_kind));
    steps
}

async fn find(table: &Table, bound: &ChangesBound) -> Result<Found> {
    Ok(match bound {
        ChangesBound::Open => Found::Open,
        ChangesBound::Snapshot(id) => Found::Id(*id),
        ChangesBound::TimestampMillis(millis) => Found::Time(*millis),
        ChangesBound::Tag(name) | ChangesBound::AutoTag(name) => {
            Found::Tagged(Box::new(table.tags().get(name).await?.snapshot))
        }
        ChangesBound::Text(text) => find_text(table, text.trim()).await?,
    })
}

async fn find_text(table: &Table, text: &str) -> Result<Found> {
    match table.tags().get_opt(text).await {
        Ok(Some(tag)) => return Ok(Found::Tagged(Box::new(tag.snapshot))),
        Ok(None) => {}
        Err(error) if error.kind() == ErrorKind::Invalid => {}
        Err(error) => return Err(error),
    }
    if let Ok(number) = text.parse::<i64>() {
        return Ok(if number < FIRST_TIME { Found::Id(number) } else { Found::Time(number) });
    }
    let time = table.parse_time_millis(text).map_err(|_| {
        let message = format!("no tag has the name {text:?}, and it is neither a snapshot id nor a time");
        Error::not_found(message).at(table.name())
    })?;
    Ok(Found::Time(time))
}

async fn diff(table: &Table, from: Found, to: Found, latest: Snapshot) -> Result<Range> {
    let snapshots = table.snapshots();
    let after = match to {
        Found::Open => latest,
        Found::Id(id) => snapshots.get(id).await?,
        Found::Tagged(snapshot) => *snapshot,
        Found::Time(millis) => match snapshots.at_or_before(millis).await? {
            Some(snapshot) => snapshot,
            None => return Ok(Range::Empty),
        },
    };
    let before = match from {
        Found::Open | Found::Id(0) => None,
        Found::Id(id) => Some(snapshots.get(id).await?),
        Found::Tagged(snapshot) => Some(*snapshot),
        Found::Time(millis) => match snapshots.at_or_before(millis).await? {
            Some(snapshot) => Some(snapshot),
            // Java: the first snapshot follows the empty table, what comes before any other is gone.
            None => snapshots.earliest().await?.filter(|earliest| earliest.id > 1),
        },
    };
    match &before {
        Some(before) if before.id == after.id => Ok(Range::Empty),
        Some(before) if before.id > after.id => Err(reversed(before.id, after.id, table)),
        _ => Ok(Range::Diff { before: before.map(Box::new), after: Box::new(after) }),
    }
}

/// The snapshots in the range (from, to], and long-lived changelogs for those that have expired.
async fn steps(table: &Table, from: Found, to: Found, latest: &Snapshot, kept_beyond: bool) -> Result<Vec<Snapshot>> {
    let snapshots = table.snapshots();
    let earliest = snapshots.earliest().await?.map_or(latest.id, |snapshot| snapshot.id);
    let changelogs = if kept_beyond { table.changelogs().earliest_id(Some(earliest)).await? } else { None };
    let first = changelogs.map_or(earliest, |id| id.min(earliest));
    let last = match to {
        Found::Open => latest.id,
        Found::Id(id) => id,
        Found::Tagged(snapshot) => snapshot.id,
        Found::Time(millis) => match snapshots.at_or_before(millis).await? {
            Some(snapshot) => snapshot.id,
            None => return Ok(Vec::new()),
        },
    };
    let start = match from {
        Found::Open => first - 1,
        Found::Id(id) => id,
        Found::Tagged(snapshot) => snapshot.id,
        Found::Time(millis) => snapshots.at_or_before(millis).await?.map_or(earliest - 1, |snapshot| snapshot.id),
    };
    if last < start {
        return Err(reversed(start, last, table));
    }
    if start == last {
        return Ok(Vec::new());
    }
    if start < first - 1 || last > latest.id {
        let message = format!(
            "changes from snapshot {start} (exclusive) to {last} are asked for: {}",
            available(earliest, latest.id, changelogs)
        );
        return Err(Error::not_found(message).at(table.name()));
    }
    let get = |id| async move {
        let gone = || {
            let message =
                format!("the changes of snapshot {id} are gone: {}", available(earliest, latest.id, changelogs));
            Error::not_found(message).at(table.name())
        };
        step(table, id, kept_beyond).await?.ok_or_else(gone)
    };
    stream::iter((start + 1..=last).map(get)).buffered(PARALLEL).try_collect().await
}

/// The snapshot `id`, or its long-lived changelog.
pub(super) async fn step(table: &Table, id: i64, kept_beyond: bool) -> Result<Option<Snapshot>> {
    match table.snapshots().get_opt(id).await? {
        None if kept_beyond => table.changelogs().get_opt(id).await,
        found => Ok(found),
    }
}

/// What there is.
pub(super) fn available(earliest: i64, latest: i64, changelogs: Option<i64>) -> String {
    let kept = match changelogs.filter(|first| *first < earliest) {
        Some(first) => format!(", and changelogs from {first} on"),
        None => String::new(),
    };
    format!("the table has snapshots {earliest} to {latest}{kept}")
}

fn reversed(from: i64, to: i64, table: &Table) -> Error {
    Error::invalid(format!("a range of changes starts at snapshot {from} and ends before it, at {to}")).at(table.name())
}
