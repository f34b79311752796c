//! What each command does: one file a noun or verb.

mod alter;
mod analyze;
mod branch;
mod commit;
mod compact;
mod consumer;
mod db;
mod delete;
mod doctor;
mod expire;
mod explain;
mod insight;
mod merge;
mod merge_source;
mod orphans;
mod partition;
mod read;
mod repair;
mod report;
mod rescale;
mod schema;
mod serve;
mod snapshot;
mod sql;
mod system_table;
mod table;
mod tag;
mod truncate;
mod update;
mod verify;
mod write;

use std::io::{Write, stdout};

use clap::CommandFactory;

use crate::{
    cli::{Cli, Command},
    demo,
    error::{Failure, Result},
    session::Session,
};

pub(crate) use serve::serve_warehouse;
pub(crate) use sql::{Script, execute};
pub(crate) use write::load;

/// Runs the command.
pub(crate) async fn run(cli: Cli) -> Result<()> {
    let session = Session::open(&cli.global)?;
    match cli.command {
        Command::Db(command) => db::run(&session, command).await,
        Command::Table(command) => table::run(&session, command).await,
        Command::Snapshot(command) => snapshot::run(&session, command).await,
        Command::Tag(command) => tag::run(&session, command).await,
        Command::Branch(command) => branch::run(&session, command).await,
        Command::Consumer(command) => consumer::run(&session, command).await,
        Command::Expire(args) => expire::run(&session, args).await,
        Command::Rollback(args) => expire::rollback(&session, args).await,
        Command::Schema(command) => schema::run(&session, command).await,
        Command::Read(args) => read::run(&session, args).await,
        Command::Write(args) => write::run(&session, args).await,
        Command::Delete(args) => delete::run(&session, args).await,
        Command::Update(args) => update::run(&session, args).await,
        Command::Merge(args) => merge::run(&session, args).await,
        Command::Truncate(args) => truncate::run(&session, args).await,
        Command::Partition(command) => partition::run(&session, command).await,
        Command::Commit(args) => commit::run(&session, args).await,
        Command::Abort(args) => commit::abort(&session, args).await,
        Command::Compact(args) => compact::run(&session, args).await,
        Command::Doctor(args) => doctor::run(&session, args).await,
        Command::Verify(args) => verify::run(&session, args).await,
        Command::Analyze(args) => analyze::run(&session, args).await,
        Command::Orphans(args) => orphans::run(&session, args).await,
        Command::Repair(args) => repair::run(&session, args).await,
        Command::Rescale(args) => rescale::run(&session, args).await,
        Command::Explain(args) => explain::run(&session, args).await,
        Command::Diff(args) => insight::diff(&session, args).await,
        Command::Pins(args) => insight::pins(&session, args).await,
        Command::Footer(args) => insight::footer(&session, args).await,
        Command::History(args) => insight::history(&session, args).await,
        Command::Sql(args) => sql::run(&session, args).await,
        Command::Serve(args) => serve::run(&session, args).await,
        // A demo never writes into the warehouse that the environment names.
        Command::Demo(args) => demo::run(args, cli.global.warehouse).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "cenote", &mut script);
            stdout().write_all(&script).map_err(|error| Failure::output(&error))
        }
    }
}
