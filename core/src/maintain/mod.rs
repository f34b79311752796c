//! Care of a table's history and files: what is referred to, and what may go.
//!
//! ```text
//! reachable   which files a snapshot, tag or kept changelog refers to: one answer for all who delete
//! orphans     files that nothing refers to
//! repair      hint files
//! ```

pub mod orphans;
pub mod reachable;
pub mod repair;
