//! Snapshot file (Java `Snapshot`, format digest 3.1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::json;
use crate::error::Result;

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

impl CommitKind {
    /// The word of snapshot files.
    pub fn as_str(self) -> &'static str {
        match self {
            CommitKind::Append => "APPEND",
            CommitKind::Compact => "COMPACT",
            CommitKind::Overwrite => "OVERWRITE",
            CommitKind::Analyze => "ANALYZE",
        }
    }
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

impl Snapshot {
    /// Layout version of snapshots written today.
    pub const CURRENT_VERSION: i32 = 3;

    /// Commit identifier of batch jobs.
    pub const BATCH_IDENTIFIER: i64 = i64::MAX;

    /// Reads a snapshot file. Unknown members are ignored. Errors: `Corrupt`.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        json::read(bytes, "a snapshot")
    }

    /// The snapshot file, as Java formats it; absent members are left out.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        json::write(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAVA: &str = r#"{
  "version" : 3,
  "uuid" : "ee18a647-644a-40d2-82ac-d4d3bf1b4ec5",
  "id" : 1,
  "schemaId" : 0,
  "baseManifestList" : "manifest-list-9150d0db-8cc0-490b-80d6-b403e05b6f80-0",
  "baseManifestListSize" : 1006,
  "deltaManifestList" : "manifest-list-9150d0db-8cc0-490b-80d6-b403e05b6f80-1",
  "deltaManifestListSize" : 1110,
  "commitUser" : "15a53681-76f2-4781-bf50-674d85dcb51d",
  "commitIdentifier" : 9223372036854775807,
  "commitKind" : "APPEND",
  "timeMillis" : 1795228348213,
  "totalRecordCount" : 13,
  "deltaRecordCount" : 13,
  "watermark" : -9223372036854775808,
  "properties" : {
    "a" : "b"
  },
  "nextRowId" : 0
}"#;

    #[test]
    fn java_text_is_written_as_it_was_read() {
        let snapshot = Snapshot::from_json(JAVA.as_bytes()).unwrap();
        assert_eq!(snapshot.commit_identifier, i64::MAX);
        assert_eq!(String::from_utf8(snapshot.to_json().unwrap()).unwrap(), JAVA);
    }

    #[test]
    fn unknown_and_null_members_are_ignored() {
        let text = r#"{"id":1,"schemaId":0,"baseManifestList":"b","deltaManifestList":"d","commitUser":"u",
            "commitIdentifier":1,"commitKind":"COMPACT","timeMillis":1,"logOffsets":{},"watermark":null,"new":[1]}"#;
        let snapshot = Snapshot::from_json(text.as_bytes()).unwrap();
        assert_eq!((snapshot.version, snapshot.commit_kind, snapshot.watermark), (1, CommitKind::Compact, None));
    }

    #[test]
    fn every_flipped_byte_gives_a_value_or_an_error() {
        let mut bytes = JAVA.as_bytes().to_vec();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                bytes[at] ^= 1 << bit;
                let _ = Snapshot::from_json(&bytes);
                bytes[at] ^= 1 << bit;
            }
        }
    }
}
