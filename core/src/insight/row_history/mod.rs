//! Why a row is as it is: every version of it that the files of a state hold, what the merge engine makes of them, and
//! which commits wrote it.
//!
//! Only files whose keys reach over the key are opened, and of those only pages that may hold it.

mod key;
mod verdict;
mod versions;

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::Value;

use self::{
    key::RowKey,
    verdict::{Engine, cells},
    versions::{Version, VersionReader},
};
use crate::{
    error::{Error, Result},
    read::ReadContext,
    scan::{
        BucketDeletions, BucketFiles, EntryFilter, deletion_files, entry_filter, group_by_bucket, live_files,
        read_entries, read_manifest_list, skips_level_0,
    },
    spec::{
        layout,
        manifest::FileKind,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// Commits looked through where nobody says.
const DEFAULT_COMMITS: usize = 100;

/// The history of a row.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowHistory {
    /// The state; `None` for a table that was never written.
    pub snapshot_id: Option<i64>,
    /// `dt=1`; empty without partitions.
    pub partition: String,
    /// Bucket that holds versions; `None` where none does.
    pub bucket: Option<i32>,
    /// The engine.
    pub merge_engine: &'static str,
    /// Names of the values.
    pub columns: Vec<String>,
    /// Oldest first: as the engine takes them.
    pub versions: Vec<RowVersion>,
    /// What a read gives; `None` where there is no row.
    pub result: Option<Vec<Value>>,
    /// Why.
    pub why: String,
    /// Why each column is as it is, where the engine decides by column.
    pub column_why: Vec<ColumnWhy>,
    /// Files looked at.
    pub files: HistoryFiles,
    /// Commits that wrote the row, newest first.
    pub commits: Vec<RowCommit>,
    /// How many commits were looked through.
    pub commits_looked_at: CommitsLookedAt,
}

/// A version of a row in a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowVersion {
    /// Name of the file.
    pub file: String,
    /// Its path.
    pub path: String,
    /// Its level.
    pub level: i32,
    /// Number of the row in it.
    pub position: u64,
    /// What orders versions.
    pub sequence_number: i64,
    /// `+I`, `-U`, `+U` or `-D`.
    pub kind: &'static str,
    /// Its values.
    pub values: Vec<Value>,
    /// Hidden by a deletion vector.
    pub deleted: bool,
    /// In a file that readers skip.
    pub skipped: bool,
    /// What the result has of it.
    pub picked: Picked,
}

/// What a result has of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Picked {
    /// The result is this version.
    Whole,
    /// Some columns.
    Part,
    /// Nothing.
    None,
}

/// Why a column is as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnWhy {
    /// The column.
    pub column: String,
    /// Numbers of the versions that made its value.
    pub versions: Vec<usize>,
    /// The rule.
    pub why: String,
}

/// Files looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryFiles {
    /// Files of the buckets that may hold the key.
    pub in_bucket: usize,
    /// Those whose keys reach over it.
    pub matching: usize,
    /// Those that were opened, those of commits among them.
    pub opened: usize,
}

/// A commit that wrote the row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowCommit {
    /// Its snapshot.
    pub snapshot_id: i64,
    /// What kind.
    pub commit_kind: CommitKind,
    /// When.
    pub time_millis: i64,
    /// Who.
    pub commit_user: String,
    /// The file that it wrote.
    pub file: String,
    /// Number of the version.
    pub sequence_number: i64,
    /// Kind of the version.
    pub kind: &'static str,
    /// Its values.
    pub values: Vec<Value>,
}

/// How far commits were looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CommitsLookedAt {
    /// How many.
    pub count: usize,
    /// Whether these were all that are kept.
    pub all: bool,
}

/// The history of the row of `key`, which gives a value for each column of the primary key, as of `snapshot` (`None` for a
/// table that was never written). Of kept commits up to it at most `commits` are looked through, newest first; 100 where it
/// is not said.
///
/// Errors: `Invalid` for a table without a primary key, and for a key that is none; `Unsupported` for
/// `sequence.snapshot-ordering`; as every read.
pub async fn row_history(
    table: &Table,
    snapshot: Option<&Snapshot>,
    key: &BTreeMap<String, Value>,
    commits: Option<usize>,
) -> Result<RowHistory> {
    let schema = table.schema();
    let key = RowKey::new(schema, key).map_err(|error| error.at(table.name()))?;
    if table.options().sequence_snapshot_ordering {
        let message = "rows that are ordered by their snapshots (sequence.snapshot-ordering) have no history here yet";
        return Err(Error::unsupported(message).at(table.name()));
    }
    let mut history = RowHistory {
        merge_engine: table.options().merge_engine.as_str(),
        columns: schema.fields.iter().map(|field| field.name.clone()).collect(),
        ..RowHistory::default()
    };
    let Some(snapshot) = snapshot else {
        "the table was never written".clone_into(&mut history.why);
        return Ok(history);
    };
    let filter = EntryFilter { without_stats: true, ..entry_filter(table, schema, Some(&key.predicate))? };
    let context = Arc::new(ReadContext::new(table, Arc::clone(schema)));
    let mut reader = VersionReader { context, schema, key: &key, opened: 0 };
    let versions = of_state(table, snapshot, &filter, &mut reader, &mut history).await?;
    judge(table, versions, &mut history)?;
    of_commits(table, snapshot, &filter, &mut reader, commits.unwrap_or(DEFAULT_COMMITS), &mut history).await?;
    history.files.opened = reader.opened;
    Ok(history)
}

/// The versions in the files of a state.
async fn of_state(
    table: &Table,
    snapshot: &Snapshot,
    filter: &EntryFilter,
    reader: &mut VersionReader<'_>,
    history: &mut RowHistory,
) -> Result<Vec<Version>> {
    history.snapshot_id = Some(snapshot.id);
    let mut deletions = deletion_files(table, snapshot).await?;
    let mut versions = Vec::new();
    for bucket in live_files(table, snapshot, filter).await? {
        history.partition = partition_of(table, &bucket);
        history.files.in_bucket += bucket.files.len();
        let deletions = deletions.remove(&(bucket.partition.clone(), bucket.bucket)).unwrap_or_default();
        for file in &bucket.files {
            if !reader.key.is_within(file)? {
                continue;
            }
            history.files.matching += 1;
            let found = reader.read(&bucket, file, &deletions).await?;
            if !found.is_empty() {
                history.bucket = Some(bucket.bucket);
            }
            versions.extend(found);
        }
    }
    Ok(versions)
}

fn partition_of(table: &Table, bucket: &BucketFiles) -> String {
    layout::partition_name(&table.schema().partition_fields(), &bucket.partition_values, table.options())
}

/// Asks the engine.
fn judge(table: &Table, versions: Vec<Version>, history: &mut RowHistory) -> Result<()> {
    let schema = table.schema();
    let engine = Engine { schema, options: table.options() };
    let versions = engine.in_order(versions)?;
    let skips = skips_level_0(schema)?;
    let is_skipped = |version: &Version| skips && version.file.level == 0;
    let counts: Vec<bool> = versions.iter().map(|version| !version.deleted && !is_skipped(version)).collect();
    let verdict = engine.judge(&versions, &counts)?;
    for (version, picked) in versions.iter().zip(&verdict.picked) {
        history.versions.push(RowVersion {
            file: version.file.file_name.clone(),
            path: version.path.clone(),
            level: version.file.level,
            position: version.position,
            sequence_number: version.sequence_number,
            kind: version.kind.as_str(),
            values: cells(schema, &version.row)?,
            deleted: version.deleted,
            skipped: is_skipped(version),
            picked: *picked,
        });
    }
    (history.result, history.why, history.column_why) = (verdict.result, verdict.why, verdict.columns);
    let waiting = versions.iter().filter(|version| is_skipped(version)).count();
    if waiting > 0 {
        history.why += &format!("; {waiting} in level 0 wait for compaction: readers skip them");
    }
    Ok(())
}

/// The commits that wrote versions, newest first.
async fn of_commits(
    table: &Table,
    latest: &Snapshot,
    filter: &EntryFilter,
    reader: &mut VersionReader<'_>,
    most: usize,
    history: &mut RowHistory,
) -> Result<()> {
    let snapshots = table.snapshots();
    let mut next = Some(latest.clone());
    while let Some(snapshot) = next {
        if history.commits_looked_at.count >= most {
            return Ok(());
        }
        history.commits_looked_at.count += 1;
        // A compaction writes no new versions.
        if snapshot.commit_kind != CommitKind::Compact {
            commit(table, &snapshot, filter, reader, history).await?;
        }
        next = match snapshot.id.checked_sub(1).filter(|id| *id > 0) {
            Some(id) => snapshots.get_opt(id).await?,
            None => None,
        };
    }
    history.commits_looked_at.all = true;
    Ok(())
}

async fn commit(
    table: &Table,
    snapshot: &Snapshot,
    filter: &EntryFilter,
    reader: &mut VersionReader<'_>,
    history: &mut RowHistory,
) -> Result<()> {
    let metas = read_manifest_list(table, &snapshot.delta_manifest_list).await?;
    let (mut entries, _) = read_entries(table, metas, filter).await?;
    entries.retain(|entry| entry.kind == FileKind::Add);
    for bucket in group_by_bucket(table, vec![entries])? {
        for file in &bucket.files {
            if !reader.key.is_within(file)? {
                continue;
            }
            for version in reader.read(&bucket, file, &BucketDeletions::default()).await? {
                history.commits.push(RowCommit {
                    snapshot_id: snapshot.id,
                    commit_kind: snapshot.commit_kind,
                    time_millis: snapshot.time_millis,
                    commit_user: snapshot.commit_user.clone(),
                    file: version.file.file_name.clone(),
                    sequence_number: version.sequence_number,
                    kind: version.kind.as_str(),
                    values: cells(table.schema(), &version.row)?,
                });
            }
        }
    }
    Ok(())
}
