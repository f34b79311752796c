//! The command line, as data: one struct a command. The texts here are what `--help` shows.

mod analyze;
mod changes;
mod compact;
mod health;
mod history;
mod insight;
mod nouns;
mod rescale;
mod schema;
mod serve;
mod shared;
mod two_phase;
mod verbs;

use clap::{Parser, Subcommand};

pub(crate) use analyze::AnalyzeArgs;
pub(crate) use changes::{
    DeleteArgs, MergeArgs, PartitionCommand, PartitionSpec, ReportArgs, TruncateArgs, UpdateArgs,
};
pub(crate) use compact::CompactArgs;
pub(crate) use health::{Age, DoctorArgs, Level, OrphansArgs, RepairArgs, VerifyArgs};
pub(crate) use history::{BranchCommand, ConsumerCommand, ExpireArgs, RollbackArgs, TagCommand};
pub(crate) use insight::{DiffArgs, FooterArgs, HistoryArgs, PinsArgs};
pub(crate) use nouns::{DbCommand, SnapshotCommand, TableCommand, TableCreateArgs};
pub(crate) use rescale::RescaleArgs;
pub(crate) use schema::{ChangeCommand, PlaceArgs, SchemaCommand};
pub(crate) use serve::{DemoArgs, ServeArgs};
pub(crate) use shared::{GlobalArgs, KeyValue, OutputArgs, OutputFormat, StateArgs};
pub(crate) use two_phase::{AbortArgs, CommitArgs};
pub(crate) use verbs::{ExplainArgs, InputFormat, ReadArgs, SqlArgs, WriteArgs};

const LONG_ABOUT: &str = "\
Read, write, compact and inspect Apache Paimon tables, without a JVM and without a server.

A table is `database.table` in a warehouse (--warehouse, CENOTE_WAREHOUSE, or a profile in cenote.toml), or the plain
path or URI of a table folder. `db.t$files` reads a system table (`cenote read --help` names them),
`sys.tables` one about all tables, `db.t$branch_b` reads a branch.";

const EXAMPLES: &str = "\
Examples:
  cenote demo                                      a warehouse of real flights, and the explorer in your browser
  export CENOTE_WAREHOUSE=/tmp/warehouse
  cenote table create shop.orders --schema 'id BIGINT NOT NULL, item STRING, dt STRING' \\
         --primary-key id,dt --partition-by dt --option bucket=2
  cenote write shop.orders orders.csv              load a file; rows with a known key replace the old ones
  cenote read shop.orders --where \"dt = '2026-01-01'\" --limit 10
  cenote read shop.orders --snapshot 3 -o csv      as it was
  cenote read 'shop.orders$files'                  which data files, how large, which level
  cenote read s3://bucket/wh/shop.db/orders        a table by its address
  cenote delete shop.orders --where 'id = 7' --dry-run
  cenote compact shop.orders --full

Exit codes:
  0 done   1 error   2 wrong command line   3 not found   4 conflict with another writer   5 damaged table

Data goes to standard output, everything else to standard error: `cenote read … | jq` just works.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "cenote", version, about = "Apache Paimon tables from the command line", long_about = LONG_ABOUT)]
#[command(after_help = EXAMPLES, max_term_width = 120, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List, create and drop databases
    #[command(subcommand, visible_alias = "database")]
    Db(DbCommand),
    /// List, create, change, drop and describe tables
    #[command(subcommand)]
    Table(TableCommand),
    /// List and show the states of a table
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Keep snapshots by name
    #[command(subcommand)]
    Tag(TagCommand),
    /// Keep states of a table apart from it, sharing files
    #[command(subcommand)]
    Branch(BranchCommand),
    /// Look after the streaming readers that keep snapshots
    #[command(subcommand)]
    Consumer(ConsumerCommand),
    /// List, show and change the columns of a table
    #[command(subcommand)]
    Schema(SchemaCommand),
    /// Print the rows of a table, now or as of a snapshot, tag or time
    #[command(visible_alias = "cat")]
    Read(ReadArgs),
    /// Append, upsert or overwrite rows from a file or from standard input
    Write(WriteArgs),
    /// Delete the rows that match a condition
    Delete(DeleteArgs),
    /// Set columns of the rows that match a condition
    Update(UpdateArgs),
    /// Update, delete and insert rows by what a file says of them
    Merge(MergeArgs),
    /// Delete all rows of a table
    Truncate(TruncateArgs),
    /// Drop partitions of a table
    #[command(subcommand)]
    Partition(PartitionCommand),
    /// Commit what `write --prepare` wrote
    Commit(CommitArgs),
    /// Remove the files of `write --prepare` that were not committed
    Abort(AbortArgs),
    /// Rewrite many small or overlapping files into fewer
    Compact(CompactArgs),
    /// Say what ails a table, a database or the warehouse, and the command that mends it
    Doctor(DoctorArgs),
    /// Check that every file is there and holds what the metadata says
    Verify(VerifyArgs),
    /// Let old snapshots go, with the files that only they need
    Expire(ExpireArgs),
    /// Take a table back to an older snapshot or tag
    Rollback(RollbackArgs),
    /// Count rows and values for query planners
    Analyze(AnalyzeArgs),
    /// Find files that nothing refers to, and remove them with --yes
    Orphans(OrphansArgs),
    /// Write the hint files LATEST and EARLIEST anew where they are wrong
    Repair(RepairArgs),
    /// Give partitions another number of buckets
    Rescale(RescaleArgs),
    /// Show which files a read would touch and what each filter saves
    Explain(ExplainArgs),
    /// Show what two states of a table differ in: files, partitions, columns, options
    Diff(DiffArgs),
    /// Say who keeps old data files from going, or who keeps one of them
    Pins(PinsArgs),
    /// Show what the end of a data file says of its inside
    Footer(FooterArgs),
    /// Show every version of a row, and why it is as it is
    History(HistoryArgs),
    /// Run CREATE, DROP, DELETE, UPDATE, MERGE INTO, TRUNCATE and INSERT as Flink or Spark write them
    Sql(SqlArgs),
    /// Serve a warehouse and the explorer over HTTP on this machine
    Serve(ServeArgs),
    /// Load real flight data into a fresh warehouse and explore it
    Demo(DemoArgs),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn contract_lines_parse() {
        for line in [
            "cenote table create d.t --warehouse w --schema x --primary-key id,dt --partition-by dt --option bucket=2",
            "cenote write d.t --warehouse w - --format csv --overwrite --partition dt=2026-01-01 --rowkind-field op",
            "cenote delete d.t --warehouse w --where x=1",
            "cenote delete d.t --warehouse w --where x=1 --dry-run -o json",
            "cenote update d.t --warehouse w --set a=1 --set b=2 --where x=1 --dry-run",
            "cenote merge d.t new.csv --warehouse w --on t.id=s.id --when-matched delete --when-not-matched insert*",
            "cenote truncate d.t --warehouse w --dry-run",
            "cenote partition drop d.t --partition dt=1 --partition hh=2 --warehouse w",
            "cenote partition drop d.t dt=1,hh=2 dt=3 --warehouse w --dry-run",
            "cenote read d.t --warehouse w -o ndjson --snapshot 3 --columns a,b --where x --limit 4",
            "cenote read --warehouse w d.t --format jsonl --tag x",
            "cenote read d.t --warehouse w --timestamp 17 -o parquet",
            "cenote read d.t --warehouse w --incremental 1,4",
            "cenote write d.t --warehouse w rows.csv --prepare one.commit",
            "cenote commit d.t --warehouse w one.commit two.commit --commit-user u --identifier 7 --watermark -1",
            "cenote abort d.t --warehouse w one.commit --allow-unsafe-commit",
            "cenote compact d.t --warehouse w --full --partition a=b --dry-run",
            "cenote compact d.t --warehouse w --where a=1 --partition-idle-time 2h --bucket 0 --bucket 3",
            "cenote compact d.t --warehouse w --full --plan p.json",
            "cenote compact d.t --warehouse w --run-task p.json --task 3 --result r.commit",
            "cenote compact d.t --warehouse w --commit p.json a.commit b.commit",
            "cenote tag create d.t name --warehouse w --snapshot 3 --retain 7d",
            "cenote tag rename d.t name other --warehouse w",
            "cenote tag expire d.t --older-than 7d --dry-run -o json --warehouse w",
            "cenote expire d.t --retain-max 5 --retain-min 1 --older-than 1d --dry-run -o json --warehouse w",
            "cenote rollback d.t --tag name --yes --warehouse w",
            "cenote branch create d.t b --tag name --warehouse w",
            "cenote branch fast-forward d.t b --yes --warehouse w",
            "cenote partition expire d.t --older-than 30d --dry-run --warehouse w",
            "cenote consumer reset d.t id --next 4 --warehouse w",
            "cenote explain d.t --warehouse w --where x -o json",
            "cenote orphans d.t --warehouse w --older-than 36h --external --yes",
            "cenote orphans d.t --warehouse w --older-than 5m --force --dry-run -o json",
            "cenote repair d.t --warehouse w --dry-run",
            "cenote doctor d.t --warehouse w -o json",
            "cenote expire d.t --max-deletes 290",
            "cenote consumer delete d.t job",
            "cenote tag delete d.t old",
            "cenote analyze d.t --columns a,b --dry-run -o json",
            "cenote rescale d.t --partition dt=a",
            "cenote doctor --warehouse w --orphans",
            "cenote verify d.t --warehouse w -o json",
            "cenote verify d.t --warehouse w --level rows --all",
            "cenote verify d.t --warehouse w --level metadata --tag x",
            "cenote diff d.t 3 7 --warehouse w -o json",
            "cenote pins d.t --warehouse w",
            "cenote pins d.t data-1.parquet -o json",
            "cenote footer d.t bucket-0/data-1.parquet --limit 3",
            "cenote history d.t --key id=7 --key dt=a --snapshot 3",
            "cenote table options d.t -o json",
            "cenote serve --warehouse w --port 0",
            "cenote demo --port 0 --check",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
    }
}
