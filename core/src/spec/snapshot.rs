//! Snapshot file (Java `Snapshot`, format digest 3.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What kind of commit made a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CommitKind {
    /// New files.
    Append,
    /// Files rewritten without a change of content.
    Compact,
    /// Files replaced.
    Overwrite,
    /// Statistics only.
    Analyze,
}

/// A snapshot: the state of a table after one commit. Null members are left out of the file, unknown ones ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Layout version, 3 now; missing in the oldest files.
    #[serde(default = "oldest_version")]
    pub version: i32,
    /// Random id of this snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// 1-based, consecutive.
    pub id: i64,
    /// Latest schema at commit time.
    pub schema_id: i64,
    /// Manifest list of everything before this snapshot.
    pub base_manifest_list: String,
    /// Length of that list in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_manifest_list_size: Option<i64>,
    /// Manifest list of this commit's entries.
    pub delta_manifest_list: String,
    /// Length of that list in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_manifest_list_size: Option<i64>,
    /// Manifest list of this commit's changelog files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog_manifest_list: Option<String>,
    /// Length of that list in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog_manifest_list_size: Option<i64>,
    /// The complete index manifest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_manifest: Option<String>,
    /// Who committed; with `commit_identifier` the key against double commits.
    pub commit_user: String,
    /// Free text about the writer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writer_version: Option<String>,
    /// Grows per user; batch jobs use `i64::MAX`.
    pub commit_identifier: i64,
    /// Kind of the commit.
    pub commit_kind: CommitKind,
    /// Commit time, epoch milliseconds.
    pub time_millis: i64,
    /// Physical rows of all live files (not merged).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_record_count: Option<i64>,
    /// ADD rows − DELETE rows of this commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta_record_count: Option<i64>,
    /// Rows in this commit's changelog files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog_record_count: Option<i64>,
    /// Event-time watermark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<i64>,
    /// File under `statistics/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<String>,
    /// Free properties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<BTreeMap<String, String>>,
    /// Next row id to give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_row_id: Option<i64>,
    /// SQL operation that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
}

fn oldest_version() -> i32 {
    1
}
