//! Arguments of `cenote analyze`.

use clap::Args;

use super::shared::{ExistingTable, OutputArgs};

/// `cenote analyze`
#[derive(Debug, Args)]
pub(crate) struct AnalyzeArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Also of these columns: distinct values, least and greatest, nulls, lengths
    #[arg(long, short, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "all_columns")]
    pub(crate) columns: Vec<String>,
    /// Also of every column of a plain type
    #[arg(long)]
    pub(crate) all_columns: bool,
    /// Show the statistics, and publish nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
