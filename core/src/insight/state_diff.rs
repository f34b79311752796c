//! What the metadata of two states differ in.
//!
//! ```text
//! live files of a state  =  ADDs - DELETEs of its manifests
//! difference of two      =  the same of the manifests that only one of them has: the others cancel out
//! ```
//! So the work is that of what changed, however large the table is.

use std::collections::{HashMap, HashSet};

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{
    MAX_PAGE,
    file_record::{FilePlace, FileRecord, FileWords},
    manifest_entries::ManifestRecord,
    schema_changes::{OptionChange, SchemaChange, option_changes, schema_changes},
};
use crate::{
    changes::ChangesBound,
    error::Result,
    scan::{EntryFilter, deletion_files, entries::FileIdentity, entry_types, read_entries, read_manifests},
    spec::{
        binary_row::BinaryRow,
        layout,
        manifest::{FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
    types::{DatumRow, compare_keys},
};

/// Files and manifests of each list where nobody says.
const DEFAULT_LIMIT: usize = 200;
/// Snapshots read at the same time.
const PARALLEL: usize = 8;

/// The difference of two states, as read; [`StateDiff::view`] puts it into words.
#[derive(Clone, Debug)]
pub struct StateDiff {
    /// The state that was.
    pub from: Snapshot,
    /// The state that is.
    pub to: Snapshot,
    commits: Vec<Commit>,
    schema: SchemaDiff,
    options: Vec<OptionChange>,
    manifests: ManifestsDiff,
    added: Vec<Changed>,
    removed: Vec<Changed>,
    sums: FileSums,
    words: FileWords,
    deleted_by_vectors: FromTo<u64>,
}

/// The difference in words, but for the two snapshots.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffView<'a> {
    /// Commits behind the one and up to the other, oldest first.
    pub commits: &'a [Commit],
    /// Columns, keys and comments.
    pub schema: &'a SchemaDiff,
    /// Options.
    pub options: &'a [OptionChange],
    /// Manifests.
    pub manifests: &'a ManifestsDiff,
    /// Data files.
    pub files: FilesDiff<'a>,
    /// Rows that deletion vectors hide.
    pub deleted_by_vectors: FromTo<u64>,
}

/// What was and what is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FromTo<T> {
    /// What was.
    pub from: T,
    /// What is.
    pub to: T,
}

/// A commit on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// The snapshot.
    pub id: i64,
    /// What kind of commit.
    pub commit_kind: CommitKind,
    /// When.
    pub time_millis: i64,
    /// Rows that it added.
    pub delta_record_count: Option<i64>,
}

/// Schemas of two states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SchemaDiff {
    /// Schema that was.
    pub from: i64,
    /// Schema that is.
    pub to: i64,
    /// What they differ in.
    pub changes: Vec<SchemaChange>,
}

/// Manifests of two states.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManifestsDiff {
    /// New ones.
    pub added_count: usize,
    /// Those that are gone.
    pub removed_count: usize,
    /// Those that both have.
    pub kept: usize,
    /// The first of the new ones.
    pub added: Vec<ManifestRecord>,
    /// The first of those that are gone.
    pub removed: Vec<ManifestRecord>,
}

/// Data files of two states.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilesDiff<'a> {
    /// How many, how much.
    #[serde(flatten)]
    pub sums: &'a FileSums,
    /// The first of the new ones.
    pub added_files: Vec<FileRecord<'a>>,
    /// The first of those that are gone.
    pub removed_files: Vec<FileRecord<'a>>,
}

/// How many files changed, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileSums {
    /// New ones.
    pub added: FileSum,
    /// Those that are gone.
    pub removed: FileSum,
    /// The same files at other levels.
    pub moved: FileSum,
    /// Those that both have where they were.
    pub kept: i64,
    /// Partitions by bytes that changed, the most first; at most 1,000.
    pub by_partition: Vec<PartitionChange>,
    /// Partitions in which anything changed.
    pub partition_count: usize,
}

/// Some files together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileSum {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
}

/// What changed in a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PartitionChange {
    /// `dt=1`; empty without partitions.
    pub partition: String,
    /// New files.
    pub added: FileSum,
    /// Files that are gone.
    pub removed: FileSum,
}

/// A file that only one state has.
#[derive(Clone, Debug)]
struct Changed {
    entry: ManifestEntry,
    values: DatumRow,
    partition: String,
    folder: String,
}

/// Compares two states of a table; of each list the first `limit`: 200 where it is not said, never more than [`MAX_PAGE`].
///
/// Errors: `NotFound` for states that are not there; those of reading metadata.
pub async fn state_diff(
    table: &Table,
    from: &ChangesBound,
    to: &ChangesBound,
    limit: Option<usize>,
) -> Result<StateDiff> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_PAGE);
    let (from, to) = (from.snapshot(table).await?, to.snapshot(table).await?);
    let (old_schema, new_schema) =
        (table.schemas().get(from.schema_id).await?, table.schemas().get(to.schema_id).await?);
    let (old, new) = futures::future::try_join(read_manifests(table, &from), read_manifests(table, &to)).await?;
    let live = |metas: &[ManifestFileMeta]| -> i64 {
        metas
            .iter()
            .fold(0, |sum, meta| sum.saturating_add(meta.num_added_files.saturating_sub(meta.num_deleted_files)))
    };
    let live_before = live(&old);
    let (gone, fresh, kept) = unshared(old, new);
    let (mut added, mut removed, moved) = changed_files(table, &gone, &fresh).await?;
    let mut sums = FileSums { moved, kept: live_before, ..FileSums::default() };
    sums.count(&added, &removed);
    for list in [&mut added, &mut removed] {
        list.sort_by(in_order);
        list.truncate(limit);
    }
    let words = FileWords::read(table, added.iter().chain(&removed).map(|file| file.entry.file.schema_id)).await?;
    let fields = table.schema().partition_fields();
    let records = |metas: Vec<ManifestFileMeta>| -> Result<Vec<ManifestRecord>> {
        metas.into_iter().take(limit).map(|meta| ManifestRecord::of("base", meta, &fields)).collect()
    };
    let (added_count, removed_count) = (fresh.len(), gone.len());
    Ok(StateDiff {
        commits: commits(table, from.id, to.id).await?,
        schema: SchemaDiff {
            from: from.schema_id,
            to: to.schema_id,
            changes: schema_changes(&old_schema, &new_schema),
        },
        options: option_changes(&old_schema.options, &new_schema.options),
        manifests: ManifestsDiff { added_count, removed_count, kept, added: records(fresh)?, removed: records(gone)? },
        added,
        removed,
        sums,
        words,
        deleted_by_vectors: FromTo { from: hidden(table, &from).await?, to: hidden(table, &to).await? },
        from,
        to,
    })
}

impl StateDiff {
    /// The difference in words. Errors: `Corrupt` for keys that do not decode.
    pub fn view(&self) -> Result<DiffView<'_>> {
        Ok(DiffView {
            commits: &self.commits,
            schema: &self.schema,
            options: &self.options,
            manifests: &self.manifests,
            files: FilesDiff {
                sums: &self.sums,
                added_files: self.records(&self.added)?,
                removed_files: self.records(&self.removed)?,
            },
            deleted_by_vectors: self.deleted_by_vectors,
        })
    }

    fn records<'a>(&'a self, files: &'a [Changed]) -> Result<Vec<FileRecord<'a>>> {
        let record = |file: &'a Changed| {
            let Changed { entry, partition, folder, .. } = file;
            let place = FilePlace { partition, bucket: entry.bucket, total_buckets: entry.total_buckets, folder };
            self.words.record(place, &entry.file, true)
        };
        files.iter().map(record).collect()
    }
}

/// The manifests that only the old, that only the new state has, and how many both have.
fn unshared(
    old: Vec<ManifestFileMeta>,
    new: Vec<ManifestFileMeta>,
) -> (Vec<ManifestFileMeta>, Vec<ManifestFileMeta>, usize) {
    let names = |metas: &[ManifestFileMeta]| metas.iter().map(|meta| meta.file_name.clone()).collect::<HashSet<_>>();
    let (before, after) = (names(&old), names(&new));
    let kept = before.intersection(&after).count();
    let gone = old.into_iter().filter(|meta| !after.contains(&meta.file_name)).collect();
    let fresh = new.into_iter().filter(|meta| !before.contains(&meta.file_name)).collect();
    (gone, fresh, kept)
}

/// Files that came, files that went, and those that only changed their level.
async fn changed_files(
    table: &Table,
    gone: &[ManifestFileMeta],
    fresh: &[ManifestFileMeta],
) -> Result<(Vec<Changed>, Vec<Changed>, FileSum)> {
    let mut net: HashMap<FileIdentity, (i64, ManifestEntry)> = HashMap::new();
    for (metas, sign) in [(gone, -1), (fresh, 1)] {
        // A few at a time: what cancels out need not be held.
        for metas in metas.chunks(PARALLEL) {
            let (entries, _) = read_entries(table, metas.to_vec(), &EntryFilter::default()).await?;
            for entry in entries {
                let step = if entry.kind == FileKind::Add { sign } else { -sign };
                let key = FileIdentity::of(&entry);
                let (count, _) = net.entry(key.clone()).or_insert((0, entry));
                *count += step;
                if *count == 0 {
                    net.remove(&key);
                }
            }
        }
    }
    let fields = table.schema().partition_fields();
    let types = entry_types(&fields);
    let mut sides: (Vec<Changed>, Vec<Changed>) = Default::default();
    for (count, entry) in net.into_values() {
        let values = entry.partition.decode(&types)?;
        let partition = layout::partition_name(&fields, &values, table.options());
        let folder = layout::bucket_path(&layout::partition_path(&fields, &values, table.options()), entry.bucket);
        let side = if count > 0 { &mut sides.0 } else { &mut sides.1 };
        side.push(Changed { entry, values, partition, folder });
    }
    let (mut added, mut removed) = sides;
    let moved = take_moved(&mut added, &mut removed);
    Ok((added, removed, moved))
}

/// Takes the files out that are on both sides: they are at another level, or have another index.
fn take_moved(added: &mut Vec<Changed>, removed: &mut Vec<Changed>) -> FileSum {
    type Key = (BinaryRow, i32, String);
    let key = |file: &Changed| -> Key {
        (file.entry.partition.clone(), file.entry.bucket, file.entry.file.file_name.clone())
    };
    let came: HashSet<Key> = added.iter().map(key).collect();
    let both: HashSet<Key> = removed.iter().map(key).filter(|key| came.contains(key)).collect();
    let mut moved = FileSum::default();
    added.retain(|file| {
        let is_moved = both.contains(&key(file));
        if is_moved {
            moved.add(file);
        }
        !is_moved
    });
    removed.retain(|file| !both.contains(&key(file)));
    moved
}

impl FileSums {
    fn count(&mut self, added: &[Changed], removed: &[Changed]) {
        let mut partitions: HashMap<&str, PartitionChange> = HashMap::new();
        for (files, comes) in [(added, true), (removed, false)] {
            for file in files {
                let change = partitions.entry(&file.partition).or_default();
                if comes {
                    self.added.add(file);
                    change.added.add(file);
                } else {
                    self.removed.add(file);
                    change.removed.add(file);
                }
            }
        }
        let went = self.removed.files.saturating_add(self.moved.files);
        self.kept = self.kept.saturating_sub_unsigned(went);
        self.partition_count = partitions.len();
        let named = |(name, change): (&str, PartitionChange)| PartitionChange { partition: name.to_owned(), ..change };
        self.by_partition = partitions.into_iter().map(named).collect();
        let bytes = |change: &PartitionChange| change.added.bytes.saturating_add(change.removed.bytes);
        self.by_partition.sort_by(|a, b| bytes(b).cmp(&bytes(a)).then_with(|| a.partition.cmp(&b.partition)));
        self.by_partition.truncate(MAX_PAGE);
    }
}

impl FileSum {
    fn add(&mut self, file: &Changed) {
        let size = |value: i64| u64::try_from(value).unwrap_or(0);
        self.files += 1;
        self.bytes = self.bytes.saturating_add(size(file.entry.file.file_size));
        self.rows = self.rows.saturating_add(size(file.entry.file.row_count));
    }
}

fn in_order(a: &Changed, b: &Changed) -> std::cmp::Ordering {
    compare_keys(&a.values, &b.values)
        .then_with(|| a.entry.bucket.cmp(&b.entry.bucket))
        .then_with(|| a.entry.file.level.cmp(&b.entry.file.level))
        .then_with(|| a.entry.file.min_sequence_number.cmp(&b.entry.file.min_sequence_number))
        .then_with(|| a.entry.file.file_name.cmp(&b.entry.file.file_name))
}

/// The kept commits behind `from` up to `to`, oldest first; the last 1,000 of them.
async fn commits(table: &Table, from: i64, to: i64) -> Result<Vec<Commit>> {
    let first = from.saturating_add(1).max(to.saturating_sub(MAX_PAGE as i64 - 1));
    let snapshots = table.snapshots();
    let reads = (first..=to).map(|id| {
        let snapshots = snapshots.clone();
        async move { snapshots.get_opt(id).await }
    });
    let found: Vec<Option<Snapshot>> = stream::iter(reads).buffered(PARALLEL).try_collect().await?;
    let commit = |snapshot: Snapshot| Commit {
        id: snapshot.id,
        commit_kind: snapshot.commit_kind,
        time_millis: snapshot.time_millis,
        delta_record_count: snapshot.delta_record_count,
    };
    Ok(found.into_iter().flatten().map(commit).collect())
}

async fn hidden(table: &Table, snapshot: &Snapshot) -> Result<u64> {
    let found = deletion_files(table, snapshot).await?;
    let rows = found.values().flat_map(HashMap::values).filter_map(|deletions| deletions.vector.cardinality);
    Ok(rows.fold(0, |sum: u64, rows| sum.saturating_add(u64::try_from(rows).unwrap_or(0))))
}
