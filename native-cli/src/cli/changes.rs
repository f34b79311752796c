//! Commands that change rows that are there.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    health::Age,
    shared::{ExistingTable, KeyValue, OutputFormat},
    verbs::InputFormat,
};

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

const MERGE_EXAMPLES: &str = "\
Examples:
  cenote merge shop.orders new.csv --on 't.id = s.id' --when-matched 'update *' --when-not-matched 'insert *'
  cenote merge shop.orders changes.ndjson --on 't.id = s.id and t.dt = s.dt' \\
         --when-matched \"and s.op = 'd' then delete\" --when-matched 'update set price = s.price' \\
         --when-not-matched \"and s.op <> 'd' then insert (id, dt, price) values (s.id, s.dt, s.price)\" \\
         --when-not-matched-by-source 'delete'

Columns of the table are `t.name` or `target.name`, those of the source `s.name` or `source.name`. The first clause of its
kind that holds is taken. A row of the table that matches two rows of the source is an error. The source is held in memory.";

/// `cenote merge`
#[derive(Debug, Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub(crate) struct MergeArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// File with the rows to merge, or a table; - reads standard input
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    /// Which rows belong together; at least one column of the table must equal one of the source
    #[arg(long, value_name = "EXPR")]
    pub(crate) on: String,
    /// For rows of both: [and EXPR then] update * | update a = EXPR, … | delete; may be repeated
    #[arg(long, value_name = "CLAUSE")]
    pub(crate) when_matched: Vec<String>,
    /// For rows of the source alone: [and EXPR then] insert * | insert (a, …) values (EXPR, …); may be repeated
    #[arg(long, value_name = "CLAUSE")]
    pub(crate) when_not_matched: Vec<String>,
    /// For rows of the table alone: [and EXPR then] update a = EXPR, … | delete; may be repeated
    #[arg(long, value_name = "CLAUSE")]
    pub(crate) when_not_matched_by_source: Vec<String>,
    /// Clauses as SQL has them: WHEN `[NOT] MATCHED [BY SOURCE] [AND EXPR]` THEN … ; may be repeated
    #[arg(long, value_name = "CLAUSES")]
    pub(crate) when: Vec<String>,
    /// Name of the table in expressions, instead of `t` and `target`
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) table_name: Option<String>,
    /// Name of the source in expressions, instead of `s` and `source`
    #[arg(long = "source-as", value_name = "NAME")]
    pub(crate) source_name: Option<String>,
    /// Format of the source; by its extension where not given
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<InputFormat>,
    /// Columns of the source, as in CREATE TABLE; by its header and the columns of the table where not given
    #[arg(long, value_name = "COLUMNS")]
    pub(crate) source_schema: Option<String>,
    /// Text of a CSV field that means null
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) null_value: String,
    /// Delimiter of CSV fields
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<char>,
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
        #[arg(value_name = "PARTITION", required_unless_present = "partition")]
        partitions: Vec<PartitionSpec>,
        /// Value of a partition column, whatever signs are in it; several name one partition together
        #[arg(long, value_name = "COLUMN=VALUE")]
        partition: Vec<KeyValue>,
        #[command(flatten)]
        report: ReportArgs,
    },
    /// Drop the partitions that are too old
    Expire {
        #[command(flatten)]
        table: ExistingTable,
        /// Age from which on partitions go: 30d [default: partition.expiration-time]
        #[arg(long, value_name = "AGE")]
        older_than: Option<Age>,
        /// How partition values make a time, such as '$dt $hour:00:00' [default: partition.timestamp-pattern]
        #[arg(long, value_name = "PATTERN")]
        pattern: Option<String>,
        /// Form of that time, such as yyyyMMdd [default: partition.timestamp-formatter]
        #[arg(long, value_name = "FORM")]
        formatter: Option<String>,
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
