//! A compaction in parts: the plan, each task on its own, and the commit.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cenote_core::{
    compact::{self, CompactOptions, CompactPlan, commit_rewritten},
    table::Table,
};

use crate::{
    cli::CompactArgs,
    commands::commit::{read_messages, write_messages},
    error::{Failure, Result},
    notice::notice,
};

/// Decides what to compact, and writes that into a file.
pub(super) async fn write_plan(table: &Table, options: &CompactOptions, file: &Path) -> Result<()> {
    let plan = compact::plan(table, options).await?;
    fs::write(file, plan.to_json(table)?).map_err(|error| Failure::file(file.display(), &error))?;
    notice(&format!("snapshot {}: {} tasks", plan.snapshot_id, plan.tasks.len()));
    Ok(())
}

/// Carries out one task.
pub(super) async fn run_task(table: &Table, plan: &Path, args: &CompactArgs) -> Result<()> {
    let (Some(number), Some(result)) = (args.task, &args.result) else {
        return Err(Failure::usage("--run-task needs --task and --result"));
    };
    let mut tasks = read_plan(table, plan)?.tasks;
    if number >= tasks.len() {
        let message =
            format!("--task: the plan has {} tasks, counted from 0, and none of number {number}", tasks.len());
        return Err(Failure::usage(message));
    }
    let task = tasks.swap_remove(number);
    let message = compact::rewrite(table, &task).await?;
    write_messages(table, result, std::slice::from_ref(&message))?;
    let (before, after) = (message.compact_before.len(), message.compact_after.len());
    notice(&format!("task {number} of {}: {before} files become {after}", task.bucket.bucket_path));
    Ok(())
}

/// Commits the results of tasks.
pub(super) async fn commit(table: &Table, plan: &Path, results: &[PathBuf]) -> Result<()> {
    let plan = read_plan(table, plan)?;
    let messages = read_messages(table, results)?;
    let published = commit_rewritten(table, &plan, &messages).await?;
    let done = published.committed.len();
    match published.snapshot_id {
        Some(id) => notice(&format!("snapshot {id}: committed {done} results")),
        None if published.stale.is_empty() => notice("nothing to commit, and no new snapshot"),
        None => {}
    }
    if published.stale.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{} of {} results are out of date: somebody else changed their files; plan again, and remove their files with \
         cenote abort",
        published.stale.len(),
        messages.len()
    );
    Err(cenote_core::Error::conflict(message).at(table.name()).into())
}

fn read_plan(table: &Table, file: &Path) -> Result<CompactPlan> {
    let bytes = fs::read(file).map_err(|error| Failure::file(file.display(), &error))?;
    Ok(CompactPlan::from_json(table, &bytes).map_err(|error| error.at(file.display()))?)
}
