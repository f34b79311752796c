//! What a column looks like, counted over the rows that are loaded.

use std::{cmp::Ordering, collections::HashMap};

use crate::cell::{Cell, Look};

/// Different values that are counted; beyond, only the counts of these go on.
const COUNTED: usize = 5000;
/// Values shown.
const TOP: usize = 8;

/// A column's values in short.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnSummary {
    /// Rows looked at.
    pub rows: usize,
    /// Rows without a value.
    pub nulls: usize,
    /// Least and greatest value, where values have an order.
    pub bounds: Option<(Cell, Cell)>,
    /// Number of different values; `None` when there are too many to count.
    pub distinct: Option<usize>,
    /// The most frequent values and how often each is there.
    pub top: Vec<(Cell, usize)>,
}

/// Counts the cells of a column.
#[must_use]
pub fn summarize<'a>(look: Look, cells: impl Iterator<Item = &'a Cell>) -> ColumnSummary {
    let mut summary = ColumnSummary::default();
    let mut bounds: Option<(&Cell, &Cell)> = None;
    let mut counts: HashMap<String, (&Cell, usize)> = HashMap::new();
    let mut too_many = false;
    for cell in cells {
        summary.rows += 1;
        if *cell == Cell::Null {
            summary.nulls += 1;
            continue;
        }
        let text = cell.to_string();
        let full = counts.len() >= COUNTED;
        match counts.get_mut(&text) {
            Some((_, count)) => *count += 1,
            None if full => too_many = true,
            None => drop(counts.insert(text, (cell, 1))),
        }
        if look != Look::Nested {
            let less = |a: &Cell, b: &Cell| a.compare(b, look == Look::Number) == Ordering::Less;
            bounds = Some(match bounds {
                None => (cell, cell),
                Some((least, greatest)) => {
                    (if less(cell, least) { cell } else { least }, if less(greatest, cell) { cell } else { greatest })
                }
            });
        }
    }
    summary.bounds = bounds.map(|(least, greatest)| (least.clone(), greatest.clone()));
    summary.distinct = (!too_many).then_some(counts.len());
    let mut top: Vec<(Cell, usize)> = counts.into_values().map(|(cell, count)| (cell.clone(), count)).collect();
    top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.compare(&b.0, look == Look::Number)));
    top.truncate(TOP);
    summary.top = top;
    summary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_ordered() {
        let cells = ["9", "10", "9", "100"].map(|text| Cell::Text(text.into()));
        let nulls = [Cell::Null];
        let summary = summarize(Look::Number, cells.iter().chain(&nulls));
        assert_eq!((summary.rows, summary.nulls, summary.distinct), (5, 1, Some(3)));
        assert_eq!(summary.bounds, Some((Cell::Text("9".into()), Cell::Text("100".into()))));
        assert_eq!(summary.top[0], (Cell::Text("9".into()), 2));
    }

    #[test]
    fn too_many_values_are_not_counted_and_nothing_has_no_bounds() {
        let cells: Vec<Cell> = (0..COUNTED as i64 + 5).map(Cell::Int).collect();
        assert_eq!(summarize(Look::Number, cells.iter()).distinct, None);
        assert_eq!(
            summarize(Look::Text, std::iter::empty()),
            ColumnSummary { distinct: Some(0), ..ColumnSummary::default() }
        );
    }
}
