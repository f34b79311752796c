//! `statistics` (Java `StatisticTable`): what ANALYZE found.

use serde::Deserialize;
use serde_json::Value;

use super::rows::{columns, long, text};
use crate::{
    error::{Error, Result},
    spec::layout,
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatisticsJson {
    snapshot_id: i64,
    schema_id: i64,
    #[serde(default)]
    merged_record_count: Option<i64>,
    #[serde(default)]
    merged_record_size: Option<i64>,
    #[serde(default)]
    col_stats: Option<Value>,
}

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("snapshot_id!", TypeKind::BigInt),
        ("schema_id!", TypeKind::BigInt),
        ("mergedRecordCount", TypeKind::BigInt),
        ("mergedRecordSize", TypeKind::BigInt),
        ("colstat", TypeKind::STRING),
    ])
}

/// One row, where the latest snapshot has statistics.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let snapshot = table.snapshots().latest().await?;
    let Some(name) = snapshot.and_then(|snapshot| snapshot.statistics) else { return Ok(Vec::new()) };
    let path = layout::statistics_path(&name);
    let bytes = table.storage().get_immutable(&path).await?;
    let statistics: StatisticsJson = serde_json::from_slice(&bytes)
        .map_err(|error| Error::corrupt("expected statistics as JSON").because(error).at(&path))?;
    Ok(vec![vec![
        long(statistics.snapshot_id),
        long(statistics.schema_id),
        long(statistics.merged_record_count),
        long(statistics.merged_record_size),
        statistics.col_stats.and_then(|columns| text(columns.to_string())),
    ]])
}
