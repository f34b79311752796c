//! Data files, manifests, and how a scan chose among them.

use serde::Deserialize;

use super::lenient;
use crate::cell::Cell;

/// Least and greatest value and the nulls of one column in one file.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ColumnStats {
    /// Column.
    #[serde(deserialize_with = "lenient::or_default")]
    pub column: String,
    /// Least value; may be cut short.
    pub min: Cell,
    /// Greatest value; may be cut short.
    pub max: Cell,
    /// Nulls, where counted.
    #[serde(deserialize_with = "lenient::optional")]
    pub null_count: Option<i64>,
}

/// A live data file.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileInfo {
    /// `month=1`, empty for a table without partitions.
    #[serde(deserialize_with = "lenient::or_default")]
    pub partition: String,
    /// Bucket.
    #[serde(deserialize_with = "lenient::int")]
    pub bucket: i64,
    /// Buckets of the partition when the file was written.
    #[serde(deserialize_with = "lenient::int")]
    pub total_buckets: i64,
    /// LSM level; 0 is unmerged.
    #[serde(deserialize_with = "lenient::int")]
    pub level: i64,
    /// File name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Path from the table's folder.
    #[serde(deserialize_with = "lenient::or_default")]
    pub path: String,
    /// `parquet`, `orc`, `avro`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub format: String,
    /// Bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub size: i64,
    /// Rows, deletes and old versions among them.
    #[serde(deserialize_with = "lenient::int")]
    pub rows: i64,
    /// Rows that delete a key.
    #[serde(deserialize_with = "lenient::optional")]
    pub delete_rows: Option<i64>,
    /// Least key, a value for each key column.
    #[serde(deserialize_with = "lenient::or_default")]
    pub min_key: Vec<Cell>,
    /// Greatest key.
    #[serde(deserialize_with = "lenient::or_default")]
    pub max_key: Vec<Cell>,
    /// Least sequence number.
    #[serde(deserialize_with = "lenient::optional")]
    pub min_sequence: Option<i64>,
    /// Greatest sequence number.
    #[serde(deserialize_with = "lenient::optional")]
    pub max_sequence: Option<i64>,
    /// When it was written.
    #[serde(deserialize_with = "lenient::optional")]
    pub creation_millis: Option<i64>,
    /// Schema it was written with.
    #[serde(deserialize_with = "lenient::int")]
    pub schema_id: i64,
    /// `APPEND` or `COMPACT`.
    pub source: Option<String>,
    /// Whether it is kept outside the table's folder.
    #[serde(deserialize_with = "lenient::or_default")]
    pub external: bool,
    /// Row id of its first row, where the table tracks rows.
    #[serde(deserialize_with = "lenient::optional")]
    pub first_row_id: Option<i64>,
    /// Columns that it holds, where only some were written.
    pub write_cols: Option<Vec<String>>,
    /// Files beside it, such as file indexes.
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_files: Vec<String>,
    /// Bytes of the file index that the manifest holds.
    #[serde(deserialize_with = "lenient::optional")]
    pub embedded_index_size: Option<i64>,
    /// Stats of its columns.
    #[serde(deserialize_with = "lenient::or_default")]
    pub stats: Vec<ColumnStats>,
    /// Rows that its deletion vector hides, where it has one and says.
    #[serde(deserialize_with = "lenient::optional")]
    pub deleted_by_vector: Option<i64>,
    /// Whether it has a deletion vector.
    #[serde(deserialize_with = "lenient::or_default")]
    pub has_vector: bool,
}

impl FileInfo {
    /// Whether an index of its columns is kept.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        self.embedded_index_size.is_some() || self.extra_files.iter().any(|name| name.ends_with(".index"))
    }
}

/// A manifest of a snapshot.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManifestInfo {
    /// `base`, `delta` or `changelog`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub list: String,
    /// File name.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub size: i64,
    /// Entries that add a file.
    #[serde(deserialize_with = "lenient::int")]
    pub added: i64,
    /// Entries that remove one.
    #[serde(deserialize_with = "lenient::int")]
    pub deleted: i64,
    /// Schema at writing.
    #[serde(deserialize_with = "lenient::int")]
    pub schema_id: i64,
    /// Least value of each partition column.
    pub min_partition: Cell,
    /// Greatest value of each partition column.
    pub max_partition: Cell,
}

/// One step of planning: how many things it kept.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExplainStep {
    /// What pruned.
    #[serde(deserialize_with = "lenient::or_default")]
    pub name: String,
    /// Things kept.
    #[serde(deserialize_with = "lenient::int")]
    pub kept: i64,
    /// Things before.
    #[serde(deserialize_with = "lenient::int")]
    pub total: i64,
    /// `manifests`, `files` …
    #[serde(deserialize_with = "lenient::or_default")]
    pub unit: String,
    /// Bytes of what it kept; none where rows are counted.
    #[serde(deserialize_with = "lenient::optional")]
    pub kept_bytes: Option<i64>,
    /// Bytes of what there was.
    #[serde(deserialize_with = "lenient::optional")]
    pub total_bytes: Option<i64>,
}

/// How a scan chooses what to read.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct Explain {
    /// Steps in order.
    #[serde(deserialize_with = "lenient::or_default")]
    pub steps: Vec<ExplainStep>,
    /// Units of work.
    #[serde(deserialize_with = "lenient::int")]
    pub splits: i64,
    /// Files to open.
    #[serde(deserialize_with = "lenient::int")]
    pub files: i64,
    /// Bytes of those files.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
}
