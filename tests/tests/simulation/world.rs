//! What all processes of a simulation share: one store, one clock, one source of chance.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use object_store::{Error, Result};

use crate::{dice::Dice, guard::Guard};

/// Lines of the log that a failure shows.
const LINES: usize = 400;

/// Clones are the same world.
#[derive(Clone, Debug)]
pub(crate) struct World {
    state: Arc<Mutex<State>>,
}

/// The state of a world at one moment.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) dice: Dice,
    /// Milliseconds since the epoch.
    pub(crate) now: i64,
    pub(crate) files: BTreeMap<String, File>,
    /// Files that were deleted, with the time: old listings still show them.
    deleted: BTreeMap<String, (File, i64)>,
    /// Requests that nobody waits for any more, and when they arrive.
    late: Vec<(i64, Change)>,
    pub(crate) plan: FaultPlan,
    /// Nothing goes wrong and nobody waits: for setting up and for audits.
    pub(crate) calm: bool,
    /// When the process that was polled last wants to go on.
    pub(crate) asleep_until: Option<i64>,
    pub(crate) guard: Guard,
    log: VecDeque<String>,
    /// Of all lines ever written.
    pub(crate) digest: u64,
    /// Calls made, and faults among them.
    pub(crate) calls: u64,
    pub(crate) faults: u64,
    loud: bool,
}

/// How often what goes wrong, in ten thousand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FaultPlan {
    /// Of calls.
    pub(crate) calls: u32,
    /// Of steps of a process: it dies.
    pub(crate) crashes: u32,
    /// Of listings: they show the folder as it was up to this many milliseconds ago.
    pub(crate) old_listing_millis: i64,
    /// Whether the store writes beside and renames, as local disks do: writes may be torn.
    pub(crate) disk: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) body: Bytes,
    pub(crate) created: i64,
    pub(crate) modified: i64,
}

/// A request that changes the store.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Put(String, Bytes),
    Create(String, Bytes),
    Delete(String),
    Copy { from: String, to: String, only_if_absent: bool },
    Rename { from: String, to: String },
}

impl Change {
    pub(crate) fn label(&self) -> String {
        match self {
            Change::Put(path, body) => format!("put {path} ({})", body.len()),
            Change::Create(path, _) => format!("create {path}"),
            Change::Delete(path) => format!("delete {path}"),
            Change::Copy { from, to, .. } => format!("copy {from} to {to}"),
            Change::Rename { from, to } => format!("rename {from} to {to}"),
        }
    }
}

impl World {
    pub(crate) fn new(seed: u64, plan: FaultPlan, guard: Guard, loud: bool) -> Self {
        let state = State {
            dice: Dice::new(seed),
            now: 1_700_000_000_000,
            files: BTreeMap::new(),
            deleted: BTreeMap::new(),
            late: Vec::new(),
            plan,
            calm: true,
            asleep_until: None,
            guard,
            log: VecDeque::new(),
            digest: seed,
            calls: 0,
            faults: 0,
            loud,
        };
        World { state: Arc::new(Mutex::new(state)) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, who: &str, what: &str) {
        self.lock().note(who, what);
    }
}

impl State {
    /// Writes a line into the log.
    pub(crate) fn note(&mut self, who: &str, what: &str) {
        let line = format!("{:>8} {who:<12} {what}", self.now - 1_700_000_000_000);
        for chunk in line.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.digest = (self.digest.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517C_C1B7_2722_0A95);
        }
        if self.loud {
            println!("{line}");
        }
        if self.log.len() == LINES {
            self.log.pop_front();
        }
        self.log.push_back(line);
    }

    /// The last lines of the log.
    pub(crate) fn log(&self) -> String {
        self.log.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Time goes on; what was late may arrive.
    pub(crate) fn advance(&mut self, millis: i64) {
        self.now += millis;
        let now = self.now;
        while let Some(place) = self.late.iter().position(|(due, _)| *due <= now) {
            let (_, change) = self.late.remove(place);
            let is_done = !self.is_outlived(&change) && self.apply(&change).is_ok();
            let end = if is_done { "done" } else { "in vain" };
            self.note("(late)", &format!("{}: {end}", change.label()));
        }
    }

    /// Whether what a request would make was made by another one and is gone again. A store that creates only what is
    /// absent cannot tell; that no request lasts longer than a snapshot does is what all who share a table rely on.
    fn is_outlived(&self, change: &Change) -> bool {
        match change {
            Change::Create(path, _) | Change::Copy { to: path, .. } | Change::Rename { to: path, .. } => {
                self.deleted.contains_key(path)
            }
            Change::Put(..) | Change::Delete(_) => false,
        }
    }

    /// The request arrives when nobody waits for it any more.
    pub(crate) fn postpone(&mut self, change: Change) {
        let due = self.now + self.dice.between(1, 20_000);
        self.late.push((due, change));
    }

    /// Whatever is under way arrives.
    pub(crate) fn settle(&mut self) {
        let last = self.late.iter().map(|(due, _)| *due).max().unwrap_or(self.now);
        self.advance((last - self.now).max(0));
    }

    /// Changes the store.
    pub(crate) fn apply(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::Put(path, body) => self.write(path, body.clone()),
            Change::Create(path, body) => {
                self.check_absent(path)?;
                self.write(path, body.clone());
            }
            Change::Delete(path) => {
                let file = self.remove(path)?;
                self.guard.deleted(&self.files, path, &file, self.now);
            }
            Change::Copy { from, to, only_if_absent } => {
                if *only_if_absent {
                    self.check_absent(to)?;
                }
                let body = self.get(from)?.body.clone();
                self.write(to, body);
            }
            Change::Rename { from, to } => {
                let file = self.remove(from)?;
                self.write(to, file.body);
            }
        }
        Ok(())
    }

    pub(crate) fn get(&self, path: &str) -> Result<&File> {
        self.files.get(path).ok_or_else(|| absent(path))
    }

    /// The files whose paths begin with `prefix`, as a listing of now or of the given time shows them.
    pub(crate) fn listed(&self, prefix: &str, at: Option<i64>) -> Vec<(String, File)> {
        let now = self.files.range(prefix.to_owned()..).take_while(|(path, _)| path.starts_with(prefix));
        let now = now.filter(|(_, file)| at.is_none_or(|at| file.created <= at));
        let mut found: BTreeMap<String, File> = now.map(|(path, file)| (path.clone(), file.clone())).collect();
        if let Some(at) = at {
            for (path, (file, gone)) in self.deleted.range(prefix.to_owned()..) {
                if path.starts_with(prefix) && file.created <= at && at < *gone {
                    found.entry(path.clone()).or_insert_with(|| file.clone());
                }
            }
        }
        found.into_iter().collect()
    }

    fn write(&mut self, path: &str, body: Bytes) {
        let created = self.files.get(path).map_or(self.now, |file| file.created);
        self.files.insert(path.to_owned(), File { body, created, modified: self.now });
        self.guard.written(&self.files, path, self.now);
    }

    fn remove(&mut self, path: &str) -> Result<File> {
        let file = self.files.remove(path).ok_or_else(|| absent(path))?;
        self.deleted.insert(path.to_owned(), (file.clone(), self.now));
        Ok(file)
    }

    fn check_absent(&self, path: &str) -> Result<()> {
        match self.files.contains_key(path) {
            true => Err(Error::AlreadyExists { path: path.to_owned(), source: "it is there".into() }),
            false => Ok(()),
        }
    }
}

fn absent(path: &str) -> Error {
    Error::NotFound { path: path.to_owned(), source: "it is not there".into() }
}
