//! `cenote schema …`

use cenote_core::spec::table_schema::TableSchema;
use serde_json::json;

use super::{
    alter,
    table::{columns_json, columns_text},
};
use crate::{
    cli::SchemaCommand,
    error::Result,
    output::{Listing, document},
    session::Session,
};

/// Lists, shows and changes schema versions.
pub(super) async fn run(session: &Session, command: SchemaCommand) -> Result<()> {
    match command {
        SchemaCommand::List { table, output } => {
            let schemas = session.table(&table.table).await?.schemas().list().await?;
            Listing::new()
                .integer("schema_id", schemas.iter().map(|schema| Some(schema.id)))
                .instant("time", schemas.iter().map(|schema| Some(schema.time_millis)))
                .integer("columns", schemas.iter().map(|schema| i64::try_from(schema.fields.len()).ok()))
                .text("definition", schemas.iter().map(|schema| Some(definition(schema))))
                .print(&output)
        }
        SchemaCommand::Show { table, id, output } => {
            let table = session.table(&table.table).await?;
            let schema = match id {
                Some(id) => table.schemas().get(id).await?,
                None => table.schema().clone(),
            };
            let shown = json!({
                "id": schema.id,
                "timeMillis": schema.time_millis,
                "columns": columns_json(&schema.fields),
                "primaryKeys": schema.primary_keys,
                "partitionKeys": schema.partition_keys,
                "options": schema.options,
                "comment": schema.comment,
            });
            document::print(&output, &shown, Some(columns_text(&schema.fields)))
        }
        SchemaCommand::Change(command) => alter::run(session, command).await,
    }
}

fn definition(schema: &TableSchema) -> String {
    schema.fields.iter().map(|field| format!("{} {}", field.name, field.data_type)).collect::<Vec<_>>().join(", ")
}
