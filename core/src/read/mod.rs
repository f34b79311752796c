//! Splits → record batches: files of any schema version as batches of one, merged where keys may repeat.
//!
//! ```text
//! split ──tasks──▶ raw:    files, or ranges of their row groups ──▶ evolve ──▶ drop deletes, filter, project
//!                  columns: files of the same row ids ──▶ evolve ──▶ side by side ──▶ filter, project
//!                  merged: sections ──▶ runs of files ──▶ evolve ──▶ Merger ──▶ filter, project
//! ```
//!
//! A filter is used twice: to skip row groups and pages of a file, as far as that is safe, and exactly on the rows at
//! the end. Below a merge only conditions on the primary key may skip anything, or an old version of a row would come to
//! light (format digest 8.2).

mod ahead;
mod blob_values;
mod cast;
mod columns;
mod context;
mod deletions;
mod evolve;
mod expiry;
mod file;
mod file_index;
mod inline_blobs;
mod kinds;
mod merged;
mod positions;
mod raw;
mod shape;
mod tasks;
mod tracking;

pub(crate) use cast::{cast_array, cast_text};
pub(crate) use deletions::read_vector;
pub(crate) use expiry::Expiry;
pub(crate) use positions::{Placed, candidates, read_with_positions};
pub(crate) use shape::place_of;

pub use context::{Compacted, Lookup, MergeReadOptions, OlderRows, ReadContext, ReadPlan, Wanted};
pub use kinds::{KindsRead, read_with_kinds};
pub use tasks::{merge_sorted_files, read_all_columns, read_split, tasks};
