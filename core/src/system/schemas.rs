//! `schemas` (Java `SchemasTable`): fields, keys and options as JSON texts.

use serde::Serialize;

use super::rows::{columns, local_time, long, optional_text, text};
use crate::{
    error::{Error, Result},
    table::Table,
    types::{DataField, Datum, DatumRow, TypeKind, type_json::JsonField},
};

pub(super) fn fields() -> Vec<DataField> {
    columns([
        ("schema_id!", TypeKind::BigInt),
        ("fields!", TypeKind::STRING),
        ("partition_keys!", TypeKind::STRING),
        ("primary_keys!", TypeKind::STRING),
        ("options!", TypeKind::STRING),
        ("comment", TypeKind::STRING),
        ("update_time!", TypeKind::Timestamp(3)),
    ])
}

/// By id.
pub(super) async fn rows(table: &Table) -> Result<Vec<DatumRow>> {
    let mut schemas = table.schemas().list().await?;
    schemas.sort_by_key(|schema| schema.id);
    let mut rows = Vec::with_capacity(schemas.len());
    for schema in schemas {
        rows.push(vec![
            long(schema.id),
            json(&schema.fields.iter().map(JsonField).collect::<Vec<_>>())?,
            json(&schema.partition_keys)?,
            json(&schema.primary_keys)?,
            json(&schema.options)?,
            optional_text(schema.comment.as_ref()),
            local_time(table, schema.time_millis),
        ]);
    }
    Ok(rows)
}

fn json(value: &impl Serialize) -> Result<Option<Datum>> {
    let json = serde_json::to_string(value).map_err(|error| Error::internal("cannot write JSON").because(error))?;
    Ok(text(json))
}
