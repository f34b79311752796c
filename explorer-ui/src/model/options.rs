//! The options of a table as the engine tells them.

use serde::Deserialize;

/// How an option stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OptionStatus {
    /// What it is anyway.
    #[default]
    Default,
    /// Set to something else.
    Changed,
    /// No Paimon option that we know of: kept and ignored.
    Unknown,
    /// One with a newer name.
    Deprecated,
}

/// An option. Read strictly: a table may have a hundred thousand, and these are our engine's own words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OptionInfo {
    /// Its name.
    pub key: String,
    /// What holds; none where nothing is set and there is no default.
    pub value: Option<String>,
    /// What holds where it is not set.
    pub default: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// How it stands.
    pub status: OptionStatus,
    /// Whether the table sets it.
    pub set: bool,
    /// What it belongs to.
    pub group: String,
    /// Today's name of a deprecated one.
    pub replaced_by: Option<String>,
}
