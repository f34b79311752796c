//! Statistics of a table for optimizers, and the ANALYZE snapshot that names them (format digest 3.7, 15.8).

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{TableCommit, change::Change};
use crate::{
    error::{Error, Result},
    spec::{json, layout, snapshot::CommitKind},
};

/// What ANALYZE found (Java `Statistics`). Absent members are unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableStatistics {
    /// Snapshot that was analyzed.
    pub snapshot_id: i64,
    /// Schema of that snapshot.
    pub schema_id: i64,
    /// Rows after merging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_record_count: Option<i64>,
    /// Bytes of those rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_record_size: Option<i64>,
    /// By column name.
    #[serde(default)]
    pub col_stats: BTreeMap<String, ColumnStatistics>,
}

/// Statistics of a column (Java `ColStats`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnStatistics {
    /// Field id.
    pub col_id: i32,
    /// Distinct values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct_count: Option<i64>,
    /// Least value, as the cast to STRING shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// Nulls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null_count: Option<i64>,
    /// Average length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avg_len: Option<i64>,
    /// Greatest length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_len: Option<i64>,
}

impl TableCommit {
    /// Writes statistics and makes the ANALYZE snapshot that names them; the snapshots after it keep them until the
    /// schema changes. Gives the snapshot id.
    ///
    /// Errors: `Invalid` for statistics of a snapshot, schema or column that the table does not have.
    pub async fn analyze(&self, identifier: i64, statistics: &TableStatistics) -> Result<i64> {
        let schema = self.table.schemas().get(statistics.schema_id).await?;
        for (name, column) in &statistics.col_stats {
            if schema.field(name).is_none_or(|field| field.id != column.col_id) {
                let id = column.col_id;
                let message =
                    format!("statistics of column {name} (id {id}), which schema {} does not have", schema.id);
                return Err(Error::invalid(message).at(self.table.name()));
            }
        }
        let name = format!("stat-{}-0", self.table.runtime().uuid());
        let path = layout::statistics_path(&name);
        self.table.storage().put(&path, Bytes::from(json::write(statistics)?)).await?;
        let change = Change { statistics: Some(name), ..Change::empty(CommitKind::Analyze, identifier) };
        self.publish(change).await
    }
}
