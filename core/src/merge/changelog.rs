//! The changelog that a compaction produces while it merges: of each key that new rows meet, the row before and the row
//! after (Java `LookupChangelogMergeFunctionWrapper`, `FullChangelogMergeFunctionWrapper`, format digest 7.8).
//!
//! ```text
//! before none, after added        +I after
//! before there, after gone        -D before
//! before there, after there       -U before, +U after; nothing where rows are compared and equal
//! ```

use std::{collections::HashMap, sync::Arc};

use arrow_array::{Array, ArrayRef, BooleanArray, Int8Array, RecordBatch};
use arrow_ord::cmp::not_distinct;
use serde::{Deserialize, Serialize};

use super::{
    function::{Groups, Merged},
    gather::{Picker, gather},
    plan::MergePlan,
    segment::{RowRef, Segment},
};
use crate::{
    error::{Error, Result},
    types::RowKind,
};

/// Which keys have a changelog, and which of a key's rows was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangelogRule {
    /// `changelog-producer` = `lookup`: keys with rows of level 0; before is the row of the lowest level above it.
    Lookup,
    /// The same for `merge-engine` = `first-row`: a key that was there before does not change.
    FirstRow,
    /// `changelog-producer` = `full-compaction`: keys with rows below this level; before is the row at it.
    FullCompaction(i32),
}

/// How to make a changelog of a merge.
#[derive(Clone, Debug)]
pub struct ChangelogPlan {
    /// Which keys.
    pub rule: ChangelogRule,
    /// Columns of the input in which a row must differ (`changelog-producer.row-deduplicate`); `None` where rows are
    /// not compared.
    pub compared: Option<Vec<usize>>,
}

/// Rows of a changelog by their places in batches.
pub(super) struct ChangelogRows {
    segments: Vec<Arc<Segment>>,
    picks: Vec<RowRef>,
    kinds: Vec<i8>,
    done: usize,
    batch_rows: usize,
}

/// What became of a key.
struct Change {
    before: Option<RowRef>,
    after: Option<RowRef>,
}

impl ChangelogPlan {
    /// The changelog of a merge. `segments` are its input, `merged` its result before deletes are dropped; `made` holds
    /// the rows of [`Merged::Columns`].
    pub(super) fn rows(
        &self,
        groups: &Groups,
        segments: &[Arc<Segment>],
        picks: &[RowRef],
        made: Option<&Arc<Segment>>,
        batch_rows: usize,
    ) -> Result<ChangelogRows> {
        let mut all: Vec<Arc<Segment>> = segments.to_vec();
        let place = all.len() as u32;
        all.extend(made.cloned());
        let mut picks = picks.iter().copied().peekable();
        let mut changes = Vec::new();
        for rows in groups.iter() {
            // The result has one row for a key, in the order of keys, or none.
            let after = match made {
                Some(_) => picks.next().map(|pick| RowRef { segment: place, row: pick.row }),
                None => picks.next_if(|pick| rows.contains(pick)),
            };
            if let Some(before) = self.rule.before(rows, segments) {
                let is_add = |row: &RowRef| !all[row.segment as usize].is_retract(row.row);
                // A row of the top level counts for Java even where it is a delete, as overwrites may leave there.
                let counts = |row: &RowRef| matches!(self.rule, ChangelogRule::FullCompaction(_)) || is_add(row);
                changes.push(Change { before: before.filter(counts), after: after.filter(is_add) });
            }
        }
        let same = self.same(&changes, &all)?;
        let mut rows = ChangelogRows { segments: all, picks: Vec::new(), kinds: Vec::new(), done: 0, batch_rows };
        for (place, change) in changes.iter().enumerate() {
            match (change.before, change.after) {
                (None, None) => {}
                // Java tells of a first row under the kind that it came with.
                (None, Some(after)) if self.rule == ChangelogRule::FirstRow => {
                    rows.picks.push(after);
                    rows.kinds.push(rows.segments[after.segment as usize].kind(after.row)? as i8);
                }
                (None, Some(after)) => rows.push(after, RowKind::Insert),
                _ if self.rule == ChangelogRule::FirstRow => {}
                (Some(before), None) => rows.push(before, RowKind::Delete),
                (Some(_), Some(_)) if same.get(&place).is_some_and(|same| *same) => {}
                (Some(before), Some(after)) => {
                    rows.push(before, RowKind::UpdateBefore);
                    rows.push(after, RowKind::UpdateAfter);
                }
            }
        }
        Ok(rows)
    }

    /// Which changes leave all compared columns as they were.
    fn same(&self, changes: &[Change], segments: &[Arc<Segment>]) -> Result<HashMap<usize, bool>> {
        let Some(columns) = &self.compared else { return Ok(HashMap::new()) };
        let pairs = changes.iter().enumerate();
        let pairs: Vec<(usize, RowRef, RowRef)> =
            pairs.filter_map(|(place, change)| Some((place, change.before?, change.after?))).collect();
        if pairs.is_empty() {
            return Ok(HashMap::new());
        }
        let before = Picker::new(&pairs.iter().map(|(_, before, _)| *before).collect::<Vec<_>>());
        let after = Picker::new(&pairs.iter().map(|(_, _, after)| *after).collect::<Vec<_>>());
        let mut same = vec![true; pairs.len()];
        for column in columns {
            let sources: Vec<&dyn Array> =
                segments.iter().map(|segment| segment.batch().column(*column).as_ref()).collect();
            let equal = same_values(&before.pick(&sources)?, &after.pick(&sources)?)?;
            for (same, equal) in same.iter_mut().zip(equal.values().iter()) {
                *same &= equal;
            }
        }
        Ok(pairs.iter().map(|(place, ..)| *place).zip(same).collect())
    }
}

impl ChangelogRule {
    /// Whether the rows of a file at `level` are news.
    pub fn is_touched_by(self, level: i32) -> bool {
        match self {
            ChangelogRule::FullCompaction(top) => level != top,
            ChangelogRule::Lookup | ChangelogRule::FirstRow => level == 0,
        }
    }

    /// The row that was there before, if any; `None` for keys that have no changelog.
    fn before(self, rows: &[RowRef], segments: &[Arc<Segment>]) -> Option<Option<RowRef>> {
        let level = |row: &RowRef| segments[row.segment as usize].level;
        let news = rows.iter().any(|row| self.is_touched_by(level(row)));
        let old = rows.iter().filter(|row| !self.is_touched_by(level(row)));
        news.then(|| old.min_by_key(|row| level(row)).copied())
    }
}

impl ChangelogRows {
    fn push(&mut self, row: RowRef, kind: RowKind) {
        self.picks.push(row);
        self.kinds.push(kind as i8);
    }

    /// The next batch, in the layout of merged rows; `None` at the end.
    pub(super) fn next_batch(&mut self, plan: &MergePlan) -> Option<Result<RecordBatch>> {
        let end = self.picks.len().min(self.done + self.batch_rows);
        let start = std::mem::replace(&mut self.done, end);
        (start < end).then(|| self.gather(plan, start, end))
    }

    fn gather(&self, plan: &MergePlan, start: usize, end: usize) -> Result<RecordBatch> {
        let segments: Vec<&Segment> = self.segments.iter().map(Arc::as_ref).collect();
        let batch = gather(&plan.output, &plan.layout.output, &segments, &self.picks[start..end])?;
        let kind = plan.layout.value_kind;
        let place = plan.layout.output.iter().position(|column| Some(*column) == kind);
        let place = place.ok_or_else(|| Error::internal("a changelog without the column _VALUE_KIND"))?;
        let (schema, mut columns, _) = batch.into_parts();
        columns[place] = Arc::new(Int8Array::from(self.kinds[start..end].to_vec()));
        Ok(RecordBatch::try_new(schema, columns)?)
    }
}

/// Splits what a merge function gives into rows of its input and a batch of new rows.
pub(super) fn settle(plan: &MergePlan, merged: Merged) -> Result<(Vec<RowRef>, Option<Arc<Segment>>)> {
    match merged {
        Merged::Rows(picks) => Ok((picks, None)),
        Merged::Columns(columns) => {
            let merged = RecordBatch::try_new(Arc::clone(&plan.input), columns)?;
            let rows = merged.num_rows() as u32;
            let picks = (0..rows).map(|row| RowRef { segment: 0, row }).collect();
            Ok((picks, Some(Arc::new(Segment::new(plan, merged)?))))
        }
    }
}

/// Whether values at the same place are the same, bit by bit for numbers; null is the same as null.
pub(crate) fn same_values(a: &ArrayRef, b: &ArrayRef) -> Result<BooleanArray> {
    if a.data_type().is_nested() {
        let same = (0..a.len()).map(|row| Some(a.slice(row, 1).to_data() == b.slice(row, 1).to_data()));
        return Ok(same.collect());
    }
    Ok(not_distinct(a, b)?)
}
