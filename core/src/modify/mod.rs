//! Changes of rows that are there: delete, update, merge, truncate and overwrite.
//!
//! ```text
//! primary-key table   rows that match ── read merged ──▶ -D, +U, +I ──▶ TableWrite ──▶ APPEND
//! append table        files ── decide ──▶ positions ─┬─ deletion vectors, and new rows   ──▶ OVERWRITE
//!                                                    └─ files rewritten (copy on write)  ──▶ OVERWRITE
//! whole partitions    files taken away unread                                            ──▶ OVERWRITE
//! ```
//!
//! A change of an append table commits only if the files that it read are still there; otherwise it is planned again on
//! the new state, a bounded number of times.

mod append_rows;
mod delete;
mod expression;
mod keyed_rows;
mod merge_into;
mod overwrite;
mod row_change;
mod rules;
mod update;

pub use delete::{DeleteReport, delete_where};
pub use merge_into::{MOST_SOURCE_BYTES, MergeInto};
pub use overwrite::{TruncateReport, drop_partitions, partition_filter, truncate};
pub(crate) use overwrite::{drop_matching, partition_of_values};
pub use row_change::ChangeReport;
pub use update::{Assignment, update_where};
