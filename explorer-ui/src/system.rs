//! The system tables of a table, and what each of them tells.

/// What a system table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Versions of the table.
    History,
    /// Its files.
    Files,
    /// How it is set up.
    Setup,
    /// Its rows, seen otherwise.
    Rows,
    /// All tables of the warehouse.
    Warehouse,
}

impl Group {
    /// All groups.
    pub const ALL: [Group; 5] = [Group::History, Group::Files, Group::Setup, Group::Rows, Group::Warehouse];

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Group::History => "History",
            Group::Files => "Files",
            Group::Setup => "Schema and statistics",
            Group::Rows => "Rows",
            Group::Warehouse => "The whole warehouse",
        }
    }
}

/// A system table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemTable {
    /// Its name behind the `$`, or `sys.` and its name for one of the warehouse.
    pub name: &'static str,
    /// What it tells.
    pub tells: &'static str,
    /// What it is about.
    pub group: Group,
}

const fn table(group: Group, name: &'static str, tells: &'static str) -> SystemTable {
    SystemTable { name, tells, group }
}

/// All of them, group by group.
pub const ALL: [SystemTable; 23] = [
    table(Group::History, "snapshots", "every snapshot, oldest first"),
    table(Group::History, "tags", "tags and the snapshots they keep"),
    table(Group::History, "branches", "branches"),
    table(Group::History, "consumers", "readers of the stream, and how far they are"),
    table(Group::Files, "files", "live data files with keys and statistics"),
    table(Group::Files, "file_key_ranges", "live data files with their keys"),
    table(Group::Files, "file_indexes", "indexes of columns within data files"),
    table(Group::Files, "manifests", "manifests of the newest snapshot"),
    table(Group::Files, "partitions", "partitions with rows, files and bytes"),
    table(Group::Files, "buckets", "buckets with rows, files and bytes"),
    table(Group::Files, "table_indexes", "index files, such as deletion vectors"),
    table(Group::Setup, "schemas", "every version of the schema"),
    table(Group::Setup, "options", "options that were set"),
    table(Group::Setup, "aggregation_fields", "how each column is merged"),
    table(Group::Setup, "statistics", "what ANALYZE found out"),
    table(Group::Rows, "audit_log", "rows with their kinds, deletions included"),
    table(Group::Rows, "binlog", "as the audit log, both images of an update in one row"),
    table(Group::Rows, "ro", "only what compaction has merged"),
    table(Group::Rows, "row_tracking", "rows with their ids and sequence numbers"),
    table(Group::Warehouse, "sys.tables", "every table with its rows and files"),
    table(Group::Warehouse, "sys.partitions", "partitions of every table"),
    table(Group::Warehouse, "sys.all_table_options", "options of every table"),
    table(Group::Warehouse, "sys.catalog_options", "options of the catalog"),
];

/// Whether a system table is about the warehouse instead of one table.
#[must_use]
pub fn is_global(name: &str) -> bool {
    name.starts_with("sys.")
}

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
