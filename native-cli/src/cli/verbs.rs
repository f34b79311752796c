//! Arguments of the verbs that read and change rows.

use std::path::PathBuf;

use cenote_core::changes::ChangesMode;
use clap::{Args, ValueEnum};

use crate::input::OnError;

use super::shared::{ExistingTable, KeyValue, OutputArgs, StateArgs};

const READ_EXAMPLES: &str = "\
Examples:
  cenote read shop.orders --columns id,item --where \"dt = '2026-01-01' AND id > 100\" --limit 20
  cenote read shop.orders --tag before-import -o parquet > orders.parquet
  cenote read 'shop.orders$files'                  a system table: snapshots schemas options files file_key_ranges
                                                   manifests partitions buckets tags branches consumers statistics
                                                   aggregation_fields table_indexes file_indexes
  cenote read sys.tables                           about all tables: tables partitions all_table_options
                                                   catalog_options
  cenote read shop.orders --timestamp '2026-01-31 12:00:00'
  cenote read shop.orders --incremental 4,7        what snapshots 5 to 7 changed: +I, -U, +U, -D in _rowkind
  cenote read 'shop.orders$audit_log'              the rows with their kinds, deletions included; also: binlog, ro
  cenote read ./warehouse/shop.db/orders -o csv

Filters: = <> < <= > >=, IN (…), BETWEEN … AND …, LIKE, IS NULL, AND, OR, NOT; text in single quotes.";

/// `cenote read`
#[derive(Debug, Args)]
#[command(after_help = READ_EXAMPLES)]
pub(crate) struct ReadArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Only these columns, in this order
    #[arg(long, short, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Only rows that match this condition
    #[arg(long = "where", value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// At most so many rows
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) limit: Option<usize>,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    /// The changes after A up to and including B, with a column _rowkind before the others. A and B are snapshot ids, tags
    /// or times; an empty one is as far as there is anything
    #[arg(long, value_name = "A,B", conflicts_with = "state")]
    pub(crate) incremental: Option<String>,
    /// How changes are found: auto, delta (rows that were added), changelog (of tables that make one) or diff (of the
    /// two states); auto is diff between tags
    #[arg(long, value_name = "MODE", default_value = "auto", requires = "incremental")]
    pub(crate) incremental_mode: ChangesMode,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// Format of a file to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputFormat {
    /// Comma-separated values with a header line
    Csv,
    /// One JSON object a line
    #[value(alias = "jsonl", alias = "json")]
    Ndjson,
    /// Parquet file
    Parquet,
    /// Arrow IPC file or stream
    #[value(alias = "ipc", alias = "feather")]
    Arrow,
    /// Avro container file
    Avro,
}

const WRITE_EXAMPLES: &str = "\
Examples:
  cenote write shop.orders orders.csv              append, or upsert where the table has a primary key
  zcat orders.csv.gz | cenote write shop.orders - --format csv
  cenote write shop.orders changes.ndjson --rowkind-field op     rows say +I, -U, +U or -D in \"op\"
  cenote write shop.orders export.csv --evolve --on-error quarantine=bad.ndjson
  cenote write shop.orders day.parquet --overwrite --partition dt=2026-01-01

One command is one commit: all rows of the input become visible at once, or none.

CSV: the header names the columns; a column that the file lacks is null; an empty field is null, \"\" is an empty text.
Times: 2026-01-31, 12:34:56.789, 2026-01-31 12:34:56, 2026-01-31T12:34:56Z. Binary: hex digits.";

/// `cenote write`
#[derive(Debug, Args)]
#[command(after_help = WRITE_EXAMPLES)]
pub(crate) struct WriteArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// File to load; - reads standard input
    #[arg(value_name = "FILE|-")]
    pub(crate) file: PathBuf,
    /// Format of the file; by its extension where not given
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<InputFormat>,
    /// Replace the rows of the table, or of the partitions that --partition or the input names
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Write the rows, and leave the commit to `cenote commit`, for which this file is made
    #[arg(long, value_name = "FILE", conflicts_with = "overwrite")]
    pub(crate) prepare: Option<PathBuf>,
    /// Value of a partition column for every row; may be repeated
    #[arg(long, value_name = "COLUMN=VALUE")]
    pub(crate) partition: Vec<KeyValue>,
    /// Column of the input that holds the kind of each row: +I, -U, +U or -D
    #[arg(long, value_name = "COLUMN")]
    pub(crate) rowkind_field: Option<String>,
    /// Text of a CSV field that means null
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) null_value: String,
    /// Delimiter of CSV fields
    #[arg(long, value_name = "CHAR", default_value = ",")]
    pub(crate) delimiter: char,
    /// Leave out columns of the input that the table lacks, instead of failing
    #[arg(long)]
    pub(crate) ignore_unknown: bool,
    /// Add columns of the input that the table lacks, and widen types that are too narrow, before loading
    #[arg(long, conflicts_with = "ignore_unknown")]
    pub(crate) evolve: bool,
    /// What to do with rows that do not fit: fail, skip, or quarantine=FILE, which keeps them and the reasons as NDJSON
    #[arg(long, value_name = "POLICY", default_value = "fail")]
    pub(crate) on_error: OnError,
    /// Rows that are parsed at a time
    #[arg(long, value_name = "N", default_value_t = 65_536, value_parser = batch_rows)]
    pub(crate) batch_rows: usize,
}

/// A sane number of rows for a batch.
fn batch_rows(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(rows @ 1..=1_048_576) => Ok(rows),
        _ => Err("expected a number from 1 to 1048576".into()),
    }
}

/// `cenote explain`
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Only these columns
    #[arg(long, short, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) columns: Vec<String>,
    /// Condition of the read
    #[arg(long = "where", value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// Also read the rows, without printing them, and count what indexes and statistics in data files leave out
    #[arg(long)]
    pub(crate) analyze: bool,
    #[command(flatten)]
    pub(crate) state: StateArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `cenote sql`
#[derive(Debug, Args)]
#[command(after_help = "Statements end with a semicolon; `USE db` sets the database of names without one.")]
pub(crate) struct SqlArgs {
    /// The statements
    #[arg(value_name = "STATEMENTS", required_unless_present = "file")]
    pub(crate) text: Option<String>,
    /// File with the statements; - reads standard input
    #[arg(long, short, value_name = "FILE", conflicts_with = "text")]
    pub(crate) file: Option<PathBuf>,
}
