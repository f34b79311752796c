//! Schema changes from verbs and statements.

use cenote_core::{
    ErrorKind,
    catalog::FileSystemCatalog,
    schema::SchemaChange,
    spec::table_schema::TableSchema,
    table::Table,
    types::{DataField, DataType, TypeKind},
};

use crate::{
    cli::{ChangeCommand, PlaceArgs},
    ddl::{Alteration, parse_added_column, parse_alteration, parse_path},
    error::{Failure, Result},
    notice::notice,
    session::Session,
};

/// Runs a verb of `cenote schema` that changes the schema.
pub(super) async fn run(session: &Session, command: ChangeCommand) -> Result<()> {
    let (table, changes) = changes(command)?;
    let table = session.table(&table).await?;
    notice(&alter(&table, changes).await?);
    Ok(())
}

/// `cenote table alter`: clauses as ALTER TABLE has them, all of them one change.
pub(super) async fn by_clauses(session: &Session, table: &str, clauses: &[String]) -> Result<()> {
    let mut changes = Vec::new();
    for clause in clauses {
        match parse_alteration(clause).map_err(|problem| Failure::usage(format!("{clause:?}: {problem}")))? {
            Alteration::Changes(more) => changes.extend(more),
            Alteration::RenameTo(_) => return Err(no_rename()),
        }
    }
    let table = session.table(table).await?;
    notice(&alter(&table, changes).await?);
    Ok(())
}

/// ALTER TABLE; says what was done.
pub(super) async fn by_statement(
    catalog: &FileSystemCatalog,
    database: &str,
    name: &str,
    if_exists: bool,
    alteration: Alteration,
) -> Result<Option<String>> {
    let Alteration::Changes(changes) = alteration else { return Err(no_rename()) };
    match catalog.get_table(database, name).await {
        Ok(table) => alter(&table, changes).await.map(Some),
        Err(error) if if_exists && error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn no_rename() -> Failure {
    Failure::error(
        "unsupported: a warehouse folder cannot rename a table, because object stores cannot rename a folder",
    )
    .hint("rename the folder itself where the store can, while nobody writes the table")
}

async fn alter(table: &Table, changes: Vec<SchemaChange>) -> Result<String> {
    for change in &changes {
        if let SchemaChange::AddColumn { path, data_type, .. } = change
            && !data_type.nullable
        {
            let name = path.join(".");
            return Err(Failure::usage(format!("column {name:?} is NOT NULL, and old rows have no value for it")));
        }
    }
    let changes: Vec<SchemaChange> =
        changes.into_iter().filter(|change| !is_as_it_is(table.schema(), change)).collect();
    if changes.is_empty() {
        return Ok(format!("{} is so already", table.name()));
    }
    let altered = table.alter(&changes).await?;
    Ok(format!("{} has schema {} now", table.name(), altered.schema().id))
}

/// MODIFY names the type even where only the comment or the place changes.
fn is_as_it_is(schema: &TableSchema, change: &SchemaChange) -> bool {
    let SchemaChange::UpdateColumnType { path, data_type, keep_nullability } = change else { return false };
    let found = type_at(&schema.fields, path);
    found.is_some_and(|found| {
        found.kind == data_type.kind && (*keep_nullability || found.nullable == data_type.nullable)
    })
}

fn type_at<'a>(fields: &'a [DataField], path: &[String]) -> Option<&'a DataType> {
    let (first, rest) = path.split_first()?;
    let mut found = &fields.iter().find(|field| field.name == *first)?.data_type;
    for step in rest {
        found = match &found.kind {
            TypeKind::Row(children) => &children.iter().find(|field| field.name == *step)?.data_type,
            TypeKind::Array(inner) if step == "element" => inner,
            TypeKind::Map { value, .. } if step == "value" => value,
            _ => return None,
        };
    }
    Some(found)
}

/// The table and the changes that a verb asks for.
fn changes(command: ChangeCommand) -> Result<(String, Vec<SchemaChange>)> {
    let way = |text: &str| parse_path(text).map_err(|problem| Failure::usage(format!("{text:?}: {problem}")));
    Ok(match command {
        ChangeCommand::AddColumn { table, column, place } => {
            let mut changes =
                parse_added_column(&column).map_err(|problem| Failure::usage(format!("the column: {problem}")))?;
            if let (Some(given), Some(SchemaChange::AddColumn { position, .. })) =
                (place.position(), changes.first_mut())
            {
                *position = Some(given);
            }
            (table.table, changes)
        }
        ChangeCommand::DropColumn { table, columns } => {
            let drop = |column: &String| Ok(SchemaChange::DropColumn { path: way(column)? });
            (table.table, columns.iter().map(drop).collect::<Result<_>>()?)
        }
        ChangeCommand::RenameColumn { table, column, new_name } => {
            (table.table, vec![SchemaChange::RenameColumn { path: way(&column)?, new_name }])
        }
        ChangeCommand::SetType { table, column, data_type } => {
            let data_type: DataType = data_type.parse().map_err(|error| Failure::argument("the type", error))?;
            let keep_nullability = data_type.nullable;
            (table.table, vec![SchemaChange::UpdateColumnType { path: way(&column)?, data_type, keep_nullability }])
        }
        ChangeCommand::SetNotNull { table, column } => {
            (table.table, vec![SchemaChange::UpdateColumnNullability { path: way(&column)?, nullable: false }])
        }
        ChangeCommand::DropNotNull { table, column } => {
            (table.table, vec![SchemaChange::UpdateColumnNullability { path: way(&column)?, nullable: true }])
        }
        ChangeCommand::SetDefault { table, column, value } => {
            let default_value = Some(value);
            (table.table, vec![SchemaChange::UpdateColumnDefaultValue { path: way(&column)?, default_value }])
        }
        ChangeCommand::DropDefault { table, column } => {
            (table.table, vec![SchemaChange::UpdateColumnDefaultValue { path: way(&column)?, default_value: None }])
        }
        ChangeCommand::SetComment { table, column, text } => {
            (table.table, vec![SchemaChange::UpdateColumnComment { path: way(&column)?, comment: Some(text) }])
        }
        ChangeCommand::DropComment { table, column } => {
            (table.table, vec![SchemaChange::UpdateColumnComment { path: way(&column)?, comment: None }])
        }
        ChangeCommand::MoveColumn { table, column, place } => {
            let position =
                place.position().ok_or_else(|| Failure::usage("expected --first, --last, --after or --before"))?;
            (table.table, vec![SchemaChange::UpdateColumnPosition { column, position }])
        }
        ChangeCommand::Apply { table, json } => (table.table, from_json(&json)?),
    })
}

/// A change, or a list of them, in the JSON of REST catalogs.
fn from_json(text: &str) -> Result<Vec<SchemaChange>> {
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(|error| Failure::usage(format!("expected changes as JSON: {error}")))?;
    let one = |json: &serde_json::Value| {
        SchemaChange::from_json(json).map_err(|error| Failure::usage(format!("the change {json}: {}", error.message())))
    };
    match &json {
        serde_json::Value::Array(list) => list.iter().map(one).collect(),
        single => Ok(vec![one(single)?]),
    }
}

impl PlaceArgs {
    fn position(&self) -> Option<cenote_core::schema::Position> {
        use cenote_core::schema::Position;
        match (&self.after, &self.before) {
            (Some(other), _) => Some(Position::After(other.clone())),
            (_, Some(other)) => Some(Position::Before(other.clone())),
            _ if self.first => Some(Position::First),
            _ if self.last => Some(Position::Last),
            _ => None,
        }
    }
}
