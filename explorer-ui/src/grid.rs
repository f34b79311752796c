//! Arithmetic of the virtual grid: which rows and columns are in sight, and how wide a column is.

use crate::cell::{Cell, Look};

/// Height of a row, pixels.
pub const ROW_PX: f64 = 28.0;
/// Browsers cap an element's height (Firefox near 17.8 M px): beyond this the scroll bar is scaled.
pub const MAX_PX: f64 = 8_000_000.0;
/// Rows drawn above and below those in sight.
const OVERSCAN: usize = 6;

/// The rows to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// First row.
    pub first: usize,
    /// Row after the last.
    pub end: usize,
    /// Height of the whole content, pixels.
    pub content_px: f64,
    /// Top of the first row, pixels from the content's top.
    pub top_px: f64,
}

/// Rows in sight of a viewport of `height` pixels scrolled to `scroll`, of `total` rows.
#[must_use]
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn window(scroll: f64, height: f64, total: usize) -> Window {
    let full = total as f64 * ROW_PX;
    let content_px = full.clamp(0.0, MAX_PX);
    let top_row = if full <= MAX_PX {
        scroll / ROW_PX
    } else {
        let way = (content_px - height).max(1.0);
        (scroll / way).clamp(0.0, 1.0) * (total as f64 - height / ROW_PX)
    }
    .clamp(0.0, total as f64);
    let first = (top_row as usize).saturating_sub(OVERSCAN);
    let end = ((top_row + height / ROW_PX).ceil() as usize + OVERSCAN).min(total);
    // Unscaled, a row's place is exact, so that a row that stays is not drawn again.
    let top_px =
        if full <= MAX_PX { first as f64 * ROW_PX } else { scroll.min(content_px) - (top_row - first as f64) * ROW_PX };
    Window { first, end, content_px, top_px }
}

/// Where to scroll so that `row` is in sight; `None` when it is already.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn scroll_to(row: usize, scroll: f64, height: f64, total: usize) -> Option<f64> {
    let full = total as f64 * ROW_PX;
    let scale = if full <= MAX_PX { 1.0 } else { (MAX_PX - height) / (full - height) };
    let (top, bottom) = (row as f64 * ROW_PX * scale, ((row + 1) as f64 * ROW_PX - height) * scale);
    if scroll > top {
        Some(top)
    } else if scroll < bottom {
        Some(bottom)
    } else {
        None
    }
}

/// Pixels for a column, from its title and a sample of its cells.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn column_px<'a>(title: &str, type_text: &str, look: Look, sample: impl Iterator<Item = &'a Cell>) -> f64 {
    let widest = sample.map(|cell| cell.copy_text().chars().take(60).count()).max().unwrap_or_default();
    let cell_px = widest as f64 * if look == Look::Number { 8.7 } else { 7.5 };
    let title_px = title.chars().count() as f64 * 9.2;
    let type_px = type_text.chars().take(20).count() as f64 * 6.5;
    (cell_px.max(title_px).max(type_px) + 26.0).clamp(64.0, 340.0)
}

/// Columns in sight of a viewport of `width` pixels scrolled to `scroll`; `edges` are left edges and the last right one.
#[must_use]
pub fn columns_in_sight(edges: &[f64], scroll: f64, width: f64) -> (usize, usize) {
    let count = edges.len().saturating_sub(1);
    let first = edges.partition_point(|&edge| edge <= scroll).saturating_sub(2);
    let end = (edges.partition_point(|&edge| edge < scroll + width) + 1).min(count);
    (first.min(count), end)
}

/// Left edges of columns of these widths, and the last right edge.
#[must_use]
pub fn edges(widths: &[f64]) -> Vec<f64> {
    let mut at = 0.0;
    let mut edges = vec![0.0];
    edges.extend(widths.iter().map(|width| {
        at += width;
        at
    }));
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_tables_draw_all_rows() {
        let window = window(0.0, 600.0, 5);
        assert_eq!((window.first, window.end, window.top_px), (0, 5, 0.0));
    }

    #[test]
    fn the_last_row_is_reached_with_and_without_scaling() {
        for total in [1000_usize, 10_000_000] {
            let content = window(0.0, 600.0, total).content_px;
            let bottom = window(content - 600.0, 600.0, total);
            assert_eq!(bottom.end, total);
            let last_bottom = bottom.top_px + (bottom.end - bottom.first) as f64 * ROW_PX;
            assert!((last_bottom - content).abs() < 1.0, "{total}: {last_bottom} {content}");
        }
    }

    #[test]
    fn scrolling_to_a_row_brings_it_into_sight() {
        for (row, total) in [(999, 1000), (5_000_000, 10_000_000), (0, 10)] {
            let scroll = scroll_to(row, 100.0, 600.0, total).unwrap();
            let seen = window(scroll.max(0.0), 600.0, total);
            assert!(seen.first <= row && row < seen.end, "{row} {seen:?}");
        }
        assert_eq!(scroll_to(3, 0.0, 600.0, 1000), None);
    }

    #[test]
    fn only_columns_in_sight_are_drawn() {
        let edges = edges(&[100.0; 50]);
        assert_eq!(columns_in_sight(&edges, 0.0, 250.0), (0, 4));
        let (first, end) = columns_in_sight(&edges, 2000.0, 250.0);
        assert!(first <= 20 && end >= 23 && end - first < 8);
        assert_eq!(columns_in_sight(&[0.0], 0.0, 100.0), (0, 0));
    }
}
