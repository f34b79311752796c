//! What ails a table, and the command that mends it.
//!
//! ```text
//! facts     gathered by reads; listing only where the store can
//! rules     pure: facts -> findings
//!   shape     files, runs, buckets, deletes         history   snapshots, tags, consumers, hints
//!   settings  options that do not go together
//! ```

mod facts;
mod history;
mod settings;
mod shape;

use std::collections::BTreeMap;

pub(super) use facts::shell_word;
use serde::Serialize;
use serde_json::Value;

use crate::{error::Result, table::Table};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Readers or writers may go wrong, or the table grows without bound.
    Critical,
    /// Costs every read or write.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word of reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Something that ails a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Name of the rule, such as `small-files`.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it is, in a sentence.
    pub what: String,
    /// The figures that say so, by name: bytes, counts, milliseconds, names.
    pub evidence: BTreeMap<&'static str, Value>,
    /// The command that mends it; `None` where no command can.
    pub command: Option<String>,
}

/// What to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoctorOptions {
    /// How commands name the table; the table's own name where empty.
    pub address: String,
    /// Count files that nothing refers to, too: lists every file of the table.
    pub orphans: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DoctorReport {
    /// The table, as the options or its handle name it.
    pub table: String,
    /// The snapshot looked at; `None` for a table without any.
    pub snapshot_id: Option<i64>,
    /// What ails it, worst first.
    pub findings: Vec<Finding>,
    /// What could not be looked at, and why.
    pub not_looked_at: Vec<String>,
    /// Live files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Buckets of partitions with files.
    pub buckets: u64,
    /// Sorted runs that a read of a bucket merges, on average over the bytes; 1 for append tables.
    pub read_amplification: f64,
}

/// Examines the latest state of a table or branch. Nothing is written.
///
/// Takes no listing where the store has none: [`DoctorReport::not_looked_at`] says what was left out.
///
/// Errors: those of reading metadata; `cenote verify` tells what is broken.
pub async fn examine(table: &Table, options: &DoctorOptions) -> Result<DoctorReport> {
    let facts = facts::gather(table, options).await?;
    let mut findings = Vec::new();
    shape::rules(&facts, &mut findings);
    history::rules(&facts, &mut findings);
    settings::rules(&facts, &mut findings);
    findings.sort_by(|a, b| (a.severity, a.rule).cmp(&(b.severity, b.rule)));
    Ok(DoctorReport {
        snapshot_id: facts.snapshot.as_ref().map(|snapshot| snapshot.id),
        findings,
        files: facts.buckets.iter().map(|bucket| bucket.files).sum(),
        bytes: facts.buckets.iter().map(|bucket| bucket.bytes).sum(),
        buckets: facts.buckets.len() as u64,
        read_amplification: facts.read_amplification(),
        table: facts.address,
        not_looked_at: facts.not_looked_at,
    })
}

/// A finding without figures.
fn finding(rule: &'static str, severity: Severity, what: impl Into<String>) -> Finding {
    Finding { rule, severity, what: what.into(), evidence: BTreeMap::new(), command: None }
}

impl Finding {
    /// Adds a figure.
    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.evidence.insert(name, value.into());
        self
    }

    /// Sets the command.
    fn mended_by(mut self, command: String) -> Self {
        self.command = Some(command);
        self
    }
}

/// `1 file`, `2 files`
fn counted(count: u64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// Bytes for people.
fn bytes_text(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["bytes", "KB", "MB", "GB"] {
        if size < 1024.0 {
            return if unit == "bytes" { format!("{bytes} {unit}") } else { format!("{size:.1} {unit}") };
        }
        size /= 1024.0;
    }
    format!("{size:.1} TB")
}

/// Milliseconds for people.
fn span_text(millis: i64) -> String {
    match millis / 60_000 {
        minutes if minutes < 120 => format!("{minutes} min"),
        minutes if minutes < 48 * 60 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / 60 / 24),
    }
}

#[cfg(test)]
mod tests;
