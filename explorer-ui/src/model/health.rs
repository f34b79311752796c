//! What ails a table, and what a compaction would do.

use serde::Deserialize;

use super::lenient;

/// How much a finding matters, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Readers or writers may go wrong.
    Critical,
    /// Costs every read.
    Warning,
    /// Worth knowing.
    #[default]
    #[serde(other)]
    Note,
}

/// Something that ails a table.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct FindingInfo {
    /// Name of the rule.
    #[serde(deserialize_with = "lenient::or_default")]
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// A sentence.
    #[serde(deserialize_with = "lenient::or_default")]
    pub what: String,
    /// The figures that say so, by name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub evidence: serde_json::Map<String, serde_json::Value>,
    /// The command that mends it.
    pub command: Option<String>,
}

/// What the engine found.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DoctorInfo {
    /// Worst first.
    #[serde(deserialize_with = "lenient::or_default")]
    pub findings: Vec<FindingInfo>,
    /// What could not be looked at, and why.
    #[serde(deserialize_with = "lenient::or_default")]
    pub not_looked_at: Vec<String>,
}

/// What a compaction would do.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreviewInfo {
    /// Bucket by bucket.
    #[serde(deserialize_with = "lenient::or_default")]
    pub tasks: Vec<PreviewTask>,
}

/// What would be done in a bucket.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PreviewTask {
    /// `month=1`, empty without partitions.
    #[serde(deserialize_with = "lenient::or_default")]
    pub partition: String,
    /// Bucket.
    #[serde(deserialize_with = "lenient::int")]
    pub bucket: i64,
    /// The rule that picked the files.
    #[serde(deserialize_with = "lenient::or_default")]
    pub reason: String,
    /// Names of the files that take part.
    #[serde(deserialize_with = "lenient::or_default")]
    pub files: Vec<String>,
    /// Their bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// Level that they go to.
    #[serde(deserialize_with = "lenient::int")]
    pub output_level: i64,
    /// Sorted runs, or files of append tables, that a read merges or opens now.
    #[serde(deserialize_with = "lenient::int")]
    pub runs_before: i64,
    /// The same after.
    #[serde(deserialize_with = "lenient::int")]
    pub runs_after: i64,
}
