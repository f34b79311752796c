//! Arguments of the nouns: `db`, `table`, `snapshot`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::shared::{ExistingTable, KeyValue, OutputArgs};

/// `cenote db …`
#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// List the databases of the warehouse
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Create a database
    Create {
        /// Name of the database
        database: String,
        /// Succeed where it is there already
        #[arg(long)]
        if_not_exists: bool,
    },
    /// Drop a database
    #[command(visible_alias = "rm")]
    Drop {
        /// Name of the database
        database: String,
        /// Drop its tables with it
        #[arg(long)]
        cascade: bool,
        /// Succeed where it is absent
        #[arg(long)]
        if_exists: bool,
        /// Say what would be dropped, and drop nothing
        #[arg(long)]
        dry_run: bool,
        /// Go ahead without asking; needed with --cascade
        #[arg(long, short)]
        yes: bool,
    },
}

/// `cenote table …`
#[derive(Debug, Subcommand)]
pub(crate) enum TableCommand {
    /// List the tables of one database, or of all
    #[command(visible_alias = "ls")]
    List {
        /// Name of a database
        database: Option<String>,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Create a table from column definitions or from a CREATE TABLE statement
    Create(TableCreateArgs),
    /// Drop a table with all its data
    #[command(visible_alias = "rm")]
    Drop {
        #[command(flatten)]
        table: ExistingTable,
        /// Succeed where it is absent
        #[arg(long)]
        if_exists: bool,
        /// Say what would be dropped, and drop nothing
        #[arg(long)]
        dry_run: bool,
        /// Go ahead without asking
        #[arg(long, short)]
        yes: bool,
    },
    /// Change columns, options or the comment of a table, all at once or not at all
    #[command(after_help = ALTER_EXAMPLES)]
    Alter {
        #[command(flatten)]
        table: ExistingTable,
        /// What stands behind ALTER TABLE db.t in Flink's or Spark's SQL
        #[arg(value_name = "CLAUSE", required = true)]
        clauses: Vec<String>,
    },
    /// List every option: what is set, what holds by default, what nobody knows
    Options {
        #[command(flatten)]
        table: ExistingTable,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Show columns, keys, options and size of a table
    #[command(visible_alias = "info")]
    Describe {
        #[command(flatten)]
        table: ExistingTable,
        #[command(flatten)]
        output: OutputArgs,
    },
}

const ALTER_EXAMPLES: &str = "\
Examples:
  cenote table alter shop.orders \"ADD COLUMN note STRING COMMENT 'by hand' AFTER item\"
  cenote table alter shop.orders 'RENAME COLUMN note TO remark' 'ALTER COLUMN price TYPE DECIMAL(12, 2)'
  cenote table alter shop.orders \"SET ('snapshot.num-retained.min' = '20')\" \"SET ('comment' = 'all orders')\"

Clauses: ADD, DROP, RENAME … TO, MODIFY, ALTER COLUMN … TYPE | COMMENT | SET NOT NULL | DROP NOT NULL | SET DEFAULT |
DROP DEFAULT | FIRST | AFTER, SET, RESET, SET TBLPROPERTIES, UNSET TBLPROPERTIES, ADD PRIMARY KEY, DROP PRIMARY KEY.";

const CREATE_EXAMPLES: &str = "\
Examples:
  cenote table create shop.orders --schema 'id BIGINT NOT NULL, item STRING, dt STRING' \\
         --primary-key id,dt --partition-by dt --option bucket=2
  cenote table create --sql \"CREATE TABLE shop.orders (id BIGINT, item STRING, dt STRING,
         PRIMARY KEY (id, dt) NOT ENFORCED) PARTITIONED BY (dt) WITH ('bucket' = '2')\"
  cenote table create --sql-file orders.sql

Types: BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL(p, s) CHAR(n) VARCHAR(n) STRING BINARY(n) VARBINARY(n)
BYTES DATE TIME(p) TIMESTAMP(p) TIMESTAMP(p) WITH LOCAL TIME ZONE ARRAY<t> MAP<k, v> MULTISET<t> ROW<a t, b t> VARIANT";

/// `cenote table create`
#[derive(Debug, Args)]
#[command(after_help = CREATE_EXAMPLES)]
pub(crate) struct TableCreateArgs {
    /// `database.table`; the statement names it where --sql is given
    #[arg(value_name = "TABLE", required_unless_present_any = ["sql", "sql_file"])]
    pub(crate) table: Option<String>,
    /// Columns: `name TYPE [NOT NULL] [DEFAULT value] [COMMENT 'text'], …`
    #[arg(long, value_name = "COLUMNS", required_unless_present_any = ["sql", "sql_file"])]
    pub(crate) schema: Option<String>,
    /// Columns of the primary key, comma-separated: rows with the same key replace each other
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub(crate) primary_key: Vec<String>,
    /// Columns that split the table into folders, comma-separated
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', visible_alias = "partitioned-by")]
    pub(crate) partition_by: Vec<String>,
    /// Table option, such as bucket=4; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) option: Vec<KeyValue>,
    /// Comment of the table
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
    /// Succeed where the table is there already
    #[arg(long)]
    pub(crate) if_not_exists: bool,
    /// Fail where the database is absent, instead of creating it
    #[arg(long)]
    pub(crate) no_create_db: bool,
    /// CREATE TABLE statement of Flink or Spark
    #[arg(long, value_name = "STATEMENT", conflicts_with_all = ["schema", "primary_key", "partition_by", "table"])]
    pub(crate) sql: Option<String>,
    /// File with the statement; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sql", "schema", "primary_key", "partition_by", "table"])]
    pub(crate) sql_file: Option<PathBuf>,
}

/// `cenote snapshot …`
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// List the snapshots of a table, newest first
    #[command(visible_alias = "ls")]
    List {
        #[command(flatten)]
        table: ExistingTable,
        /// At most so many
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Show one snapshot; the latest where no id is given
    Show {
        #[command(flatten)]
        table: ExistingTable,
        /// Id of the snapshot
        id: Option<i64>,
        #[command(flatten)]
        output: OutputArgs,
    },
}
