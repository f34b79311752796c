//! Where keys lead in the grid, and which cells are selected.

use std::ops::RangeInclusive;

/// A cell: row and place of the column among those shown.
pub type Place = (usize, usize);

/// What a key moves within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Rows, as far as is known.
    pub rows: usize,
    /// Columns shown.
    pub columns: usize,
    /// Rows of a view.
    pub leap: usize,
}

/// Where a key leads from a cell; `None` when it is not one of the grid's. Without a cell the first step leads to the first one.
#[must_use]
pub fn moved(key: &str, ctrl: bool, from: Option<Place>, field: Field) -> Option<Place> {
    let (last_row, last_column) = (field.rows.saturating_sub(1), field.columns.saturating_sub(1));
    let (row, column) = from.unwrap_or((0, 0));
    let to = match (key, ctrl) {
        ("ArrowDown" | "ArrowUp" | "ArrowLeft" | "ArrowRight", _) if from.is_none() => (0, 0),
        ("ArrowDown", false) => (row + 1, column),
        ("ArrowDown", true) => (last_row, column),
        ("ArrowUp", false) => (row.saturating_sub(1), column),
        ("ArrowUp", true) => (0, column),
        ("ArrowLeft", false) => (row, column.saturating_sub(1)),
        ("ArrowLeft", true) | ("Home", false) => (row, 0),
        ("ArrowRight", false) => (row, column + 1),
        ("ArrowRight", true) | ("End", false) => (row, last_column),
        ("PageDown", _) => (row + field.leap, column),
        ("PageUp", _) => (row.saturating_sub(field.leap), column),
        ("Home", true) => (0, 0),
        ("End", true) => (last_row, last_column),
        _ => return None,
    };
    Some((to.0.min(last_row), to.1.min(last_column)))
}

/// The cells between two corners.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Rows.
    pub rows: RangeInclusive<usize>,
    /// Columns, by their place.
    pub columns: RangeInclusive<usize>,
}

impl Block {
    /// The block of two corners.
    #[must_use]
    pub fn of(a: Place, b: Place) -> Block {
        Block { rows: a.0.min(b.0)..=a.0.max(b.0), columns: a.1.min(b.1)..=a.1.max(b.1) }
    }

    /// Number of its rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.rows.end() - self.rows.start() + 1
    }

    /// Number of its columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.end() - self.columns.start() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Field = Field { rows: 10_000_000, columns: 500, leap: 20 };

    #[test]
    fn keys_lead_to_edges_and_no_further() {
        let to = |key: &str, ctrl: bool, from: Place| moved(key, ctrl, Some(from), FIELD).unwrap();
        assert_eq!(to("ArrowDown", false, (9_999_999, 3)), (9_999_999, 3));
        assert_eq!(to("ArrowDown", true, (5, 3)), (9_999_999, 3));
        assert_eq!(to("ArrowRight", true, (5, 3)), (5, 499));
        assert_eq!(to("PageUp", false, (5, 3)), (0, 3));
        assert_eq!(to("Home", false, (5, 3)), (5, 0));
        assert_eq!(to("End", true, (5, 3)), (9_999_999, 499));
        assert_eq!(moved("x", false, None, FIELD), None);
        assert_eq!(moved("ArrowRight", false, None, FIELD), Some((0, 0)));
    }

    #[test]
    fn nothing_moves_in_an_empty_grid() {
        let field = Field { rows: 0, columns: 0, leap: 1 };
        assert_eq!(moved("End", true, Some((0, 0)), field), Some((0, 0)));
    }

    #[test]
    fn blocks_have_their_corners_in_any_order() {
        let block = Block::of((9, 1), (3, 4));
        assert_eq!((block.rows.clone(), block.columns.clone(), block.height(), block.width()), (3..=9, 1..=4, 7, 4));
    }
}
