//! Commits what workers made of a plan: what is still true, and nothing else.
//!
//! A result is stale where somebody else removed one of its files, changed their deletion vectors, or compacted the same
//! bucket to the same level or above. Stale results are left out; all others are committed in one COMPACT snapshot.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use super::{CompactPlan, CompactTask, TaskKind, vectors::DeletionVectors};
use crate::{
    commit::CommitMessage,
    error::{Error, ErrorKind, Result},
    read::ReadContext,
    scan::{EntryFilter, live_files},
    spec::{data_file::DataFileMeta, snapshot::Snapshot},
    table::Table,
    write::{BucketKey, VectorWriter},
};

/// Commits tried while others commit to the same buckets.
const MOST_ATTEMPTS: u32 = 10;

/// What became of results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Published {
    /// The COMPACT snapshot; `None` where nothing was committed.
    pub snapshot_id: Option<i64>,
    /// Results that are in the snapshot, by their place among those given.
    pub committed: Vec<usize>,
    /// Results that somebody else's change made void: nothing refers to their new files.
    pub stale: Vec<usize>,
}

/// Commits the results of tasks of a plan, each made by [`super::rewrite()`], in one COMPACT snapshot. Stale results are
/// left out and named; their files stay, for [`crate::commit::TableCommit::abort`].
///
/// Errors: `Invalid` for a result that is of no task of the plan, before anything is committed; `Conflict` where others
/// commit to the same buckets all the time. Where an error says that the outcome is unknown, results may be committed.
pub async fn commit_rewritten(table: &Table, plan: &CompactPlan, results: &[CommitMessage]) -> Result<Published> {
    let tasks = results.iter().map(|result| task_of(plan, result)).collect::<Result<Vec<_>>>()?;
    let mut seen = HashSet::new();
    for file in results.iter().flat_map(|result| &result.compact_before) {
        if !seen.insert(&file.file_name) {
            return Err(Error::invalid("two results of the same file").at(&file.file_name));
        }
    }
    publish(table, &tasks.into_iter().zip(results).collect::<Vec<_>>()).await
}

/// The task that a result is of.
fn task_of<'a>(plan: &'a CompactPlan, result: &CommitMessage) -> Result<&'a CompactTask> {
    let in_bucket = |task: &&CompactTask| {
        let bucket = &task.bucket;
        bucket.bucket == result.bucket
            && bucket.partition == result.partition
            && bucket.total_buckets == result.total_buckets
    };
    let has_all = |task: &&CompactTask| {
        let names: HashSet<&str> = task.files.iter().map(|file| file.file_name.as_str()).collect();
        result.compact_before.iter().all(|file| names.contains(file.file_name.as_str()))
    };
    let is_compaction =
        result.new_files.is_empty() && result.deleted_files.is_empty() && result.changelog_files.is_empty();
    let task = plan.tasks.iter().filter(in_bucket).find(has_all).filter(|_| is_compaction);
    task.ok_or_else(|| {
        let first = result.compact_before.first().map_or("no file", |file| &file.file_name);
        Error::invalid("a result that is of no task of the plan").at(first).with("bucket", result.bucket)
    })
}

/// As [`commit_rewritten`], of results with their tasks.
pub(super) async fn publish(table: &Table, results: &[(&CompactTask, &CommitMessage)]) -> Result<Published> {
    let mut published = Published::default();
    let mut open: Vec<usize> = (0..results.len()).collect();
    let commit = table.new_commit(None);
    for attempt in 0..MOST_ATTEMPTS {
        let Some(snapshot) = table.snapshots().latest().await? else {
            return Err(Error::conflict("the table has no snapshot any more").at(table.name()));
        };
        let state = State::read(table, &snapshot, results).await?;
        let is_valid = |place: &usize| results.get(*place).is_some_and(|(task, result)| state.is_valid(task, result));
        let (valid, stale): (Vec<usize>, Vec<usize>) = open.into_iter().partition(is_valid);
        published.stale.extend(stale);
        open = valid;
        let messages: Vec<CommitMessage> =
            open.iter().filter_map(|place| results.get(*place)).map(|(_, result)| (*result).clone()).collect();
        if messages.iter().all(is_empty) {
            published.committed = open;
            return Ok(published);
        }
        let context = Arc::new(ReadContext::new(table, table.schema().clone()));
        let mut indexes = VectorWriter::new(table, &context);
        let committed = async {
            let dropped = state.vectors.drop_gone(&mut indexes, &snapshot, &messages).await?;
            commit.commit(Snapshot::BATCH_IDENTIFIER, &[messages, dropped].concat()).await
        };
        match committed.await {
            Ok(ids) => {
                published.snapshot_id = ids.last().copied();
                published.committed = open;
                return Ok(published);
            }
            Err(error) if error.is_surely_without_effect() => indexes.abort().await,
            Err(error) => return Err(error),
        }
        table.runtime().sleep(Duration::from_millis(20u64.saturating_mul(1 << attempt.min(8)))).await;
    }
    Err(Error::conflict("others committed to the same buckets each time").at(table.name()))
}

/// Whether all files of a task are there still.
pub(super) async fn is_current(table: &Table, task: &CompactTask) -> Result<bool> {
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(false) };
    let bucket = &task.bucket;
    let nothing = CommitMessage::new(bucket.partition.clone(), bucket.bucket, bucket.total_buckets);
    let state = State::read(table, &snapshot, &[(task, &nothing)]).await?;
    let live: HashSet<&str> = state.files.values().flatten().map(|file| file.file_name.as_str()).collect();
    Ok(task.files.iter().chain(&task.others).all(|file| live.contains(file.file_name.as_str())))
}

fn is_empty(message: &CommitMessage) -> bool {
    message.compact_before.is_empty()
        && message.compact_after.is_empty()
        && message.compact_changelog_files.is_empty()
        && message.compact_new_index_files.is_empty()
        && message.compact_deleted_index_files.is_empty()
}

/// What is there now of the buckets that results are about.
struct State {
    files: HashMap<BucketKey, Vec<DataFileMeta>>,
    vectors: DeletionVectors,
}

impl State {
    async fn read(table: &Table, snapshot: &Snapshot, results: &[(&CompactTask, &CommitMessage)]) -> Result<Self> {
        let wanted: HashSet<BucketKey> = results.iter().map(|(task, _)| task.bucket.key()).collect();
        let filter = EntryFilter { without_stats: true, ..EntryFilter::default() };
        let buckets = live_files(table, snapshot, &filter).await?.into_iter();
        let files = buckets.map(|bucket| ((bucket.partition, bucket.bucket), bucket.files));
        Ok(State {
            files: files.filter(|(key, _)| wanted.contains(key)).collect(),
            vectors: DeletionVectors::read(table, snapshot).await?,
        })
    }

    fn is_valid(&self, task: &CompactTask, result: &CommitMessage) -> bool {
        let key = task.bucket.key();
        let live = self.files.get(&key).map_or(&[][..], Vec::as_slice);
        let levels: HashMap<&str, i32> = live.iter().map(|file| (file.file_name.as_str(), file.level)).collect();
        let is_there = |file: &DataFileMeta| levels.get(file.file_name.as_str()) == Some(&file.level);
        let same_vector =
            |file: &DataFileMeta| self.vectors.find(&key, &file.file_name) == task.vectors.files.get(&file.file_name);
        if !result.compact_before.iter().all(is_there) || !task.files.iter().all(same_vector) {
            return false;
        }
        match &task.kind {
            TaskKind::Append | TaskKind::Cluster(_) => true,
            TaskKind::KeyValue(kind) => {
                let known: HashSet<&str> =
                    task.files.iter().chain(&task.others).map(|file| file.file_name.as_str()).collect();
                let is_known = |file: &DataFileMeta| known.contains(file.file_name.as_str());
                let touches_vectors =
                    !result.compact_new_index_files.is_empty() || !result.compact_deleted_index_files.is_empty();
                live.iter().all(|file| file.level == 0 || file.level < kind.output_level || is_known(file))
                    && (!touches_vectors || self.vectors.of(&key).files == task.vectors.files)
            }
        }
    }
}

impl Error {
    /// Whether a commit that failed so surely made no snapshot, and never will.
    pub(super) fn is_surely_without_effect(&self) -> bool {
        self.kind() == ErrorKind::Conflict && self.detail(crate::commit::OUTCOME).is_none()
    }
}
