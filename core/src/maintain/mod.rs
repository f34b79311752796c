//! Care of a table's history and files: what is referred to, and what may go.
//!
//! ```text
//! reachable   which files a snapshot, tag or kept changelog refers to: one answer for all who delete
//! doctor      what ails a table, and the command that mends it
//! orphans     files that nothing refers to
//! preview     what a compaction would do
//! repair      hint files
//! verify      is every file there, and does it hold what the metadata says
//! ```

pub mod doctor;
pub mod orphans;
pub mod preview;
pub mod reachable;
pub mod repair;
pub mod verify;
