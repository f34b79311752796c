//! Why files are compacted.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why files are compacted: the rule that picked them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A full compaction was asked for.
    Full,
    /// `compaction.optimization-interval` has passed since the last full compaction.
    FullInterval,
    /// The bucket is smaller than `compaction.total-size-threshold`.
    TotalSize,
    /// The levels below the top hold more than `compaction.incremental-size-threshold`.
    IncrementalSize,
    /// The younger runs outweigh the oldest by `compaction.max-size-amplification-percent`.
    SizeAmplification,
    /// Neighbouring runs are of like size (`compaction.size-ratio`).
    SizeRatio,
    /// There are more runs than `num-sorted-run.compaction-trigger`.
    RunCount,
    /// `compaction.force-up-level-0`.
    #[serde(rename = "force-up-level-0")]
    ForceUpLevel0,
    /// Readers skip level 0: its rows must be looked up to be seen.
    Lookup,
    /// `compaction.force-rewrite-all-files`.
    RewriteAll,
    /// Rows may be older than `record-level.expire-time`.
    Expired,
    /// Rows of the files are deleted by deletion vectors.
    DeletionVectors,
    /// Many small files.
    SmallFiles,
    /// Rows wait for a bucket.
    Postponed,
    /// Rows are to be sorted by some columns.
    Cluster,
}

impl Reason {
    /// The reason as JSON and listings name it.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Full => "full",
            Reason::FullInterval => "full-interval",
            Reason::TotalSize => "total-size",
            Reason::IncrementalSize => "incremental-size",
            Reason::SizeAmplification => "size-amplification",
            Reason::SizeRatio => "size-ratio",
            Reason::RunCount => "run-count",
            Reason::ForceUpLevel0 => "force-up-level-0",
            Reason::Lookup => "lookup",
            Reason::RewriteAll => "rewrite-all",
            Reason::Expired => "expired",
            Reason::DeletionVectors => "deletion-vectors",
            Reason::SmallFiles => "small-files",
            Reason::Postponed => "postponed",
            Reason::Cluster => "cluster",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Reason::Full => "a full compaction was asked for",
            Reason::FullInterval => "the interval between full compactions has passed",
            Reason::TotalSize => "the bucket is small enough to be compacted as a whole",
            Reason::IncrementalSize => "too many bytes wait below the top level",
            Reason::SizeAmplification => "younger runs outweigh the oldest",
            Reason::SizeRatio => "neighbouring runs are of like size",
            Reason::RunCount => "too many sorted runs",
            Reason::ForceUpLevel0 => "level 0 is always taken up",
            Reason::Lookup => "readers skip level 0",
            Reason::RewriteAll => "every file is to be rewritten",
            Reason::Expired => "rows may have expired",
            Reason::DeletionVectors => "rows are deleted by deletion vectors",
            Reason::SmallFiles => "many small files",
            Reason::Postponed => "rows wait for a bucket",
            Reason::Cluster => "rows are to be sorted",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_listings_name_a_reason_alike() {
        for reason in [Reason::Full, Reason::ForceUpLevel0, Reason::DeletionVectors, Reason::RewriteAll] {
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.name()));
        }
    }
}
