//! `file_indexes` (Java `FileIndexesTable`): the indexes of the live data files.

use bytes::Bytes;

use super::{
    files::{Describe, ordered_files},
    rows::{columns, int, long, optional_text, text},
};
use crate::{
    error::{Error, Result},
    spec::{
        file_index::{FileIndex, INDEX_SUFFIX},
        layout,
        manifest::ManifestEntry,
    },
    table::Table,
    types::{DataField, Datum, DatumRow, TypeKind},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("partition", TypeKind::STRING),
        ("bucket!", TypeKind::Int),
        ("file_path!", TypeKind::STRING),
        ("file_size_in_bytes!", TypeKind::BigInt),
        ("record_count!", TypeKind::BigInt),
        ("schema_id!", TypeKind::BigInt),
        ("column_name!", TypeKind::STRING),
        ("index_type!", TypeKind::STRING),
        ("storage_type!", TypeKind::STRING),
        ("index_file_path", TypeKind::STRING),
        ("index_size_in_bytes!", TypeKind::BigInt),
        ("index_container_size_in_bytes!", TypeKind::BigInt),
        ("is_empty!", TypeKind::Boolean),
    ])
}

/// By partition and bucket, then in the order of the containers.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let mut rows = Vec::new();
    let mut describe = Describe::new(table);
    for entry in ordered_files(table).await? {
        let (bytes, index_path) = match &entry.file.embedded_index {
            Some(bytes) => (bytes.clone(), None),
            None => match side_car(table, &mut describe, &entry).await? {
                Some((bytes, path)) => (bytes, Some(path)),
                None => continue,
            },
        };
        let path = describe.path(&entry)?;
        let size = i64::try_from(bytes.len()).ok();
        let index = FileIndex::decode(bytes).map_err(|error| error.at(index_path.as_ref().unwrap_or(&path)))?;
        for (column, kind, body) in index.sizes() {
            rows.push(vec![
                text(describe.partition(&entry.partition)?.0),
                int(entry.bucket),
                text(&path),
                long(entry.file.file_size),
                long(entry.file.row_count),
                long(entry.file.schema_id),
                text(column),
                text(kind),
                text(if index_path.is_some() { "FILE" } else { "EMBEDDED" }),
                optional_text(index_path.as_ref()),
                long(i64::try_from(body.unwrap_or(0)).ok()),
                long(size),
                Some(Datum::Boolean(body.is_none())),
            ]);
        }
    }
    Ok(rows)
}

/// The index file beside a data file, and where it is.
async fn side_car(
    table: &Table,
    describe: &mut Describe<'_>,
    entry: &ManifestEntry,
) -> Result<Option<(Bytes, String)>> {
    let mut names = entry.file.extra_files.iter().filter(|name| name.ends_with(INDEX_SUFFIX));
    let Some(name) = names.next() else { return Ok(None) };
    let at = describe.path(entry)?;
    if let Some(other) = names.next() {
        return Err(Error::corrupt(format!("expected one index file, found {name} and {other}")).at(at));
    }
    if name.contains(['/', '\\']) {
        return Err(Error::corrupt(format!("expected an index file beside the data file, found {name}")).at(at));
    }
    if entry.file.external_path.is_some() {
        return Err(Error::unsupported(format!("the index file {name} outside the table folder")).at(at));
    }
    let folder = layout::bucket_path(describe.partition(&entry.partition)?.1, entry.bucket);
    let path = format!("{folder}/{name}");
    let bytes = table.storage().get_immutable(&path).await?;
    Ok(Some((bytes, table.storage().location(&path))))
}
