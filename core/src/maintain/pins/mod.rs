//! Who keeps old data files from going, and how much of them.
//!
//! ```text
//! old file   one that the latest snapshot does not read
//! kept       old files that a keeper refers to
//! alone      those of them that nobody else refers to: they go with it
//! ```
//! Only data files and changelog files are counted: metadata is small.

mod of_file;
mod states;
mod timeline;

use std::collections::HashMap;

use serde::Serialize;

pub use of_file::{CommitRef, FilePins, PinnedFile, Release, pins_of};
use states::States;
use timeline::{Steps, Timeline, Wanted, files_of_state, follow};

use super::{
    doctor::shell_word,
    reachable::{FileRef, FileRole, Keeper as RootKeeper, Root, Walk},
};
use crate::{
    error::Result,
    spec::{layout, snapshot::Snapshot},
    table::Table,
};

/// Said of stores that cannot list.
const NOT_LISTED: &str = "tags, branches, changelogs and consumers: the store cannot list folders";

/// Hears how much is done of how much.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Who keeps what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pins {
    /// The latest snapshot; `None` for a table that was never written.
    pub snapshot_id: Option<i64>,
    /// States whose metadata was read.
    pub states: usize,
    /// What the latest snapshot reads.
    pub live: KeptFiles,
    /// What is only kept for others.
    pub old: KeptFiles,
    /// Who keeps something, the most bytes of its own first.
    pub keepers: Vec<Keeper>,
    /// What could not be looked at, and why.
    pub not_looked_at: Vec<String>,
}

/// Some files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct KeptFiles {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What kind of keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum KeeperKind {
    /// The latest snapshot.
    Latest,
    /// All snapshots before it.
    Snapshots,
    /// A tag.
    Tag,
    /// Another branch, with all its snapshots and tags.
    Branch,
    /// Changes of snapshots, and of expired ones.
    Changelogs,
    /// A reader: it keeps the snapshots that it has not read.
    Consumer,
}

/// Somebody who keeps files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Keeper {
    /// What kind.
    pub kind: KeeperKind,
    /// The tag, branch or consumer.
    pub name: Option<String>,
    /// Its first snapshot.
    pub first_snapshot: Option<i64>,
    /// Its last snapshot.
    pub last_snapshot: Option<i64>,
    /// When its first snapshot was made.
    pub time_millis: Option<i64>,
    /// Old files that it refers to; of `Latest` all files.
    pub kept: KeptFiles,
    /// Those that would go with it. Of a consumer: what expiry could take, were it not there.
    pub alone: KeptFiles,
    /// The command that lets it go.
    pub release: Option<String>,
}

/// Says who keeps which data files of the branch that `table` is. `address` is how commands name the table.
///
/// `progress` hears how many states were read of how many. Memory: the path of every kept data file. Errors: those of
/// reading metadata; a store that cannot list is no error.
pub async fn pins(table: &Table, address: &str, progress: Progress<'_>) -> Result<Pins> {
    let states = states::find(table).await?;
    let mut steps = Steps::new(states.count() as u64, progress);
    let timeline = follow(table, &states.snapshots, Wanted::All, &mut steps).await?;
    let mut tally = Tally { address, files: HashMap::new(), keepers: Vec::new() };
    tally.snapshots(&states, &timeline);
    for (name, snapshot) in &states.tags {
        tally.tag(table, name, snapshot, &states, &timeline).await?;
        steps.done();
    }
    for (branch, roots) in &states.branches {
        tally.branch(branch, roots, &mut steps).await?;
    }
    tally.changelogs(table, &states).await?;
    tally.consumers(&states, &timeline);
    Ok(tally.finish(states))
}

/// Files and who keeps them.
struct Tally<'a> {
    address: &'a str,
    files: HashMap<String, Counted>,
    keepers: Vec<Keeper>,
}

/// A file, with the number of its keepers and the last of them.
#[derive(Clone, Copy, Debug)]
struct Counted {
    size: u64,
    live: bool,
    keepers: u32,
    last: usize,
}

impl Tally<'_> {
    /// Begins a keeper. Its files are told with [`Tally::keep`].
    fn begin(&mut self, kind: KeeperKind, name: Option<&str>, states: [Option<&Snapshot>; 2], release: Option<String>) {
        let [first, last] = states;
        self.keepers.push(Keeper {
            kind,
            name: name.map(str::to_owned),
            first_snapshot: first.map(|snapshot| snapshot.id),
            last_snapshot: last.map(|snapshot| snapshot.id),
            time_millis: first.map(|snapshot| snapshot.time_millis),
            kept: KeptFiles::default(),
            alone: KeptFiles::default(),
            release,
        });
    }

    /// A file of the keeper begun last.
    fn keep(&mut self, path: &str, size: u64) {
        let Some((number, keeper)) = self.keepers.iter_mut().enumerate().next_back() else { return };
        let latest = keeper.kind == KeeperKind::Latest;
        let counted = match self.files.get_mut(path) {
            Some(counted) => counted,
            None => {
                let new = Counted { size, live: latest, keepers: 0, last: usize::MAX };
                self.files.entry(path.to_owned()).or_insert(new)
            }
        };
        // A keeper may name a file more than once.
        if counted.last == number {
            return;
        }
        (counted.last, counted.keepers) = (number, counted.keepers.saturating_add(1));
        if latest || !counted.live {
            keeper.kept.add(counted.size);
        }
    }

    fn snapshots(&mut self, states: &States, timeline: &Timeline) {
        let Some(latest) = states.latest() else { return };
        self.begin(KeeperKind::Latest, None, [Some(latest), Some(latest)], None);
        for (path, span) in timeline.spans.iter().filter(|(_, span)| span.last.is_none()) {
            self.keep(path, span.size);
        }
        let older = states.snapshots.len().checked_sub(2).and_then(|place| states.snapshots.get(place));
        if older.is_some() {
            let release = self.command("expire", "--retain-max 1 --retain-min 1");
            self.begin(KeeperKind::Snapshots, None, [states.snapshots.first(), older], release);
            for (path, span) in timeline.spans.iter().filter(|(_, span)| span.last.is_some()) {
                self.keep(path, span.size);
            }
        }
    }

    async fn tag(
        &mut self,
        table: &Table,
        name: &str,
        snapshot: &Snapshot,
        states: &States,
        timeline: &Timeline,
    ) -> Result<()> {
        let release = self.command("tag delete", &shell_word(name));
        self.begin(KeeperKind::Tag, Some(name), [Some(snapshot), Some(snapshot)], release);
        if states.snapshots.contains(snapshot) {
            let reads =
                |span: &timeline::Span| span.first <= snapshot.id && span.last.is_none_or(|last| last >= snapshot.id);
            for (path, span) in timeline.spans.iter().filter(|(_, span)| reads(span)) {
                self.keep(path, span.size);
            }
            return Ok(());
        }
        for (path, size, _) in files_of_state(table, snapshot, Wanted::All).await? {
            self.keep(&path, size);
        }
        Ok(())
    }

    async fn branch(&mut self, branch: &Table, roots: &[Root], steps: &mut Steps<'_>) -> Result<()> {
        let snapshots: Vec<Snapshot> = of_kind(roots, |keeper| *keeper == RootKeeper::Snapshot);
        let name = branch.branch();
        let release = (name != layout::MAIN_BRANCH).then(|| self.command("branch delete", &shell_word(name))).flatten();
        self.begin(KeeperKind::Branch, Some(name), [snapshots.first(), snapshots.last()], release);
        for (path, span) in &follow(branch, &snapshots, Wanted::All, steps).await?.spans {
            self.keep(path, span.size);
        }
        for snapshot in of_kind(roots, |keeper| matches!(keeper, RootKeeper::Tag(_))) {
            if !snapshots.contains(&snapshot) {
                for (path, size, _) in files_of_state(branch, &snapshot, Wanted::All).await? {
                    self.keep(&path, size);
                }
            }
            steps.done();
        }
        self.changes(branch, &snapshots, &of_kind(roots, |keeper| *keeper == RootKeeper::Changelog)).await
    }

    async fn changelogs(&mut self, table: &Table, states: &States) -> Result<()> {
        let first = states.changelogs.first().or(states.snapshots.first());
        self.begin(KeeperKind::Changelogs, None, [first, states.latest()], None);
        self.changes(table, &states.snapshots, &states.changelogs).await?;
        if self.keepers.last().is_some_and(|keeper| keeper.kept == KeptFiles::default()) {
            self.keepers.pop();
        }
        Ok(())
    }

    /// Files with changes: changelog files of snapshots, and whatever long-lived changelogs name as added.
    async fn changes(&mut self, table: &Table, snapshots: &[Snapshot], changelogs: &[Snapshot]) -> Result<()> {
        visit_changes(table, snapshots, changelogs, &mut |file| {
            self.keep(&file.path, file.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0));
        })
        .await
    }

    /// Consumers keep snapshots, not files: they are told apart from the others.
    fn consumers(&mut self, states: &States, timeline: &Timeline) {
        let Some(latest) = states.latest() else { return };
        let mut found = Vec::new();
        for consumer in &states.consumers {
            let others = states.consumers.iter().filter(|other| other.id != consumer.id);
            let next_of_others = others.map(|other| other.next_snapshot).min();
            let (mut kept, mut alone) = (KeptFiles::default(), KeptFiles::default());
            for (path, span) in &timeline.spans {
                let Some(last) = span.last.filter(|last| *last >= consumer.next_snapshot) else { continue };
                kept.add(span.size);
                let only_snapshots = self.files.get(path).is_none_or(|counted| counted.keepers <= 1);
                if only_snapshots && next_of_others.is_none_or(|next| next > last) {
                    alone.add(span.size);
                }
            }
            let first = states.snapshots.iter().find(|snapshot| snapshot.id >= consumer.next_snapshot);
            found.push(Keeper {
                kind: KeeperKind::Consumer,
                name: Some(consumer.id.clone()),
                first_snapshot: Some(consumer.next_snapshot),
                last_snapshot: Some(latest.id),
                time_millis: first.map(|snapshot| snapshot.time_millis),
                kept,
                alone,
                release: self.command("consumer delete", &shell_word(&consumer.id)),
            });
        }
        self.keepers.extend(found);
    }

    fn finish(mut self, states: States) -> Pins {
        let (mut live, mut old) = (KeptFiles::default(), KeptFiles::default());
        for counted in self.files.values() {
            if counted.live {
                live.add(counted.size)
            } else {
                old.add(counted.size)
            }
            if let Some(keeper) = self.keepers.get_mut(counted.last)
                && counted.keepers == 1
                && !counted.live
            {
                keeper.alone.add(counted.size);
            }
        }
        let order = |keeper: &Keeper| std::cmp::Reverse((keeper.alone.bytes, keeper.kept.bytes, keeper.alone.files));
        self.keepers.sort_by_key(order);
        let snapshot_id = states.latest().map(|latest| latest.id);
        let states_count = states.count();
        Pins {
            snapshot_id,
            states: states_count,
            live,
            old,
            keepers: self.keepers,
            not_looked_at: states.not_looked_at,
        }
    }

    fn command(&self, verb: &str, rest: &str) -> Option<String> {
        Some(format!("cenote {verb} {} {rest}", shell_word(self.address)))
    }
}

/// Gives `sink` the files that hold changes: changelog files of snapshots, and what long-lived changelogs name as added.
async fn visit_changes(
    table: &Table,
    snapshots: &[Snapshot],
    changelogs: &[Snapshot],
    sink: &mut (dyn FnMut(FileRef) + Send),
) -> Result<()> {
    let mut walk = Walk::new();
    let with_changes = snapshots.iter().filter(|snapshot| snapshot.changelog_manifest_list.is_some());
    let roots = with_changes.map(|snapshot| (snapshot, RootKeeper::Snapshot));
    for (snapshot, keeper) in roots.chain(changelogs.iter().map(|changelog| (changelog, RootKeeper::Changelog))) {
        let long_lived = keeper == RootKeeper::Changelog;
        let root = Root { branch: table.branch().to_owned(), keeper, snapshot: snapshot.clone() };
        let mut pass = |file: FileRef| {
            let counts = file.role == FileRole::Changelog || (long_lived && file.role == FileRole::Data);
            if counts && !file.removed {
                sink(file);
            }
        };
        walk.visit(table, &root, &mut pass).await?;
    }
    Ok(())
}

fn of_kind(roots: &[Root], is: impl Fn(&RootKeeper) -> bool) -> Vec<Snapshot> {
    roots.iter().filter(|root| is(&root.keeper)).map(|root| root.snapshot.clone()).collect()
}

impl KeptFiles {
    fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }
}
