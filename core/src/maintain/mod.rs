//! Care of a table's history and files: what is referred to, and what may go.
//!
//! ```text
//! reachable   which files a snapshot, tag or kept changelog refers to: one answer for all who delete
//! needed      which of them other states still need          names    names that stay, as hashes
//! removal     files go, many at a time                       watch    tags and branches that come meanwhile
//! metadata    what goes with a state besides data
//! expire      old snapshots and changelogs                   tags     kept states, by name
//! branches    states apart, sharing files                    rollback back to an older state
//! auto_tag    tags that commits make                         consumers  readers that keep snapshots
//! after_commit  what a committer does for the table          partition_expire  partitions that are too old
//!
//! analyze     statistics of the rows, for query planners
//! doctor      what ails a table, and the command that mends it
//! orphans     files that nothing refers to
//! pins        who keeps old data files from going
//! preview     what a compaction would do
//! repair      hint files
//! verify      is every file there, and does it hold what the metadata says
//! ```

mod after_commit;
pub mod analyze;
pub mod auto_tag;
pub mod branches;
pub mod consumers;
pub mod doctor;
pub mod expire;
mod metadata;
mod names;
mod needed;
pub mod orphans;
pub mod partition_expire;
pub mod pins;
pub mod preview;
pub mod reachable;
mod removal;
pub mod repair;
pub mod rollback;
mod side_by_side;
pub mod tags;
pub mod verify;
mod watch;

pub use after_commit::{Maintained, after_commit, after_compaction};
pub use removal::Removed;
