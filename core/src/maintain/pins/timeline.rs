//! Which snapshots of a branch read which data files: the first state, then what each commit added and removed.

use std::collections::{HashMap, hash_map::Entry};

use super::Progress;
use crate::{
    error::Result,
    maintain::reachable::{FileRole, files_of},
    scan::{EntryFilter, live_files, read_entries, read_manifest_list, read_manifests},
    spec::{
        binary_row::BinaryRow,
        data_file::DataFileMeta,
        manifest::{FileKind, ManifestEntry},
        snapshot::Snapshot,
    },
    table::Table,
};

/// The life of a data file in the kept snapshots of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Bytes.
    pub(super) size: u64,
    /// First kept snapshot that reads it.
    pub(super) first: i64,
    /// Last one; `None` while the latest reads it.
    pub(super) last: Option<i64>,
    /// The snapshot that brought it, where that is kept.
    pub(super) added_by: Option<i64>,
    /// The snapshot that took it away, where that is kept.
    pub(super) removed_by: Option<i64>,
    /// What the manifests say of it; only of a file that was asked for.
    pub(super) facts: Option<Box<FileFacts>>,
}

/// Where a file lies and how large it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileFacts {
    pub(super) partition: BinaryRow,
    pub(super) bucket: i32,
    pub(super) level: i32,
    pub(super) size: i64,
    pub(super) rows: i64,
}

/// Data files by path: relative to the table folder, or full locations.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    pub(super) spans: HashMap<String, Span>,
}

/// Which files are remembered: all, or the one of this path or name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    All,
    File(&'a str),
}

impl Wanted<'_> {
    fn is(self, path: &str) -> bool {
        match self {
            Wanted::All => true,
            Wanted::File(wanted) => {
                path == wanted || path.strip_suffix(wanted).is_some_and(|folder| folder.ends_with('/'))
            }
        }
    }
}

/// Counts states that were read.
pub(super) struct Steps<'a> {
    done: u64,
    total: u64,
    progress: Progress<'a>,
}

impl<'a> Steps<'a> {
    /// None of `total` is read.
    pub(super) fn new(total: u64, progress: Progress<'a>) -> Self {
        progress(0, total);
        Steps { done: 0, total, progress }
    }

    /// One more is read.
    pub(super) fn done(&mut self) {
        self.done = self.done.saturating_add(1).min(self.total);
        (self.progress)(self.done, self.total);
    }
}

/// Follows the snapshots of a branch, which are in ascending order. Those that expire meanwhile are left out.
pub(super) async fn follow(
    table: &Table,
    snapshots: &[Snapshot],
    wanted: Wanted<'_>,
    steps: &mut Steps<'_>,
) -> Result<Timeline> {
    let mut timeline = Timeline::default();
    let mut before: Option<i64> = None;
    for snapshot in snapshots {
        let follows = before.is_some() && before == snapshot.id.checked_sub(1);
        let step = match before {
            Some(_) if follows => timeline.apply(table, snapshot, wanted).await,
            _ => timeline.replace(table, snapshot, before, wanted).await,
        };
        match step {
            Ok(()) => before = Some(snapshot.id),
            Err(error) if error.is_not_found() && table.snapshots().get_fresh(snapshot.id).await?.is_none() => {}
            Err(error) => return Err(error.with("state", format!("snapshot {}", snapshot.id))),
        }
        steps.done();
    }
    // A branch that was put together from others need not be a chain: then each state is read by itself.
    if let (Wanted::All, Some(latest)) = (wanted, snapshots.last())
        && before == Some(latest.id)
        && !timeline.agrees_with(table, latest).await?
    {
        return each_by_itself(table, snapshots).await;
    }
    Ok(timeline)
}

async fn each_by_itself(table: &Table, snapshots: &[Snapshot]) -> Result<Timeline> {
    let (mut timeline, mut before) = (Timeline::default(), None);
    for snapshot in snapshots {
        timeline.replace(table, snapshot, before, Wanted::All).await?;
        before = Some(snapshot.id);
    }
    Ok(timeline)
}

/// The data files of one state: path, size, and what else is said of a file that is wanted.
pub(super) async fn files_of_state(
    table: &Table,
    snapshot: &Snapshot,
    wanted: Wanted<'_>,
) -> Result<Vec<(String, u64, Option<Box<FileFacts>>)>> {
    let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
    let mut found = Vec::new();
    for bucket in live_files(table, snapshot, &filter).await? {
        for file in &bucket.files {
            let inside = || format!("{}/{}", bucket.bucket_path, file.file_name);
            let path = file.external_path.clone().unwrap_or_else(inside);
            if wanted.is(&path) {
                let facts = facts(wanted, &bucket.partition, bucket.bucket, file);
                found.push((path, bytes(file.file_size), facts));
            }
        }
    }
    Ok(found)
}

impl Timeline {
    /// Takes a whole state; `before` is the last snapshot that was looked at.
    async fn replace(
        &mut self,
        table: &Table,
        snapshot: &Snapshot,
        before: Option<i64>,
        wanted: Wanted<'_>,
    ) -> Result<()> {
        let files = files_of_state(table, snapshot, wanted).await?;
        for span in self.spans.values_mut().filter(|span| span.last.is_none()) {
            span.last = before;
        }
        for (path, size, facts) in files {
            self.begin(path, size, snapshot.id, None, facts);
        }
        // The commit itself is kept: it tells which of these files it brought.
        let added = changes(table, snapshot, wanted).await?.1;
        for (path, ..) in added {
            if let Some(span) = self.spans.get_mut(&path)
                && span.added_by.is_none()
                && span.first == snapshot.id
            {
                span.added_by = Some(snapshot.id);
            }
        }
        Ok(())
    }

    /// Takes what one commit changed.
    async fn apply(&mut self, table: &Table, snapshot: &Snapshot, wanted: Wanted<'_>) -> Result<()> {
        let (removed, added) = changes(table, snapshot, wanted).await?;
        for (path, ..) in removed {
            if let Some(span) = self.spans.get_mut(&path) {
                span.last = Some(snapshot.id.saturating_sub(1));
                span.removed_by = Some(snapshot.id);
            }
        }
        for (path, size, facts) in added {
            self.begin(path, size, snapshot.id, Some(snapshot.id), facts);
        }
        Ok(())
    }

    fn begin(&mut self, path: String, size: u64, id: i64, added_by: Option<i64>, facts: Option<Box<FileFacts>>) {
        match self.spans.entry(path) {
            // At another level, or there again.
            Entry::Occupied(mut held) => {
                let span = held.get_mut();
                (span.last, span.removed_by) = (None, None);
                span.facts = facts.or_else(|| span.facts.take());
            }
            Entry::Vacant(free) => {
                free.insert(Span { size, first: id, last: None, added_by, removed_by: None, facts });
            }
        }
    }

    /// Whether as many files are live as the manifests of the state say.
    async fn agrees_with(&self, table: &Table, latest: &Snapshot) -> Result<bool> {
        let metas = read_manifests(table, latest).await?;
        let counted = metas
            .iter()
            .fold(0_i64, |sum, meta| sum.saturating_add(meta.num_added_files.saturating_sub(meta.num_deleted_files)));
        let live = self.spans.values().filter(|span| span.last.is_none()).count();
        Ok(i64::try_from(live) == Ok(counted))
    }
}

type Found = (String, u64, Option<Box<FileFacts>>);

/// Data files that a commit removed, and those that it added.
async fn changes(table: &Table, snapshot: &Snapshot, wanted: Wanted<'_>) -> Result<(Vec<Found>, Vec<Found>)> {
    let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
    let metas = read_manifest_list(table, &snapshot.delta_manifest_list).await?;
    let (entries, _) = read_entries(table, metas, &filter).await?;
    let (mut removed, mut added, mut folders) = (Vec::new(), Vec::new(), HashMap::new());
    for entry in &entries {
        let side = if entry.kind == FileKind::Delete { &mut removed } else { &mut added };
        push(table, entry, wanted, &mut folders, side)?;
    }
    Ok((removed, added))
}

fn push(
    table: &Table,
    entry: &ManifestEntry,
    wanted: Wanted<'_>,
    folders: &mut HashMap<(BinaryRow, i32), String>,
    side: &mut Vec<Found>,
) -> Result<()> {
    files_of(table, entry, FileRole::Data, folders, &mut |file| {
        if file.role == FileRole::Data && wanted.is(&file.path) {
            let facts = facts(wanted, &entry.partition, entry.bucket, &entry.file);
            side.push((file.path, file.size.map_or(0, bytes), facts));
        }
    })
}

fn facts(wanted: Wanted<'_>, partition: &BinaryRow, bucket: i32, file: &DataFileMeta) -> Option<Box<FileFacts>> {
    let (level, size, rows) = (file.level, file.file_size, file.row_count);
    let made = || Box::new(FileFacts { partition: partition.clone(), bucket, level, size, rows });
    matches!(wanted, Wanted::File(_)).then(made)
}

fn bytes(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}
