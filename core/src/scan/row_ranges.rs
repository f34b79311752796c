//! Sets of rows as ranges: positions in a file, or row ids of a table that tracks them.

use std::ops::Range;

use crate::{
    predicate::{Column, CompareOp, Predicate},
    spec::{
        data_file::{DataFileMeta, FileSource},
        table_schema::{ROW_ID, row_id_field},
    },
    types::Datum,
};

/// Ascending, disjoint ranges, none of them empty, with gaps between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowRanges(Vec<Range<u64>>);

impl RowRanges {
    /// Every row.
    pub(crate) fn all() -> Self {
        RowRanges::one(0..u64::MAX)
    }

    /// One range, or nothing where it is empty.
    pub(crate) fn one(range: Range<u64>) -> Self {
        RowRanges(if range.is_empty() { Vec::new() } else { vec![range] })
    }

    /// Any ranges.
    pub(crate) fn new(mut ranges: Vec<Range<u64>>) -> Self {
        ranges.retain(|range| !range.is_empty());
        ranges.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        RowRanges(merged)
    }

    /// The row ids that rows matching `predicate` may have.
    pub(crate) fn of_row_ids(predicate: &Predicate) -> Self {
        match predicate {
            Predicate::False => RowRanges(Vec::new()),
            Predicate::And(parts) => {
                parts.iter().fold(RowRanges::all(), |ids, part| ids.intersect(&RowRanges::of_row_ids(part)))
            }
            Predicate::Or(parts) => RowRanges::new(parts.iter().flat_map(|p| RowRanges::of_row_ids(p).0).collect()),
            Predicate::Compare { column, op, literal } if is_row_id(column) => compared(*op, literal),
            Predicate::In { column, literals, negated: false } if is_row_id(column) => {
                RowRanges::new(literals.iter().flat_map(|id| compared(CompareOp::Eq, id).0).collect())
            }
            _ => RowRanges::all(),
        }
    }

    /// The ranges.
    pub(crate) fn ranges(&self) -> &[Range<u64>] {
        &self.0
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first `count` rows.
    pub(crate) fn first(mut self, count: u64) -> Self {
        let mut left = count;
        self.0.retain_mut(|range| {
            range.end = range.end.min(range.start.saturating_add(left));
            left -= range.end - range.start;
            !range.is_empty()
        });
        self
    }

    /// Rows of both.
    pub(crate) fn intersect(&self, other: &RowRanges) -> Self {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(left), Some(right)) = (a.peek(), b.peek()) {
            let both = left.start.max(right.start)..left.end.min(right.end);
            let left_ends = left.end <= right.end;
            if !both.is_empty() {
                common.push(both);
            }
            if left_ends {
                a.next();
            } else {
                b.next();
            }
        }
        RowRanges(common)
    }

    /// The part in `window`, counted from the start of it.
    pub(crate) fn within(&self, window: Range<u64>) -> Self {
        let start = window.start;
        let inside = self.intersect(&RowRanges::one(window));
        RowRanges(inside.0.into_iter().map(|range| range.start - start..range.end - start).collect())
    }

    /// Positions of the rows of `file` whose ids are in this set, `None` where the file's ids may be stored in it.
    pub(crate) fn positions_in(&self, file: &DataFileMeta) -> Option<Self> {
        Some(self.within(assigned_row_ids(file)?))
    }

    /// False where no row of `file` has an id of this set.
    pub(crate) fn may_hold(&self, file: &DataFileMeta) -> bool {
        self.positions_in(file).is_none_or(|positions| !positions.0.is_empty())
    }
}

/// Row ids of a file whose rows have them from the manifest alone: first id and count.
pub(crate) fn assigned_row_ids(file: &DataFileMeta) -> Option<Range<u64>> {
    let stored = file.write_cols.as_ref().is_some_and(|names| names.iter().any(|name| name == ROW_ID));
    if stored || file.file_source == Some(FileSource::Compact) {
        return None;
    }
    row_ids(file)
}

/// Row ids of a file by its first id and its count.
pub(crate) fn row_ids(file: &DataFileMeta) -> Option<Range<u64>> {
    let first = u64::try_from(file.first_row_id?).ok()?;
    Some(first..first.checked_add(u64::try_from(file.row_count).ok()?)?)
}

fn is_row_id(column: &Column) -> bool {
    column.id == row_id_field().id
}

fn compared(op: CompareOp, literal: &Datum) -> RowRanges {
    let Datum::BigInt(id) = literal else { return RowRanges::all() };
    // Ids are not negative: a bound below 0 is a bound at 0.
    let (at, after) = match u64::try_from(*id) {
        Ok(id) => (id, id + 1),
        Err(_) => (0, 0),
    };
    match op {
        CompareOp::Eq => RowRanges::one(at..after),
        CompareOp::NotEq => RowRanges::new(vec![0..at, after..u64::MAX]),
        CompareOp::Lt => RowRanges::one(0..at),
        CompareOp::LtEq => RowRanges::one(0..after),
        CompareOp::Gt => RowRanges::one(after..u64::MAX),
        CompareOp::GtEq => RowRanges::one(at..u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::DataField;

    fn ids(text: &str) -> Vec<Range<u64>> {
        let fields =
            [row_id_field(), DataField::new(0, "a", crate::types::DataType::nullable(crate::types::TypeKind::Int))];
        RowRanges::of_row_ids(&crate::predicate::parse(text, &fields).unwrap()).0
    }

    #[test]
    fn filters_name_row_ids() {
        assert_eq!(ids("_ROW_ID = 5"), vec![5..6]);
        assert_eq!(ids("_ROW_ID IN (1, 2, 9) AND a = 1"), vec![1..3, 9..10]);
        assert_eq!(ids("_ROW_ID = 5 OR a = 1"), vec![0..u64::MAX]);
        assert_eq!(ids("_ROW_ID >= 3 AND _ROW_ID < 7"), vec![3..7]);
        assert_eq!(ids("_ROW_ID BETWEEN 3 AND 7 OR _ROW_ID = 8"), vec![3..9]);
        assert_eq!(ids("_ROW_ID <> 2"), vec![0..2, 3..u64::MAX]);
        assert_eq!(ids("_ROW_ID > -1"), vec![0..u64::MAX]);
        assert_eq!(ids("_ROW_ID < 0"), Vec::<Range<u64>>::new());
        assert_eq!(ids("_ROW_ID = -1"), Vec::<Range<u64>>::new());
        assert_eq!(ids("_ROW_ID IS NULL"), vec![0..u64::MAX]);
    }

    fn set(ranges: &RowRanges) -> Vec<u64> {
        ranges.0.iter().cloned().flatten().collect()
    }

    proptest! {
        #[test]
        fn sets_behave_as_sets(a in prop::collection::vec((0u64..40, 0u64..6), 0..6), b in prop::collection::vec((0u64..40, 0u64..6), 0..6)) {
            let make = |parts: &[(u64, u64)]| RowRanges::new(parts.iter().map(|(start, n)| *start..start + n).collect());
            let (a, b) = (make(&a), make(&b));
            let both: Vec<u64> = set(&a).into_iter().filter(|row| set(&b).contains(row)).collect();
            prop_assert_eq!(set(&a.intersect(&b)), both);
            let inside: Vec<u64> = set(&a).into_iter().filter(|row| (7..20).contains(row)).map(|row| row - 7).collect();
            prop_assert_eq!(set(&a.within(7..20)), inside);
        }
    }
}
