//! `table_indexes` (Java `TableIndexesTable`): the index files of the latest snapshot.

use super::rows::{columns, int, long, row_text, text};
use crate::{
    error::Result,
    spec::{
        index_manifest::{self, DeletionVectorMeta, GlobalIndexMeta, IndexManifestEntry},
        layout,
    },
    table::Table,
    types::{DataField, DataType, Datum, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    let vector = columns([
        ("f0!", TypeKind::STRING),
        ("f1!", TypeKind::Int),
        ("f2!", TypeKind::Int),
        ("_CARDINALITY", TypeKind::BigInt),
    ]);
    columns([
        ("partition", TypeKind::STRING),
        ("bucket!", TypeKind::Int),
        ("index_type!", TypeKind::STRING),
        ("file_name!", TypeKind::STRING),
        ("file_size!", TypeKind::BigInt),
        ("row_count!", TypeKind::BigInt),
        ("dv_ranges", TypeKind::Array(Box::new(DataType::nullable(TypeKind::Row(vector))))),
        ("row_range_start", TypeKind::BigInt),
        ("row_range_end", TypeKind::BigInt),
        ("index_field_id", TypeKind::Int),
        ("index_field_name", TypeKind::STRING),
    ])
}

/// Entries of the latest snapshot's index manifest, if it has one.
pub(super) async fn index_entries(table: &Table) -> Result<Vec<IndexManifestEntry>> {
    let snapshot = table.snapshots().latest().await?;
    let Some(name) = snapshot.and_then(|snapshot| snapshot.index_manifest) else { return Ok(Vec::new()) };
    let path = layout::manifest_path(&name);
    let bytes = table.storage().get_immutable(&path).await?;
    index_manifest::decode(&bytes).map_err(|error| error.at(path))
}

pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let partition_fields = table.schema().partition_fields();
    let entries = index_entries(table).await?;
    entries.iter().map(|entry| row(table, &partition_fields, entry)).collect()
}

fn row(table: &Table, partition_fields: &[DataField], entry: &IndexManifestEntry) -> Result<DatumRow> {
    let vectors = entry.file.deletion_vectors.as_ref();
    let global = entry.file.global_index.as_ref();
    Ok(vec![
        text(row_text(&entry.partition, partition_fields)?),
        int(entry.bucket),
        text(&entry.file.index_type),
        text(&entry.file.file_name),
        long(entry.file.file_size),
        long(entry.file.row_count),
        vectors.map(|vectors| Datum::Array(vectors.iter().map(vector).collect())),
        long(global.map(|global| global.row_range_start)),
        long(global.map(|global| global.row_range_end)),
        global.and_then(|global| int(global.index_field_id)),
        global.and_then(|global| indexed_names(table, global)),
    ])
}

/// Names of the indexed columns, separated by commas; none where one of them is dropped.
fn indexed_names(table: &Table, global: &GlobalIndexMeta) -> Option<Datum> {
    let extra = global.extra_field_ids.iter().flatten();
    let name = |id: &i32| table.schema().field_by_id(*id).map(|field| field.name.as_str());
    let names = std::iter::once(&global.index_field_id).chain(extra).map(name).collect::<Option<Vec<_>>>()?;
    text(names.join(","))
}

fn vector(vector: &DeletionVectorMeta) -> Option<Datum> {
    Some(Datum::Row(vec![text(&vector.data_file), int(vector.offset), int(vector.length), long(vector.cardinality)]))
}
