//! `cenote`: Apache Paimon tables from the command line.
//!
//! ```text
//! cli        the command line as data          commands   one file a verb
//! session    warehouses and tables             output     one file a format
//! input      one file a format                 ddl        CREATE TABLE as Flink writes it
//! serve      HTTP on this machine              demo       a warehouse of real data
//! ```

mod cli;
mod commands;
mod ddl;
mod demo;
mod dml;
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
mod spill;

use std::{panic::PanicHookInfo, process::ExitCode};

use clap::Parser;

/// Threads that read local files: each keeps an arena of memory of its own, and tokio would start hundreds.
const BLOCKING_THREADS: usize = 8;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(report_bug));
    let cli = cli::Cli::parse();
    if cli.global.quiet {
        notice::be_quiet();
    }
    let runtime =
        match tokio::runtime::Builder::new_multi_thread().max_blocking_threads(BLOCKING_THREADS).enable_all().build() {
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

/// A panic is a bug of ours: say so in the form of any other error, and stop at once.
fn report_bug(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
    notice::error_line(&format!("internal: {message}{place}"));
    notice::hint_line("this is a bug in cenote; please report it with the command line");
    std::process::exit(i32::from(error::ExitCode::Error as u8));
}
