//! A table, its snapshots, tags and schemas.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Handle, lenient};
use crate::cell::Cell;

/// A column of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FieldInfo {
    /// Identity of the column over renames.
    pub id: i32,
    /// Name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// SQL type text, with or without `NOT NULL`.
    #[serde(rename = "type")]
    #[serde(deserialize_with = "lenient::or_default")]
    pub type_text: String,
    /// Whether it may be null.
    #[serde(deserialize_with = "lenient::or_default")]
    pub nullable: bool,
    /// The column's comment.
    pub description: Option<String>,
    /// Default value, as text.
    pub default_value: Option<String>,
}

/// What a table is, at its newest snapshot.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TableInfo {
    /// Table name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Database name; may be empty for a table opened by URL.
    #[serde(deserialize_with = "lenient::or_default")]
    pub database: String,
    /// Where its folder is.
    #[serde(deserialize_with = "lenient::or_default")]
    pub url: String,
    /// The table's comment.
    pub comment: Option<String>,
    /// Primary key columns; empty for an append table.
    #[serde(deserialize_with = "lenient::or_default")]
    pub primary_keys: Vec<String>,
    /// Partition columns.
    #[serde(deserialize_with = "lenient::or_default")]
    pub partition_keys: Vec<String>,
    /// The `bucket` option, where it is set.
    #[serde(deserialize_with = "lenient::optional")]
    pub bucket: Option<i64>,
    /// Columns that rows are spread over buckets by.
    #[serde(deserialize_with = "lenient::or_default")]
    pub bucket_keys: Vec<String>,
    /// `deduplicate`, `partial-update` …
    pub merge_engine: Option<String>,
    /// `none`, `input` …
    pub changelog_producer: Option<String>,
    /// Options of the schema file.
    #[serde(deserialize_with = "lenient::or_default")]
    pub options: BTreeMap<String, String>,
    /// Newest schema.
    #[serde(deserialize_with = "lenient::int")]
    pub schema_id: i64,
    /// Columns of the newest schema.
    #[serde(deserialize_with = "lenient::or_default")]
    pub fields: Vec<FieldInfo>,
    /// Newest snapshot; none for a table never written.
    pub latest_snapshot: Option<SnapshotInfo>,
    /// Live data files, where the engine knows.
    #[serde(deserialize_with = "lenient::optional")]
    pub file_count: Option<i64>,
    /// Bytes of live data files.
    #[serde(deserialize_with = "lenient::optional")]
    pub total_size: Option<i64>,
    /// Rows in files, unmerged.
    #[serde(deserialize_with = "lenient::optional")]
    pub record_count: Option<i64>,
}

impl TableInfo {
    /// Whether rows have keys and reads merge.
    #[must_use]
    pub fn has_primary_key(&self) -> bool {
        !self.primary_keys.is_empty()
    }

    /// `database.table`, as the CLI names it; the URL for a table opened alone.
    #[must_use]
    pub fn cli_name(&self) -> String {
        if self.database.is_empty() { self.url.clone() } else { format!("{}.{}", self.database, self.name) }
    }

    /// Key columns as files hold them: the primary key without the partition columns, with their types.
    #[must_use]
    pub fn file_key_types(&self) -> Vec<(String, String)> {
        self.primary_keys
            .iter()
            .filter(|key| !self.partition_keys.contains(key))
            .map(|key| (key.clone(), self.type_of(key).to_owned()))
            .collect()
    }

    /// The type text of a column, or nothing for an unknown one.
    #[must_use]
    pub fn type_of(&self, column: &str) -> &str {
        self.fields.iter().find(|field| field.name == column).map_or("", |field| field.type_text.as_str())
    }

    /// Buckets of a partition: -1 for as many as come, -2 for later.
    #[must_use]
    pub fn buckets(&self) -> i64 {
        self.bucket.or_else(|| self.option("bucket")?.parse().ok()).unwrap_or(-1)
    }

    /// Whether files may hold single columns of rows.
    #[must_use]
    pub fn evolves_columns(&self) -> bool {
        self.option("data-evolution.enabled").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// An option's value.
    #[must_use]
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.get(key).map(String::as_str)
    }
}

/// A table as opened.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct OpenedTable {
    /// Asks for this table.
    pub table: Handle,
    /// What it is.
    pub info: TableInfo,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SnapshotInfo {
    /// Id, counted from 1.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// Schema at the commit.
    #[serde(deserialize_with = "lenient::int")]
    pub schema_id: i64,
    /// `APPEND`, `COMPACT`, `OVERWRITE` or `ANALYZE`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub commit_kind: String,
    /// When, in milliseconds since 1970.
    #[serde(deserialize_with = "lenient::int")]
    pub time_millis: i64,
    /// Who.
    #[serde(deserialize_with = "lenient::or_default")]
    pub commit_user: String,
    /// The writer's own number of the commit.
    #[serde(deserialize_with = "lenient::optional")]
    pub commit_identifier: Option<i64>,
    /// Rows in files after it, unmerged.
    #[serde(deserialize_with = "lenient::optional")]
    pub total_record_count: Option<i64>,
    /// Rows in files that it added less those it removed.
    #[serde(deserialize_with = "lenient::optional")]
    pub delta_record_count: Option<i64>,
    /// Rows of its changelog.
    #[serde(deserialize_with = "lenient::optional")]
    pub changelog_record_count: Option<i64>,
    /// Event time watermark.
    #[serde(deserialize_with = "lenient::optional")]
    pub watermark: Option<i64>,
    /// Manifest list of what was there.
    pub base_manifest_list: Option<String>,
    /// Manifest list of what it changed.
    pub delta_manifest_list: Option<String>,
    /// Manifest of its index files.
    pub index_manifest: Option<String>,
    /// What the writer says it did.
    pub operation: Option<String>,
    /// What wrote it, e.g. `cenote-0.1.0`.
    pub writer_version: Cell,
    /// What the writer noted beside the commit, in names of its own.
    #[serde(default)]
    pub properties: Option<BTreeMap<String, String>>,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TagInfo {
    /// Name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// The snapshot it keeps.
    #[serde(deserialize_with = "lenient::int")]
    pub snapshot_id: i64,
    /// When that snapshot was committed.
    #[serde(deserialize_with = "lenient::optional")]
    pub time_millis: Option<i64>,
    /// Its schema.
    #[serde(deserialize_with = "lenient::optional")]
    pub schema_id: Option<i64>,
    /// Its rows in files.
    #[serde(deserialize_with = "lenient::optional")]
    pub record_count: Option<i64>,
    /// When it was made, by a clock whose zone nobody wrote down; only of those that expire.
    #[serde(deserialize_with = "lenient::optional")]
    pub create_time_millis: Option<i64>,
    /// Seconds from then for which it is kept; none for always.
    #[serde(deserialize_with = "lenient::or_default")]
    pub time_retained_seconds: Option<f64>,
}

impl TagInfo {
    /// When it may go; none where only somebody's hand removes it.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)]
    pub fn expires_millis(&self) -> Option<i64> {
        let kept = self.time_retained_seconds.filter(|seconds| seconds.is_finite())?;
        Some(self.create_time_millis?.saturating_add((kept * 1000.0) as i64))
    }

    /// The same in words: `expires in 3 days`.
    #[must_use]
    pub fn expiry(&self, now_millis: i64) -> String {
        match self.expires_millis() {
            None => "kept until deleted".to_owned(),
            Some(at) if at > now_millis => format!("expires {}", crate::format::ago(at, now_millis)),
            Some(at) => format!("due to expire since {}", crate::format::utc(at)),
        }
    }
}

/// One version of a schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SchemaInfo {
    /// Id, counted from 0.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// When it was made.
    #[serde(deserialize_with = "lenient::optional")]
    pub time_millis: Option<i64>,
    /// Columns in order.
    #[serde(deserialize_with = "lenient::or_default")]
    pub fields: Vec<FieldInfo>,
    /// Primary key columns.
    #[serde(deserialize_with = "lenient::or_default")]
    pub primary_keys: Vec<String>,
    /// Partition columns.
    #[serde(deserialize_with = "lenient::or_default")]
    pub partition_keys: Vec<String>,
    /// Options.
    #[serde(deserialize_with = "lenient::or_default")]
    pub options: BTreeMap<String, String>,
    /// Comment.
    pub comment: Option<String>,
}
