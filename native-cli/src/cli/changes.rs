//! Commands that change rows that are there.

use clap::{Args, Subcommand};

use super::shared::{ExistingTable, KeyValue, OutputFormat};

/// What a change shows.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct ReportArgs {
    /// Count what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print the report on standard output: table, json or ndjson
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(crate) output: Option<OutputFormat>,
}

/// `cenote delete`
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Which rows, as in `cenote read`
    #[arg(long = "where", value_name = "EXPR")]
    pub(crate) filter: String,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const UPDATE_EXAMPLES: &str = "\
Examples:
  cenote update shop.orders --set \"price = price * 1.1, note = item || '!'\" --where \"dt = '2026-01-01'\"
  cenote update shop.orders --set 'note = NULL' --where 'id IN (3, 4)' --dry-run

Values: columns, literals, NULL, + - * / %, ||, CAST(… AS type), CONCAT, COALESCE, CASE WHEN … THEN … ELSE … END.";

/// `cenote update`
#[derive(Debug, Args)]
#[command(after_help = UPDATE_EXAMPLES)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// New values, as `column = expression` with commas between; may be repeated
    #[arg(long, value_name = "ASSIGNMENTS", required = true)]
    pub(crate) set: Vec<String>,
    /// Which rows, as in `cenote read`; all where not given
    #[arg(long = "where", value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// `cenote truncate`
#[derive(Debug, Args)]
pub(crate) struct TruncateArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// `cenote partition …`
#[derive(Debug, Subcommand)]
pub(crate) enum PartitionCommand {
    /// Take partitions away with all their rows
    #[command(visible_alias = "rm")]
    Drop {
        #[command(flatten)]
        table: ExistingTable,
        /// Partitions, as column=value with commas between: `dt=2026-01-01` or `dt=2026-01-01,hour=3`; may be repeated
        #[arg(value_name = "PARTITION", required = true)]
        partitions: Vec<PartitionSpec>,
        #[command(flatten)]
        report: ReportArgs,
    },
}

/// Values of partition columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartitionSpec(pub(crate) Vec<KeyValue>);

impl std::str::FromStr for PartitionSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(PartitionSpec)
    }
}
