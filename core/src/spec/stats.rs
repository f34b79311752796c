//! Column statistics of manifests and data files (Java `SimpleStats`).

use super::binary_row::BinaryRow;

/// Minima, maxima and null counts of some columns; which columns is said by the owner of the statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleStats {
    /// A null value means unknown, or all null.
    pub min_values: BinaryRow,
    /// A null value means unknown, or all null.
    pub max_values: BinaryRow,
    /// One count a column; `None` means unknown. May be empty when unknown altogether.
    pub null_counts: Vec<Option<i64>>,
}

impl SimpleStats {
    /// Statistics of no column (Java `SimpleStats.EMPTY_STATS`).
    pub fn empty() -> Self {
        SimpleStats { min_values: BinaryRow::empty(), max_values: BinaryRow::empty(), null_counts: Vec::new() }
    }
}
