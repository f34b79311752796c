//! `merge-engine` = `deduplicate`: the newest row of a key stands for it.

use super::{
    function::{Groups, MergeFunction, Merged},
    segment::Segment,
};
use crate::error::Result;

/// Keeps the newest row.
#[derive(Debug)]
pub(super) struct Deduplicate {
    /// `ignore-delete`: retracts do not count where a key has several rows.
    pub(super) ignore_delete: bool,
}

impl MergeFunction for Deduplicate {
    fn merge(&self, groups: &Groups, segments: &[&Segment]) -> Result<Merged> {
        if !self.ignore_delete || !segments.iter().any(|segment| segment.has_retracts()) {
            return Ok(Merged::Rows(groups.newest().collect()));
        }
        let is_add = |row: &&crate::merge::RowRef| !segments[row.segment as usize].is_retract(row.row);
        let survivors = groups.iter_passing().filter_map(|group| match group.rows {
            [only] if group.passes => Some(*only),
            several => several.iter().rev().find(is_add).copied(),
        });
        Ok(Merged::Rows(survivors.collect()))
    }
}
