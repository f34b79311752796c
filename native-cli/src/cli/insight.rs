//! Arguments of the verbs that look at how a table lies in its files: `diff`, `pins`, `footer`, `history`.

use clap::Args;

use super::shared::{ExistingTable, KeyValue, OutputArgs, StateArgs};

const DIFF_EXAMPLES: &str = "\
Examples:
  cenote diff shop.orders 3 7                      which files, partitions, columns and options differ
  cenote diff shop.orders monday -o json           from a tag to the latest state
  cenote read shop.orders --incremental 3,7        the rows that differ

A state is a snapshot id, a tag or a time. Only metadata is read.";

/// `cenote diff`
#[derive(Debug, Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// The state that was
    pub(crate) from: String,
    /// The state that is [default: the latest]
    pub(crate) to: Option<String>,
    /// Files and manifests of each list
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

const PINS_EXAMPLES: &str = "\
Examples:
  cenote pins shop.orders                          who keeps old files from going, and how much
  cenote pins shop.orders data-1a2b-0.parquet      who keeps this file, and what would free it";

/// `cenote pins`
#[derive(Debug, Args)]
#[command(after_help = PINS_EXAMPLES)]
pub(crate) struct PinsArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// A data file, by its path in the table or by its name
    pub(crate) file: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `cenote footer`
#[derive(Debug, Args)]
pub(crate) struct FooterArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// A data file, by its path in the table
    pub(crate) file: String,
    /// Row groups or stripes that are left out at the start
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) offset: usize,
    /// Row groups or stripes that are shown
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

const HISTORY_EXAMPLES: &str = "\
Examples:
  cenote history shop.orders --key id=7 --key dt=2026-01-01
  cenote history shop.orders --key id=7 --snapshot 3 -o json

Every version of the row that the files hold, oldest first, what the merge engine took of each, and the commits that
wrote it.";

/// `cenote history`
#[derive(Debug, Args)]
#[command(after_help = HISTORY_EXAMPLES)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Value of a column of the primary key; all of them are needed
    #[arg(long, value_name = "COLUMN=VALUE", required = true)]
    pub(crate) key: Vec<KeyValue>,
    /// Commits looked through, newest first
    #[arg(long, value_name = "N")]
    pub(crate) commits: Option<usize>,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
