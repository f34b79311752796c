//! How the files of a state lie: buckets with their levels, files in pages, entries of a manifest.

use serde::Deserialize;

use super::{FileInfo, lenient};

/// The buckets of a state; sums are of all of them.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LevelsInfo {
    /// Whether rows have keys, so that reads merge.
    #[serde(deserialize_with = "lenient::or_default")]
    pub keyed: bool,
    /// Live data files.
    #[serde(deserialize_with = "lenient::int")]
    pub files: i64,
    /// Rows in them, deletes and old versions among them.
    #[serde(deserialize_with = "lenient::int")]
    pub rows: i64,
    /// Rows that delete a key.
    #[serde(deserialize_with = "lenient::int")]
    pub delete_rows: i64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// Files that a compaction takes for small.
    #[serde(deserialize_with = "lenient::int")]
    pub small_files: i64,
    /// Bytes below which it does.
    #[serde(deserialize_with = "lenient::int")]
    pub small_below: i64,
    /// Files with a deletion vector.
    #[serde(deserialize_with = "lenient::int")]
    pub files_with_vectors: i64,
    /// Rows that deletion vectors hide.
    #[serde(deserialize_with = "lenient::int")]
    pub deleted_by_vectors: i64,
    /// The most sorted runs that one key meets in any bucket.
    #[serde(deserialize_with = "lenient::int")]
    pub depth: i64,
    /// Files by level.
    #[serde(deserialize_with = "lenient::or_default")]
    pub levels: Vec<LevelSum>,
    /// Files by size.
    #[serde(deserialize_with = "lenient::or_default")]
    pub file_sizes: FileSizes,
    /// Partitions.
    #[serde(deserialize_with = "lenient::int")]
    pub partition_count: i64,
    /// Buckets in all, of which `buckets` holds a page.
    #[serde(deserialize_with = "lenient::int")]
    pub bucket_count: i64,
    /// Number of the first bucket of the page.
    #[serde(deserialize_with = "lenient::int")]
    pub offset: i64,
    /// By partition, then by bucket.
    #[serde(deserialize_with = "lenient::or_default")]
    pub buckets: Vec<BucketLevels>,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BucketLevels {
    /// `month=1`, empty without partitions.
    #[serde(deserialize_with = "lenient::or_default")]
    pub partition: String,
    /// Its number; -2 is the postpone bucket.
    #[serde(deserialize_with = "lenient::int")]
    pub bucket: i64,
    /// Files.
    #[serde(deserialize_with = "lenient::int")]
    pub files: i64,
    /// Rows in files.
    #[serde(deserialize_with = "lenient::int")]
    pub rows: i64,
    /// Rows that delete, where files say.
    #[serde(deserialize_with = "lenient::optional")]
    pub delete_rows: Option<i64>,
    /// Bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// Files that a compaction takes for small.
    #[serde(deserialize_with = "lenient::int")]
    pub small_files: i64,
    /// Level-0 files and higher levels that hold any: what compaction counts.
    #[serde(deserialize_with = "lenient::int")]
    pub sorted_runs: i64,
    /// The most runs that one key meets.
    #[serde(deserialize_with = "lenient::int")]
    pub depth: i64,
    /// Files with a deletion vector.
    #[serde(deserialize_with = "lenient::int")]
    pub files_with_vectors: i64,
    /// Rows that deletion vectors hide.
    #[serde(deserialize_with = "lenient::int")]
    pub deleted_by_vectors: i64,
    /// When its newest file was written.
    #[serde(deserialize_with = "lenient::optional")]
    pub newest_millis: Option<i64>,
    /// Files by level.
    #[serde(deserialize_with = "lenient::or_default")]
    pub levels: Vec<LevelSum>,
}

/// The files of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct LevelSum {
    /// Level.
    #[serde(deserialize_with = "lenient::int")]
    pub level: i64,
    /// Files.
    #[serde(deserialize_with = "lenient::int")]
    pub files: i64,
    /// Bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// Rows.
    #[serde(deserialize_with = "lenient::int")]
    pub rows: i64,
}

/// Sizes of all files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct FileSizes {
    /// The smallest.
    #[serde(deserialize_with = "lenient::int")]
    pub min: i64,
    /// The middle one.
    #[serde(deserialize_with = "lenient::int")]
    pub median: i64,
    /// The largest.
    #[serde(deserialize_with = "lenient::int")]
    pub max: i64,
    /// Powers of four, empty ends left out.
    #[serde(deserialize_with = "lenient::or_default")]
    pub histogram: Vec<SizeBin>,
}

/// Files of a range of sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct SizeBin {
    /// Least size.
    #[serde(deserialize_with = "lenient::int")]
    pub from: i64,
    /// Size beyond.
    #[serde(deserialize_with = "lenient::int")]
    pub below: i64,
    /// Files.
    #[serde(deserialize_with = "lenient::int")]
    pub files: i64,
    /// Their bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
}

/// Some of the files that pass a filter, and sums over all that do.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct FilesPage {
    /// Files that pass.
    #[serde(deserialize_with = "lenient::int")]
    pub total: i64,
    /// Their bytes.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// Their rows.
    #[serde(deserialize_with = "lenient::int")]
    pub rows: i64,
    /// The files of the page.
    #[serde(deserialize_with = "lenient::or_default")]
    pub files: Vec<FileInfo>,
}

/// Some of the entries of a manifest.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct EntriesPage {
    /// Bytes of the manifest.
    #[serde(deserialize_with = "lenient::int")]
    pub size: i64,
    /// Entries in all.
    #[serde(deserialize_with = "lenient::int")]
    pub total: i64,
    /// Those that add a file.
    #[serde(deserialize_with = "lenient::int")]
    pub added: i64,
    /// Those that remove one.
    #[serde(deserialize_with = "lenient::int")]
    pub deleted: i64,
    /// The entries of the page.
    #[serde(deserialize_with = "lenient::or_default")]
    pub entries: Vec<EntryInfo>,
}

/// One entry of a manifest.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct EntryInfo {
    /// `ADD` or `DELETE`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// The file.
    #[serde(flatten)]
    pub file: FileInfo,
}
