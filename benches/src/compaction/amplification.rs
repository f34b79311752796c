//! A long run of upserts with compactions in between: bytes written for each byte of input, and bytes kept for each byte
//! that is alive.

use std::{collections::BTreeMap, path::Path, time::Instant};

use anyhow::Result;
use cenote_core::{
    compact::{self, CompactOptions},
    scan,
    table::Table,
};
use futures::executor::block_on;

use super::{java::Java, scaled, tables};

/// Options of both tables: what an engine sets for a table that is written to all day.
const OPTIONS: &[(&str, &str)] = &[("bucket", "1"), ("num-sorted-run.compaction-trigger", "5"), ("num-levels", "6")];

struct Run {
    commits: u64,
    rows: u64,
    keys: u64,
}

/// What a table has become.
struct Amplification {
    snapshots: i64,
    /// Bytes of all files that were ever committed, for each byte of level 0.
    write: f64,
    /// Most bytes that a snapshot refers to, for each byte of the table compacted fully.
    space: f64,
    /// Sorted runs that a reader had to merge, on average.
    runs: f64,
}

pub(super) fn compare(folder: &Path, java: Option<&Java>) -> Result<()> {
    let run = Run { commits: scaled(200, 12), rows: scaled(20_000, 200), keys: scaled(500_000, 2_000) };
    let warehouse = folder.join("amplification");
    let _ = std::fs::remove_dir_all(&warehouse);
    println!("{} commits of {} upserts over {} keys", run.commits, run.rows, run.keys);
    println!(
        "{:<10} {:>9} {:>10} {:>11} {:>11} {:>11}",
        "", "seconds", "snapshots", "write amp.", "space amp.", "runs"
    );
    tables::create(&warehouse, "ours", true, OPTIONS)?;
    let start = Instant::now();
    upserts(&tables::open(&warehouse, "ours")?, &run)?;
    report("cenote", start.elapsed().as_secs_f64(), &measure(&warehouse, "ours")?);
    if let Some(java) = java {
        tables::create(&warehouse, "java", true, OPTIONS)?;
        let mut command = java.command(&[0, 1], &warehouse);
        let numbers = [run.commits, run.rows, run.keys].map(|number| number.to_string());
        let (seconds, _) = super::answers(command.args(["1", "upserts"]).args(numbers).arg("java"))?;
        report("java", seconds.first().copied().unwrap_or(0.0), &measure(&warehouse, "java")?);
    }
    Ok(())
}

fn report(who: &str, seconds: f64, found: &Amplification) {
    let Amplification { snapshots, write, space, runs } = found;
    println!("{who:<10} {seconds:>7.1} s {snapshots:>10} {write:>11.2} {space:>11.2} {runs:>11.2}");
}

/// Each commit with the compaction that the options ask for, as Java's writer does it.
fn upserts(table: &Table, run: &Run) -> Result<()> {
    for commit in 0..run.commits {
        tables::write(table, commit * run.rows..(commit + 1) * run.rows, Some(run.keys))?;
        block_on(compact::run(table, &CompactOptions::default()))?;
    }
    Ok(())
}

/// Both tables are measured by us, from their metadata.
fn measure(warehouse: &Path, name: &str) -> Result<Amplification> {
    let table = tables::open(warehouse, name)?;
    block_on(async {
        let mut sizes: BTreeMap<String, (i64, bool)> = BTreeMap::new();
        let (mut most, mut runs, mut states) = (0, 0, 0);
        let latest = table.snapshots().latest_id().await?.unwrap_or(0);
        for id in 1..=latest {
            let Some(snapshot) = table.snapshots().get_opt(id).await? else { continue };
            let buckets = scan::data_files(&table, &snapshot).await?;
            let files = || buckets.iter().flat_map(|bucket| &bucket.files);
            most = most.max(files().map(|file| file.file_size).sum::<i64>());
            for bucket in &buckets {
                runs += compact::runs_of(&table, bucket)?.len();
                states += 1;
            }
            for file in files() {
                let is_input = file.level == 0;
                let known = sizes.entry(file.file_name.clone()).or_insert((file.file_size, is_input));
                known.1 |= is_input;
            }
        }
        tables::compact_in_place(&table).await?;
        let alive = match table.snapshots().latest().await? {
            Some(snapshot) => scan::data_files(&table, &snapshot).await?,
            None => Vec::new(),
        };
        let alive: i64 = alive.iter().flat_map(|bucket| &bucket.files).map(|file| file.file_size).sum();
        let written: i64 = sizes.values().map(|(size, _)| size).sum();
        let input: i64 = sizes.values().filter(|(_, is_input)| *is_input).map(|(size, _)| size).sum();
        Ok(Amplification {
            snapshots: latest,
            write: written as f64 / input.max(1) as f64,
            space: most as f64 / alive.max(1) as f64,
            runs: runs as f64 / f64::from(states.max(1)),
        })
    })
}
