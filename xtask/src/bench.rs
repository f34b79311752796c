//! Benchmarks against peers: the `cenote-benches` package decides what is measured.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::peers;

/// Runs the benchmarks with `args` passed on.
pub(crate) fn run(shell: &Shell, args: Vec<String>) -> Result<()> {
    let python = peers::python(shell)?;
    cmd!(shell, "cargo run --release --package cenote-benches --bin cenote-bench -- {python} {args...}").run()?;
    Ok(())
}
