//! What reading left out, counted as it happens: for `explain` after a scan has run.

use std::sync::atomic::{AtomicU64, Ordering};

/// A step of reading that leaves something out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadStep {
    /// Data files whose indexes rule them out.
    FilesByFileIndex,
    /// Rows that file indexes rule out, of the files that are read.
    RowsByFileIndex,
    /// Row groups or stripes that statistics rule out.
    RowGroupsByStatistics,
    /// Row groups that bloom filters rule out.
    RowGroupsByBloomFilter,
    /// Rows that the page index rules out, of the row groups that are read.
    RowsByPageIndex,
}

impl ReadStep {
    /// All steps, in the order in which they happen.
    pub const ALL: [ReadStep; 5] = [
        ReadStep::FilesByFileIndex,
        ReadStep::RowsByFileIndex,
        ReadStep::RowGroupsByStatistics,
        ReadStep::RowGroupsByBloomFilter,
        ReadStep::RowsByPageIndex,
    ];

    /// Name, and what is counted.
    pub fn describe(self) -> (&'static str, &'static str) {
        match self {
            ReadStep::FilesByFileIndex => ("read: files by file index", "files"),
            ReadStep::RowsByFileIndex => ("read: rows by file index", "rows"),
            ReadStep::RowGroupsByStatistics => ("read: row groups by statistics", "row groups"),
            ReadStep::RowGroupsByBloomFilter => ("read: row groups by bloom filter", "row groups"),
            ReadStep::RowsByPageIndex => ("read: rows by page index", "rows"),
        }
    }
}

/// Counts of each step, shared by the tasks of a scan.
#[derive(Debug, Default)]
pub struct ReadCounters {
    /// Kept and total by step.
    counts: [(AtomicU64, AtomicU64); ReadStep::ALL.len()],
}

impl ReadCounters {
    /// Adds `kept` of `total` to a step.
    pub fn add(&self, step: ReadStep, kept: u64, total: u64) {
        if let Some((all_kept, all)) = self.counts.get(step as usize) {
            all_kept.fetch_add(kept, Ordering::Relaxed);
            all.fetch_add(total, Ordering::Relaxed);
        }
    }

    /// Kept and total of a step so far.
    pub fn get(&self, step: ReadStep) -> (u64, u64) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        self.counts.get(step as usize).map_or((0, 0), |(kept, total)| (load(kept), load(total)))
    }
}
