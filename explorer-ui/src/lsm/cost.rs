//! What the runs of all buckets cost readers, and how near they are to a compaction.

use super::BucketId;
use crate::model::{LevelsInfo, TableInfo};

/// Runs of a bucket at which Paimon's writers compact by default.
const DEFAULT_TRIGGER: i64 = 5;

/// Figures over all buckets of a page of `levels`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cost {
    /// Runs that a read of one key merges at most, averaged over rows.
    pub depth: f64,
    /// The bucket with the greatest depth, and that.
    pub worst: Option<(BucketId, i64)>,
    /// Sorted runs of a bucket, averaged over buckets.
    pub runs: f64,
    /// Buckets with at least as many runs as the trigger.
    pub at_trigger: usize,
    /// Runs at which writers compact.
    pub trigger: i64,
}

impl Cost {
    /// What the buckets cost.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn of(levels: &LevelsInfo, info: &TableInfo) -> Cost {
        let trigger = info.option("num-sorted-run.compaction-trigger").and_then(|text| text.parse().ok());
        let trigger = trigger.filter(|trigger| *trigger > 0).unwrap_or(DEFAULT_TRIGGER);
        let buckets = &levels.buckets;
        let rows: f64 = buckets.iter().map(|bucket| bucket.rows as f64).sum();
        let weighted: f64 = buckets.iter().map(|bucket| bucket.rows as f64 * bucket.depth as f64).sum();
        let runs: f64 = buckets.iter().map(|bucket| bucket.sorted_runs as f64).sum();
        let worst = buckets.iter().rev().max_by_key(|bucket| (bucket.depth, bucket.sorted_runs));
        Cost {
            depth: if rows > 0.0 { weighted / rows } else { 0.0 },
            worst: worst.map(|bucket| (BucketId::of(bucket), bucket.depth)),
            runs: runs / (buckets.len().max(1)) as f64,
            at_trigger: buckets.iter().filter(|bucket| bucket.sorted_runs >= trigger).count(),
            trigger,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BucketLevels;

    #[test]
    fn depth_is_weighed_by_rows_and_the_worst_is_named() {
        let bucket = |number, rows, depth, sorted_runs| BucketLevels {
            bucket: number,
            rows,
            depth,
            sorted_runs,
            ..BucketLevels::default()
        };
        let levels = LevelsInfo { buckets: vec![bucket(0, 10, 1, 2), bucket(1, 30, 3, 6)], ..LevelsInfo::default() };
        let cost = Cost::of(&levels, &TableInfo::default());
        assert!((cost.depth - 2.5).abs() < 1e-9 && (cost.runs - 4.0).abs() < 1e-9);
        assert_eq!(cost.worst, Some((BucketId { partition: String::new(), bucket: 1 }, 3)));
        assert_eq!((cost.at_trigger, cost.trigger), (1, 5));
    }

    #[test]
    fn nonsense_triggers_and_empty_tables_do_not_divide_by_zero() {
        let options = [("num-sorted-run.compaction-trigger".to_owned(), "0".to_owned())].into();
        let cost = Cost::of(&LevelsInfo::default(), &TableInfo { options, ..TableInfo::default() });
        assert_eq!((cost.trigger, cost.worst), (5, None));
        assert!(cost.depth.is_finite() && cost.runs.is_finite());
    }
}
