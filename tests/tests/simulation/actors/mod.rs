//! The parts that processes play.

mod care;
mod compactors;
mod planted;
mod readers;
mod taggers;
mod writers;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use cenote_core::{Error, ErrorKind, Result, table::Table};

pub(crate) use care::{brancher, cleaner, expirer};
pub(crate) use compactors::compactor;
pub(crate) use planted::{Mistake, planted};
pub(crate) use readers::{reader, rows_at};
pub(crate) use taggers::tagger;
pub(crate) use writers::{scratch_writer, writer};

use crate::process::Process;

/// How often an actor still goes to work, over all its lives.
#[derive(Clone, Debug)]
pub(crate) struct Quota(Arc<AtomicUsize>);

impl Quota {
    pub(crate) fn new(times: usize) -> Self {
        Quota(Arc::new(AtomicUsize::new(times)))
    }

    pub(crate) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }
}

/// Errors that show a mistake, whatever the store did.
pub(crate) fn judge<T>(process: &Process, what: &str, result: &Result<T>) {
    let Err(error) = result else { return process.note(&format!("{what}: done")) };
    process.note(&format!("{what}: {error}"));
    if matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Internal | ErrorKind::Invalid | ErrorKind::Unsupported) {
        let text = format!("{} {what}: {}", process.name, whole(error));
        process.world.lock().guard.breaches.push(text);
    }
}

/// An error with its causes.
pub(crate) fn whole(error: &Error) -> String {
    let mut text = format!("{:?}: {error}", error.kind());
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text.push_str(&format!(": {source}"));
        cause = source.source();
    }
    text
}

/// The table, opened anew once in a while.
pub(crate) struct Handle {
    process: Process,
    table: Option<Table>,
}

impl Handle {
    pub(crate) fn new(process: &Process) -> Self {
        Handle { process: process.clone(), table: None }
    }

    /// `None` where it cannot be opened now.
    pub(crate) async fn table(&mut self) -> Option<Table> {
        if self.process.chance(3_000) {
            self.table = None;
        }
        if self.table.is_none() {
            let opened = self.process.table().await;
            if opened.is_err() {
                judge(&self.process, "open", &opened);
            }
            self.table = opened.ok();
        }
        self.table.clone()
    }
}
