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

/// What a step has kept so far, of how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCount {
    /// Things kept.
    pub kept: u64,
    /// Things there were.
    pub total: u64,
    /// Bytes of those kept; 0 where rows are counted.
    pub kept_bytes: u64,
    /// Bytes of those there were.
    pub total_bytes: u64,
}

/// Counts of each step, shared by the tasks of a scan.
#[derive(Debug, Default)]
pub struct ReadCounters {
    /// By step: kept, total, and the bytes of both.
    counts: [[AtomicU64; 4]; ReadStep::ALL.len()],
}

impl ReadCounters {
    /// Adds `kept` of `total` rows to a step.
    pub fn add_rows(&self, step: ReadStep, kept: u64, total: u64) {
        self.add(step, [kept, total, 0, 0]);
    }

    /// Adds a file or a row group of `bytes` to a step, kept or not.
    pub fn add_one(&self, step: ReadStep, is_kept: bool, bytes: u64) {
        let kept = u64::from(is_kept);
        self.add(step, [kept, 1, kept * bytes, bytes]);
    }

    fn add(&self, step: ReadStep, counts: [u64; 4]) {
        if let Some(all) = self.counts.get(step as usize) {
            for (all, count) in all.iter().zip(counts) {
                all.fetch_add(count, Ordering::Relaxed);
            }
        }
    }

    /// What a step has kept so far.
    pub fn get(&self, step: ReadStep) -> ReadCount {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Some([kept, total, kept_bytes, total_bytes]) = self.counts.get(step as usize) else {
            return ReadCount::default();
        };
        ReadCount { kept: load(kept), total: load(total), kept_bytes: load(kept_bytes), total_bytes: load(total_bytes) }
    }
}
