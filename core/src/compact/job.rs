//! A compaction from the plan to the last commit: tasks side by side within a budget of memory, a commit whenever enough is
//! done, and another plan for what somebody else changed meanwhile.
//!
//! ```text
//! plan ─▶ tasks ─▶ results ─▶ commit ──▶ done
//!   ▲                            │ stale: files removed, their buckets again
//!   └────────────────────────────┘
//! ```
//!
//! Nothing is kept outside of the table: after a kill the next plan finds what was committed no longer due.

use std::{collections::HashSet, time::Duration};

use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};

use super::{
    CompactOptions, CompactPlan, CompactProgress, CompactReport, CompactTask, TaskKind, describe, plan::plan_snapshot,
    postpone, publish, remove_new_files, rewrite,
};
use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    io::spawn_value,
    spec::options::Bucket,
    table::Table,
    write::BucketKey,
};

/// Plans made while others change the same buckets.
const MOST_ATTEMPTS: u32 = 5;

/// Bytes that are rewritten before they are committed.
const COMMIT_BYTES: u64 = 4 << 30;

/// Memory for all tasks at a time.
const MEMORY_BYTES: u64 = 2 << 30;

/// Memory of a task that does not depend on its files: rows on their way to the file that is written.
const WRITER_BYTES: u64 = 64 << 20;

/// Memory of a file that is being read: a window of its rows.
const READER_BYTES: u64 = 8 << 20;

/// A task, and what became of it.
type Rewritten = (CompactTask, CommitMessage);

/// Compacts the latest snapshot of a table. Rows of a postpone table that wait for a bucket are given one before, in a
/// commit of its own. Results are committed as one, or in several commits where they are large; a compaction that is run
/// again after a kill does what is left.
///
/// Results that somebody else's change made void are dropped, and their buckets planned again.
///
/// Errors: `Conflict` where others change the same buckets each time, `Unsupported` for tables that this build cannot
/// merge. New files are removed where it is sure that nothing was committed: not when the reply to a commit was lost.
pub async fn run(table: &Table, options: &CompactOptions) -> Result<CompactReport> {
    let mut report = CompactReport::default();
    if table.options().bucket == Bucket::Postpone && options.buckets.is_none() && options.bucket_numbers.is_none() {
        let moved = postpone::move_rows(table, options.partitions.as_ref(), options.dry_run).await?;
        report.buckets_seen += moved.reports.len();
        report.buckets.extend(moved.reports);
        report.commits += usize::from(moved.snapshot_id.is_some());
        report.snapshot_id = moved.snapshot_id;
    }
    let mut options = options.clone();
    let most = options.max_attempts.unwrap_or(MOST_ATTEMPTS).max(1);
    for attempt in 0..most {
        let Some(snapshot) = table.snapshots().latest().await? else { return Ok(report) };
        let planned = plan_snapshot(table, &snapshot, &options).await?;
        if attempt == 0 {
            report.buckets_seen += planned.buckets_seen;
        }
        if options.dry_run {
            for task in &planned.plan.tasks {
                report.buckets.push(describe(table, task, None)?);
            }
            return Ok(report);
        }
        let stale = carry_out(table, &options, planned.plan, &mut report).await?;
        if stale.is_empty() {
            return Ok(report);
        }
        options.buckets = Some(stale);
        if attempt + 1 < most {
            table.runtime().sleep(Duration::from_millis(50u64.saturating_mul(1 << attempt.min(8)))).await;
        }
    }
    let message = format!("others changed the same buckets {most} times; everything else is compacted");
    Err(Error::conflict(message).at(table.name()))
}

/// Carries out a plan and commits it. Gives the buckets whose results were stale.
async fn carry_out(
    table: &Table,
    options: &CompactOptions,
    plan: CompactPlan,
    report: &mut CompactReport,
) -> Result<HashSet<BucketKey>> {
    let mut queue = Queue::new(table, options, plan.tasks);
    let enough = options.commit_bytes.unwrap_or(COMMIT_BYTES);
    let (mut done, mut bytes, mut stale) = (Vec::new(), 0u64, HashSet::new());
    let mut failed = None;
    while let Some((task, result)) = queue.next(failed.is_none()).await {
        match result {
            Ok(message) => {
                bytes = bytes.saturating_add(bytes_of(&task));
                done.push((task, message));
            }
            // Somebody else took a file away, and then it was deleted.
            Err(error) if error.is_not_found() && failed.is_none() => match publish::is_current(table, &task).await {
                Ok(false) => _ = stale.insert(task.bucket.key()),
                _ => failed = Some(error),
            },
            Err(error) => failed = failed.or(Some(error)),
        }
        if bytes >= enough && failed.is_none() {
            bytes = 0;
            failed = commit(table, std::mem::take(&mut done), report, &mut stale).await.err();
        }
    }
    match failed {
        None => commit(table, done, report, &mut stale).await.map(|()| stale),
        Some(error) => {
            remove_results(table, &done).await;
            Err(error)
        }
    }
}

/// Commits results, and removes those that are stale.
async fn commit(
    table: &Table,
    done: Vec<Rewritten>,
    report: &mut CompactReport,
    stale: &mut HashSet<BucketKey>,
) -> Result<()> {
    let results: Vec<(&CompactTask, &CommitMessage)> = done.iter().map(|(task, message)| (task, message)).collect();
    let published = match publish::publish(table, &results).await {
        Ok(published) => published,
        Err(error) => {
            if error.is_surely_without_effect() {
                remove_results(table, &done).await;
            }
            return Err(error);
        }
    };
    if published.snapshot_id.is_some() {
        report.snapshot_id = published.snapshot_id;
        report.commits += 1;
    }
    for (task, message) in published.committed.iter().filter_map(|place| done.get(*place)) {
        report.buckets.push(describe(table, task, Some(&message.compact_after))?);
    }
    let void: Vec<Rewritten> = published.stale.iter().filter_map(|place| done.get(*place)).cloned().collect();
    report.stale += void.len();
    stale.extend(void.iter().map(|(task, _)| task.bucket.key()));
    remove_results(table, &void).await;
    Ok(())
}

/// Removes the new files of results that are surely not committed.
async fn remove_results(table: &Table, results: &[Rewritten]) {
    for (task, message) in results {
        remove_new_files(table, &task.bucket.bucket_path, message).await;
    }
}

/// Tasks that wait and tasks that run.
struct Queue<'a> {
    table: &'a Table,
    options: &'a CompactOptions,
    waiting: std::vec::IntoIter<CompactTask>,
    running: FuturesUnordered<BoxFuture<'static, (CompactTask, Result<CommitMessage>)>>,
    /// Memory of the tasks that run.
    memory: u64,
    progress: CompactProgress,
}

impl<'a> Queue<'a> {
    /// The largest tasks come first, so that no thread is left with one at the end.
    fn new(table: &'a Table, options: &'a CompactOptions, mut tasks: Vec<CompactTask>) -> Self {
        tasks.sort_by_key(|task| std::cmp::Reverse(bytes_of(task)));
        let progress = CompactProgress {
            tasks_total: tasks.len(),
            bytes_total: tasks.iter().map(bytes_of).sum(),
            ..CompactProgress::default()
        };
        let queue =
            Queue { table, options, waiting: tasks.into_iter(), running: FuturesUnordered::new(), memory: 0, progress };
        queue.tell();
        queue
    }

    /// The next task that is done; starts others as long as the budget lasts, unless `starts` says no.
    async fn next(&mut self, starts: bool) -> Option<(CompactTask, Result<CommitMessage>)> {
        while starts && self.has_room() {
            let Some(task) = self.waiting.next() else { break };
            self.start(task);
        }
        let (task, result) = self.running.next().await?;
        self.memory = self.memory.saturating_sub(memory_of(&task));
        self.progress.tasks_done += 1;
        self.progress.bytes_done = self.progress.bytes_done.saturating_add(bytes_of(&task));
        self.tell();
        Some((task, result))
    }

    /// One task always runs, whatever it takes.
    fn has_room(&self) -> bool {
        let budget = self.options.memory_bytes.unwrap_or(MEMORY_BYTES);
        let parallelism = self.options.parallelism.unwrap_or_else(|| self.table.runtime().parallelism()).max(1);
        let needs = self.waiting.as_slice().first().map_or(0, memory_of);
        self.running.is_empty() || self.running.len() < parallelism && self.memory.saturating_add(needs) <= budget
    }

    fn start(&mut self, task: CompactTask) {
        self.memory = self.memory.saturating_add(memory_of(&task));
        let (table, work) = (self.table.clone(), task.clone());
        let rewriting = spawn_value(self.table.runtime().clone(), async move { rewrite::rewrite(&table, &work).await });
        self.running.push(Box::pin(async move {
            let result = rewriting.await;
            (task, result)
        }));
    }

    fn tell(&self) {
        if let Some(progress) = &self.options.progress {
            progress.tell(self.progress);
        }
    }
}

fn bytes_of(task: &CompactTask) -> u64 {
    u64::try_from(task.bytes()).unwrap_or(0)
}

/// What a task takes at most, roughly: files that may be open at once, and the file that is written.
fn memory_of(task: &CompactTask) -> u64 {
    let open = match task.kind {
        TaskKind::KeyValue(_) => task.files.len() as u64,
        TaskKind::Append | TaskKind::Cluster(_) => 1,
    };
    // Small files are held whole, unpacked.
    let rows = bytes_of(task).saturating_mul(8).min(open.saturating_mul(READER_BYTES));
    rows.saturating_add(WRITER_BYTES.min(bytes_of(task).saturating_mul(8)))
}
