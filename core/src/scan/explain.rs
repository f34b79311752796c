//! How planning narrowed the table down.

use serde::Serialize;

use crate::format::{ReadCounters, ReadStep};

/// One step of planning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainStep {
    /// What was looked at, such as `manifests by partition`.
    pub name: &'static str,
    /// How many are left.
    pub kept: u64,
    /// How many there were.
    pub total: u64,
    /// What is counted.
    pub unit: &'static str,
}

/// The steps of planning, in order, and what is left to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Explain {
    /// The steps.
    pub steps: Vec<ExplainStep>,
    /// Splits to read.
    pub splits: u64,
    /// Splits that need merging.
    pub merge_splits: u64,
    /// Files to read.
    pub files: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// Rows of those files, unmerged and before the filter.
    pub rows: u64,
}

impl Explain {
    pub(crate) fn step(&mut self, name: &'static str, unit: &'static str, kept: usize, total: usize) {
        self.steps.push(ExplainStep { name, kept: kept as u64, total: total as u64, unit });
    }

    /// Adds the steps of a scan that gave `rows` rows; those in which there was nothing to leave out are left out.
    pub(crate) fn steps_of_reading(&mut self, counters: &ReadCounters, rows: u64) {
        let counted = ReadStep::ALL.into_iter().map(|step| (step.describe(), counters.get(step)));
        for ((name, unit), (kept, total)) in counted.filter(|(_, (_, total))| *total > 0) {
            self.steps.push(ExplainStep { name, kept, total, unit });
        }
        self.steps.push(ExplainStep { name: "read: rows", kept: rows, total: self.rows, unit: "rows" });
    }

    /// Counts what another branch adds; its steps are not shown.
    pub(crate) fn add(&mut self, other: &Explain) {
        self.splits += other.splits;
        self.merge_splits += other.merge_splits;
        self.files += other.files;
        self.bytes += other.bytes;
        self.rows += other.rows;
    }
}
