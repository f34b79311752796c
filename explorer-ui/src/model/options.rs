//! The options of a table as the engine tells them.

use serde::Deserialize;

use super::lenient;

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

/// An option.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OptionInfo {
    /// Its name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub key: String,
    /// What holds; none where nothing is set and there is no default.
    pub value: Option<String>,
    /// What holds where it is not set.
    pub default: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// How it stands.
    #[serde(deserialize_with = "lenient::or_default")]
    pub status: OptionStatus,
    /// Whether the table sets it.
    #[serde(deserialize_with = "lenient::or_default")]
    pub set: bool,
    /// What it belongs to.
    #[serde(deserialize_with = "lenient::or_default")]
    pub group: String,
    /// Today's name of a deprecated one.
    pub replaced_by: Option<String>,
}
