//! The corpus of real tables of other writers, read by the CLI and compared with their expected rows.
//!
//! The corpus stands beside the repository, not in it. What the engine refuses must be refused by name and stand in
//! `tests/golden/unsupported.txt`; everything else must read right.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::{demo, files, toolchain};

/// Compares every case; fails on wrong rows, on errors that are not refusals, and on a list of refusals that is not true.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let corpus = files::root().join("../shared/golden");
    if !corpus.join("check_golden.py").is_file() {
        println!("no corpus beside the repository (../shared/golden): nothing to compare");
        return Ok(());
    }
    let python = toolchain::python(shell)?;
    let cenote = demo::build_cli(shell)?;
    let report = files::target_dir().join("golden.json");
    let checker = corpus.join("check_golden.py");
    let read = format!(
        "{} read {{database}}.{{table}} --warehouse {{warehouse}} -o ndjson {{select}}",
        cenote.to_str().context("the path of the CLI is not text")?
    );
    let changes = format!(
        "{} read {{database}}.{{table}} --warehouse {{warehouse}} -o ndjson --incremental {{from}},{{to}}",
        cenote.to_str().context("the path of the CLI is not text")?
    );
    // Its exit code counts refusals as failures; the report says more.
    cmd!(shell, "{python} {checker} --golden {corpus} --cmd {read} --changelog-cmd {changes} --kind-field _rowkind --json {report} --show 0")
        .ignore_status()
        .ignore_stdout()
        .run()?;
    let checks: Vec<Value> = serde_json::from_slice(&fs::read(&report)?)?;
    judge(&checks)
}

fn judge(checks: &[Value]) -> Result<()> {
    let text = |check: &Value, member: &str| check[member].as_str().unwrap_or_default().to_owned();
    let failed: Vec<&Value> = checks.iter().filter(|check| check["ok"] != Value::Bool(true)).collect();
    let wrong: Vec<String> = failed
        .iter()
        .filter(|check| !text(check, "error").contains("unsupported: "))
        .map(|check| format!("{} [{}]: {}", text(check, "case"), text(check, "check"), text(check, "error")))
        .collect();
    if !wrong.is_empty() {
        bail!("wrong rows or errors:\n  {}", wrong.join("\n  "));
    }
    let refused: BTreeSet<String> = failed.iter().map(|check| text(check, "case")).collect();
    let cases: BTreeSet<String> = checks.iter().map(|check| text(check, "case")).collect();
    let list = files::root().join("tests/golden/unsupported.txt");
    let listed: BTreeSet<String> = fs::read_to_string(&list)?
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect();
    if refused != listed {
        let unlisted: Vec<_> = refused.difference(&listed).collect();
        let stale: Vec<_> = listed.difference(&refused).collect();
        bail!("{}: refused but not listed {unlisted:?}, listed but read {stale:?}", list.display());
    }
    println!(
        "golden: {} of {} cases read right, {} refused by name; {} of {} checks",
        cases.len() - refused.len(),
        cases.len(),
        refused.len(),
        checks.len() - failed.len(),
        checks.len()
    );
    if cases.len() == refused.len() { bail!("no case was read") } else { Ok(()) }
}
