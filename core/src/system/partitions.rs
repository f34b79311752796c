//! `partitions` (Java `PartitionsTable`): live files by partition.

use std::collections::{BTreeMap, HashMap};

use super::{
    buckets::FileTotals,
    live_files::real_bucket_files,
    rows::{columns, int, long, text, wall_clock},
    table_indexes::index_entries,
};
use crate::{
    error::Result,
    spec::{binary_row::BinaryRow, java_text},
    table::Table,
    types::{DataField, DataType, Datum, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("partition", TypeKind::STRING),
        ("record_count!", TypeKind::BigInt),
        ("file_size_in_bytes!", TypeKind::BigInt),
        ("file_count!", TypeKind::BigInt),
        ("last_update_time", TypeKind::Timestamp(3)),
        ("created_at", TypeKind::Timestamp(3)),
        ("created_by", TypeKind::STRING),
        ("updated_by", TypeKind::STRING),
        ("options", TypeKind::STRING),
        ("total_buckets!", TypeKind::Int),
        ("done!", TypeKind::Boolean),
        ("deleted_record_count", TypeKind::BigInt),
    ])
}

/// Live files by partition. Java leaves out what is in no bucket yet, in postpone tables.
pub(super) async fn partition_totals(table: &Table) -> Result<HashMap<BinaryRow, FileTotals>> {
    let mut partitions = HashMap::<BinaryRow, FileTotals>::new();
    for entry in real_bucket_files(table).await? {
        match partitions.get_mut(&entry.partition) {
            Some(totals) => totals.add(&entry),
            None => partitions.entry(entry.partition.clone()).or_default().add(&entry),
        }
    }
    Ok(partitions)
}

/// By the text of the partition. What only a catalog with partitions of its own knows is null.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let partitions = partition_totals(table).await?;
    let deleted = deleted_records(table).await?;
    let fields = table.schema().partition_fields();
    let mut rows = BTreeMap::new();
    for (partition, totals) in partitions {
        let name = partition_text(table, &fields, &partition)?;
        let deleted = deleted.get(&partition).copied().unwrap_or(Some(0));
        let row = vec![
            text(&name),
            long(totals.record_count),
            long(totals.file_size),
            long(totals.file_count),
            wall_clock(totals.newest),
            None,
            None,
            None,
            None,
            int(totals.total_buckets),
            Some(Datum::Boolean(false)),
            long(deleted),
        ];
        rows.insert((name, partition), row);
    }
    Ok(rows.into_values().collect())
}

/// `k1=v1/k2=v2` with values cast to STRING, not escaped.
fn partition_text(table: &Table, fields: &[DataField], partition: &BinaryRow) -> Result<String> {
    let types = fields.iter().map(|field| field.data_type.clone()).collect::<Vec<DataType>>();
    let values = partition.decode(&types)?;
    let part = |(field, value): (&DataField, Option<Datum>)| {
        let value = value.map(|value| java_text::cast_to_string(&value, &field.data_type));
        format!("{}={}", field.name, value.as_ref().unwrap_or(&table.options().partition_default_name))
    };
    Ok(fields.iter().zip(values).map(part).collect::<Vec<_>>().join("/"))
}

/// Rows that deletion vectors delete, by partition; `None` where a vector does not say how many.
async fn deleted_records(table: &Table) -> Result<HashMap<BinaryRow, Option<i64>>> {
    let mut deleted = HashMap::new();
    if !table.options().deletion_vectors_enabled {
        return Ok(deleted);
    }
    for entry in index_entries(table).await? {
        for vector in entry.file.deletion_vectors.iter().flatten() {
            let sum = deleted.entry(entry.partition.clone()).or_insert(Some(0_i64));
            *sum = sum.and_then(|sum| sum.checked_add(vector.cardinality?));
        }
    }
    Ok(deleted)
}
