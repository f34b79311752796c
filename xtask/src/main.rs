//! `cargo xtask <task>`: everything that is not plain cargo.
//!
//! ```text
//! demo      CLI + engine + explorer, a warehouse of real data, one local port   (Rust and clang)
//! test      what CI runs                                                        (Node, Chromium, Python too)
//! wasm      the engine as an npm-shaped package  -> dist/wasm/
//! explorer  the explorer as a static site        -> dist/explorer/
//! npm       the package to publish               -> dist/npm/                   (Node)
//! bench     side-by-side benchmarks
//! fuzz      libFuzzer on every decoder                                          (nightly Rust, cargo-fuzz)
//! ```

mod bench;
mod bind;
mod demo;
mod explorer;
mod files;
mod fuzz;
mod golden;
mod matrix;
mod npm;
mod peers;
mod s3;
mod shell;
mod shrink;
mod steps;
mod test;
mod tidy;
mod toolchain;
mod wasm;
mod writes;

use std::process::ExitCode;

use anyhow::{Result, bail};
use xshell::Shell;

const USAGE: &str = "\
usage: cargo xtask <task> [options]

  demo [--port P] [--no-open] [--check]   build all, load real data, serve it with the explorer
  test [STEP...] [--list]                 everything CI runs, or the named steps
  wasm [--dev]                            engine package  -> dist/wasm/
  explorer [--dev] [--page]               static site     -> dist/explorer/; --page: around the engine that is there
  npm                                     npm package     -> dist/npm/
  bench [ARGS]                            benchmarks against peers; `bench browser` in Chromium
  fuzz [SECONDS] [DECODER...]             libFuzzer on every decoder, 600 s each   (nightly Rust, cargo-fuzz)
  tidy                                    house rules

--dev builds fast instead of small.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let shell = Shell::new()?;
    shell.change_dir(files::root());
    let mut args = std::env::args().skip(1);
    let task = args.next().unwrap_or_default();
    let rest = args.collect::<Vec<_>>();
    match task.as_str() {
        "demo" => demo::run(&shell, wasm::Modules::OnlyFull, rest),
        "test" => test::run(&shell, rest),
        "wasm" => build_engine(&shell, profile(&rest)?),
        "explorer" => match rest.split_last() {
            Some((flag, rest)) if flag == "--page" => explorer::build_page(&shell, profile(rest)?).map(drop),
            _ => {
                let profile = profile(&rest)?;
                explorer::build(&shell, profile, profile.modules()).map(drop)
            }
        },
        "npm" => npm::build(&shell).map(drop),
        "bench" => bench::run(&shell, rest),
        "fuzz" => fuzz::run(&shell, rest),
        "tidy" => tidy::check(),
        "" | "help" | "-h" | "--help" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("no task {other:?}\n{USAGE}"),
    }
}

fn build_engine(shell: &Shell, profile: wasm::Profile) -> Result<()> {
    wasm::build(shell, profile, profile.modules()).map(drop)
}

fn profile(args: &[String]) -> Result<wasm::Profile> {
    match args {
        [] => Ok(wasm::Profile::Small),
        [flag] if flag == "--dev" => Ok(wasm::Profile::Dev),
        other => bail!("unexpected arguments {other:?}; only --dev is known"),
    }
}
