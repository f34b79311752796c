//! Tables whose compactions look up older rows: the levels above 0 hold merged results, and the one of the lowest level
//! already contains those below it.

use std::sync::Arc;

use super::{
    function::{Groups, MergeFunction, Merged},
    segment::{RowRef, Segment},
};
use crate::error::Result;

/// Merges, of each key, the rows of level 0 and one row of the levels above: that of the lowest level.
///
/// Merging the others as well would count twice what they brought (Java `LookupMergeFunction`).
#[derive(Debug)]
pub(super) struct LookupLevels {
    pub(super) inner: Arc<dyn MergeFunction>,
}

impl MergeFunction for LookupLevels {
    fn merge(&self, groups: &Groups, segments: &[&Segment]) -> Result<Merged> {
        let mut levels = segments.iter().map(|segment| segment.level).filter(|level| *level > 0);
        let first = levels.next();
        if groups.all_single() || levels.all(|level| Some(level) == first) {
            return self.inner.merge(groups, segments);
        }
        self.inner.merge(&reduce(groups, segments), segments)
    }
}

fn reduce(groups: &Groups, segments: &[&Segment]) -> Groups {
    let level = |row: &RowRef| segments[row.segment as usize].level;
    let mut reduced = Groups::default();
    for group in groups.iter_passing() {
        let above = group.rows.iter().map(level).filter(|level| *level > 0);
        let lowest = above.min().unwrap_or(0);
        let mut taken = false;
        for row in group.rows {
            let level = level(row);
            if level <= 0 || level == lowest && !std::mem::replace(&mut taken, true) {
                reduced.rows.push(*row);
            }
        }
        reduced.ends.push(reduced.rows.len() as u32);
        reduced.merge_alone.push(!group.passes);
    }
    reduced
}
