//! `cenote sql`: statements that define databases and tables, and those that change rows.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, stdin},
    path::Path,
};

use clap::Parser;

use super::{alter, delete, merge, partition, table, truncate, update, write};
use crate::{
    cli::{Cli, Command, SqlArgs},
    ddl::{Statement, TableName, parse_statements},
    dml,
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

/// A statement of a script.
enum Step {
    /// Defines something.
    Definition(Statement),
    /// Changes rows: its text.
    Rows(String),
}

/// Parses all statements, then runs one after the other; stops at the first that fails.
pub(crate) async fn execute(session: &Session, text: &str, script: Script) -> Result<()> {
    let problem = |problem: String| Failure::usage(format!("SQL: {problem}"));
    let mut steps = Vec::new();
    let mut definitions = String::new();
    let define = |definitions: &mut String, steps: &mut Vec<Step>| {
        steps.extend(parse_statements(definitions).map_err(problem)?.into_iter().map(Step::Definition));
        definitions.clear();
        Ok::<_, Failure>(())
    };
    for statement in dml::split(text).map_err(problem)? {
        match dml::arguments(&statement, "default") {
            None => definitions.push_str(&format!("{statement};")),
            Some(arguments) => {
                arguments.map_err(problem)?;
                define(&mut definitions, &mut steps)?;
                steps.push(Step::Rows(statement));
            }
        }
    }
    define(&mut definitions, &mut steps)?;
    if steps.is_empty() {
        return Err(Failure::usage("SQL: there is no statement"));
    }
    let mut database = "default".to_owned();
    for step in steps {
        let statement = match step {
            Step::Definition(statement) => statement,
            Step::Rows(_) if script.only_create_table => {
                return Err(Failure::usage("SQL: expected CREATE TABLE").hint("`cenote sql` runs other statements"));
            }
            Step::Rows(statement) => {
                change_rows(session, &statement, &database).await?;
                continue;
            }
        };
        let is_create = matches!(statement, Statement::CreateTable { .. } | Statement::Use { .. });
        if script.only_create_table && !is_create {
            return Err(Failure::usage("SQL: expected CREATE TABLE").hint("`cenote sql` runs other statements"));
        }
        run_statement(session, statement, &script, &mut database).await?;
    }
    Ok(())
}

/// Runs a statement that changes rows as the command that it stands for.
async fn change_rows(session: &Session, statement: &str, database: &str) -> Result<()> {
    let Some(Ok(arguments)) = dml::arguments(statement, database) else { return Ok(()) };
    let arguments = ["cenote".to_owned()].into_iter().chain(arguments);
    let parsed = Cli::try_parse_from(arguments).map_err(|error| Failure::usage(format!("SQL: {error}")))?;
    match parsed.command {
        Command::Delete(args) => delete::run(session, args).await,
        Command::Update(args) => update::run(session, args).await,
        Command::Merge(args) => merge::run(session, args).await,
        Command::Truncate(args) => truncate::run(session, args).await,
        Command::Partition(command) => partition::run(session, command).await,
        Command::Write(args) => write::run(session, args).await,
        _ => Err(Failure::usage("SQL: expected a statement that changes rows")),
    }
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
        Statement::AlterTable { name, if_exists, alteration } => {
            let (database, table) = full(name, current);
            alter::by_statement(&catalog, &database, &table, if_exists, alteration).await?.into_iter().for_each(say);
        }
        Statement::DropTable { name, if_exists } => {
            let (database, table) = full(name, current);
            catalog.drop_table(&database, &table, if_exists).await?;
            say(format!("dropped table {database}.{table}"));
        }
    }
    Ok(())
}
