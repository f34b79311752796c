//! Sorted runs as one: what a merger gives, fed from iterators.

use std::sync::Arc;

use arrow_array::RecordBatch;

use crate::{
    error::{Error, Result},
    merge::{MergePlan, Merger, Step},
};

/// Batches of a run, sorted.
pub(super) type RunBatches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

/// The merged batches of some runs. Memory: about two batches of each run.
pub(super) struct MergedRuns {
    merger: Merger,
    runs: Vec<RunBatches>,
}

impl MergedRuns {
    /// `runs` are given oldest first.
    pub(super) fn new(plan: &Arc<MergePlan>, runs: Vec<RunBatches>) -> Self {
        MergedRuns { merger: Merger::new(Arc::clone(plan), runs.len()), runs }
    }

    fn step(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            match self.merger.advance()? {
                Step::Need(runs) => {
                    for run in runs {
                        let batch = self.runs.get_mut(run).and_then(Iterator::next).transpose()?;
                        self.merger.supply(run, batch)?;
                    }
                }
                Step::Batch(batch) => return Ok(Some(batch)),
                Step::Changelog(_) => return Err(Error::internal("a write buffer makes no such changelog")),
                Step::Done => return Ok(None),
                Step::LookUp(_) => return Err(Error::internal("a merge that looks nothing up asks for older rows")),
            }
        }
    }
}

impl Iterator for MergedRuns {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
