//! Arguments of what looks after a table's history: `expire`, `rollback`, `tag`, `branch`, `consumer`.

use clap::{Args, Subcommand};

use super::{
    changes::ReportArgs,
    health::Age,
    shared::{ExistingTable, OutputArgs},
};

const EXPIRE_EXAMPLES: &str = "\
Examples:
  cenote expire shop.orders --dry-run              what the table's options let go
  cenote expire shop.orders --older-than 7d --retain-min 3
  cenote expire shop.orders --older-than '2026-01-01 00:00:00' --retain-max 100 -o json

A snapshot goes once the one after it is old enough; what tags, branches, consumers and kept changelogs need stays. Every
write does this too, by the options snapshot.* and changelog.* of the table, unless the table is write-only.";

/// `cenote expire`
#[derive(Debug, Args)]
#[command(after_help = EXPIRE_EXAMPLES)]
pub(crate) struct ExpireArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Snapshots beyond which the oldest go, whatever their age [default: snapshot.num-retained.max]
    #[arg(long, value_name = "N")]
    pub(crate) retain_max: Option<i64>,
    /// Snapshots that stay, whatever their age [default: snapshot.num-retained.min]
    #[arg(long, value_name = "N")]
    pub(crate) retain_min: Option<i64>,
    /// Age (36h, 7d) or time from which on snapshots stay [default: snapshot.time-retained]
    #[arg(long, value_name = "AGE|TIME")]
    pub(crate) older_than: Option<String>,
    /// Snapshots that go in this run [default: snapshot.expire.limit]
    #[arg(long, value_name = "N")]
    pub(crate) max_deletes: Option<i64>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const ROLLBACK_EXAMPLES: &str = "\
Examples:
  cenote rollback shop.orders --snapshot 12 --dry-run
  cenote rollback shop.orders --tag before-import --yes
  cenote rollback shop.orders --timestamp '2026-01-31 12:00:00' --yes

Newer snapshots, changelogs and tags go for good. Their files stay until `cenote orphans` finds them.";

/// `cenote rollback`
#[derive(Debug, Args)]
#[command(after_help = ROLLBACK_EXAMPLES)]
pub(crate) struct RollbackArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// To this snapshot
    #[arg(long, value_name = "ID", group = "to", required_unless_present_any = ["tag", "timestamp"])]
    pub(crate) snapshot: Option<i64>,
    /// To this tag
    #[arg(long, value_name = "NAME", group = "to")]
    pub(crate) tag: Option<String>,
    /// To the last snapshot at or before this time
    #[arg(long, value_name = "TIME", group = "to")]
    pub(crate) timestamp: Option<String>,
    /// Go ahead without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// `cenote tag …`
#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// Keep a snapshot by name, the latest where none is given
    Create {
        #[command(flatten)]
        table: ExistingTable,
        /// Name of the tag
        name: String,
        /// Id of the snapshot
        #[arg(long, value_name = "ID")]
        snapshot: Option<i64>,
        /// How long to keep it: 36h, 7d [default: tag.default-time-retained, or for ever]
        #[arg(long, value_name = "AGE")]
        retain: Option<Age>,
        /// Take the name from the tag that has it
        #[arg(long)]
        replace: bool,
    },
    /// List the tags of a table
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        table: ExistingTable,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Give a tag another name
    Rename {
        #[command(flatten)]
        table: ExistingTable,
        /// Name of the tag
        name: String,
        /// New name
        to: String,
    },
    /// Delete the tags whose time is over
    Expire {
        #[command(flatten)]
        table: ExistingTable,
        /// And those that were made so long ago (36h, 7d), or before this time
        #[arg(long, value_name = "AGE|TIME")]
        older_than: Option<String>,
        #[command(flatten)]
        report: ReportArgs,
    },
    /// Delete a tag, and the files that only it kept
    #[command(visible_alias = "rm")]
    Delete {
        #[command(flatten)]
        table: ExistingTable,
        /// Name of the tag
        name: String,
        #[command(flatten)]
        report: ReportArgs,
    },
}

/// `cenote branch …`
#[derive(Debug, Subcommand)]
pub(crate) enum BranchCommand {
    /// Make a branch: empty, or at the state of a tag
    Create {
        #[command(flatten)]
        table: ExistingTable,
        /// Name of the branch; `db.t$branch_NAME` reads and writes it
        name: String,
        /// The tag
        #[arg(long, value_name = "NAME")]
        tag: Option<String>,
    },
    /// List the branches of a table
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        table: ExistingTable,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Give a branch another name
    Rename {
        #[command(flatten)]
        table: ExistingTable,
        /// Name of the branch
        name: String,
        /// New name
        to: String,
    },
    /// Let the table become the branch: its own states from the branch's first snapshot on go
    FastForward {
        #[command(flatten)]
        table: ExistingTable,
        /// Name of the branch
        name: String,
        /// Go ahead without asking
        #[arg(long, short)]
        yes: bool,
        #[command(flatten)]
        report: ReportArgs,
    },
    /// Drop a branch with its snapshots and tags
    #[command(visible_alias = "rm")]
    Delete {
        #[command(flatten)]
        table: ExistingTable,
        /// Name of the branch
        name: String,
        /// Say what would be dropped, and drop nothing
        #[arg(long)]
        dry_run: bool,
        /// Go ahead without asking
        #[arg(long, short)]
        yes: bool,
    },
}

/// `cenote consumer …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConsumerCommand {
    /// List the streaming readers that keep snapshots
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        table: ExistingTable,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Say which snapshot a reader reads next
    Reset {
        #[command(flatten)]
        table: ExistingTable,
        /// Id of the consumer
        id: String,
        /// The next snapshot
        #[arg(long, value_name = "ID")]
        next: i64,
    },
    /// Forget a reader: it keeps no snapshots any more
    #[command(visible_alias = "rm")]
    Delete {
        #[command(flatten)]
        table: ExistingTable,
        /// Id of the consumer
        id: String,
    },
    /// Forget the readers that have not moved for so long
    Expire {
        #[command(flatten)]
        table: ExistingTable,
        /// Age (36h, 7d) or time [default: consumer.expiration-time]
        #[arg(long, value_name = "AGE|TIME")]
        older_than: Option<String>,
        #[command(flatten)]
        report: ReportArgs,
    },
}
