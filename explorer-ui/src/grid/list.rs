//! Arithmetic of a list that is drawn as far as it is in sight, with the scroll bar scaled beyond what browsers can make high.

use super::{OVERSCAN, ROW_PX, scroll::MAX_PX};

/// The rows to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ListWindow {
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
pub fn window(scroll: f64, height: f64, total: usize) -> ListWindow {
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
    ListWindow { first, end, content_px, top_px }
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
