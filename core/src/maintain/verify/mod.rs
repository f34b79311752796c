//! Is every file of a table there, and does it hold what the metadata says?
//!
//! ```text
//! metadata   lists, manifests and index manifests decode and agree with each other
//! files      every file is there with its size
//! rows       every file decodes; counts, keys, sequence numbers and statistics are true
//! ```
//!
//! Each level does what those before it do. Nothing is written.

mod files;
mod finding;
mod levels;
mod rows;
mod state;
mod statistics;

use std::collections::HashSet;

use futures::{StreamExt, stream};
use serde::Serialize;

pub use finding::{Fault, VerifyFinding};

use super::reachable::{self, Keeper, Root};
use crate::{
    error::{Error, ErrorKind, Result},
    table::Table,
};

/// Files that are inspected at the same time.
const PARALLEL_FILES: usize = 16;

/// How closely to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerifyLevel {
    /// Metadata only.
    Metadata,
    /// The presence and size of every file too.
    #[default]
    Files,
    /// Every row too: reads all files.
    Rows,
}

/// Which states to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VerifyStates {
    /// The latest snapshot of the branch.
    #[default]
    Latest,
    /// One snapshot.
    Snapshot(i64),
    /// One tag.
    Tag(String),
    /// Every snapshot and tag of every branch.
    All,
}

/// What to verify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifyOptions {
    /// How closely.
    pub level: VerifyLevel,
    /// Which states.
    pub states: VerifyStates,
}

/// What was looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// What is wrong, in the order in which it was met.
    pub findings: Vec<VerifyFinding>,
    /// States looked at.
    pub states: u64,
    /// Different manifests looked at.
    pub manifests: u64,
    /// Different data, changelog, index and statistics files looked at.
    pub files: u64,
    /// Their bytes, by the metadata.
    pub bytes: u64,
    /// Rows decoded.
    pub rows: u64,
    /// What could not be looked at, and why.
    pub skipped: Vec<String>,
}

/// Looks at a table without changing it. `progress` is told the files done and the files of the present state.
///
/// Errors: `NotFound` for a state that is not there, `Unavailable` where the store does not answer, `Unsupported` where
/// all states are asked for and the store cannot list. What is wrong with the table is no error: it is in the report.
pub async fn verify(
    table: &Table,
    options: &VerifyOptions,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<VerifyReport> {
    let mut check = Check { level: options.level, report: VerifyReport::default(), seen: HashSet::new() };
    for (branch, roots) in chosen(table, &options.states).await? {
        for root in roots {
            check.state(&branch, &root, progress).await?;
        }
    }
    Ok(check.report)
}

async fn chosen(table: &Table, states: &VerifyStates) -> Result<Vec<(Table, Vec<Root>)>> {
    let root = |keeper, snapshot| Root { branch: table.branch().to_owned(), keeper, snapshot };
    let roots = match states {
        VerifyStates::Latest => {
            let latest = table.snapshots().latest().await?;
            latest.map(|snapshot| root(Keeper::Snapshot, snapshot)).into_iter().collect()
        }
        VerifyStates::Snapshot(id) => vec![root(Keeper::Snapshot, table.snapshots().get(*id).await?)],
        VerifyStates::Tag(name) => vec![root(Keeper::Tag(name.clone()), table.tags().get(name).await?.snapshot)],
        VerifyStates::All => {
            let mut all = reachable::roots(table).await?;
            // Of long-lived changelogs only the changes are kept: orphan cleaning and expiry look after them.
            all.iter_mut().for_each(|(_, roots)| roots.retain(|root| root.keeper != Keeper::Changelog));
            return Ok(all);
        }
    };
    Ok(vec![(table.clone(), roots)])
}

/// A verification that runs.
struct Check {
    level: VerifyLevel,
    report: VerifyReport,
    /// Paths looked at: states share most of their files.
    seen: HashSet<String>,
}

impl Check {
    async fn state(&mut self, table: &Table, root: &Root, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<()> {
        let state = state::read(self, table, root).await?;
        // A state that expired while it was read has nothing to be sound.
        let Some(state) = state else { return Ok(()) };
        self.report.states += 1;
        if self.level == VerifyLevel::Metadata {
            return Ok(());
        }
        let fresh: Vec<files::Wanted> =
            state.wanted.into_iter().filter(|file| self.seen.insert(file.path.clone())).collect();
        let (total, mut done) = (fresh.len() as u64, 0);
        let (level, name) = (self.level, root.to_string());
        let looks = fresh.into_iter().map(|file| {
            let (table, name) = (table.clone(), name.clone());
            async move {
                let runtime = table.runtime().clone();
                crate::io::spawn_value(runtime, async move { files::look(&table, file, level, &name).await }).await
            }
        });
        let parallel = if level == VerifyLevel::Rows { table.runtime().parallelism() } else { PARALLEL_FILES };
        let mut looks = stream::iter(looks).buffered(parallel.max(1));
        while let Some(look) = looks.next().await {
            let look = look?;
            done += 1;
            progress(done, total);
            self.report.files += 1;
            self.report.bytes += look.bytes;
            self.report.rows += look.rows;
            self.report.findings.extend(look.findings);
            for reason in look.skipped {
                self.skip(reason);
            }
        }
        Ok(())
    }

    fn skip(&mut self, reason: String) {
        if !self.report.skipped.contains(&reason) {
            self.report.skipped.push(reason);
        }
    }
}

fn found(fault: Fault, path: impl Into<String>, state: &str, detail: impl Into<String>) -> VerifyFinding {
    VerifyFinding { fault, path: path.into(), state: state.to_owned(), detail: detail.into(), mend: fault.mend() }
}

/// Turns an error about a file into a finding. Errors: those that say nothing of the file.
fn as_finding(error: Error, path: &str, state: &str) -> Result<VerifyFinding> {
    match error.kind() {
        ErrorKind::NotFound => Ok(found(Fault::Missing, path, state, error.message())),
        ErrorKind::Corrupt => Ok(found(Fault::Undecodable, path, state, error.to_string())),
        _ => Err(error),
    }
}
