//! Writers: each moves its own money.

use cenote_core::{
    ErrorKind, Result,
    commit::{CommitMessage, CommitOutcome},
    compact, modify, predicate,
    table::Table,
};

use super::{Handle, Quota, judge};
use crate::{
    bank::{Bank, Deed, SCRATCH, entry_id},
    dice::Dice,
    process::{Main, Process},
    rows,
};

/// Attempts at a commit that must be made before the day ends.
const ATTEMPTS: usize = 40;

/// A writer whose commits have no name: where it does not learn what became of one, it repeats it only if that does no harm.
/// With `exactly_once`, commits are named and repeated until they are done.
pub(crate) fn writer(bank: Bank, number: usize, quota: Quota, exactly_once: bool) -> Main {
    Box::new(move |process| {
        let (bank, quota) = (bank.clone(), quota.clone());
        Box::pin(async move {
            let mut handle = Handle::new(&process);
            if exactly_once && let Some((commit, deed)) = bank.open_commit(number) {
                insist(&process, &mut handle, &bank, (number, commit), deed).await;
            }
            while quota.take() {
                process.rest(2_000).await;
                let Some(table) = handle.table().await else { continue };
                let mut dice = Dice::new(process.below(1 << 30) as u64);
                let (commit, deed) = bank.begin(number, &mut dice);
                match exactly_once {
                    true => insist(&process, &mut handle, &bank, (number, commit), deed).await,
                    false => once(&process, &table, &bank, (number, commit), &deed).await,
                }
            }
        })
    })
}

/// The writer of the partition that is dropped again and again.
pub(crate) fn scratch_writer(bank: Bank, quota: Quota) -> Main {
    let number = bank.kind.writers;
    writer(bank, number, quota, false)
}

async fn once(process: &Process, table: &Table, bank: &Bank, (writer, number): (usize, usize), deed: &Deed) {
    let result = attempt(table, writer, deed, None).await;
    judge(process, &format!("commit {number} of writer {writer}"), &result);
    match result {
        Ok(()) => bank.done(writer, number),
        Err(error) if error.kind() == ErrorKind::Conflict => bank.refused(writer, number),
        Err(_) => {}
    }
}

/// Tries until it is done: the commit has a name, so it is made once.
async fn insist(process: &Process, handle: &mut Handle, bank: &Bank, (writer, number): (usize, usize), deed: Deed) {
    for _ in 0..ATTEMPTS {
        process.rest(500).await;
        let Some(table) = handle.table().await else { continue };
        let result = attempt(&table, writer, &deed, Some(number)).await;
        judge(process, &format!("commit {number} of writer {writer}, by name"), &result);
        if result.is_ok() {
            return bank.done(writer, number);
        }
    }
    process.world.lock().guard.breaches.push(format!("writer {writer} cannot get commit {number} done"));
}

async fn attempt(table: &Table, writer: usize, deed: &Deed, name: Option<usize>) -> Result<()> {
    match deed {
        Deed::Write(rows) => write(table, writer, rows, name).await,
        Deed::TakeBack(number) => {
            let first = entry_id(writer, *number);
            let filter = predicate::parse(&format!("id >= {first} AND id < {}", first + 10), &table.schema().fields)?;
            modify::delete_where(table, filter, false).await.map(drop)
        }
        Deed::DropScratch => {
            let partition = vec![("part".to_owned(), SCRATCH.to_string())];
            modify::drop_partitions(table, &[partition], false).await.map(drop)
        }
    }
}

async fn write(table: &Table, writer: usize, rows: &[crate::bank::Row], name: Option<usize>) -> Result<()> {
    let mut write = table.new_write()?;
    let (batch, kinds) = rows::batch(rows)?;
    let kinds = table.schema().is_primary_key_table().then_some(kinds);
    let messages = match write.write(batch, kinds.as_deref()).await {
        Ok(()) => write.prepare_commit().await,
        Err(error) => Err(error),
    };
    let messages = match messages {
        Ok(messages) => messages,
        Err(error) => {
            write.abort().await;
            return Err(error);
        }
    };
    if let Err(error) = commit(table, writer, &messages, name).await {
        // Only a conflict says for sure that nothing refers to the files.
        if error.kind() == ErrorKind::Conflict {
            write.abort().await;
        }
        return Err(error);
    }
    // The rows are committed, whatever becomes of this.
    let _ = compact::after_write(table, &messages).await;
    Ok(())
}

async fn commit(table: &Table, writer: usize, messages: &[CommitMessage], name: Option<usize>) -> Result<()> {
    let Some(number) = name else {
        return table.new_commit(None).commit(i64::MAX, messages).await.map(drop);
    };
    let commit = table.new_commit(Some(format!("writer-{writer}")));
    match commit.commit_once(number as i64, messages).await? {
        CommitOutcome::Committed(_) => {}
        CommitOutcome::AlreadyCommitted { .. } => {
            // These files are of no use: an earlier attempt has brought the rows.
            commit.abort(messages).await?;
        }
    }
    Ok(())
}
