//! Geometry of the snapshot timeline: rows over snapshots, thinned to what fits.

use std::collections::BTreeMap;

use crate::model::{SnapshotInfo, TagInfo};

/// A snapshot on the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Position in the list given.
    pub index: usize,
    /// Pixels from the left.
    pub x: f64,
    /// Share of the greatest row count, 0..=1.
    pub height: f64,
    /// Whether its id is written below it.
    pub labelled: bool,
}

/// Snapshots from left (oldest) to right, `left..right` pixels; `snapshots` are newest first.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn points(snapshots: &[SnapshotInfo], left: f64, right: f64) -> Vec<Point> {
    let count = snapshots.len();
    let most =
        snapshots.iter().filter_map(|snapshot| snapshot.total_record_count).max().unwrap_or_default().max(1) as f64;
    let step = if count > 1 { (right - left) / (count - 1) as f64 } else { 0.0 };
    let every = label_every(step);
    let newest_first = snapshots.iter().enumerate();
    newest_first
        .rev()
        .enumerate()
        .map(|(place, (index, snapshot))| Point {
            index,
            x: if count > 1 { left + step * place as f64 } else { f64::midpoint(left, right) },
            height: snapshot.total_record_count.unwrap_or_default().max(0) as f64 / most,
            labelled: index % every == 0,
        })
        .collect()
}

/// Every how many snapshots a label fits, counted from the newest.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn label_every(step: f64) -> usize {
    if step <= 0.0 { 1 } else { ((34.0 / step).ceil() as usize).max(1) }
}

/// Tag names by the snapshot they keep.
#[must_use]
pub fn flags(tags: &[TagInfo]) -> BTreeMap<i64, Vec<String>> {
    let mut flags: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for tag in tags {
        flags.entry(tag.snapshot_id).or_default().push(tag.name.clone());
    }
    flags
}

/// Shape of a commit kind's dot: never told by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// APPEND: a dot.
    Dot,
    /// COMPACT: a square.
    Square,
    /// OVERWRITE: a diamond.
    Diamond,
    /// ANALYZE and unknown kinds: a ring.
    Ring,
}

/// The mark of a commit kind.
#[must_use]
pub fn mark(commit_kind: &str) -> Mark {
    match commit_kind {
        "APPEND" => Mark::Dot,
        "COMPACT" => Mark::Square,
        "OVERWRITE" => Mark::Diamond,
        _ => Mark::Ring,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshots(count: i64) -> Vec<SnapshotInfo> {
        (1..=count)
            .rev()
            .map(|id| SnapshotInfo { id, total_record_count: Some(id * 10), ..SnapshotInfo::default() })
            .collect()
    }

    #[test]
    fn oldest_is_left_and_the_newest_is_labelled() {
        let snapshots = snapshots(14);
        let points = points(&snapshots, 0.0, 130.0);
        assert_eq!(snapshots[points[0].index].id, 1);
        assert!((points[13].x - 130.0).abs() < 1e-9 && points[13].labelled && (points[13].height - 1.0).abs() < 1e-9);
        assert!(points.iter().filter(|point| point.labelled).count() < 6);
    }

    #[test]
    fn one_snapshot_stands_in_the_middle_and_none_is_nothing() {
        assert!((points(&snapshots(1), 0.0, 100.0)[0].x - 50.0).abs() < 1e-9);
        assert!(points(&[], 0.0, 100.0).is_empty());
    }
}
