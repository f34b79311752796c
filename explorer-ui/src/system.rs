//! The system tables of a table, and what each of them tells.

/// A system table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemTable {
    /// Its name behind the `$`.
    pub name: &'static str,
    /// What it tells.
    pub tells: &'static str,
}

const fn table(name: &'static str, tells: &'static str) -> SystemTable {
    SystemTable { name, tells }
}

/// All of them, those of metadata first.
pub const ALL: [SystemTable; 19] = [
    table("snapshots", "every snapshot, oldest first"),
    table("schemas", "every version of the schema"),
    table("options", "options that were set"),
    table("files", "live data files with keys and statistics"),
    table("file_key_ranges", "live data files with their keys"),
    table("file_indexes", "indexes of columns within data files"),
    table("manifests", "manifests of the newest snapshot"),
    table("partitions", "partitions with rows, files and bytes"),
    table("buckets", "buckets with rows, files and bytes"),
    table("tags", "tags and the snapshots they keep"),
    table("branches", "branches"),
    table("consumers", "readers of the stream, and how far they are"),
    table("aggregation_fields", "how each column is merged"),
    table("statistics", "what ANALYZE found out"),
    table("table_indexes", "index files, such as deletion vectors"),
    table("audit_log", "rows with their kinds, deletions included"),
    table("binlog", "as the audit log, both images of an update in one row"),
    table("ro", "only what compaction has merged"),
    table("row_tracking", "rows with their ids and sequence numbers"),
];

/// The name of the table to show where `asked` is asked for: any name, for the engine may know more of them.
#[must_use]
pub fn shown(asked: Option<&str>) -> &str {
    asked.unwrap_or(ALL[0].name)
}

/// What the table of this name tells, empty for one that is not known here.
#[must_use]
pub fn tells(name: &str) -> &'static str {
    ALL.iter().find(|table| table.name == name).map_or("", |table| table.tells)
}
