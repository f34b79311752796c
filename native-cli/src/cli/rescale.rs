//! Arguments of `cenote rescale`.

use clap::Args;

use super::shared::{ExistingTable, KeyValue, OutputArgs};

const RESCALE_EXAMPLES: &str = "\
Examples:
  cenote table alter shop.orders \"SET ('bucket' = '8')\"    from now on writers refuse what has another number
  cenote rescale shop.orders                               all partitions get this number
  cenote rescale shop.orders --partition dt=2026-01-01 --dry-run
  cenote rescale shop.events --buckets 16 --where \"dt < '2026-01-01'\"    of a postpone table

All rows of the partitions are written anew, in one commit. A writer that was faster makes it fail, with nothing changed.";

/// `cenote rescale`
#[derive(Debug, Args)]
#[command(after_help = RESCALE_EXAMPLES)]
pub(crate) struct RescaleArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Buckets of a partition afterwards; what the option `bucket` says where not given
    #[arg(long, value_name = "N")]
    pub(crate) buckets: Option<i32>,
    /// Only the partitions with this value; may be repeated
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(crate) partition: Vec<KeyValue>,
    /// Only the partitions that match this condition on partition columns
    #[arg(long = "where", value_name = "EXPR", conflicts_with = "partition")]
    pub(crate) filter: Option<String>,
    /// Show what would be rewritten, and rewrite nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
