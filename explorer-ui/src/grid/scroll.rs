//! Scrolling over more rows than a browser can make high.
//!
//! Browsers cap an element's height (Chromium near 33.5 M pixels, Firefox near 17.8 M), which is less than a million rows. A
//! longer content is made [`MAX_PX`] high, and two places are kept: where the scroll bar stands (`px`) and where the view is
//! (`at`, pixels of the content in its full height). Small steps (the wheel, a finger, the arrows of the bar) move the view by
//! as many pixels, so that no row is skipped; large ones (the thumb dragged, Home) go to the same share of the content. The
//! bar is put right (`settled`) when it rests, or reaches an end that the view has not.

use super::{OVERSCAN, ROW_PX, Window};

/// Height of the content at most.
pub const MAX_PX: f64 = 8_000_000.0;
/// Rows are placed from a multiple of so many: so they keep their place in the drawing while the view moves.
const BASE_ROWS: usize = 1024;

/// Where a view of rows stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scroll {
    /// Of the scroll bar, in pixels of the content as it is.
    pub px: f64,
    /// Of the view, in pixels of the content in its full height.
    pub at: f64,
}

/// How high the view is, and how many rows there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Height of the view in pixels, without the header.
    pub height: f64,
    /// Rows.
    pub total: usize,
}

impl Extent {
    #[allow(clippy::cast_precision_loss)]
    fn full_px(self) -> f64 {
        self.total as f64 * ROW_PX
    }

    /// Height of the content as it is.
    #[must_use]
    pub fn content_px(self) -> f64 {
        self.full_px().min(MAX_PX)
    }

    /// Whether the content is less high than its rows.
    #[must_use]
    pub fn is_scaled(self) -> bool {
        self.full_px() > MAX_PX
    }

    /// How far the bar and the view can go.
    fn ways(self) -> (f64, f64) {
        ((self.content_px() - self.height).max(0.0), (self.full_px() - self.height).max(0.0))
    }

    /// Rows that fit in the view.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn rows_in_view(self) -> usize {
        ((self.height / ROW_PX) as usize).max(1)
    }
}

impl Scroll {
    /// After the bar moved to `px`.
    #[must_use]
    pub fn moved(self, px: f64, extent: Extent) -> Scroll {
        if !extent.is_scaled() {
            return Scroll { px, at: px };
        }
        let (way, full) = extent.ways();
        let step = px - self.px;
        let at = if step.abs() <= extent.height * 2.0 { self.at + step } else { px / way * full };
        Scroll { px, at: at.clamp(0.0, full) }
    }

    /// With the bar where the view is.
    #[must_use]
    pub fn settled(self, extent: Extent) -> Scroll {
        if !extent.is_scaled() {
            return Scroll { px: self.at, ..self };
        }
        let (way, full) = extent.ways();
        let at = self.at.clamp(0.0, full);
        Scroll { px: (at / full * way).round(), at }
    }

    /// Whether the bar has reached an end that the view has not, so that no step could lead further.
    #[must_use]
    pub fn is_stuck(self, extent: Extent) -> bool {
        let (way, full) = extent.ways();
        extent.is_scaled() && ((self.px <= 0.5 && self.at > 0.5) || (self.px >= way - 0.5 && self.at < full - 0.5))
    }

    /// The nearest place with `row` in sight; `None` where it is already.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn to_row(self, row: usize, extent: Extent) -> Option<Scroll> {
        let (top, bottom) = (row as f64 * ROW_PX, (row + 1) as f64 * ROW_PX - extent.height);
        let at = if self.at > top {
            top
        } else if self.at < bottom {
            bottom
        } else {
            return None;
        };
        Some(Scroll { at, ..self }.settled(extent))
    }

    /// The place with `row` in the middle of the view.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn around(row: usize, extent: Extent) -> Scroll {
        let (_, full) = extent.ways();
        let at = (row as f64 * ROW_PX - (extent.height - ROW_PX) / 2.0).clamp(0.0, full).floor();
        Scroll { px: 0.0, at }.settled(extent)
    }

    /// The rows to draw.
    #[must_use]
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn window(self, extent: Extent) -> Window {
        let top_row = (self.at / ROW_PX).max(0.0);
        let first = (top_row as usize).saturating_sub(OVERSCAN).min(extent.total);
        let end = ((top_row + extent.height / ROW_PX).ceil() as usize + OVERSCAN).min(extent.total);
        let base = first / BASE_ROWS * BASE_ROWS;
        Window { first, end, base, base_px: self.px - self.at + base as f64 * ROW_PX }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIG: Extent = Extent { height: 600.0, total: 10_000_000 };

    #[test]
    fn small_tables_scroll_as_the_browser_does() {
        let extent = Extent { height: 600.0, total: 1000 };
        let scroll = Scroll::default().moved(333.0, extent);
        assert_eq!((scroll.at, scroll.settled(extent).px), (333.0, 333.0));
        let window = Scroll::default().window(Extent { total: 5, ..extent });
        assert_eq!((window.first, window.end, window.base_px), (0, 5, 0.0));
    }

    #[test]
    fn steps_of_the_wheel_skip_no_row_anywhere() {
        let mut scroll = Scroll::around(5_000_000, BIG);
        for _ in 0..1000 {
            let before = scroll;
            scroll = scroll.moved(scroll.px + 100.0, BIG);
            assert!((scroll.at - before.at - 100.0).abs() < 1e-6);
        }
        let top = scroll.at;
        assert!((scroll.settled(BIG).at - top).abs() < 1e-6, "putting the bar right does not move the view");
    }

    #[test]
    fn the_thumb_reaches_both_ends_and_the_middle() {
        let (way, _) = BIG.ways();
        let bottom = Scroll::default().moved(way, BIG);
        assert_eq!(bottom.window(BIG).end, 10_000_000);
        let middle = Scroll::default().moved(way / 2.0, BIG);
        assert!(middle.window(BIG).first.abs_diff(5_000_000) < 100);
        assert_eq!(bottom.moved(0.0, BIG).at, 0.0);
    }

    #[test]
    fn rows_stand_where_the_view_is() {
        for row in [0, 17, 4_999_999, 9_999_999] {
            let scroll = Scroll::around(row, BIG);
            let window = scroll.window(BIG);
            assert!(window.first <= row && row < window.end, "{row}");
            // The last row's lower edge is the content's.
            let top = window.base_px + (row - window.base) as f64 * ROW_PX;
            assert!(top >= scroll.px - 1.0 && top + ROW_PX <= scroll.px + BIG.height + 1.0, "{row} {top}");
        }
        let end = Scroll { px: 0.0, at: f64::MAX }.settled(BIG);
        let window = end.window(BIG);
        let bottom = window.base_px + (window.end - window.base) as f64 * ROW_PX;
        assert!((bottom - BIG.content_px()).abs() < 1.0, "{bottom}");
    }

    #[test]
    fn a_bar_at_its_end_before_the_view_is_noticed() {
        let scroll = Scroll { px: 300.0, at: 30_000.0 }.moved(0.0, BIG);
        assert!(scroll.is_stuck(BIG) && scroll.at > 0.0);
        let settled = scroll.settled(BIG);
        assert!(!settled.is_stuck(BIG) && settled.px > 0.0);
    }

    #[test]
    fn a_total_that_grows_moves_nothing() {
        let before = Scroll::around(400_000, Extent { total: 500_000, ..BIG });
        let window = |total| before.window(Extent { total, ..BIG });
        assert_eq!(window(500_000), window(900_000));
    }

    #[test]
    fn rows_are_brought_into_sight_by_the_shortest_way() {
        let scroll = Scroll::around(5_000_000, BIG);
        assert_eq!(scroll.to_row(5_000_001, BIG), None);
        let down = scroll.to_row(5_000_100, BIG).unwrap();
        assert!((down.at - (5_000_101.0 * ROW_PX - 600.0)).abs() < 1e-6);
        assert!((scroll.to_row(3, BIG).unwrap().at - 3.0 * ROW_PX).abs() < 1e-6);
    }
}
