//! Which rows of a file are asked for, while it is read from front to back.

use std::ops::Range;

/// Ascending, disjoint ranges of row positions, of which those that end before the reading position are dropped.
#[derive(Debug)]
pub(super) struct RowRanges {
    /// `None`: all rows.
    ranges: Option<std::vec::IntoIter<Range<u64>>>,
    current: Range<u64>,
}

impl RowRanges {
    /// The rows of `ReadRequest::rows`.
    pub(super) fn new(rows: Option<Vec<Range<u64>>>) -> Self {
        match rows {
            None => RowRanges { ranges: None, current: 0..u64::MAX },
            Some(ranges) => RowRanges { ranges: Some(ranges.into_iter()), current: 0..0 },
        }
    }

    /// The first stretch of rows at or behind `position` that is asked for; `None` where there is none to come. Positions
    /// must not go down from call to call.
    pub(super) fn next_from(&mut self, position: u64) -> Option<Range<u64>> {
        while self.current.end <= position {
            self.current = self.ranges.as_mut()?.next()?;
        }
        Some(self.current.start.max(position)..self.current.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_passed_in_order() {
        let mut rows = RowRanges::new(Some(vec![2..4, 4..4, 7..9]));
        assert_eq!(rows.next_from(0), Some(2..4));
        assert_eq!(rows.next_from(3), Some(3..4));
        assert_eq!(rows.next_from(4), Some(7..9));
        assert_eq!(rows.next_from(9), None);
        assert_eq!(rows.next_from(9), None);
        assert_eq!(RowRanges::new(None).next_from(5), Some(5..u64::MAX));
        assert_eq!(RowRanges::new(Some(Vec::new())).next_from(0), None);
    }
}
