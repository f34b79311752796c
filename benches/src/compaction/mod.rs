//! Compaction and care beside Java Paimon: the same tables, copies of them, the same codec and level.
//!
//! Each round of ours is a process of its own on a fresh copy of the table; Java does all rounds in one JVM, whose first one
//! is cold and left out, and so is its start. The best round counts, and the greatest resident memory of the process.
//! Processes are bound to cores with `taskset`, where there is one. `CENOTE_BENCH_SCALE=0.01` makes everything smaller, and
//! `CENOTE_BENCH_ONLY=full` keeps the measurements whose names contain it.

mod amplification;
mod java;
mod tables;
mod verbs;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

pub(crate) use verbs::run as run_verb;

use java::Java;

/// Rounds that count.
const ROUNDS: usize = 3;

/// Part of the full size.
fn scale() -> f64 {
    env::var("CENOTE_BENCH_SCALE").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0)
}

fn scaled(full: u64, least: u64) -> u64 {
    ((full as f64 * scale()) as u64).max(least)
}

/// What one side took.
#[derive(Clone, Copy, Debug)]
struct Took {
    seconds: f64,
    megabytes: f64,
    /// What the first round took that does not count; 0 where all do.
    cold: f64,
}

/// One measurement.
struct Measured {
    label: &'static str,
    table: PathBuf,
    verb: &'static str,
    cores: &'static [usize],
}

/// Runs all; prints a table.
pub(crate) fn compare(folder: &Path) -> Result<()> {
    let only = env::var("CENOTE_BENCH_ONLY").unwrap_or_default();
    let java = Java::find();
    if java.is_none() {
        println!("(no CENOTE_BENCH_CLASSPATH: without Java Paimon)");
    }
    println!(
        "{:<36} {:>5} {:>10} {:>10} {:>10} {:>9} {:>9}",
        "", "cores", "cenote", "java", "java cold", "MB", "java MB"
    );
    for measured in measurements(folder)? {
        if measured.verb.contains(&only) {
            measured.compare(folder, java.as_ref())?;
        }
    }
    if "amplification".contains(&only) {
        amplification::compare(folder, java.as_ref())?;
    }
    Ok(())
}

fn measurements(folder: &Path) -> Result<Vec<Measured>> {
    let made = folder.join("tables");
    let one = tables::runs(&made, "full1", 1)?;
    let two = tables::runs(&made, "full2", 2)?;
    let minor = tables::minor(&made)?;
    let append = tables::append(&made)?;
    let compacted = tables::append_compacted(&made, &append)?;
    let orphans = tables::orphans(&made, &append)?;
    const ONE: &[usize] = &[0];
    const TWO: &[usize] = &[0, 1];
    let measured = |label, table: &PathBuf, verb, cores| Measured { label, table: table.clone(), verb, cores };
    Ok(vec![
        measured("full compaction, 5 runs, 1 bucket", &one, "full", ONE),
        measured("full compaction, 5 runs, 1 bucket", &one, "full", TWO),
        measured("full compaction, 5 runs, 2 buckets", &two, "full", ONE),
        measured("full compaction, 5 runs, 2 buckets", &two, "full", TWO),
        measured("minor compaction of 5 small runs", &minor, "minor", ONE),
        measured("compaction of 1,000 append files", &append, "append", ONE),
        measured("compaction of 1,000 append files", &append, "append", TWO),
        measured("expire of 1,000 snapshots", &compacted, "expire", ONE),
        measured("expire of 1,000 snapshots", &compacted, "expire", TWO),
        measured("orphan scan of 100,000 files", &orphans, "orphans", ONE),
        measured("orphan scan of 100,000 files", &orphans, "orphans", TWO),
    ])
}

impl Measured {
    fn compare(&self, folder: &Path, java: Option<&Java>) -> Result<()> {
        let warehouse = folder.join("rounds");
        let ours = self.ours(&warehouse).with_context(|| format!("{}: cenote", self.label))?;
        let theirs = match java {
            Some(java) => Some(self.java(java, &warehouse).with_context(|| format!("{}: java", self.label))?),
            None => None,
        };
        let _ = fs::remove_dir_all(&warehouse);
        let text = |value: Option<f64>, unit: &str| value.map_or("-".to_owned(), |value| format!("{value:.3}{unit}"));
        let ratio = theirs.map_or(String::new(), |theirs| format!("  {:.2} x java", theirs.seconds / ours.seconds));
        println!(
            "{:<36} {:>5} {:>10} {:>10} {:>10} {:>9.0} {:>9.0}{ratio}",
            self.label,
            self.cores.len(),
            text(Some(ours.seconds), " s"),
            text(theirs.map(|theirs| theirs.seconds), " s"),
            text(theirs.map(|theirs| theirs.cold), " s"),
            ours.megabytes,
            theirs.map_or(0.0, |theirs| theirs.megabytes),
        );
        Ok(())
    }

    fn ours(&self, warehouse: &Path) -> Result<Took> {
        let mut took = Took { seconds: f64::INFINITY, megabytes: 0.0, cold: 0.0 };
        for _ in 0..ROUNDS {
            let table = self.copies(warehouse, 1)?;
            let program = env::current_exe()?;
            let mut command = bound(program.to_string_lossy().as_ref(), self.cores);
            command.arg("care").arg(self.verb).arg(warehouse).args(table);
            let (seconds, megabytes) = answers(&mut command)?;
            took.seconds = seconds.into_iter().fold(took.seconds, f64::min);
            took.megabytes = took.megabytes.max(megabytes);
        }
        Ok(took)
    }

    fn java(&self, java: &Java, warehouse: &Path) -> Result<Took> {
        let tables = self.copies(warehouse, ROUNDS + 1)?;
        let mut command = java.command(self.cores, warehouse);
        command.arg(self.cores.len().to_string()).arg(self.verb).args(tables);
        let (seconds, megabytes) = answers(&mut command)?;
        let best = seconds.iter().skip(1).copied().fold(f64::INFINITY, f64::min);
        Ok(Took { seconds: best, megabytes, cold: seconds.first().copied().unwrap_or(0.0) })
    }

    /// Fresh copies of the table; gives their names.
    fn copies(&self, warehouse: &Path, count: usize) -> Result<Vec<String>> {
        let _ = fs::remove_dir_all(warehouse);
        let names: Vec<String> = (0..count).map(|number| format!("t{number}")).collect();
        for name in &names {
            tables::copy(&self.table, &warehouse.join("b.db").join(name))?;
        }
        Ok(names)
    }
}

/// A program bound to cores, where the system can.
fn bound(program: &str, cores: &[usize]) -> Command {
    if Command::new("taskset").arg("--version").output().is_err() {
        return Command::new(program);
    }
    let list: Vec<String> = cores.iter().map(usize::to_string).collect();
    let mut command = Command::new("taskset");
    command.arg("-c").arg(list.join(",")).arg(program);
    command
}

/// Runs a program that prints "seconds S" for each table and "megabytes M" at the end.
fn answers(command: &mut Command) -> Result<(Vec<f64>, f64)> {
    let output = command.output().with_context(|| format!("{command:?} did not start"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |rest: &str| rest.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    let seconds: Vec<f64> = text.lines().filter_map(|line| number(line.strip_prefix("seconds ")?)).collect();
    let megabytes = text.lines().find_map(|line| number(line.strip_prefix("megabytes ")?));
    match megabytes {
        Some(megabytes) if output.status.success() && !seconds.is_empty() => Ok((seconds, megabytes)),
        _ => bail!("{command:?} failed: {text}{}", String::from_utf8_lossy(&output.stderr)),
    }
}
