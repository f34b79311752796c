//! Benchmarks against peers: the `cenote-benches` package decides what is measured.

use anyhow::Result;
use xshell::{Shell, cmd};

/// Runs the benchmarks with `args` passed on.
pub(crate) fn run(shell: &Shell, args: Vec<String>) -> Result<()> {
    cmd!(shell, "cargo bench --package cenote-benches -- {args...}").run()?;
    Ok(())
}
