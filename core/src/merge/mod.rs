//! From sorted runs to rows: one row a key.
//!
//! ```text
//! files of a bucket ──sections──▶ sections, each a few runs of files      (keys of two sections never meet)
//! runs ──Merger──▶ windows of rows grouped by key ──MergeFunction──▶ one row, or none, a key
//! write buffer ──sort_merge──▶ the same groups and engines, one sorted run
//! ```
//!
//! All of it is pure and columnar: batches in, batches out. Keys are normalised once a batch (`sort_keys`); the loop
//! moves row indices only (`window`), and columns are copied at the very end (`gather`).

mod aggregate;
mod aggregation;
mod all_rows;
mod changelog;
mod column;
mod column_engine;
mod deduplicate;
mod first_row;
mod function;
mod gather;
mod lookup;
mod loser_tree;
mod merged_rows;
mod merger;
#[cfg(test)]
mod model;
mod older;
mod overlap;
mod partial_update;
mod plan;
mod radix;
mod required_fields;
mod roles;
mod sections;
mod segment;
mod sort_keys;
mod sort_merge;
#[cfg(test)]
mod testing;
mod versions;
mod window;

pub(crate) use changelog::same_values;
pub use changelog::{ChangelogPlan, ChangelogRule};
pub use function::{Groups, MergeFunction, Merged, looks_up, merge_function};
pub use merger::{Merger, Step};
pub use older::{Found, LookupPlan, Older};
pub(crate) use older::{KeyOrder, OrderedKeys};
pub use overlap::overlap;
pub(crate) use overlap::overlap_after;
pub use plan::{DEFAULT_BATCH_ROWS, MergeLayout, MergePlan};
pub use required_fields::required_fields;
pub use sections::{Section, sections};
pub use segment::{RowRef, Segment};
pub use sort_merge::{SortMerged, Sorted, sort, sort_merge, sort_merge_batch};
