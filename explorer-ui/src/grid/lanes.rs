//! How the columns of the grid lie: which are pinned, which are in sight, and how wide each is.

use crate::{
    cell::{Cell, Look},
    model::ScanColumn,
};

/// A column is never narrower or wider than this, whoever drags it.
pub const WIDTHS: (f64, f64) = (48.0, 1200.0);

/// The columns of the grid in the order in which they are shown, pinned ones first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lanes {
    /// For each place its column in the scan.
    pub order: Vec<usize>,
    /// The place of each column.
    pub places: Vec<usize>,
    /// Left edges of the places, and the last right one.
    pub edges: Vec<f64>,
    /// Number of places that stay in sight.
    pub pinned: usize,
}

impl Lanes {
    /// Lays out `columns`: those named in `pinned` come first. `width` says how wide each is.
    #[must_use]
    pub fn new(columns: &[ScanColumn], pinned: &[String], width: impl Fn(usize) -> f64) -> Lanes {
        let is_pinned = |index: &usize| columns.get(*index).is_some_and(|column| pinned.contains(&column.name));
        let (mut order, rest): (Vec<usize>, Vec<usize>) = (0..columns.len()).partition(is_pinned);
        let pinned = order.len();
        order.extend(rest);
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, &index)| places[index] = place);
        let mut edges = vec![0.0];
        for &index in &order {
            edges.push(edges.last().unwrap_or(&0.0) + width(index).clamp(WIDTHS.0, WIDTHS.1));
        }
        Lanes { order, places, edges, pinned }
    }

    /// Left edge and width of a place.
    #[must_use]
    pub fn span(&self, place: usize) -> (f64, f64) {
        let left = self.edges.get(place).copied().unwrap_or_default();
        (left, self.edges.get(place + 1).copied().unwrap_or(left) - left)
    }

    /// Width of all pinned columns.
    #[must_use]
    pub fn pinned_px(&self) -> f64 {
        self.edges.get(self.pinned).copied().unwrap_or_default()
    }

    /// Width of all columns.
    #[must_use]
    pub fn full_px(&self) -> f64 {
        self.edges.last().copied().unwrap_or_default()
    }

    /// Places in sight, without the pinned ones, of a view of `width` pixels scrolled to `scroll`.
    #[must_use]
    pub fn in_sight(&self, scroll: f64, width: f64) -> (usize, usize) {
        let count = self.order.len();
        let from = scroll + self.pinned_px();
        let first = self.edges.partition_point(|&edge| edge <= from).saturating_sub(2).max(self.pinned);
        let end = (self.edges.partition_point(|&edge| edge < scroll + width) + 1).min(count);
        (first.min(count), end.max(first.min(count)))
    }

    /// Where to scroll so that a place is in sight; `None` where it is.
    #[must_use]
    pub fn scroll_to(&self, place: usize, scroll: f64, width: f64) -> Option<f64> {
        if place < self.pinned {
            return None;
        }
        let (left, wide) = self.span(place);
        if left < scroll + self.pinned_px() {
            Some(left - self.pinned_px())
        } else if left + wide > scroll + width {
            // A column wider than the view shows its beginning.
            Some((left + wide - width).min(left - self.pinned_px()))
        } else {
            None
        }
    }
}

/// Columns pinned unless the user chose: the key, as long as it leaves room for others.
#[must_use]
pub fn pinned_at_first(keys: &[String], widths: impl Fn(&str) -> Option<f64>, room: f64) -> Vec<String> {
    let sum: Option<f64> = keys.iter().map(|key| widths(key)).sum();
    match sum {
        Some(sum) if sum <= room * 0.4 => keys.to_vec(),
        _ => Vec::new(),
    }
}

/// Pixels for a column, from its title and a sample of its cells.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn column_px<'a>(title: &str, type_text: &str, look: Look, sample: impl Iterator<Item = &'a Cell>) -> f64 {
    let widest = sample.map(|cell| cell.copy_text().chars().take(60).count()).max().unwrap_or_default();
    let widest = widest.max(least_chars(type_text));
    let cell_px = widest as f64 * if look == Look::Number { 8.7 } else { 7.5 };
    let title_px = title.chars().count() as f64 * 9.2 + 18.0;
    let type_px = type_text.chars().take(20).count() as f64 * 6.5;
    (cell_px.max(title_px).max(type_px) + 26.0).clamp(64.0, 340.0)
}

/// Characters that later values of a type may well need: digits that are cut off tell a wrong number.
fn least_chars(type_text: &str) -> usize {
    let name: String = type_text.chars().take_while(char::is_ascii_alphabetic).collect();
    match name.to_ascii_uppercase().as_str() {
        "TINYINT" => 4,
        "SMALLINT" => 6,
        "INT" | "INTEGER" | "DATE" => 10,
        "BIGINT" | "FLOAT" | "DOUBLE" | "DECIMAL" => 12,
        "TIMESTAMP" => 23,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(count: usize) -> Vec<ScanColumn> {
        (0..count).map(|index| ScanColumn { name: format!("c{index}"), type_text: String::new() }).collect()
    }

    #[test]
    fn only_columns_in_sight_are_drawn() {
        let lanes = Lanes::new(&columns(500), &[], |_| 100.0);
        assert_eq!(lanes.in_sight(0.0, 250.0), (0, 4));
        let (first, end) = lanes.in_sight(2000.0, 250.0);
        assert!(first <= 20 && end >= 23 && end - first < 8);
        assert_eq!(Lanes::default().in_sight(0.0, 100.0), (0, 0));
        assert_eq!(lanes.in_sight(1e9, 250.0).1, 500);
    }

    #[test]
    fn pinned_columns_come_first_and_cover_others() {
        let lanes = Lanes::new(&columns(50), &["c7".to_owned(), "c3".to_owned()], |_| 100.0);
        assert_eq!((&lanes.order[..4], lanes.pinned, lanes.pinned_px()), (&[3, 7, 0, 1][..], 2, 200.0));
        assert_eq!((lanes.places[7], lanes.places[0]), (1, 2));
        let (first, _) = lanes.in_sight(1000.0, 500.0);
        assert!((10..=12).contains(&first), "{first}");
        assert_eq!(lanes.scroll_to(0, 5000.0, 500.0), None);
        assert_eq!(lanes.scroll_to(5, 5000.0, 500.0), Some(300.0));
        assert_eq!(lanes.scroll_to(20, 0.0, 500.0), Some(1600.0));
    }

    #[test]
    fn keys_are_pinned_while_they_leave_room() {
        let keys = ["a".to_owned(), "b".to_owned()];
        assert_eq!(pinned_at_first(&keys, |_| Some(100.0), 800.0).len(), 2);
        assert!(pinned_at_first(&keys, |_| Some(200.0), 800.0).is_empty());
        assert!(pinned_at_first(&keys, |_| None, 800.0).is_empty(), "a key that is not shown is not pinned");
    }
}
