//! Arguments that several commands take.

use std::str::FromStr;

use clap::{Args, ValueEnum};

/// Arguments of every command.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Warehouse")]
pub(crate) struct GlobalArgs {
    /// Folder of all databases: a path, file://, s3://, gs://, az:// or http(s):// address [env: CENOTE_WAREHOUSE]
    #[arg(long, short = 'w', global = true, value_name = "URI")]
    pub(crate) warehouse: Option<String>,
    /// Section of cenote.toml that names the warehouse and its options [env: CENOTE_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Option of the store, such as s3.endpoint=http://127.0.0.1:9000; may be repeated
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) storage_option: Vec<KeyValue>,
    /// Commit even where the store cannot create a file only if it is absent: for one writer at a time
    #[arg(long, global = true)]
    pub(crate) allow_unsafe_commit: bool,
    /// No notices and no progress bars on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// `key=value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyValue {
    /// Text before the first `=`.
    pub(crate) key: String,
    /// Text after it.
    pub(crate) value: String,
}

impl FromStr for KeyValue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok(KeyValue { key: key.trim().to_owned(), value: value.to_owned() })
            }
            _ => Err(format!("expected KEY=VALUE, found {text:?}")),
        }
    }
}

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// A table on a terminal, ndjson elsewhere
    #[default]
    Auto,
    /// Lines and columns for people
    Table,
    /// One JSON array
    Json,
    /// One JSON object a line
    #[value(alias = "jsonl")]
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// Arrow IPC stream
    Arrow,
    /// Parquet file
    Parquet,
}

/// How and how much is printed.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Format of the output
    #[arg(long, short, alias = "format", value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) output: OutputFormat,
    /// Rows that the table format shows on a terminal
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub(crate) max_rows: usize,
}

/// A table that must be there.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExistingTable {
    /// `database.table`, or the path or URI of a table folder
    #[arg(value_name = "TABLE")]
    pub(crate) table: String,
}

/// Which state of a table to look at; the latest where none is given.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Time travel")]
pub(crate) struct StateArgs {
    /// As of this snapshot id
    #[arg(long, value_name = "ID", group = "state")]
    pub(crate) snapshot: Option<i64>,
    /// As of this tag
    #[arg(long, value_name = "NAME", group = "state")]
    pub(crate) tag: Option<String>,
    /// As of the last snapshot at or before this time: milliseconds since 1970, or '2026-01-31 12:00:00'
    #[arg(long, value_name = "TIME", group = "state")]
    pub(crate) timestamp: Option<String>,
    /// As of the first snapshot with this watermark (milliseconds since 1970) or a later one
    #[arg(long, value_name = "MS", group = "state")]
    pub(crate) watermark: Option<i64>,
    /// As of this version: a tag, a snapshot id or watermark-MS, as VERSION AS OF takes it
    #[arg(long, value_name = "VERSION", group = "state")]
    pub(crate) version_as_of: Option<String>,
    /// Option of this read by Paimon's name, such as scan.tag-name=v1; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) option: Vec<KeyValue>,
}

impl StateArgs {
    /// Whether a state is named.
    pub(crate) fn is_given(&self) -> bool {
        let by_number = self.snapshot.is_some() || self.watermark.is_some();
        by_number || self.tag.is_some() || self.timestamp.is_some() || self.version_as_of.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_value_splits_at_the_first_equals_sign() {
        let parsed: KeyValue = "a.b=c=d".parse().unwrap();
        assert_eq!((parsed.key.as_str(), parsed.value.as_str()), ("a.b", "c=d"));
        assert!("novalue".parse::<KeyValue>().is_err());
        assert!("=x".parse::<KeyValue>().is_err());
    }
}
