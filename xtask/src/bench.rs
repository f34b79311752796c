//! Benchmarks against peers: the `cenote-benches` package decides what is measured. `cargo xtask bench FOLDER compaction`
//! stands beside Java Paimon.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::peers;

/// Runs the benchmarks with `args` passed on.
pub(crate) fn run(shell: &Shell, args: Vec<String>) -> Result<()> {
    let python = peers::python(shell)?;
    let compares_with_java = args.get(1).is_some_and(|what| what == "compaction");
    let classpath = if compares_with_java { peers::bench_classes(shell)? } else { String::new() };
    let _given = compares_with_java.then(|| shell.push_env("CENOTE_BENCH_CLASSPATH", classpath));
    cmd!(shell, "cargo run --release --package cenote-benches --bin cenote-bench -- {python} {args...}").run()?;
    Ok(())
}
