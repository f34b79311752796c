//! Schema file (Java `TableSchema`, format digest 2.1).

use std::collections::BTreeMap;

use crate::types::DataField;

/// One version of a table's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSchema {
    /// Layout version, 3 now.
    pub version: i32,
    /// 0-based, +1 for each change.
    pub id: i64,
    /// Columns in order.
    pub fields: Vec<DataField>,
    /// Highest field id ever given, nested and dropped ones included.
    pub highest_field_id: i32,
    /// Names of the partition columns.
    pub partition_keys: Vec<String>,
    /// Names of the primary key columns.
    pub primary_keys: Vec<String>,
    /// Table options as text.
    pub options: BTreeMap<String, String>,
    /// Comment of the table.
    pub comment: Option<String>,
    /// Creation time of this version, epoch milliseconds; 0 when unknown.
    pub time_millis: i64,
}
