//! Merges sorted runs batch by batch, without I/O: it says which runs it needs more of and is given their batches.
//!
//! ```text
//! run 0   [ 1 4 6 | 9 12 ]  [ 15 …      what is buffered of each run; more to come
//! run 1   [ 2 3 8 | 11 14 ]
//! run 2   [ 5 | 9 ]                     its last buffered key, 9, is the least of the last keys
//!               ^ window: all rows below 9 are merged now; whatever comes later has keys of 9 or more
//! ```
//!
//! A run is refilled when less than half of its last batch is left, so that windows stay large; about two batches of each
//! run are in memory.

use std::{collections::VecDeque, sync::Arc};

use arrow_array::RecordBatch;

use super::{
    function::Groups,
    merged_rows::MergedRows,
    older::{Found, Waiting},
    plan::MergePlan,
    segment::Segment,
    window::{Slice, merge_slices},
};
use crate::error::{Error, Result};

/// What a merger wants or has.
#[derive(Debug)]
pub enum Step {
    /// Supply the next batch of each of these runs, then advance again.
    Need(Vec<usize>),
    /// Merged rows.
    Batch(RecordBatch),
    /// Rows of the changelog of merged rows, where the plan asks for one.
    Changelog(RecordBatch),
    /// Look these keys up in the levels above and give what is there to [`Merger::supply_found`], then advance again.
    LookUp(RecordBatch),
    /// All runs have ended and all rows are out.
    Done,
}

/// A k-way merge under way.
pub struct Merger {
    plan: Arc<MergePlan>,
    runs: Vec<Run>,
    /// The merged window that is being handed out.
    window: Option<MergedRows>,
    /// The window that waits for older rows.
    waiting: Option<Waiting>,
}

/// What is buffered of one run.
#[derive(Default)]
struct Run {
    parts: VecDeque<Part>,
    ended: bool,
    level: i32,
}

struct Part {
    segment: Arc<Segment>,
    start: usize,
}

impl Merger {
    /// A merge of `runs` runs, oldest first (their order breaks ties between versions).
    pub fn new(plan: Arc<MergePlan>, runs: usize) -> Self {
        Merger { plan, runs: (0..runs).map(|_| Run::default()).collect(), window: None, waiting: None }
    }

    /// Says the LSM level of each run, where tables that look up older rows need it (see [`super::looks_up`]): all files
    /// of a run must be of one level then. Runs are of level 0 otherwise.
    #[must_use]
    pub fn with_levels(mut self, levels: impl IntoIterator<Item = i32>) -> Self {
        for (run, level) in self.runs.iter_mut().zip(levels) {
            run.level = level;
        }
        self
    }

    /// Gives the next batch of a run, `None` at its end. Errors: `Corrupt` where keys are not ascending.
    pub fn supply(&mut self, run: usize, batch: Option<RecordBatch>) -> Result<()> {
        let Some(run) = self.runs.get_mut(run) else { return Err(Error::internal(format!("there is no run {run}"))) };
        match batch {
            None => run.ended = true,
            Some(batch) if batch.num_rows() == 0 => {}
            Some(batch) => run.push(Segment::new(&self.plan, batch)?.at_level(run.level))?,
        }
        Ok(())
    }

    /// Gives the older rows that [`Step::LookUp`] asked for. Errors: `Internal` where it did not.
    pub fn supply_found(&mut self, found: Found) -> Result<()> {
        let (Some(lookup), Some(waiting)) = (&self.plan.lookup, self.waiting.take()) else {
            return Err(Error::internal("older rows that nobody asked for"));
        };
        let Waiting { groups, segments, .. } = lookup.answer(&self.plan, waiting, found)?;
        self.window = Some(MergedRows::new(&self.plan, &groups, segments)?);
        Ok(())
    }

    /// Merges as far as the supplied batches reach.
    pub fn advance(&mut self) -> Result<Step> {
        loop {
            if let Some(batch) = self.window.as_mut().and_then(|window| window.next_batch(&self.plan)) {
                return Ok(Step::Batch(batch?));
            }
            if let Some(batch) = self.window.as_mut().and_then(|window| window.next_changelog(&self.plan)) {
                return Ok(Step::Changelog(batch?));
            }
            self.window = None;
            if self.waiting.is_some() {
                return Err(Error::internal("the older rows that were asked for did not come"));
            }
            let hungry: Vec<usize> = (0..self.runs.len()).filter(|run| self.runs[*run].is_hungry()).collect();
            if !hungry.is_empty() {
                return Ok(Step::Need(hungry));
            }
            if self.runs.iter().all(|run| run.parts.is_empty()) {
                return Ok(Step::Done);
            }
            if let Some(step) = self.merge_window()? {
                return Ok(step);
            }
        }
    }

    /// Merges all rows whose keys cannot come again. Returns what it takes to go on where there are no such rows, or
    /// older rows must be looked up first.
    fn merge_window(&mut self) -> Result<Option<Step>> {
        let bound = self.bound();
        let segments: Vec<Arc<Segment>> =
            self.runs.iter().flat_map(|run| run.parts.iter().map(|part| Arc::clone(&part.segment))).collect();
        let mut first_segment = 0;
        let mut slices = Vec::with_capacity(self.runs.len());
        for run in &mut self.runs {
            let parts = run.parts.len();
            slices.push(run.take_below(bound.as_ref(), first_segment));
            first_segment += parts as u32;
        }
        if slices.iter().all(Vec::is_empty) {
            // Some run's buffer holds nothing but the key that bounds the window.
            let stuck = (0..self.runs.len()).filter(|run| self.runs[*run].is_stuck_at(bound.as_ref())).collect();
            return Ok(Some(Step::Need(stuck)));
        }
        let borrowed: Vec<&Segment> = segments.iter().map(Arc::as_ref).collect();
        let mut groups = Groups::default();
        merge_slices(&borrowed, &slices, &mut groups)?;
        drop(borrowed);
        let Some(lookup) = &self.plan.lookup else {
            self.window = Some(MergedRows::new(&self.plan, &groups, segments)?);
            return Ok(None);
        };
        let (waiting, keys) = lookup.ask(&self.plan, groups, segments)?;
        if let Some(keys) = keys {
            self.waiting = Some(waiting);
            return Ok(Some(Step::LookUp(keys)));
        }
        self.window = Some(MergedRows::new(&self.plan, &waiting.groups, waiting.segments)?);
        Ok(None)
    }

    /// The least of the last keys of the runs that have not ended: only lesser keys are complete.
    fn bound(&self) -> Option<Bound> {
        let lasts = self.runs.iter().filter(|run| !run.ended).filter_map(|run| run.parts.back());
        let lasts = lasts.map(|part| Bound { segment: Arc::clone(&part.segment), row: part.segment.keys.len() - 1 });
        lasts.min_by(|a, b| a.segment.keys.compare(a.row, &b.segment.keys, b.row))
    }
}

/// The key of a row.
struct Bound {
    segment: Arc<Segment>,
    row: usize,
}

impl Run {
    fn push(&mut self, segment: Segment) -> Result<()> {
        let sorted = segment.sortedness.is_ge();
        let follows = self
            .parts
            .back()
            .is_none_or(|last| last.segment.keys.compare(last.segment.keys.len() - 1, &segment.keys, 0).is_le());
        if !(sorted && follows) {
            return Err(Error::corrupt(
                "expected rows in ascending order of their keys, found a lesser key after a greater",
            ));
        }
        self.parts.push_back(Part { segment: Arc::new(segment), start: 0 });
        Ok(())
    }

    /// Less than half of the last batch is left, and there may be more.
    fn is_hungry(&self) -> bool {
        !self.ended
            && match (self.parts.len(), self.parts.front()) {
                (1, Some(part)) => part.start * 2 > part.segment.keys.len(),
                (parts, _) => parts == 0,
            }
    }

    /// All that is buffered has the key of the bound.
    fn is_stuck_at(&self, bound: Option<&Bound>) -> bool {
        let last = self.parts.back().filter(|_| !self.ended);
        last.zip(bound).is_some_and(|(last, bound)| {
            last.segment.keys.compare(last.segment.keys.len() - 1, &bound.segment.keys, bound.row).is_le()
        })
    }

    /// Moves past the rows whose keys are below the bound, and says which they are.
    fn take_below(&mut self, bound: Option<&Bound>, first_segment: u32) -> Vec<Slice> {
        let mut slices = Vec::with_capacity(self.parts.len());
        for (part, segment) in self.parts.iter_mut().zip(first_segment..) {
            let end = match bound {
                None => part.segment.keys.len(),
                Some(bound) => part.segment.keys.lower_bound(part.start, &bound.segment.keys, bound.row),
            };
            if part.start < end {
                slices.push(Slice { segment, start: part.start as u32, end: end as u32 });
                part.start = end;
            }
        }
        while self.parts.front().is_some_and(|part| part.start == part.segment.keys.len()) {
            self.parts.pop_front();
        }
        slices
    }
}

#[cfg(test)]
mod tests;
