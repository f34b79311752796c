//! Merged rows as indices into their batches, handed out as batches one by one.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::{
    changelog::{ChangelogRows, settle},
    function::Groups,
    gather::gather,
    plan::MergePlan,
    segment::{RowRef, Segment},
};
use crate::error::Result;

/// Rows that survived a merge.
pub(super) struct MergedRows {
    segments: Vec<Arc<Segment>>,
    picks: Vec<RowRef>,
    done: usize,
    batch_rows: usize,
    changelog: Option<ChangelogRows>,
}

/// Most bytes of an output batch, as far as rows are alike.
const BATCH_BYTES: usize = 2 << 20;

/// Rows of an output batch: the plan's number, less where rows are wide.
fn batch_rows(plan: &MergePlan, segments: &[Arc<Segment>]) -> usize {
    let sizes = segments.iter().map(|segment| (segment.batch.num_rows(), segment.bytes()));
    let (rows, bytes) = sizes.fold((0, 0), |(rows, bytes), (more, wider)| (rows + more, bytes + wider));
    (BATCH_BYTES / (bytes / rows.max(1)).max(1)).clamp(1, plan.batch_rows)
}

impl MergedRows {
    /// Runs the engine on `groups` and drops deletes, unless the plan keeps them.
    pub(super) fn new(plan: &MergePlan, groups: &Groups, mut segments: Vec<Arc<Segment>>) -> Result<Self> {
        let borrowed: Vec<&Segment> = segments.iter().map(Arc::as_ref).collect();
        let (mut picks, made) = settle(plan, plan.function.merge(groups, &borrowed)?)?;
        let changelog = match &plan.changelog {
            Some(changelog) => {
                let batch_rows = batch_rows(plan, &segments);
                Some(changelog.rows(groups, &segments, &picks, made.as_ref(), batch_rows)?)
            }
            None => None,
        };
        if let Some(made) = made {
            segments = vec![made];
        }
        if !plan.keep_deletes && segments.iter().any(|segment| segment.has_retracts()) {
            picks.retain(|pick| !segments[pick.segment as usize].is_retract(pick.row));
        }
        let batch_rows = batch_rows(plan, &segments);
        Ok(MergedRows { segments, picks, done: 0, batch_rows, changelog })
    }

    /// All rows of `groups` as they are.
    pub(super) fn unmerged(plan: &MergePlan, groups: &Groups, segments: Vec<Arc<Segment>>) -> Self {
        let batch_rows = batch_rows(plan, &segments);
        MergedRows { segments, picks: groups.rows.clone(), done: 0, batch_rows, changelog: None }
    }

    /// Rows in all.
    pub(super) fn num_rows(&self) -> usize {
        self.picks.len()
    }

    /// The next batch, of at most the plan's number of rows; `None` at the end.
    pub(super) fn next_batch(&mut self, plan: &MergePlan) -> Option<Result<RecordBatch>> {
        let end = self.picks.len().min(self.done + self.batch_rows);
        let start = std::mem::replace(&mut self.done, end);
        (start < end).then(|| self.gather(plan, &self.picks[start..end]))
    }

    /// The next batch of the changelog, where the plan asks for one; `None` at the end.
    pub(super) fn next_changelog(&mut self, plan: &MergePlan) -> Option<Result<RecordBatch>> {
        self.changelog.as_mut()?.next_batch(plan)
    }

    /// All rows in one batch.
    pub(super) fn all(&self, plan: &MergePlan) -> Result<RecordBatch> {
        self.gather(plan, &self.picks)
    }

    fn gather(&self, plan: &MergePlan, picks: &[RowRef]) -> Result<RecordBatch> {
        let segments: Vec<&Segment> = self.segments.iter().map(Arc::as_ref).collect();
        gather(&plan.output, &plan.layout.output, &segments, picks)
    }
}
