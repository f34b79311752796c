//! Clustering: rows of an append table in an order that lets filters skip files and row groups (Java `SortCompactAction`).
//!
//! ```text
//! live rows of a bucket ─▶ place on the curve ─▶ external sort ─▶ files of the target size, committed as COMPACT
//!      order    the columns themselves, one after the other
//!      zorder   their bits, interleaved: a filter on any of the columns skips much
//!      hilbert  the same along a curve without jumps
//! ```

mod hilbert;
mod incremental;
mod sort;
mod strategy;
mod values;
mod zorder;

pub(super) use incremental::plan_incremental;
pub(super) use sort::{plan, rewrite};
pub use strategy::{ClusterBy, ClusterTask, Strategy};

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod tests;
