//! Arithmetic of the grid: which rows and columns are in sight, where keys lead, and how wide a column is.

pub mod keys;
pub mod lanes;
mod list;
pub mod picks;
pub mod pins;
pub mod scroll;

pub use list::{ListWindow, scroll_to, window};

/// Height of a row, pixels.
pub const ROW_PX: f64 = 28.0;
/// Rows drawn above and below those in sight.
const OVERSCAN: usize = 6;

/// The rows to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// First row.
    pub first: usize,
    /// Row after the last.
    pub end: usize,
    /// The row that places are counted from.
    pub base: usize,
    /// Its place, pixels from the content's top.
    pub base_px: f64,
}
