//! `buckets` (Java `BucketsTable`): live files by partition and bucket.

use std::collections::BTreeMap;

use super::{
    live_files::live_files,
    rows::{columns, int, long, row_text, text, wall_clock},
};
use crate::{
    error::Result,
    table::Table,
    types::{DataField, DatumRow, TypeKind},
};

/// Sums over data files.
#[derive(Default)]
pub(super) struct FileTotals {
    pub(super) record_count: i64,
    pub(super) file_size: i64,
    pub(super) file_count: i64,
    /// Creation time of the newest file, local wall clock.
    pub(super) newest: Option<i64>,
    /// Of the newest file in the order of the manifests.
    pub(super) total_buckets: i32,
}

impl FileTotals {
    pub(super) fn add(&mut self, entry: &crate::spec::manifest::ManifestEntry) {
        self.record_count = self.record_count.saturating_add(entry.file.row_count);
        self.file_size = self.file_size.saturating_add(entry.file.file_size);
        self.file_count += 1;
        self.newest = self.newest.max(entry.file.creation_time_millis);
        self.total_buckets = entry.total_buckets;
    }
}

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("partition", TypeKind::STRING),
        ("bucket!", TypeKind::Int),
        ("record_count!", TypeKind::BigInt),
        ("file_size_in_bytes!", TypeKind::BigInt),
        ("file_count!", TypeKind::BigInt),
        ("last_update_time", TypeKind::Timestamp(3)),
    ])
}

/// By the text of the partition, then by bucket.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let partition_fields = table.schema().partition_fields();
    let mut buckets = BTreeMap::<(String, i32), FileTotals>::new();
    for entry in live_files(table).await? {
        let partition = row_text(&entry.partition, &partition_fields)?;
        buckets.entry((partition, entry.bucket)).or_default().add(&entry);
    }
    let row = |((partition, bucket), totals): ((String, i32), FileTotals)| {
        vec![
            text(partition),
            int(bucket),
            long(totals.record_count),
            long(totals.file_size),
            long(totals.file_count),
            wall_clock(totals.newest),
        ]
    };
    Ok(buckets.into_iter().map(row).collect())
}
