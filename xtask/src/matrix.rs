//! Tables that Java Paimon makes across merge engine × bucket mode × deletion vectors × file format × schema change ×
//! changelog producer × layout, read by the CLI at every snapshot and compared with what Java reads.
//!
//! A set of cases that holds every pair of choices runs in CI; `CENOTE_LONG=1` runs the whole product, `CENOTE_SEED` draws
//! other rows and options, `CENOTE_MATRIX` keeps the cases whose names contain it, and `CENOTE_CLI` names a built CLI.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
    thread,
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::{demo, files, peers};

/// Makes and compares the tables of each Java version. Errors: Java fails, wrong rows, errors, refusals.
pub(crate) fn run(shell: &Shell) -> Result<()> {
    let cenote = match env::var_os("CENOTE_CLI") {
        Some(built) => PathBuf::from(built),
        None => demo::build_cli(shell)?,
    };
    let seed = seed()?;
    let mut failures = Vec::new();
    for (version, pom) in [("1.x", peers::JAVA_1), ("2.x", peers::JAVA_2)] {
        let folder = files::target_dir().join(format!("java-matrix-{version}"));
        files::fresh_dir(&folder)?;
        make_tables(shell, pom, &folder, seed).with_context(|| format!("Java {version}, CENOTE_SEED={seed}"))?;
        let verdicts = compare(&cenote, &folder)?;
        println!("Java {version}: {} (CENOTE_SEED={seed})", summary(&verdicts));
        let wrong = verdicts.into_iter().filter(|verdict| !verdict.wrong.is_empty());
        failures.extend(wrong.map(|verdict| format!("{version} {}: {}", verdict.case, verdict.wrong.join("\n    "))));
    }
    match failures.len() {
        0 => Ok(()),
        count => bail!("CENOTE_SEED={seed}: {count} tables read wrong:\n  {}", failures.join("\n  ")),
    }
}

/// The tables that CI compares, unless `CENOTE_SEED` asks for others; printed, so that a failure can be had again.
const SEED: u64 = 1;

fn seed() -> Result<u64> {
    match env::var("CENOTE_SEED") {
        Ok(text) => text.parse().with_context(|| format!("CENOTE_SEED: expected a number, found {text:?}")),
        Err(_) => Ok(SEED),
    }
}

/// Compiles the writer against the jars of `pom` and runs it in one JVM.
fn make_tables(shell: &Shell, pom: &str, folder: &Path, seed: u64) -> Result<()> {
    let classes = peers::java_classes(shell, pom)?;
    let set = if env::var_os("CENOTE_LONG").is_some() { "all" } else { "pairs" };
    let part = env::var("CENOTE_MATRIX").unwrap_or_default();
    let seed = seed.to_string();
    cmd!(shell, "java -Xmx3g -cp {classes} Matrix {folder} {seed} {set} {part}").ignore_stderr().run()?;
    Ok(())
}

/// What became of one table.
struct Verdict {
    case: String,
    reads: usize,
    rows: usize,
    wrong: Vec<String>,
}

fn summary(verdicts: &[Verdict]) -> String {
    let right = verdicts.iter().filter(|verdict| verdict.wrong.is_empty()).count();
    let reads: usize = verdicts.iter().map(|verdict| verdict.reads).sum();
    let rows: usize = verdicts.iter().map(|verdict| verdict.rows).sum();
    format!("{right} of {} tables read right, {reads} snapshots, {rows} rows", verdicts.len())
}

/// Reads every expectation below `folder`, on a few threads. Errors: there is none, or a file is unreadable.
fn compare(cenote: &Path, folder: &Path) -> Result<Vec<Verdict>> {
    let mut expectations = files::sources(&folder.join("expect"), &["json"])?;
    if expectations.is_empty() {
        bail!("Java made no table");
    }
    expectations.reverse();
    let left = Mutex::new(expectations);
    let next = || left.lock().ok().and_then(|mut left| left.pop());
    let work = || -> Result<Vec<Verdict>> {
        let mut verdicts = Vec::new();
        while let Some(path) = next() {
            verdicts.push(compare_table(cenote, folder, &path)?);
        }
        Ok(verdicts)
    };
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let results = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a comparing thread panicked"))?).collect()
    });
    let results: Result<Vec<Vec<Verdict>>> = results;
    Ok(results?.into_iter().flatten().collect())
}

fn compare_table(cenote: &Path, folder: &Path, path: &PathBuf) -> Result<Verdict> {
    let case = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let expected: Value = serde_json::from_slice(&fs::read(path)?).with_context(|| path.display().to_string())?;
    let unordered: Vec<&str> =
        expected["unordered"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut verdict = Verdict { case, reads: 0, rows: 0, wrong: Vec::new() };
    for snapshot in expected["snapshots"].as_array().into_iter().flatten() {
        let rows = snapshot["rows"].as_array().context("no rows in an expectation")?;
        verdict.reads += 1;
        verdict.rows += rows.len();
        let theirs = bag(rows.iter().cloned(), &unordered);
        if let Err(error) = compare_read(cenote, folder, &verdict.case, &snapshot["id"], &theirs, &unordered) {
            verdict.wrong.push(format!("snapshot {}: {error:#}", snapshot["id"]));
        }
    }
    verdict.wrong.truncate(2);
    Ok(verdict)
}

/// Errors: the CLI fails, or prints other rows; names one row that only one side has.
fn compare_read(cenote: &Path, folder: &Path, case: &str, id: &Value, theirs: &Bag, unordered: &[&str]) -> Result<()> {
    let (table, snapshot) = (format!("matrix.{case}"), id.to_string());
    let mut read = Command::new(cenote);
    read.args(["read", &table, "--snapshot", &snapshot, "-o", "ndjson", "--warehouse"]).arg(folder.join("warehouse"));
    let done = read.output()?;
    if !done.status.success() {
        bail!("{}", String::from_utf8_lossy(&done.stderr).trim());
    }
    let rows = serde_json::Deserializer::from_slice(&done.stdout).into_iter().collect::<Result<Vec<Value>, _>>()?;
    let ours = bag(rows.into_iter(), unordered);
    if ours == *theirs {
        return Ok(());
    }
    let only = |one: &Bag, other: &Bag| {
        one.iter().find(|(row, count)| other.get(*row) != Some(*count)).map(|(row, count)| format!("{count} × {row}"))
    };
    bail!("\n    only Java: {:?}\n    only us:   {:?}", only(theirs, &ours), only(&ours, theirs))
}

/// Rows and how often each is there.
type Bag = BTreeMap<String, usize>;

fn bag(rows: impl Iterator<Item = Value>, unordered: &[&str]) -> Bag {
    let mut bag = Bag::new();
    for mut row in rows {
        for column in unordered {
            if let Some(elements) = row.get_mut(*column).and_then(Value::as_array_mut) {
                elements.sort_by_key(Value::to_string);
            }
        }
        *bag.entry(row.to_string()).or_default() += 1;
    }
    bag
}
