//! `cenote commit` and `cenote abort`: commits that `cenote write --prepare` left to somebody else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use cenote_core::{
    commit::{CommitMessage, CommitOutcome, read_prepared, write_prepared},
    spec::snapshot::Snapshot,
    table::Table,
};

use crate::{
    cli::{AbortArgs, CommitArgs},
    error::{Failure, Result},
    notice::notice,
    session::Session,
};

/// Commits prepared messages.
pub(super) async fn run(session: &Session, args: CommitArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let messages = read_messages(&table, &args.files)?;
    let once = args.identifier.is_some();
    let identifier = args.identifier.unwrap_or(Snapshot::BATCH_IDENTIFIER);
    let mut commit = table.new_commit(args.commit_user);
    if let Some(watermark) = args.watermark {
        commit = commit.with_watermark(watermark);
    }
    if !args.property.is_empty() {
        commit = commit.with_properties(args.property.into_iter().map(|property| (property.key, property.value)));
    }
    // Without an identifier nothing tells a second commit of the same files: then the files themselves do.
    let outcome = match once {
        true => commit.commit_once(identifier, &messages).await?,
        false => CommitOutcome::Committed(commit.with_append_check(true).commit(identifier, &messages).await?),
    };
    notice(&match outcome {
        CommitOutcome::Committed(ids) => match ids.last() {
            Some(id) => {
                super::write::make_visible(&table, &messages, false).await;
                format!("snapshot {id}: {} new files", new_files(&messages))
            }
            None => "nothing to commit, and no new snapshot".to_owned(),
        },
        CommitOutcome::AlreadyCommitted { snapshot_id, identifier } => {
            format!("already committed: snapshot {snapshot_id} has identifier {identifier} of this user")
        }
    });
    Ok(())
}

/// Removes the files of prepared messages.
pub(super) async fn abort(session: &Session, args: AbortArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let messages = read_messages(&table, &args.files)?;
    let report = table.new_commit(None).abort(&messages).await?;
    let kept = match (report.committed.len(), report.elsewhere.len()) {
        (0, 0) => String::new(),
        (committed, 0) => format!("; {committed} are committed and stay"),
        (committed, elsewhere) => format!("; {committed} are committed and {elsewhere} are elsewhere, and stay"),
    };
    notice(&format!("removed {} files{kept}", report.deleted.len()));
    Ok(())
}

/// Writes messages for a later commit.
pub(super) fn write_messages(table: &Table, file: &Path, messages: &[CommitMessage]) -> Result<()> {
    let bytes = write_prepared(table.name(), messages)?;
    fs::write(file, bytes).map_err(|error| Failure::file(file.display(), &error))
}

pub(super) fn read_messages(table: &Table, files: &[PathBuf]) -> Result<Vec<CommitMessage>> {
    let mut messages = Vec::new();
    for file in files {
        let bytes = fs::read(file).map_err(|error| Failure::file(file.display(), &error))?;
        messages.extend(read_prepared(table.name(), &bytes).map_err(|error| error.at(file.display()))?);
    }
    Ok(messages)
}

fn new_files(messages: &[CommitMessage]) -> usize {
    messages.iter().map(|message| message.new_files.len()).sum()
}
