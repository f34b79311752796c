//! `snapshots` (Java `SnapshotsTable`).

use super::rows::{columns, local_time, long, optional_text, text};
use crate::{
    error::Result,
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("snapshot_id!", TypeKind::BigInt),
        ("schema_id!", TypeKind::BigInt),
        ("commit_user!", TypeKind::STRING),
        ("commit_identifier!", TypeKind::BigInt),
        ("commit_kind!", TypeKind::STRING),
        ("commit_time!", TypeKind::Timestamp(3)),
        ("base_manifest_list!", TypeKind::STRING),
        ("delta_manifest_list!", TypeKind::STRING),
        ("changelog_manifest_list", TypeKind::STRING),
        ("total_record_count", TypeKind::BigInt),
        ("delta_record_count", TypeKind::BigInt),
        ("changelog_record_count", TypeKind::BigInt),
        ("watermark", TypeKind::BigInt),
        ("next_row_id", TypeKind::BigInt),
        ("operation", TypeKind::STRING),
        ("writer_version", TypeKind::STRING),
    ])
}

/// Oldest first.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let snapshots = table.snapshots().list(None).await?;
    let row = |snapshot: crate::spec::snapshot::Snapshot| {
        vec![
            long(snapshot.id),
            long(snapshot.schema_id),
            text(snapshot.commit_user),
            long(snapshot.commit_identifier),
            text(snapshot.commit_kind.as_str()),
            local_time(table, snapshot.time_millis),
            text(snapshot.base_manifest_list),
            text(snapshot.delta_manifest_list),
            optional_text(snapshot.changelog_manifest_list.as_ref()),
            long(snapshot.total_record_count),
            long(snapshot.delta_record_count),
            long(snapshot.changelog_record_count),
            long(snapshot.watermark),
            long(snapshot.next_row_id),
            optional_text(snapshot.operation.as_ref()),
            optional_text(snapshot.writer_version.as_ref()),
        ]
    };
    Ok(snapshots.into_iter().rev().map(row).collect())
}
