//! Merging that merges nothing: all versions of every key, in order.

use super::{
    function::{Groups, MergeFunction, Merged},
    segment::Segment,
};
use crate::error::Result;

/// Keeps every row.
#[derive(Debug)]
pub(super) struct AllRows;

impl MergeFunction for AllRows {
    fn merge(&self, groups: &Groups, _segments: &[&Segment]) -> Result<Merged> {
        Ok(Merged::Rows(groups.rows.clone()))
    }
}
