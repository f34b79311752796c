//! Arguments of the verbs that look after a table's health: `doctor`, `verify`, `orphans`, `repair`.

use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::shared::{ExistingTable, OutputArgs};

const DOCTOR_EXAMPLES: &str = "\
Examples:
  cenote doctor shop.orders               what ails a table, worst first, and the command that mends it
  cenote doctor shop                      every table of a database
  cenote doctor                           every table of the warehouse
  cenote doctor shop.orders -o json | jq '.[].findings[].command'

It reads metadata only and writes nothing. Over plain HTTP it says what it could not look at.";

/// `cenote doctor`
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub(crate) struct DoctorArgs {
    /// `database.table`, the path or URI of a table folder, or a database; all of the warehouse where none is named
    #[arg(value_name = "TABLE|DATABASE")]
    pub(crate) target: Option<String>,
    /// Count files that nothing refers to, too: lists every file
    #[arg(long)]
    pub(crate) orphans: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  cenote verify shop.orders                        every file of the latest snapshot is there with its size
  cenote verify shop.orders --level rows           every row decodes, counts and keys and statistics are true
  cenote verify shop.orders --all --level metadata snapshots and tags of all branches, without looking at data files

Exit code 5 when something is broken.";

/// `cenote verify`
#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXAMPLES)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// How closely to look
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub(crate) level: Level,
    /// Every snapshot and tag of every branch
    #[arg(long, group = "which")]
    pub(crate) all: bool,
    /// This snapshot
    #[arg(long, value_name = "ID", group = "which")]
    pub(crate) snapshot: Option<i64>,
    /// This tag
    #[arg(long, value_name = "NAME", group = "which")]
    pub(crate) tag: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// How closely `verify` looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Manifests and what they say of each other
    Metadata,
    /// The presence and size of every file too
    #[default]
    Files,
    /// Every row of every file too
    Rows,
}

const ORPHANS_EXAMPLES: &str = "\
Examples:
  cenote orphans shop.orders                       what nothing refers to and is older than a day; removes nothing
  cenote orphans shop.orders --older-than 7d --yes
  cenote orphans shop.orders -o json

A file is an orphan when no snapshot, tag or long-lived changelog of any branch refers to it. Only files that Paimon
writers name are candidates; others are counted as unknown and stay. Writers whose files are older than --older-than
when they commit would lose them: leave it above the longest job, and above the age of files that
`write --prepare` made and nobody has committed.";

/// `cenote orphans`
#[derive(Debug, Args)]
#[command(after_help = ORPHANS_EXAMPLES)]
pub(crate) struct OrphansArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Only files that were last changed so long ago: 36h, 7d, 90m
    #[arg(long, value_name = "AGE", default_value = "1d")]
    pub(crate) older_than: Age,
    /// Accept less than an hour: for tables that nobody writes to
    #[arg(long)]
    pub(crate) force: bool,
    /// Look into the folders of data-file.external-paths too: only where no other table keeps files there
    #[arg(long)]
    pub(crate) external: bool,
    /// Say what would be removed, and remove nothing; so it is without --yes
    #[arg(long, conflicts_with = "yes")]
    pub(crate) dry_run: bool,
    /// Remove them
    #[arg(long, short)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `cenote repair`
#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    #[command(flatten)]
    pub(crate) table: ExistingTable,
    /// Say what is wrong, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// A length of time such as `36h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Age {
    /// In milliseconds.
    pub(crate) millis: i64,
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let unit = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(format!("expected an age such as 90m, 36h or 7d, found {text:?}")),
        };
        let millis = number.parse::<i64>().ok().and_then(|number| number.checked_mul(unit));
        millis.map(|millis| Age { millis }).ok_or_else(|| format!("expected an age such as 36h, found {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_units() {
        let millis = |text: &str| text.parse::<Age>().ok().map(|age| age.millis);
        assert_eq!(millis("36h"), Some(129_600_000));
        assert_eq!(millis("1d"), Some(86_400_000));
        assert_eq!(millis("5 min"), Some(300_000));
        assert_eq!(millis("7"), None);
        assert_eq!(millis("-1d"), None);
        assert_eq!(millis("99999999999999999999d"), None);
    }
}
