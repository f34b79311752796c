//! `cenote table …`

use std::fmt::Write;

use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    spec::layout::MAIN_BRANCH,
    table::Table,
    types::DataField,
};
use serde_json::{Value, json};

use super::{
    alter, insight, snapshot,
    sql::{self, Script},
};
use crate::{
    cli::{OutputArgs, TableCommand, TableCreateArgs},
    ddl::{TableDefinition, parse_columns},
    error::{Failure, Result},
    notice::notice,
    output::{Listing, document},
    session::{Session, TableAddress},
};

/// Lists, creates, drops and describes tables.
pub(super) async fn run(session: &Session, command: TableCommand) -> Result<()> {
    match command {
        TableCommand::List { database, output } => list(session, database, &output).await,
        TableCommand::Create(args) => create(session, args).await,
        TableCommand::Drop { table, if_exists, dry_run, yes } => {
            let (database, name) = named(session, &table.table)?;
            let catalog = session.catalog()?;
            if if_exists && !exists(&catalog, &database, &name).await? {
                return Ok(());
            }
            let opened = catalog.get_table(&database, &name).await?;
            let rows = opened.snapshots().latest().await?.and_then(|snapshot| snapshot.total_record_count).unwrap_or(0);
            if dry_run {
                notice(&format!("would drop table {database}.{name} with {rows} stored rows"));
                return Ok(());
            }
            if rows > 0 && !yes {
                return Err(Failure::usage(format!("table {database}.{name} holds {rows} stored rows"))
                    .hint("pass --yes to drop it with all its data and snapshots"));
            }
            catalog.drop_table(&database, &name, if_exists).await?;
            notice(&format!("dropped table {database}.{name}"));
            Ok(())
        }
        TableCommand::Alter { table, clauses } => alter::by_clauses(session, &table.table, &clauses).await,
        TableCommand::Options { table, output } => insight::options(session, &table.table, &output).await,
        TableCommand::Describe { table, output } => describe(&session.table(&table.table).await?, &output).await,
    }
}

async fn list(session: &Session, database: Option<String>, output: &OutputArgs) -> Result<()> {
    let catalog = session.catalog()?;
    let databases = match database {
        Some(name) => vec![name],
        None => catalog.list_databases().await?,
    };
    let (mut names, mut tables) = (Vec::new(), Vec::new());
    for database in databases {
        for table in catalog.list_tables(&database).await? {
            names.push(Some(database.clone()));
            tables.push(Some(table));
        }
    }
    Listing::new().text("database", names).text("table", tables).print(output)
}

/// Database and table of an address that must not be a folder.
fn named(session: &Session, text: &str) -> Result<(String, String)> {
    match session.address(text)? {
        TableAddress::Named(identifier) if identifier.system.is_none() && identifier.branch == MAIN_BRANCH => {
            Ok((identifier.database, identifier.table))
        }
        TableAddress::Named(_) => Err(Failure::usage(format!("{text:?} is no whole table, expected database.table"))),
        TableAddress::Folder { .. } => Err(Failure::usage(format!("{text:?} is a path, expected database.table"))
            .hint("name the warehouse with --warehouse and the table as database.table")),
    }
}

async fn create(session: &Session, args: TableCreateArgs) -> Result<()> {
    let script = Script { create_databases: !args.no_create_db, ..Script::default() };
    if let Some(text) = sql::text_of(args.sql.as_deref(), args.sql_file.as_deref())? {
        let options = args.option.into_iter().map(|option| (option.key, option.value)).collect();
        let script = Script { options, if_not_exists: args.if_not_exists, only_create_table: true, ..script };
        return sql::execute(session, &text, script).await;
    }
    let (database, table) = named(session, args.table.as_deref().unwrap_or_default())?;
    let fields = parse_columns(args.schema.as_deref().unwrap_or_default()).map_err(|problem| {
        Failure::usage(format!("--schema: {problem}")).hint("`cenote table create --help` shows types")
    })?;
    let definition = TableDefinition {
        fields,
        primary_keys: trimmed(args.primary_key),
        partition_keys: trimmed(args.partition_by),
        options: args.option.into_iter().map(|option| (option.key, option.value)).collect(),
        comment: args.comment,
    };
    let create_database = !args.no_create_db;
    for done in create_defined(session, &database, &table, definition, args.if_not_exists, create_database).await? {
        notice(&done);
    }
    Ok(())
}

fn trimmed(names: Vec<String>) -> Vec<String> {
    names.into_iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Creates a table, and its database where that is wanted and needed. Gives what was done, a line each.
pub(super) async fn create_defined(
    session: &Session,
    database: &str,
    table: &str,
    definition: TableDefinition,
    if_not_exists: bool,
    create_database: bool,
) -> Result<Vec<String>> {
    let mut done = Vec::new();
    let catalog = session.catalog()?;
    let TableDefinition { fields, primary_keys, partition_keys, options, comment } = definition;
    let new = NewTable { fields, primary_keys, partition_keys, options, comment };
    // Nothing is made for a definition that would be refused.
    new.clone().into_schema(session.runtime().now_millis())?;
    if create_database && !catalog.list_databases().await?.iter().any(|name| name == database) {
        catalog.create_database(database, true).await?;
        done.push(format!("created database {database}"));
    }
    let existed = if_not_exists && exists(&catalog, database, table).await?;
    catalog.create_table(database, table, new, if_not_exists).await?;
    done.push(if existed {
        format!("table {database}.{table} is there already")
    } else {
        format!("created table {database}.{table}")
    });
    Ok(done)
}

/// Whether the catalog has the table.
pub(super) async fn exists(catalog: &FileSystemCatalog, database: &str, table: &str) -> Result<bool> {
    match catalog.get_table(database, table).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn describe(table: &Table, output: &OutputArgs) -> Result<()> {
    let schema = table.schema();
    let latest = table.snapshots().latest().await?;
    let plan = table.scan().plan().await;
    let explain = plan.as_ref().ok().map(|plan| &plan.explain);
    let described = json!({
        "name": table.name(),
        "comment": schema.comment,
        "columns": columns_json(&schema.fields),
        "primaryKeys": schema.primary_keys,
        "partitionKeys": schema.partition_keys,
        "options": schema.options,
        "schemaId": schema.id,
        "latestSnapshot": latest.as_ref().map(snapshot::to_json),
        "files": explain.map(|explain| explain.files),
        "bytes": explain.map(|explain| explain.bytes),
        "storedRows": explain.map(|explain| explain.rows),
    });
    let text = describe_text(table, &described)?;
    document::print(output, &described, Some(text))
}

/// Columns as JSON objects.
pub(super) fn columns_json(fields: &[DataField]) -> Vec<Value> {
    let column = |field: &DataField| {
        json!({
            "id": field.id,
            "name": field.name,
            "type": field.data_type.to_string(),
            "comment": field.description,
            "default": field.default_value,
        })
    };
    fields.iter().map(column).collect()
}

fn describe_text(table: &Table, described: &Value) -> Result<String> {
    let schema = table.schema();
    let mut text = format!("{}\n", table.name());
    let mut line = |name: &str, value: String| {
        // Writing to a String does not fail.
        let _ = writeln!(text, "  {name:14} {value}");
    };
    if let Some(comment) = &schema.comment {
        line("comment", comment.clone());
    }
    line("primary key", or_none(&schema.primary_keys));
    line("partitioned by", or_none(&schema.partition_keys));
    match described.get("latestSnapshot").and_then(|snapshot| snapshot.get("id")) {
        Some(id) => line("snapshot", format!("{id}, schema {}", schema.id)),
        None => line("snapshot", "none yet".into()),
    }
    let number = |name: &str| described.get(name).and_then(Value::as_u64);
    if let (Some(files), Some(bytes), Some(rows)) = (number("files"), number("bytes"), number("storedRows")) {
        line("data", format!("{files} files, {bytes} bytes, {rows} stored rows"));
    }
    text.push_str("columns\n");
    text.push_str(&columns_text(&schema.fields));
    if !schema.options.is_empty() {
        text.push_str("options\n");
        for (key, value) in &schema.options {
            let _ = writeln!(text, "  {key} = {value}");
        }
    }
    Ok(text)
}

/// Columns as aligned lines.
pub(super) fn columns_text(fields: &[DataField]) -> String {
    let width = fields.iter().map(|field| field.name.chars().count()).max().unwrap_or(0);
    let line = |field: &DataField| {
        let comment = field.description.as_ref().map(|comment| format!("  -- {comment}")).unwrap_or_default();
        format!("  {:width$}  {}{comment}\n", field.name, field.data_type)
    };
    fields.iter().map(line).collect()
}

fn or_none(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
