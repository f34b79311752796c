//! What was written, and what may be seen: money moves between accounts, none is made and none is lost.
//!
//! Each writer has accounts of its own. Each commit is one transfer, so that in every snapshot the rows of a writer must be
//! those after some of its commits, whole ones only, and their sum is zero.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    dice::Dice,
    kinds::{Kind, Money},
};

/// Partition, id, balance (`None` deletes the row), note.
pub(crate) type Row = (i32, i64, Option<i64>, Option<String>);

/// Key to balance and note.
type Accounts = BTreeMap<(i32, i64), (i64, Option<String>)>;

/// Ids of a writer's accounts begin at its number times this.
const ACCOUNTS: i64 = 100;
/// The account that counts the commits.
const COUNTER: i64 = 99;
/// Ids of a commit's entries begin at its number times this.
const ENTRIES: i64 = 10;
/// Ids of a writer's entries begin at its number times this.
const LEDGER: i64 = 1_000_000;
/// The partition that is dropped again and again.
pub(crate) const SCRATCH: i32 = 7;

/// What a commit does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Write(Vec<Row>),
    /// Takes back the entries of an earlier commit.
    TakeBack(usize),
    DropScratch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Begun; it may be done, or be done later.
    Open,
    /// The writer was told so.
    Done,
    /// The writer was told that it is not, and will not be.
    Never,
}

#[derive(Debug)]
struct Commit {
    deed: Deed,
    fate: Fate,
}

/// What one writer has done. The accounts after the first n commits are `states[n]`.
#[derive(Debug)]
struct Book {
    commits: Vec<Commit>,
    states: Vec<Accounts>,
}

/// Clones are the same bank.
#[derive(Clone, Debug)]
pub(crate) struct Bank {
    pub(crate) kind: Kind,
    books: Arc<Mutex<Vec<Book>>>,
    /// What was read of a snapshot, known by its delta manifest list.
    seen: Arc<Mutex<BTreeMap<String, Vec<Row>>>>,
}

/// Commits seen in a state, by writer: a number of them, or a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen(Vec<BTreeSet<usize>>);

impl Bank {
    /// A bank with a writer more than the kind says: the last one has the scratch partition.
    pub(crate) fn new(kind: Kind) -> Self {
        let book = || Book { commits: Vec::new(), states: vec![Accounts::new()] };
        let books = (0..=kind.writers).map(|_| book()).collect();
        Bank { kind, books: Arc::new(Mutex::new(books)), seen: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Book>> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next commit of a writer, with its number. Where the end of the last one is unknown and it may be repeated, it is
    /// that one.
    pub(crate) fn begin(&self, writer: usize, dice: &mut Dice) -> (usize, Deed) {
        let mut books = self.lock();
        let book = &mut books[writer];
        let number = book.commits.len();
        if let Some(last) = book.commits.last()
            && last.fate != Fate::Done
            && self.kind.money == Money::Balances
        {
            return (number - 1, last.deed.clone());
        }
        let deed = match self.kind.money {
            Money::Balances if writer == self.kind.writers => scratch(&book.states[number], number, dice),
            Money::Balances => Deed::Write(self.transfer(writer, &book.states[number], number, dice)),
            Money::Differences => Deed::Write(self.differences(writer, number, dice)),
            Money::Entries => self.entries(writer, book, dice),
        };
        let mut state = book.states[number].clone();
        self.apply(&mut state, &deed);
        book.states.push(state);
        book.commits.push(Commit { deed: deed.clone(), fate: Fate::Open });
        (number, deed)
    }

    /// The same commit is to be tried again.
    pub(crate) fn open_commit(&self, writer: usize) -> Option<(usize, Deed)> {
        let books = self.lock();
        let number = books[writer].commits.len().checked_sub(1)?;
        let last = &books[writer].commits[number];
        (last.fate == Fate::Open).then(|| (number, last.deed.clone()))
    }

    pub(crate) fn done(&self, writer: usize, number: usize) {
        self.lock()[writer].commits[number].fate = Fate::Done;
    }

    /// The commit was refused for sure.
    pub(crate) fn refused(&self, writer: usize, number: usize) {
        let commit = &mut self.lock()[writer].commits[number];
        // A commit that is tried again may have been done before.
        if self.kind.money != Money::Balances {
            commit.fate = Fate::Never;
        }
    }

    /// Commits begun, and done.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let books = self.lock();
        let commits = || books.iter().flat_map(|book| &book.commits);
        (commits().count(), commits().filter(|commit| commit.fate == Fate::Done).count())
    }

    fn transfer(&self, writer: usize, state: &Accounts, number: usize, dice: &mut Dice) -> Vec<Row> {
        let base = writer as i64 * ACCOUNTS;
        let key = |account: i64| ((account % i64::from(self.kind.partitions)) as i32, base + account);
        let balance = |account: i64| state.get(&key(account)).map_or(0, |(balance, _)| *balance);
        let from = dice.between(0, 5);
        let to = (from + dice.between(1, 5)) % 6;
        let closes = self.kind.deletes && balance(from) != 0 && dice.chance(2_500);
        let amount = if closes { balance(from) } else { dice.between(1, 1_000) };
        let note = |dice: &mut Dice| dice.chance(5_000).then(|| format!("{writer}-{number}-{}", dice.below(1000)));
        let (from_key, to_key) = (key(from), key(to));
        let left = (!closes).then(|| balance(from) - amount);
        let mut rows = vec![
            (from_key.0, from_key.1, left, note(dice)),
            (to_key.0, to_key.1, Some(balance(to) + amount), note(dice)),
        ];
        rows.push((0, base + COUNTER, Some(number as i64 + 1), None));
        rows
    }

    fn differences(&self, writer: usize, number: usize, dice: &mut Dice) -> Vec<Row> {
        let base = writer as i64 * ACCOUNTS;
        let from = dice.between(0, 5);
        let to = (from + dice.between(1, 5)) % 6;
        let amount = dice.between(1, 1_000);
        let part = |account: i64| (account % i64::from(self.kind.partitions)) as i32;
        vec![
            (part(from), base + from, Some(-amount), None),
            (part(to), base + to, Some(amount), None),
            (0, base + COUNTER, Some(1 << number), None),
        ]
    }

    fn entries(&self, writer: usize, book: &Book, dice: &mut Dice) -> Deed {
        let number = book.commits.len();
        let is_there = |at: &usize| {
            let taken = book.commits.iter().any(|commit| commit.deed == Deed::TakeBack(*at));
            book.commits[*at].fate == Fate::Done && !taken && matches!(book.commits[*at].deed, Deed::Write(_))
        };
        let there: Vec<usize> = (0..number).filter(is_there).collect();
        if self.kind.deletes && !there.is_empty() && dice.chance(3_000) {
            return Deed::TakeBack(*dice.pick(&there));
        }
        let base = entry_id(writer, number);
        let amounts: Vec<i64> = (0..dice.between(1, 4)).map(|_| dice.between(-500, 500)).collect();
        let last = -amounts.iter().sum::<i64>();
        let rows = amounts.into_iter().chain([last]).zip(0..).map(|(amount, place)| {
            ((place % i64::from(self.kind.partitions)) as i32, base + place, Some(amount), Some(format!("e{number}")))
        });
        Deed::Write(rows.collect())
    }

    fn apply(&self, state: &mut Accounts, deed: &Deed) {
        match deed {
            Deed::Write(rows) => {
                for (part, id, balance, note) in rows {
                    let key = (*part, *id);
                    let Some(balance) = balance else {
                        state.remove(&key);
                        continue;
                    };
                    // Partial updates keep what they do not set.
                    let before = state.get(&key).and_then(|(_, note)| note.clone());
                    let keeps = self.kind.name.starts_with("partial-update");
                    state.insert(key, (*balance, note.clone().or(before.filter(|_| keeps))));
                }
            }
            Deed::DropScratch => state.clear(),
            Deed::TakeBack(_) => {}
        }
    }
}

fn scratch(state: &Accounts, number: usize, dice: &mut Dice) -> Deed {
    if !state.is_empty() && dice.chance(4_000) {
        return Deed::DropScratch;
    }
    let note = Some(format!("scratch {number}"));
    Deed::Write((0..dice.between(1, 3)).map(|id| (SCRATCH, 10_000 + id, Some(number as i64), note.clone())).collect())
}

/// Id of the first entry of a commit.
pub(crate) fn entry_id(writer: usize, number: usize) -> i64 {
    writer as i64 * LEDGER + number as i64 * ENTRIES
}

/// Going back.
impl Bank {
    /// The table is taken back to a state: what is not in it must never be seen again.
    pub(crate) fn roll_back(&self, to: &Seen) {
        for (book, seen) in self.lock().iter_mut().zip(&to.0) {
            if self.kind.money == Money::Balances {
                book.commits.truncate(seen.len());
                book.states.truncate(seen.len() + 1);
                continue;
            }
            for number in 0..book.commits.len() {
                let is_taken_back = book.commits.iter().any(|commit| commit.deed == Deed::TakeBack(number));
                match book.commits[number].deed {
                    // Entries that are there again were not taken back.
                    Deed::TakeBack(which) if seen.contains(&which) => {
                        book.commits[number].deed = Deed::Write(Vec::new());
                    }
                    // Those that were taken back before are in older states.
                    Deed::Write(_) if !seen.contains(&number) && !is_taken_back => {}
                    _ => continue,
                }
                book.commits[number].fate = Fate::Never;
            }
        }
    }
}

/// Reading.
impl Bank {
    /// Checks the rows of a snapshot, which is known by its delta manifest list.
    pub(crate) fn check(&self, snapshot: &str, mut rows: Vec<Row>) -> Result<Seen, String> {
        rows.sort();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.entry(snapshot.to_owned()).or_insert_with(|| rows.clone());
        if *before != rows {
            return Err(format!("{snapshot} showed {before:?}, and now {rows:?}"));
        }
        if let Some(twice) = rows.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)) {
            return Err(format!("a row is there twice: {twice:?}"));
        }
        let books = self.lock();
        let mut of: Vec<Accounts> = books.iter().map(|_| Accounts::new()).collect();
        for (part, id, balance, note) in rows {
            let writer = self.writer_of(part, id);
            let Some(balance) = balance else { return Err(format!("row {part} {id} has no balance")) };
            let Some(of) = of.get_mut(writer) else { return Err(format!("row {part} {id} is of nobody")) };
            of.insert((part, id), (balance, note));
        }
        let check = |(writer, found): (usize, &Accounts)| {
            let book = &books[writer];
            match self.kind.money {
                Money::Balances if writer == self.kind.writers => same_as_any(book, found),
                Money::Balances => same_as_counted(book, found, writer),
                Money::Differences => sum_of(book, found, writer),
                Money::Entries => whole_commits(book, found, writer),
            }
            .map_err(|what| format!("{snapshot}, writer {writer}: {what}"))
        };
        of.iter().enumerate().map(check).collect::<Result<Vec<_>, String>>().map(Seen)
    }

    fn writer_of(&self, part: i32, id: i64) -> usize {
        match self.kind.money {
            Money::Entries => (id / LEDGER) as usize,
            _ if part == SCRATCH => self.kind.writers,
            _ => (id / ACCOUNTS) as usize,
        }
    }

    /// Checks that a state has all that was acknowledged.
    pub(crate) fn check_latest(&self, seen: &Seen) -> Result<(), String> {
        for (writer, (book, seen)) in self.lock().iter().zip(&seen.0).enumerate() {
            for (number, commit) in book.commits.iter().enumerate().filter(|(_, commit)| commit.fate == Fate::Done) {
                let taken_back = book.commits.iter().any(|commit| commit.deed == Deed::TakeBack(number));
                match commit.deed {
                    Deed::TakeBack(which) if seen.contains(&which) => {
                        return Err(format!("writer {writer}: commit {which} was taken back, but is there"));
                    }
                    Deed::TakeBack(_) => {}
                    _ if taken_back || seen.contains(&number) => {}
                    _ => return Err(format!("writer {writer}: commit {number} was acknowledged, but is not there")),
                }
            }
        }
        Ok(())
    }

    /// Checks that nothing of an earlier state is gone in a later one.
    pub(crate) fn check_order(&self, before: &Seen, after: &Seen) -> Result<(), String> {
        for (writer, (before, after)) in before.0.iter().zip(&after.0).enumerate().take(self.kind.writers) {
            let books = self.lock();
            let taken_back =
                |which: usize| books[writer].commits.iter().any(|commit| commit.deed == Deed::TakeBack(which));
            if let Some(gone) = before.difference(after).find(|gone| !taken_back(**gone)) {
                return Err(format!("writer {writer}: commit {gone} is gone again"));
            }
        }
        Ok(())
    }
}

fn same_as_any(book: &Book, found: &Accounts) -> Result<BTreeSet<usize>, String> {
    let place = book.states.iter().rposition(|state| state == found);
    place.map(|count| (0..count).collect()).ok_or_else(|| format!("{found:?} was never there"))
}

fn same_as_counted(book: &Book, found: &Accounts, writer: usize) -> Result<BTreeSet<usize>, String> {
    let counter = found.get(&(0, writer as i64 * ACCOUNTS + COUNTER));
    let count = counter.map_or(0, |(count, _)| *count as usize);
    let expected = book.states.get(count).ok_or_else(|| format!("{count} commits are seen, which were not made"))?;
    if expected != found {
        return Err(format!("after {count} commits expected {expected:?}, found {found:?}"));
    }
    Ok((0..count).collect())
}

fn sum_of(book: &Book, found: &Accounts, writer: usize) -> Result<BTreeSet<usize>, String> {
    let counter = found.get(&(0, writer as i64 * ACCOUNTS + COUNTER)).map_or(0, |(count, _)| *count);
    let seen: BTreeSet<usize> = (0..63).filter(|bit| counter >> bit & 1 == 1).collect();
    let mut expected: BTreeMap<(i32, i64), i64> = BTreeMap::new();
    for number in &seen {
        match book.commits.get(*number) {
            Some(Commit { deed: Deed::Write(rows), fate }) if *fate != Fate::Never => {
                for (part, id, difference, _) in rows {
                    *expected.entry((*part, *id)).or_default() += difference.unwrap_or(0);
                }
            }
            _ => return Err(format!("commit {number} is there, which was not made (counter {counter:b})")),
        }
    }
    let found: BTreeMap<(i32, i64), i64> = found.iter().map(|(key, (balance, _))| (*key, *balance)).collect();
    match expected == found {
        true => Ok(seen),
        false => Err(format!("the commits {seen:?} give {expected:?}, found {found:?}")),
    }
}

fn whole_commits(book: &Book, found: &Accounts, writer: usize) -> Result<BTreeSet<usize>, String> {
    let mut left = found.clone();
    let mut seen = BTreeSet::new();
    for (number, commit) in book.commits.iter().enumerate() {
        let Deed::Write(rows) = &commit.deed else { continue };
        let have =
            rows.iter().filter(|row| left.remove(&(row.0, row.1)) == row.2.map(|sum| (sum, row.3.clone()))).count();
        if have != 0 && (have != rows.len() || commit.fate == Fate::Never) {
            return Err(format!("{have} of {} entries of commit {number} ({:?})", rows.len(), commit.fate));
        }
        if have != 0 {
            seen.insert(number);
        }
    }
    match left.is_empty() {
        true => Ok(seen),
        false => Err(format!("entries that nobody wrote: {left:?}, writer {writer}")),
    }
}
