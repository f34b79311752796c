//! A table seen to its floor: how it lies in its files, what states differ in, who keeps what, why a row is as it is.
//!
//! Nothing here changes a table. Answers serialise as front ends show them (camelCase); what may be long comes in pages.
//!
//! ```text
//! state_files   the files of a state in order; of them
//!   levels        buckets, levels, depth        files_page    sorted, filtered, a page at a time
//! state_diff    what the metadata of two states differ in
//! manifest_entries   a manifest, a page at a time
//! snapshot_sizes     bytes of the history
//! row_history   why a row is as it is
//! states        branches and readers
//! file_record   a data file in words            footer        what the end of one says
//! ```

mod file_record;
mod files_page;
mod footer;
mod levels;
mod manifest_entries;
mod row_history;
mod schema_changes;
mod snapshot_sizes;
mod state_diff;
mod state_files;
mod states;

pub use file_record::{FileRecord, FileWords, StatsRecord};
pub use files_page::{FilesFilter, FilesPage, FilesQuery, FilesSort, PagedFile, Selection};
pub use footer::footer;
pub use levels::{BucketLevels, FileSizes, LevelSum, Levels, SizeClass, levels};
pub use manifest_entries::{EntryRecord, ManifestEntries, ManifestPage, ManifestRecord, manifest_entries};
pub use row_history::{
    ColumnWhy, CommitsLookedAt, HistoryFiles, Picked, RowCommit, RowHistory, RowVersion, row_history,
};
pub use schema_changes::{OptionChange, SchemaChange, SchemaChangeKind, option_changes, schema_changes};
pub use snapshot_sizes::{MAX_SIZES, SnapshotSize, snapshot_sizes};
pub use state_diff::{
    Commit, DiffView, FileSum, FileSums, FilesDiff, FromTo, ManifestsDiff, PartitionChange, SchemaDiff, StateDiff,
    state_diff,
};
pub use state_files::StateFiles;
pub use states::{Branch, Reader, branches, readers};

/// Most files, entries or groups of one answer.
pub const MAX_PAGE: usize = 1000;

#[cfg(test)]
mod tests;
