//! `manifests` (Java `ManifestsTable`): the manifests of the latest snapshot, those of changelog files among them.

use super::{
    live_files::{data_manifests, manifests},
    rows::{columns, long, row_text, text},
};
use crate::{
    error::Result,
    spec::{binary_row::BinaryRow, layout},
    table::Table,
    types::{DataField, Datum, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("file_name!", TypeKind::STRING),
        ("file_size!", TypeKind::BigInt),
        ("num_added_files!", TypeKind::BigInt),
        ("num_deleted_files!", TypeKind::BigInt),
        ("schema_id!", TypeKind::BigInt),
        ("min_partition_stats", TypeKind::STRING),
        ("max_partition_stats", TypeKind::STRING),
        ("min_row_id", TypeKind::BigInt),
        ("max_row_id", TypeKind::BigInt),
    ])
}

pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(Vec::new()) };
    let mut all = data_manifests(table, &snapshot).await?;
    if let Some(list) = &snapshot.changelog_manifest_list {
        all.extend(manifests(table, list).await?);
    }
    let partition = table.schema().partition_fields();
    let mut rows = Vec::with_capacity(all.len());
    for manifest in all {
        let bound = |row: &BinaryRow| -> Result<Option<Datum>> {
            row_text(row, &partition).map(text).map_err(|error| error.at(layout::manifest_path(&manifest.file_name)))
        };
        rows.push(vec![
            text(&manifest.file_name),
            long(manifest.file_size),
            long(manifest.num_added_files),
            long(manifest.num_deleted_files),
            long(manifest.schema_id),
            bound(&manifest.partition_stats.min_values)?,
            bound(&manifest.partition_stats.max_values)?,
            long(manifest.min_row_id),
            long(manifest.max_row_id),
        ]);
    }
    Ok(rows)
}
