//! The merging loop: sorted slices of several runs → rows grouped by key.
//!
//! A loser tree picks the run with the least head. Where one run wins again and again (a big old run with few updates,
//! runs that hardly overlap), the loop gallops: it finds by doubling steps and bisection how far the run stays below the
//! runner-up and takes the whole stretch, so the cost is that of copying indices.

use std::cmp::Ordering;

use arrow_buffer::ScalarBuffer;

use super::{
    function::Groups,
    loser_tree::LoserTree,
    segment::{RowRef, Segment, sort_versions},
    sort_keys::{ByteKeys, KeySlice, SortKeys},
};
use crate::error::{Error, Result};

/// Wins in a row after which galloping pays.
const GALLOP_AFTER: u32 = 6;

/// Rows `start..end` of a segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub(super) segment: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Merges runs, each a list of slices in key order, into `groups`.
pub(super) fn merge_slices(segments: &[&Segment], runs: &[Vec<Slice>], groups: &mut Groups) -> Result<()> {
    match segments.first().map(|segment| &segment.keys) {
        None => Ok(()),
        Some(SortKeys::Int(_)) => merge_typed::<ScalarBuffer<i64>>(segments, runs, groups),
        Some(SortKeys::Wide(_)) => merge_typed::<Vec<u128>>(segments, runs, groups),
        Some(SortKeys::Bytes(_)) => merge_typed::<ByteKeys>(segments, runs, groups),
    }
}

fn merge_typed<K: KeySlice>(segments: &[&Segment], runs: &[Vec<Slice>], groups: &mut Groups) -> Result<()> {
    let mut cursors = Vec::with_capacity(runs.len());
    for run in runs {
        let parts = run.iter().filter(|slice| slice.start < slice.end);
        let parts = parts.map(|slice| {
            let segment = segments.get(slice.segment as usize)?;
            let keys = K::of(&segment.keys).filter(|_| slice.end as usize <= segment.keys.len())?;
            Some(Part { keys, slice: *slice, distinct: segment.sortedness.is_gt() })
        });
        let parts = parts.collect::<Option<Vec<_>>>().ok_or_else(|| Error::internal("a slice outside its segment"))?;
        cursors.extend(Cursor::new(parts));
    }
    Merge { segments, cursors, groups, open: None }.run();
    Ok(())
}

/// A slice with typed keys.
struct Part<'a, K> {
    keys: &'a K,
    slice: Slice,
    distinct: bool,
}

/// Where a run stands; never at its end.
struct Cursor<'a, K: KeySlice> {
    head: K::Head,
    keys: &'a K,
    /// Rows not taken yet of the current slice.
    at: Slice,
    distinct: bool,
    rest: std::vec::IntoIter<Part<'a, K>>,
}

impl<'a, K: KeySlice> Cursor<'a, K> {
    /// `None` for a run without rows.
    fn new(parts: Vec<Part<'a, K>>) -> Option<Self> {
        let mut rest = parts.into_iter();
        let Part { keys, slice, distinct } = rest.next()?;
        Some(Cursor { head: keys.head(slice.start as usize), keys, at: slice, distinct, rest })
    }

    /// Steps over `rows` rows of the current slice; false at the end of the run.
    #[inline]
    fn advance(&mut self, rows: u32) -> bool {
        self.at.start += rows;
        if self.at.start == self.at.end {
            let Some(Part { keys, slice, distinct }) = self.rest.next() else { return false };
            (self.keys, self.at, self.distinct) = (keys, slice, distinct);
        }
        self.head = self.keys.head(self.at.start as usize);
        true
    }

    #[inline]
    fn compare(&self, other: &Self) -> Ordering {
        self.head
            .cmp(&other.head)
            .then_with(|| self.keys.tie(self.at.start as usize, other.keys, other.at.start as usize))
    }

    /// Rows of the current slice whose keys are below the other's head; the first row is.
    fn rows_below(&self, other: &Self) -> u32 {
        let below = |row: u32| self.keys.compare(row as usize, other.keys, other.at.start as usize).is_lt();
        let (mut low, mut step) = (self.at.start, 1);
        // Invariant: the key of row `low` is below.
        let mut high = loop {
            let probe = low.saturating_add(step);
            if probe >= self.at.end {
                break self.at.end;
            }
            if !below(probe) {
                break probe;
            }
            low = probe;
            step *= 2;
        };
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if below(middle) { low = middle } else { high = middle }
        }
        high - self.at.start
    }
}

struct Merge<'s, 'a, K: KeySlice> {
    segments: &'s [&'a Segment],
    cursors: Vec<Cursor<'a, K>>,
    groups: &'s mut Groups,
    /// Key of the last group, which further rows may join.
    open: Option<(K::Head, &'a K, u32)>,
}

impl<K: KeySlice> Merge<'_, '_, K> {
    fn run(mut self) {
        while self.cursors.len() > 1 {
            let ended = self.until_a_run_ends();
            self.cursors.remove(ended);
        }
        if !self.cursors.is_empty() {
            while self.take(0, |cursor| if cursor.distinct { cursor.at.end - cursor.at.start } else { 1 }) {}
        }
        self.close_group();
    }

    /// Merges until a run has no more rows, and says which.
    fn until_a_run_ends(&mut self) -> usize {
        let mut tree = LoserTree::new(self.cursors.len(), |a, b| self.cursors[a].compare(&self.cursors[b]));
        let (mut last_winner, mut wins, mut patience) = (usize::MAX, 0, GALLOP_AFTER);
        loop {
            let winner = tree.winner();
            wins = if winner == last_winner { wins + 1 } else { 0 };
            last_winner = winner;
            let more = if wins < patience || !self.cursors[winner].distinct {
                self.take(winner, |_| 1)
            } else {
                let stretch = self.stretch(winner, &tree);
                wins = 0;
                patience = if stretch >= GALLOP_AFTER { (patience - 1).max(1) } else { patience + 1 };
                self.take(winner, |_| stretch)
            };
            if !more {
                return winner;
            }
            tree.replay(|a, b| self.cursors[a].compare(&self.cursors[b]));
        }
    }

    /// Rows that the winner may give before any other run must.
    fn stretch(&self, winner: usize, tree: &LoserTree) -> u32 {
        let cursor = &self.cursors[winner];
        match tree.runner_up(|a, b| self.cursors[a].compare(&self.cursors[b])) {
            Some(other) => cursor.rows_below(&self.cursors[other]),
            None => cursor.at.end - cursor.at.start,
        }
    }

    /// Takes rows of the current slice of a run, the first of which may join the open group while each other one is a
    /// group of its own; false at the end of the run.
    #[inline]
    fn take(&mut self, run: usize, rows: impl Fn(&Cursor<'_, K>) -> u32) -> bool {
        let cursor = &mut self.cursors[run];
        let rows = rows(cursor);
        let Slice { segment, start, .. } = cursor.at;
        let joins = self.open.is_some_and(|(head, keys, row)| {
            head == cursor.head && keys.tie(row as usize, cursor.keys, start as usize).is_eq()
        });
        if !joins && self.open.is_some() {
            close_group(self.segments, self.groups);
        }
        self.groups.rows.push(RowRef { segment, row: start });
        let last = start + rows - 1;
        if rows > 1 {
            close_group(self.segments, self.groups);
            let first_end = self.groups.rows.len() as u32 + 1;
            self.groups.rows.extend((start + 1..=last).map(|row| RowRef { segment, row }));
            self.groups.ends.extend(first_end..first_end + rows - 2);
        }
        self.open = Some((cursor.keys.head(last as usize), cursor.keys, last));
        cursor.advance(rows)
    }

    fn close_group(&mut self) {
        if self.open.take().is_some() {
            close_group(self.segments, self.groups);
        }
    }
}

/// Ends the last group and puts its versions in order.
#[inline]
fn close_group(segments: &[&Segment], groups: &mut Groups) {
    let start = groups.ends.last().map_or(0, |end| *end as usize);
    if groups.rows.len() - start > 1 {
        sort_versions(segments, &mut groups.rows[start..]);
    }
    groups.ends.push(groups.rows.len() as u32);
}
