//! What each command does: one file a noun or verb.

mod db;
mod schema;
mod serve;
mod snapshot;
mod sql;
mod table;
mod tag;

use std::io::stdout;

use clap::CommandFactory;

use crate::{
    cli::{Cli, Command},
    error::Result,
    session::Session,
};

pub(crate) use serve::serve_warehouse;

/// Runs the command.
pub(crate) async fn run(cli: Cli) -> Result<()> {
    let session = Session::open(&cli.global)?;
    match cli.command {
        Command::Db(command) => db::run(&session, command).await,
        Command::Table(command) => table::run(&session, command).await,
        Command::Snapshot(command) => snapshot::run(&session, command).await,
        Command::Tag(command) => tag::run(&session, command).await,
        Command::Schema(command) => schema::run(&session, command).await,
        Command::Read(_) => Err(crate::error::Failure::error("unsupported: read is not there yet")),
        Command::Write(_) => Err(crate::error::Failure::error("unsupported: write is not there yet")),
        Command::Delete(_) => Err(crate::error::Failure::error("unsupported: delete is not there yet")),
        Command::Compact(_) => Err(crate::error::Failure::error("unsupported: compact is not there yet")),
        Command::Explain(_) => Err(crate::error::Failure::error("unsupported: explain is not there yet")),
        Command::Sql(args) => sql::run(&session, args).await,
        Command::Serve(args) => serve::run(&session, args).await,
        Command::Demo(_) => Err(crate::error::Failure::error("unsupported: demo is not there yet")),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "cenote", &mut stdout());
            Ok(())
        }
    }
}
