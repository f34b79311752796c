//! How planning narrowed the table down.

use serde::Serialize;

use crate::{
    format::{ReadCounters, ReadStep},
    spec::data_file::DataFileMeta,
};

/// Things, and the bytes that they stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) count: u64,
    pub(crate) bytes: u64,
}

impl Amount {
    /// One thing more, of this size.
    pub(crate) fn add(&mut self, size: i64) {
        self.plus(Amount { count: 1, bytes: u64::try_from(size).unwrap_or(0) });
    }

    /// What somebody else counted. A table may say that its files are larger than anything.
    pub(crate) fn plus(&mut self, other: Amount) {
        self.count = self.count.saturating_add(other.count);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// Data files.
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = &'a DataFileMeta>) -> Self {
        Amount::of_sizes(files.into_iter().map(|file| file.file_size))
    }

    /// Things of these sizes.
    pub(crate) fn of_sizes(sizes: impl IntoIterator<Item = i64>) -> Self {
        let mut amount = Amount::default();
        sizes.into_iter().for_each(|size| amount.add(size));
        amount
    }
}

/// One step of planning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainStep {
    /// What was looked at, such as `manifests by partition`.
    pub name: &'static str,
    /// How many are left.
    pub kept: u64,
    /// How many there were.
    pub total: u64,
    /// What is counted.
    pub unit: &'static str,
    /// Bytes of what is left: of the manifests themselves, of the data files that entries and files are, of row groups.
    /// `None` where rows are counted, which have no bytes of their own.
    pub kept_bytes: Option<u64>,
    /// Bytes of what there was.
    pub total_bytes: Option<u64>,
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
    pub(crate) fn step(&mut self, name: &'static str, unit: &'static str, kept: Amount, total: Amount) {
        let (kept_bytes, total_bytes) = (Some(kept.bytes), Some(total.bytes));
        self.steps.push(ExplainStep { name, kept: kept.count, total: total.count, unit, kept_bytes, total_bytes });
    }

    /// Adds the steps of a scan that gave `rows` rows; those in which there was nothing to leave out are left out.
    pub(crate) fn steps_of_reading(&mut self, counters: &ReadCounters, rows: u64) {
        let counted = ReadStep::ALL.into_iter().map(|step| (step.describe(), counters.get(step)));
        for ((name, unit), found) in counted.filter(|(_, found)| found.total > 0) {
            let bytes = |bytes: u64| (unit != "rows").then_some(bytes);
            let (kept_bytes, total_bytes) = (bytes(found.kept_bytes), bytes(found.total_bytes));
            self.steps.push(ExplainStep { name, kept: found.kept, total: found.total, unit, kept_bytes, total_bytes });
        }
        let (kept_bytes, total_bytes) = (None, None);
        let total = self.rows;
        self.steps.push(ExplainStep { name: "read: rows", kept: rows, total, unit: "rows", kept_bytes, total_bytes });
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
