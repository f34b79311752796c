//! `merge-engine` = `first-row`: the oldest row of a key stands for it.

use super::{
    function::{Groups, MergeFunction, Merged},
    segment::{RowRef, Segment},
};
use crate::error::{Error, Result};

/// Keeps the oldest row.
#[derive(Debug)]
pub(super) struct FirstRow {
    /// `ignore-delete`: retracts do not count where a key has several rows; without it they are errors there.
    pub(super) ignore_delete: bool,
}

impl MergeFunction for FirstRow {
    fn merge(&self, groups: &Groups, segments: &[&Segment]) -> Result<Merged> {
        if !segments.iter().any(|segment| segment.has_retracts()) {
            return Ok(Merged::Rows(groups.iter().filter_map(|group| group.first().copied()).collect()));
        }
        let is_retract = |row: &&RowRef| segments[row.segment as usize].is_retract(row.row);
        let mut survivors = Vec::with_capacity(groups.len());
        for group in groups.iter_passing() {
            match group.rows {
                [only] if group.passes => survivors.push(*only),
                several if self.ignore_delete => survivors.extend(several.iter().find(|row| !is_retract(row))),
                several if several.iter().any(|row| is_retract(&row)) => return Err(retracted()),
                several => survivors.extend(several.first()),
            }
        }
        Ok(Merged::Rows(survivors))
    }
}

fn retracted() -> Error {
    Error::invalid("merge-engine first-row takes no -U or -D row; option ignore-delete=true skips them")
}
