//! What the engine's worker answers, as plain values.
//!
//! Unknown members are ignored and missing ones default, so that page and engine may differ by a version.

mod files;
mod footer;
mod health;
mod io;
mod layout;
pub(crate) mod lenient;
mod options;
mod table;

use serde::Deserialize;

pub use files::{ColumnStats, Explain, ExplainStep, FileInfo, ManifestInfo};
pub use footer::{ColumnSum, FooterChunk, FooterColumn, FooterGroup, FooterInfo, FooterMetadata};
pub use health::{DoctorInfo, FindingInfo, PreviewInfo, PreviewTask, Severity};
pub use io::{IoReply, IoTotals, RequestInfo};
pub use layout::{BucketLevels, EntriesPage, EntryInfo, FileSizes, FilesPage, LevelSum, LevelsInfo, SizeBin};
pub use options::{OptionInfo, OptionStatus};
pub use table::{FieldInfo, OpenedTable, SchemaInfo, SnapshotInfo, TableInfo, TagInfo};

/// Something the engine holds for us: a warehouse, table or cursor. Opaque.
pub type Handle = serde_json::Value;

/// An error as it is shown: what happened, in which file, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Problem {
    /// The engine's kind: `not found`, `cors`, `forbidden`, `corrupt`, `unsupported`, `invalid`, `cancelled` …
    #[serde(deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// What was expected and found.
    #[serde(deserialize_with = "lenient::or_default")]
    pub message: String,
    /// The file it is about, where there is one.
    pub path: Option<String>,
    /// What to do, where the engine knows.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of the page's own.
    #[must_use]
    pub fn new(kind: &str, message: impl Into<String>) -> Problem {
        Problem { kind: kind.to_owned(), message: message.into(), path: None, hint: None }
    }

    /// Whether the user asked for it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.kind == "cancelled"
    }

    /// Whether the argument is at fault: shown beside the field that holds it.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.kind == "invalid"
    }
}

/// An opened warehouse.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WarehouseInfo {
    /// Asks for this warehouse.
    pub warehouse: Handle,
    /// Whether the store can list; without it only a served index or a table's own URL works.
    #[serde(deserialize_with = "lenient::or_default")]
    pub can_list: bool,
    /// Databases in order.
    #[serde(deserialize_with = "lenient::or_default")]
    pub databases: Vec<DatabaseInfo>,
}

/// A database and its tables.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct DatabaseInfo {
    /// Name without `.db`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Table names in order.
    #[serde(deserialize_with = "lenient::or_default")]
    pub tables: Vec<String>,
}

/// A column of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct ScanColumn {
    /// Name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// SQL type text.
    #[serde(rename = "type")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub type_text: String,
}

/// An opened scan.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ScanOpened {
    /// Asks for rows.
    pub cursor: Handle,
    /// Columns of every row.
    #[serde(deserialize_with = "lenient::or_default")]
    pub columns: Vec<ScanColumn>,
}

/// Some rows of a scan.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct ScanPage {
    /// Rows, cells in column order.
    #[serde(deserialize_with = "lenient::or_default")]
    pub rows: Vec<Vec<crate::cell::Cell>>,
    /// Rows of the whole result, once that is known.
    #[serde(deserialize_with = "lenient::optional_count")]
    pub total: Option<usize>,
    /// Whether no row follows, where rows are read from front to back.
    #[serde(deserialize_with = "lenient::or_default")]
    pub done: bool,
    /// Time the engine took.
    #[serde(deserialize_with = "lenient::or_default")]
    pub millis: f64,
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Units done.
    #[serde(deserialize_with = "lenient::or_default")]
    pub done: f64,
    /// Units in all; 0 where unknown.
    #[serde(deserialize_with = "lenient::or_default")]
    pub total: f64,
    /// Bytes read or written so far.
    #[serde(deserialize_with = "lenient::or_default")]
    pub bytes: f64,
    /// Rows read or written so far.
    #[serde(deserialize_with = "lenient::or_default")]
    pub rows: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_come_as_numbers_or_text_and_nonsense_is_absent() {
        let text = r#"{"id": "9223372036854775807", "timeMillis": 1.0, "watermark": "-9223372036854775808",
            "commitIdentifier": "what", "totalRecordCount": null, "writerVersion": "cenote-0.1.0", "new": [1]}"#;
        let snapshot: SnapshotInfo = serde_json::from_str(text).unwrap();
        assert_eq!((snapshot.id, snapshot.time_millis, snapshot.watermark), (i64::MAX, 1, Some(i64::MIN)));
        assert_eq!((snapshot.commit_identifier, snapshot.total_record_count), (None, None));
    }
    #[test]
    fn properties_of_a_snapshot_may_be_absent_null_or_there() {
        let read = |text: &str| serde_json::from_str::<SnapshotInfo>(text).unwrap().properties;
        assert_eq!((read("{}"), read(r#"{"properties": null}"#)), (None, None));
        let noted = read(r#"{"properties": {"job": "nightly", "a": ""}}"#).unwrap();
        assert_eq!(
            noted.into_iter().collect::<Vec<_>>(),
            [("a".into(), String::new()), ("job".into(), "nightly".into())]
        );
    }
    #[test]
    fn nulls_are_absent_values() {
        let text = r#"{"table": 1, "info": {"name": null, "database": null, "fields": null, "options": null, "bucket": null}}"#;
        let opened: OpenedTable = serde_json::from_str(text).unwrap();
        assert_eq!((opened.info.database.as_str(), opened.info.buckets()), ("", -1));
    }
}
