//! `cenote sql`: statements that define databases and tables.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, stdin},
    path::Path,
};

use super::table;
use crate::{
    cli::SqlArgs,
    ddl::{Statement, TableName, parse_statements},
    error::{Failure, Result},
    input,
    notice::notice,
    session::Session,
};

/// How statements are run.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Create the database of a table where it is absent.
    pub(crate) create_databases: bool,
    /// Options of every table, over those of its statement.
    pub(crate) options: BTreeMap<String, String>,
    /// As if every statement said IF NOT EXISTS.
    pub(crate) if_not_exists: bool,
    /// Say nothing of what was done.
    pub(crate) is_silent: bool,
    /// Refuse anything but CREATE TABLE.
    pub(crate) only_create_table: bool,
}

impl Default for Script {
    fn default() -> Self {
        Script {
            create_databases: true,
            options: BTreeMap::new(),
            if_not_exists: false,
            is_silent: false,
            only_create_table: false,
        }
    }
}

/// Runs the statements of the command line or of a file.
pub(super) async fn run(session: &Session, args: SqlArgs) -> Result<()> {
    let text = text_of(args.text.as_deref(), args.file.as_deref())?.unwrap_or_default();
    execute(session, &text, Script::default()).await
}

/// The text itself, or that of a file or of standard input.
pub(super) fn text_of(text: Option<&str>, file: Option<&Path>) -> Result<Option<String>> {
    let Some(file) = file else { return Ok(text.map(str::to_owned)) };
    if !input::is_stdin(file) {
        return fs::read_to_string(file).map(Some).map_err(|error| Failure::file(file.display(), &error));
    }
    let mut text = String::new();
    stdin().read_to_string(&mut text).map_err(|error| Failure::file("standard input", &error))?;
    Ok(Some(text))
}

/// Parses all statements, then runs one after the other; stops at the first that fails.
pub(crate) async fn execute(session: &Session, text: &str, script: Script) -> Result<()> {
    let statements = parse_statements(text).map_err(|problem| Failure::usage(format!("SQL: {problem}")))?;
    if statements.is_empty() {
        return Err(Failure::usage("SQL: there is no statement"));
    }
    let mut database = "default".to_owned();
    for statement in statements {
        let is_create = matches!(statement, Statement::CreateTable { .. } | Statement::Use { .. });
        if script.only_create_table && !is_create {
            return Err(Failure::usage("SQL: expected CREATE TABLE").hint("`cenote sql` runs other statements"));
        }
        run_statement(session, statement, &script, &mut database).await?;
    }
    Ok(())
}

async fn run_statement(session: &Session, statement: Statement, script: &Script, current: &mut String) -> Result<()> {
    let catalog = session.catalog()?;
    let say = |text: String| {
        if !script.is_silent {
            notice(&text);
        }
    };
    let full = |name: TableName, current: &str| (name.database.unwrap_or_else(|| current.to_owned()), name.table);
    match statement {
        Statement::Use { name } => *current = name,
        Statement::CreateDatabase { name, if_not_exists } => {
            catalog.create_database(&name, if_not_exists).await?;
            say(format!("database {name} is there"));
        }
        Statement::DropDatabase { name, if_exists, cascade } => {
            catalog.drop_database(&name, if_exists, cascade).await?;
            say(format!("dropped database {name}"));
        }
        Statement::CreateTable { name, if_not_exists, mut definition } => {
            let (database, table) = full(name, current);
            definition.options.extend(script.options.clone());
            let if_not_exists = if_not_exists || script.if_not_exists;
            let create_database = script.create_databases;
            let done =
                table::create_defined(session, &database, &table, definition, if_not_exists, create_database).await?;
            done.into_iter().for_each(say);
        }
        Statement::DropTable { name, if_exists } => {
            let (database, table) = full(name, current);
            catalog.drop_table(&database, &table, if_exists).await?;
            say(format!("dropped table {database}.{table}"));
        }
    }
    Ok(())
}
