//! Files that nothing refers to: what a writer left that died, or an expiry that could not finish (Java
//! `OrphanFilesClean`, format digest 15.7, decision 0013).
//!
//! ```text
//! names        what a path names: a candidate, a file that stands for itself, or something unknown
//! listing ──► name_set   names of old candidates, nine bytes each
//! references ──► marks   what snapshots, tags and changelogs of all branches refer to
//! listing again ──► unmarked, still old ──► reported, or removed
//! ```
//!
//! The order matters: a file that is listed before the references are read, and that nothing refers to then, was either
//! never committed, or everything that referred to it is gone. Only a writer that still holds it could bring it back:
//! the age rule leaves it the time.

mod clock;
mod name_set;
mod names;
mod patterns;
mod references;

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

pub use names::OrphanKind;

use self::{
    name_set::{NameSet, NameSetBuilder},
    names::{NamePatterns, Named},
};
use crate::{
    error::{Error, Result},
    io::{DirEntry, Storage},
    table::Table,
};

/// Age that a file must have unless another is asked for: one day.
pub const DEFAULT_AGE_MILLIS: i64 = 24 * 3_600_000;
/// Younger files may belong to writers that run: asking for less is refused unless it is forced.
pub const LEAST_AGE_MILLIS: i64 = 3_600_000;
/// Unknown files that a report names.
const UNKNOWN_NAMED: usize = 100;
/// Files removed at the same time.
const PARALLEL_DELETES: usize = 8;
/// What errors before the first removal say.
const NOTHING_DONE: &str = "nothing was deleted";
/// Files removed between two looks at the listing.
const DELETE_BATCH: usize = 256;

/// Which orphans, and what to do with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrphanOptions {
    /// Only files that were last modified so many milliseconds ago.
    pub older_than_millis: i64,
    /// Accept an age below [`LEAST_AGE_MILLIS`]: for tables that nobody writes to.
    pub allow_young: bool,
    /// Look into the folders of `data-file.external-paths` too. They are left alone otherwise: another table may keep
    /// files there.
    pub external: bool,
    /// Remove what is found. Nothing is written or removed otherwise.
    pub delete: bool,
}

impl Default for OrphanOptions {
    fn default() -> Self {
        OrphanOptions { older_than_millis: DEFAULT_AGE_MILLIS, allow_young: false, external: false, delete: false }
    }
}

/// A file that nothing refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrphanFile {
    /// Path, relative to the table folder; absolute for external files.
    pub path: String,
    /// What it is.
    pub kind: OrphanKind,
    /// Length in bytes.
    pub size: u64,
    /// When it was last modified by the store's clock, epoch milliseconds.
    pub modified_millis: i64,
}

/// Files of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrphanTotal {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrphanReport {
    /// Orphans by kind.
    pub orphans: BTreeMap<OrphanKind, OrphanTotal>,
    /// Whether they were removed.
    pub deleted: bool,
    /// Files looked at.
    pub files_seen: u64,
    /// Candidates that were too young to decide about.
    pub young: u64,
    /// Files that are none of Paimon's, or not where Paimon has them. They are never removed.
    pub unknown: u64,
    /// The first hundred of them, relative to the table folder.
    pub unknown_names: Vec<String>,
    /// Snapshots, tags and long-lived changelogs read, of all branches.
    pub states_read: u64,
    /// Only files modified before this count, epoch milliseconds by the store's clock.
    pub older_than: i64,
    /// How far the store's clock is ahead of ours, as far as is known.
    pub store_clock_ahead_millis: Option<i64>,
}

impl OrphanReport {
    /// All orphans together.
    pub fn total(&self) -> OrphanTotal {
        self.orphans.values().fold(OrphanTotal::default(), |sum, next| OrphanTotal {
            files: sum.files + next.files,
            bytes: sum.bytes + next.bytes,
        })
    }
}

/// Finds the orphans of a table, all its branches included, and removes them where the options say so. `found` is told
/// each file, after its removal.
///
/// Memory: nine bytes for each candidate in the table's folders, plus what decoding a few manifests takes.
///
/// Errors: `Invalid` for an age that is not safe; `Corrupt` where a manifest is missing or does not decode: then nothing
/// was removed, as for `Unsupported` (a store that cannot list) and `Conflict` (a table that never holds still).
pub async fn clean(
    table: &Table,
    options: &OrphanOptions,
    found: &mut (dyn FnMut(&OrphanFile) + Send),
) -> Result<OrphanReport> {
    check_age(options)?;
    let storage = table.storage();
    let clock = clock::read(storage, options.delete).await?;
    let mut report = OrphanReport {
        older_than: clock.now_millis.saturating_sub(options.older_than_millis),
        store_clock_ahead_millis: clock.ahead_millis,
        ..OrphanReport::default()
    };
    let patterns = patterns::of_table(table).await?;
    let folders = folders(table, options, &patterns.external_folders)?;
    let mut listed = NameSetBuilder::default();
    for folder in &folders {
        let mut files = folder.storage.list_stream(&folder.path)?;
        while let Some(file) = files.try_next().await? {
            report.files_seen += 1;
            match folder.name(&patterns.names, &file) {
                Named::Candidate(_) if file.modified_millis >= report.older_than => report.young += 1,
                Named::Candidate(_) => listed.add(last_segment(&file.name)),
                Named::Kept => {}
                Named::Unknown => {
                    report.unknown += 1;
                    if report.unknown_names.len() < UNKNOWN_NAMED {
                        report.unknown_names.push(folder.shown(&file));
                    }
                }
            }
        }
    }
    let mut names = listed.build();
    report.states_read =
        references::mark(table, &mut names).await.map_err(|error| error.with("orphans", NOTHING_DONE))?;
    if names.unmarked() > 0 {
        for folder in &folders {
            remove(folder, &patterns.names, &names, options, &mut report, found).await?;
        }
    }
    report.deleted = options.delete;
    Ok(report)
}

fn check_age(options: &OrphanOptions) -> Result<()> {
    if options.older_than_millis < 0 {
        return Err(Error::invalid("expected an age of files that is not negative"));
    }
    if options.older_than_millis < LEAST_AGE_MILLIS && !options.allow_young {
        let message = "refused to take files younger than 1 hour for orphans: a writer may be about to commit them";
        return Err(Error::invalid(message));
    }
    Ok(())
}

/// A folder that is looked through.
struct Folder {
    storage: Storage,
    path: String,
    /// Whether it is outside of the table folder.
    external: bool,
}

impl Folder {
    fn name(&self, names: &NamePatterns, file: &DirEntry) -> Named {
        if self.external { names.name_external(&file.name) } else { names.name(&file.name) }
    }

    fn path_of(&self, file: &DirEntry) -> String {
        if self.path.is_empty() { file.name.clone() } else { format!("{}/{}", self.path, file.name) }
    }

    fn shown(&self, file: &DirEntry) -> String {
        if self.external { self.storage.location(&self.path_of(file)) } else { file.name.clone() }
    }
}

fn folders(table: &Table, options: &OrphanOptions, external: &[String]) -> Result<Vec<Folder>> {
    let storage = table.storage();
    let mut folders = vec![Folder { storage: storage.clone(), path: String::new(), external: false }];
    for uri in external.iter().filter(|_| options.external) {
        let Some(found) = storage.elsewhere(uri)? else {
            return Err(Error::unsupported("cannot look for orphans in another store than the table").at(uri));
        };
        if found.path.is_empty() {
            return Err(Error::unsupported("refused to look for orphans in a whole store").at(uri));
        }
        folders.push(Folder { storage: found.storage, path: found.path, external: true });
    }
    Ok(folders)
}

/// Lists a folder again: what is still there, still old and unmarked, is an orphan.
async fn remove(
    folder: &Folder,
    patterns: &NamePatterns,
    names: &NameSet,
    options: &OrphanOptions,
    report: &mut OrphanReport,
    found: &mut (dyn FnMut(&OrphanFile) + Send),
) -> Result<()> {
    let mut files = folder.storage.list_stream(&folder.path)?;
    let mut batch = Vec::new();
    loop {
        let file = files.try_next().await?;
        let is_last = file.is_none();
        if let Some(file) = file
            && let Named::Candidate(kind) = folder.name(patterns, &file)
            && file.modified_millis < report.older_than
            && names.is_unmarked(last_segment(&file.name))
        {
            batch.push((kind, file));
        }
        if batch.len() < DELETE_BATCH && !is_last {
            continue;
        }
        if options.delete {
            let deletes = batch.iter().map(|(_, file)| folder.path_of(file));
            let deletes = deletes.map(|path| async move { folder.storage.delete(&path).await });
            let deletes: Vec<_> = deletes.collect();
            stream::iter(deletes).buffer_unordered(PARALLEL_DELETES).try_collect::<()>().await?;
        }
        for (kind, file) in batch.drain(..) {
            let total = report.orphans.entry(kind).or_default();
            total.files += 1;
            total.bytes += file.size;
            let path = folder.shown(&file);
            found(&OrphanFile { path, kind, size: file.size, modified_millis: file.modified_millis });
        }
        if is_last {
            return Ok(());
        }
    }
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
