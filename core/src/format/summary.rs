//! What a finished data file tells the manifest.

use crate::types::Datum;

/// Size, rows and column statistics of a written file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileSummary {
    /// Length in bytes.
    pub file_size: u64,
    /// Rows written.
    pub row_count: u64,
    /// One for each field, in order.
    pub columns: Vec<ColumnSummary>,
}

/// Statistics of a column over the file, as the format's own metadata gives them; the stats mode of the table is applied
/// later.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnSummary {
    /// A lower bound, normally the smallest value; `None` where unknown, without order, or all null.
    pub min: Option<Datum>,
    /// An upper bound, normally the greatest value; `None` as for `min`.
    pub max: Option<Datum>,
    /// Number of nulls; `None` where unknown (nested columns).
    pub null_count: Option<i64>,
}
