//! Arguments of `cenote compact`.

use std::path::PathBuf;

use clap::Args;

use super::{
    KeyValue,
    health::Age,
    shared::{ExistingTable, OutputArgs},
};

/// `cenote compact`
#[derive(Debug, Args)]
#[command(after_help = "\
One process decides, many rewrite, one commits:
  cenote compact shop.orders --full --plan plan.json
  cenote compact shop.orders --run-task plan.json --task 0 --result 0.commit      on any machine, task by task
  cenote compact shop.orders --commit plan.json 0.commit 1.commit

overlap is the read amplification: the files that a read of one key must look at, at worst.")]
pub(crate) struct CompactArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Merge every bucket into its highest level, whatever the rules would pick
    #[arg(long)]
    pub(crate) full: bool,
    /// Only the partitions with this value; may be repeated
    #[arg(long, value_name = "COLUMN=VALUE", conflicts_with = "filter")]
    pub(crate) partition: Vec<KeyValue>,
    /// Only the partitions that match a condition on partition columns
    #[arg(long = "where", value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// Only the partitions to which nothing was written for so long, such as 2h
    #[arg(long, value_name = "AGE")]
    pub(crate) partition_idle_time: Option<Age>,
    /// Only the buckets of this number; may be repeated
    #[arg(long, value_name = "N")]
    pub(crate) bucket: Vec<i32>,
    /// Sort the rows of an append table by these columns, so that filters on them skip files
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', conflicts_with = "full")]
    pub(crate) order_by: Vec<String>,
    /// How to sort: order, zorder, hilbert, or auto, by the number of columns; without --order-by the columns are those of
    /// the table's option clustering.columns
    #[arg(long, value_name = "STRATEGY", conflicts_with = "full")]
    pub(crate) strategy: Option<String>,
    /// Buckets rewritten at a time, by default one for each core
    #[arg(long, value_name = "N")]
    pub(crate) parallelism: Option<usize>,
    /// Memory that they may take together, roughly, in MiB
    #[arg(long, value_name = "MIB")]
    pub(crate) memory: Option<u64>,
    /// Show what would be rewritten, and rewrite nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Write what is to be done into a file for --run-task, and rewrite nothing
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) plan: Option<PathBuf>,
    /// Carry out one task of a plan, and leave the commit to somebody else
    #[arg(long, value_name = "PLAN", requires = "task", requires = "result", conflicts_with_all = PLANNING)]
    pub(crate) run_task: Option<PathBuf>,
    /// Which task of the plan, from 0
    #[arg(long, value_name = "N", requires = "run_task")]
    pub(crate) task: Option<usize>,
    /// Where its result goes
    #[arg(long, value_name = "FILE", requires = "run_task")]
    pub(crate) result: Option<PathBuf>,
    /// Commit results of the tasks of a plan, but for those that are out of date
    #[arg(long, value_name = "PLAN", requires = "results", conflicts_with_all = PLANNING, conflicts_with = "run_task")]
    pub(crate) commit: Option<PathBuf>,
    /// Files of --result
    #[arg(value_name = "RESULT", requires = "commit")]
    pub(crate) results: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Arguments that decide what is done.
const PLANNING: [&str; 9] =
    ["full", "partition", "filter", "partition_idle_time", "bucket", "order_by", "strategy", "dry_run", "plan"];
