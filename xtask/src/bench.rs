//! Benchmarks against peers: the `cenote-benches` package decides what is measured. `cargo xtask bench FOLDER compaction`
//! stands beside Java Paimon; `cargo xtask bench browser [cold | scan]` measures the npm package in Chromium beside parquet-wasm,
//! hyparquet and duckdb-wasm.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::{demo, files, npm, peers, test, toolchain};

/// Runs the benchmarks with `args` passed on.
pub(crate) fn run(shell: &Shell, args: Vec<String>) -> Result<()> {
    if args.first().is_some_and(|what| what == "browser") {
        return browser(shell, args.get(1..).unwrap_or_default());
    }
    let python = peers::python(shell)?;
    let compares_with_java = args.get(1).is_some_and(|what| what == "compaction");
    let classpath = if compares_with_java { peers::bench_classes(shell)? } else { String::new() };
    let _given = compares_with_java.then(|| shell.push_env("CENOTE_BENCH_CLASSPATH", classpath));
    cmd!(shell, "cargo run --release --package cenote-benches --bin cenote-bench -- {python} {args...}").run()?;
    Ok(())
}

/// The package of `dist/npm`, built where it is not there, in Chromium.
fn browser(shell: &Shell, args: &[String]) -> Result<()> {
    toolchain::node(shell)?;
    let chromium = toolchain::chromium(shell)?;
    let cli = demo::build_cli(shell)?;
    if !files::dist("npm").join("package.json").is_file() {
        npm::build(shell)?;
    }
    test::install(shell, "tests/browser")?;
    test::install(shell, "tests/figures")?;
    let script = files::root().join("tests/figures/figures.mjs");
    cmd!(shell, "node {script} {args...}").env("CHROMIUM", chromium).env("CENOTE_CLI", cli).run()?;
    Ok(())
}
