//! Manifest list: the manifests of a snapshot (Java `ManifestFileMeta`, format digest 4.1).

use super::stats::SimpleStats;

/// One record of a manifest list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFileMeta {
    /// Name within `manifest/`.
    pub file_name: String,
    /// Length in bytes.
    pub file_size: i64,
    /// ADD entries.
    pub num_added_files: i64,
    /// DELETE entries.
    pub num_deleted_files: i64,
    /// Statistics over the partition rows of all entries.
    pub partition_stats: SimpleStats,
    /// Greatest schema id of the data files.
    pub schema_id: i64,
    /// Least bucket of all entries.
    pub min_bucket: Option<i32>,
    /// Greatest bucket of all entries.
    pub max_bucket: Option<i32>,
    /// Least level of all entries.
    pub min_level: Option<i32>,
    /// Greatest level of all entries.
    pub max_level: Option<i32>,
    /// Least row id, where every entry has one.
    pub min_row_id: Option<i64>,
    /// Greatest row id, inclusive, where every entry has one.
    pub max_row_id: Option<i64>,
}
