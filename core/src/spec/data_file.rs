//! Metadata of one data file (Java `DataFileMeta`, format digest 4.3).

pub(super) mod avro;

pub(crate) use self::avro::{FileOutline, StatsOf};

use bytes::Bytes;

use super::{binary_row::BinaryRow, stats::SimpleStats};

/// Who made a data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSource {
    /// A writer.
    Append = 0,
    /// A compaction.
    Compact = 1,
}

/// Metadata of one data file, as a manifest entry carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFileMeta {
    /// Name within the bucket directory.
    pub file_name: String,
    /// Length in bytes.
    pub file_size: i64,
    /// Physical rows, deletes included.
    pub row_count: i64,
    /// First key: the trimmed primary key, or the empty row.
    pub min_key: BinaryRow,
    /// Last key.
    pub max_key: BinaryRow,
    /// Statistics of the trimmed primary key columns.
    pub key_stats: SimpleStats,
    /// Statistics of the columns that `value_stats_cols` names.
    pub value_stats: SimpleStats,
    /// Least sequence number of the rows.
    pub min_sequence_number: i64,
    /// Greatest sequence number of the rows.
    pub max_sequence_number: i64,
    /// Schema of the physical columns and of the statistics.
    pub schema_id: i64,
    /// LSM level; 0 for append tables.
    pub level: i32,
    /// Side-car files in the same directory, such as file indexes.
    pub extra_files: Vec<String>,
    /// Local wall-clock time of the writer, in milliseconds as if UTC.
    pub creation_time_millis: Option<i64>,
    /// Rows of kind -U and -D; `None` in old files.
    pub delete_row_count: Option<i64>,
    /// A small file index container.
    pub embedded_index: Option<Bytes>,
    /// Who made the file.
    pub file_source: Option<FileSource>,
    /// Columns of `value_stats`; `None` means every column of the schema.
    pub value_stats_cols: Option<Vec<String>>,
    /// Full path, where the file is not in its bucket directory.
    pub external_path: Option<String>,
    /// First row id (row tracking).
    pub first_row_id: Option<i64>,
    /// Physical columns, where only some were written (data evolution).
    pub write_cols: Option<Vec<String>>,
    /// Greatest sequence number of each written column.
    pub write_cols_sequences: Option<Vec<i64>>,
}

impl DataFileMeta {
    /// Rows of kind +I and +U, where the file says.
    pub fn add_row_count(&self) -> Option<i64> {
        self.delete_row_count.map(|deleted| self.row_count.saturating_sub(deleted))
    }
}
