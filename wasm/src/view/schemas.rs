//! Versions of the schema.

use std::collections::BTreeMap;

use cenote_core::{
    Result,
    spec::table_schema::TableSchema,
    table::Table,
    types::{DataField, type_json::JsonType},
};
use serde::Serialize;

use crate::json::{Long, to_text};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field<'a> {
    id: i32,
    name: &'a str,
    /// As SQL text.
    r#type: String,
    /// As in the schema file.
    schema_type: JsonType<'a>,
    nullable: bool,
    description: Option<&'a str>,
    default_value: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema<'a> {
    id: Long,
    time_millis: Long,
    fields: Vec<Field<'a>>,
    primary_keys: &'a [String],
    partition_keys: &'a [String],
    options: &'a BTreeMap<String, String>,
    comment: Option<&'a str>,
}

/// Every version, oldest first.
pub(crate) async fn list(table: &Table) -> Result<String> {
    let schemas = table.schemas().list().await?;
    to_text(&schemas.iter().map(|schema| Schema::of(schema)).collect::<Vec<_>>())
}

/// The fields of a schema, in order.
pub(crate) fn fields(fields: &[DataField]) -> Vec<Field<'_>> {
    fields.iter().map(Field::of).collect()
}

impl<'a> Field<'a> {
    fn of(field: &'a DataField) -> Self {
        Field {
            id: field.id,
            name: &field.name,
            r#type: field.data_type.to_string(),
            schema_type: JsonType(&field.data_type),
            nullable: field.data_type.nullable,
            description: field.description.as_deref(),
            default_value: field.default_value.as_deref(),
        }
    }
}

impl<'a> Schema<'a> {
    fn of(schema: &'a TableSchema) -> Self {
        Schema {
            id: Long(schema.id),
            time_millis: Long(schema.time_millis),
            fields: fields(&schema.fields),
            primary_keys: &schema.primary_keys,
            partition_keys: &schema.partition_keys,
            options: &schema.options,
            comment: schema.comment.as_deref(),
        }
    }
}
