//! `cenote schema …`

use cenote_core::{
    catalog::NewTable,
    io::PutOutcome,
    spec::table_schema::TableSchema,
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use serde_json::json;

use super::table::{columns_json, columns_text};
use crate::{
    cli::SchemaCommand,
    ddl::parse_columns,
    error::{Failure, Result},
    notice::notice,
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
        SchemaCommand::AddColumn { table, column } => {
            let table = session.table(&table.table).await?;
            let mut columns =
                parse_columns(&column).map_err(|problem| Failure::usage(format!("the column: {problem}")))?;
            let (Some(column), true) = (columns.pop(), columns.is_empty()) else {
                return Err(Failure::usage("expected one column, such as 'note STRING'"));
            };
            let schema = add_column(&table, column).await?;
            notice(&format!("{} has schema {} now", table.name(), schema.id));
            Ok(())
        }
    }
}

fn definition(schema: &TableSchema) -> String {
    schema.fields.iter().map(|field| format!("{} {}", field.name, field.data_type)).collect::<Vec<_>>().join(", ")
}

/// Adds a column at the end of the latest schema. Errors: usage for one that is there or that old rows cannot have,
/// conflict where somebody else changed the schema at the same time.
pub(crate) async fn add_column(table: &Table, column: DataField) -> Result<TableSchema> {
    let latest = table.schema();
    if latest.fields.iter().any(|field| field.name == column.name) {
        return Err(Failure::error(format!("{} has a column {:?} already", table.name(), column.name)));
    }
    if !column.data_type.nullable {
        return Err(Failure::usage(format!("column {:?} is NOT NULL, and old rows have no value for it", column.name)));
    }
    if column.default_value.is_some() {
        return Err(Failure::usage("DEFAULT is not there yet for columns that are added"));
    }
    // A table of this column alone: its checks, and its ids from 0 on.
    let alone = NewTable::new(vec![column]).into_schema(table.runtime().now_millis())?;
    let mut next = (**latest).clone();
    let by = next.highest_field_id + 1;
    next.highest_field_id = by + alone.highest_field_id;
    next.id += 1;
    next.time_millis = alone.time_millis;
    next.fields.extend(alone.fields.into_iter().map(|field| shifted(field, by)));
    match table.schemas().commit_next(&next).await? {
        PutOutcome::Created => Ok(next),
        PutOutcome::Exists => {
            Err(cenote_core::Error::conflict("somebody else changed the schema").at(table.name()).into())
        }
    }
}

/// The field with its id, and those of the fields inside it, higher by `by`.
fn shifted(field: DataField, by: i32) -> DataField {
    DataField { id: field.id + by, data_type: shifted_type(field.data_type, by), ..field }
}

fn shifted_type(data_type: DataType, by: i32) -> DataType {
    let boxed = |inner: Box<DataType>| Box::new(shifted_type(*inner, by));
    let kind = match data_type.kind {
        TypeKind::Array(element) => TypeKind::Array(boxed(element)),
        TypeKind::Vector { element, length } => TypeKind::Vector { element: boxed(element), length },
        TypeKind::Multiset(element) => TypeKind::Multiset(boxed(element)),
        TypeKind::Map { key, value } => TypeKind::Map { key: boxed(key), value: boxed(value) },
        TypeKind::Row(fields) => TypeKind::Row(fields.into_iter().map(|field| shifted(field, by)).collect()),
        plain => plain,
    };
    DataType { kind, ..data_type }
}
