//! Who keeps one data file, and what would let it go.

use serde::Serialize;

use super::{
    Progress, of_kind,
    states::{self, States},
    timeline::{FileFacts, Span, Steps, Wanted, files_of_state, follow},
    visit_changes,
};
use crate::{
    error::Result,
    maintain::{
        doctor::shell_word,
        reachable::{Keeper as RootKeeper, Root},
    },
    scan::entry_types,
    spec::{
        layout,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// Who keeps a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilePins {
    /// The file, as it was asked for.
    pub path: String,
    /// `None` where no state reads such a file.
    pub file: Option<PinnedFile>,
    /// Whether the latest snapshot reads it.
    pub live: bool,
    /// First kept snapshot that reads it.
    pub first_snapshot: Option<i64>,
    /// Last kept snapshot that reads it.
    pub last_snapshot: Option<i64>,
    /// The commit that took it away, where that is kept.
    pub removed_by: Option<CommitRef>,
    /// The commit that brought it, where that is kept.
    pub added_by: Option<CommitRef>,
    /// Tags that read it.
    pub tags: Vec<String>,
    /// Other branches that read it.
    pub branches: Vec<String>,
    /// Consumers that keep a snapshot which reads it.
    pub consumers: Vec<String>,
    /// Whether changelogs refer to it.
    pub changelogs: bool,
    /// What would let it go, step by step; empty while it is live.
    pub freed_by: Vec<Release>,
    /// What could not be looked at, and why.
    pub not_looked_at: Vec<String>,
}

/// Where a file lies and how large it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PinnedFile {
    /// `dt=1`; empty without partitions.
    pub partition: String,
    /// Bucket number.
    pub bucket: i32,
    /// LSM level.
    pub level: i32,
    /// Bytes.
    pub size: i64,
    /// Rows.
    pub rows: i64,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitRef {
    /// Its snapshot.
    pub id: i64,
    /// What kind.
    pub commit_kind: CommitKind,
    /// When.
    pub time_millis: i64,
}

/// A step on the way of a file out of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Release {
    /// What has to happen.
    pub what: String,
    /// The command that does it.
    pub command: Option<String>,
}

/// Says who keeps the data file at `path` (or of this name). `address` is how commands name the table.
///
/// `progress` hears how many states were read of how many. Errors: those of reading metadata; a store that cannot list is no error, nor is a file that nobody knows.
pub async fn pins_of(table: &Table, path: &str, address: &str, progress: Progress<'_>) -> Result<FilePins> {
    let states = states::find(table).await?;
    let mut steps = Steps::new(states.count() as u64, progress);
    let wanted = Wanted::File(path);
    let timeline = follow(table, &states.snapshots, wanted, &mut steps).await?;
    let mut pins = FilePins { path: path.to_owned(), ..FilePins::default() };
    let mut facts: Option<Box<FileFacts>> = None;
    if let Some(span) = timeline.spans.into_values().next() {
        pins.of_span(&span, &states);
        facts = span.facts;
    }
    for (name, snapshot) in &states.tags {
        if let Some((_, _, found)) = files_of_state(table, snapshot, wanted).await?.pop() {
            pins.tags.push(name.clone());
            facts = facts.or(found);
        }
        steps.done();
    }
    for (branch, roots) in &states.branches {
        if let Some(found) = in_branch(branch, roots, wanted, &mut steps).await? {
            pins.branches.push(branch.branch().to_owned());
            facts = facts.or(found);
        }
    }
    pins.changelogs = in_changelogs(table, path, &states).await?;
    pins.file = facts.map(|facts| pinned(table, &facts)).transpose()?;
    if !pins.live {
        pins.freed_by = pins.releases(address);
    }
    pins.not_looked_at = states.not_looked_at;
    Ok(pins)
}

/// What a branch says of the file; `None` where no state of it reads it.
async fn in_branch(
    branch: &Table,
    roots: &[Root],
    wanted: Wanted<'_>,
    steps: &mut Steps<'_>,
) -> Result<Option<Option<Box<FileFacts>>>> {
    let snapshots = of_kind(roots, |keeper| *keeper == RootKeeper::Snapshot);
    if let Some(span) = follow(branch, &snapshots, wanted, steps).await?.spans.into_values().next() {
        return Ok(Some(span.facts));
    }
    for snapshot in of_kind(roots, |keeper| matches!(keeper, RootKeeper::Tag(_))) {
        if let Some((_, _, facts)) = files_of_state(branch, &snapshot, wanted).await?.pop() {
            return Ok(Some(facts));
        }
        steps.done();
    }
    Ok(None)
}

fn pinned(table: &Table, facts: &FileFacts) -> Result<PinnedFile> {
    let fields = table.schema().partition_fields();
    let values = facts.partition.decode(&entry_types(&fields))?;
    Ok(PinnedFile {
        partition: layout::partition_name(&fields, &values, table.options()),
        bucket: facts.bucket,
        level: facts.level,
        size: facts.size,
        rows: facts.rows,
    })
}

/// Whether changes that are kept are in the file.
async fn in_changelogs(table: &Table, path: &str, states: &States) -> Result<bool> {
    let is_it = |found: &str| found == path || found.strip_suffix(path).is_some_and(|folder| folder.ends_with('/'));
    let mut holds = false;
    visit_changes(table, &states.snapshots, &states.changelogs, &mut |file| holds |= is_it(&file.path)).await?;
    Ok(holds)
}

impl FilePins {
    fn of_span(&mut self, span: &Span, states: &States) {
        let commit = |id: Option<i64>| {
            let found: Option<&Snapshot> = states.snapshots.iter().find(|snapshot| Some(snapshot.id) == id);
            found.map(|found| CommitRef {
                id: found.id,
                commit_kind: found.commit_kind,
                time_millis: found.time_millis,
            })
        };
        self.live = span.last.is_none();
        self.first_snapshot = Some(span.first);
        self.last_snapshot = span.last.or_else(|| states.latest().map(|latest| latest.id));
        (self.added_by, self.removed_by) = (commit(span.added_by), commit(span.removed_by));
        let keeps = |next: i64| self.last_snapshot.is_some_and(|last| last >= next);
        let consumers = states.consumers.iter().filter(|consumer| keeps(consumer.next_snapshot));
        self.consumers = consumers.map(|consumer| consumer.id.clone()).collect();
    }

    /// In the order that they make sense in: what keeps snapshots goes before these.
    fn releases(&self, address: &str) -> Vec<Release> {
        let command = |verb: &str, rest: &str| Some(format!("cenote {verb} {} {rest}", shell_word(address)));
        let mut steps = Vec::new();
        for consumer in &self.consumers {
            let what = format!("consumer {consumer} goes, or reads on");
            steps.push(Release { what, command: command("consumer delete", &shell_word(consumer)) });
        }
        for tag in &self.tags {
            steps.push(Release { what: format!("tag {tag} goes"), command: command("tag delete", &shell_word(tag)) });
        }
        for branch in &self.branches {
            let mends = branch != layout::MAIN_BRANCH;
            let release = mends.then(|| command("branch delete", &shell_word(branch))).flatten();
            steps.push(Release { what: format!("branch {branch} goes"), command: release });
        }
        if let Some(last) = self.last_snapshot {
            let what = format!("snapshots up to {last} expire");
            steps.push(Release { what, command: command("expire", "") });
        }
        if self.changelogs {
            let what = "the changelogs that hold it expire".to_owned();
            steps.push(Release { what, command: command("expire", "") });
        }
        for step in &mut steps {
            step.command = step.command.take().map(|command| command.trim_end().to_owned());
        }
        steps
    }
}
