//! `cenote`: Apache Paimon tables from the command line.
//!
//! ```text
//! cli        the command line as data          commands   one file a verb
//! session    warehouses and tables             output     one file a format
//! input      one file a format                 ddl        CREATE TABLE as Flink writes it
//! serve      HTTP on this machine              demo       a warehouse of real data
//! ```

#![allow(dead_code, unused_imports)]

mod cli;
mod commands;
mod ddl;
mod error;
mod input;
mod interrupt;
mod notice;
mod output;
mod profile;
mod progress;
mod runtime;
mod serve;
mod session;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    if cli.global.quiet {
        notice::be_quiet();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            notice::error_line(&format!("cannot start threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(commands::run(cli));
    // Tasks that still read ahead are of no use to anyone.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(failure.exit_code())
        }
    }
}
