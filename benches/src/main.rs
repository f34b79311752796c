//! Side-by-side measurements: ours, paimon-rust 0.4 and the parquet crate alone, in turn, in one run, on the same tables.
//!
//! `cargo xtask bench` runs it; the ratios count, not the seconds, because the machine is noisy. Every measurement is
//! the best of several rounds, and no read counts whose rows are not the expected ones. With a folder and `planning`, `compaction` or
//! a table's name, only that is measured (again); `compaction` stands beside Java Paimon, and only where it is asked for.

mod checksum;
mod compaction;
mod ours;
mod peer;
mod planning;
mod raw;
mod reads;
mod runtime;

use std::{path::PathBuf, time::Instant};

use anyhow::{Context, Result, bail};

const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, warehouse, filter] = arguments.as_slice()
        && verb == "plan"
    {
        return planning::plan(warehouse.as_ref(), filter);
    }
    if let [verb, rest @ ..] = arguments.as_slice()
        && verb == "care"
    {
        return compaction::run_verb(rest);
    }
    let python =
        std::env::args().nth(1).context("usage: cenote-bench PYTHON [FOLDER [planning | compaction | TABLE]]")?;
    let folder = std::env::args().nth(2).map_or_else(|| std::env::temp_dir().join("cenote-bench"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    if arguments.get(2).is_some_and(|only| only == "compaction") {
        return compaction::compare(&folder.join("compaction"));
    }
    let theirs = folder.join("paimon-rust");
    let peer = peer::PaimonRust::new(&python, &theirs)?;
    println!("{:<38} {:>9} {:>9} {:>9}  ours is", "", "cenote", "peer", "raw");
    let only = arguments.get(2).map(String::as_str);
    if only.is_none_or(|only| only == "planning") {
        compare_planning(&python, &folder.join("planning"))?;
    }
    match only {
        None => {}
        Some("planning") => return Ok(()),
        // The tables of an earlier run are there.
        Some(table) => return reads::compare(&peer, &theirs, table),
    }

    let written = peer.write()?;
    let ours_folder = folder.join("cenote");
    let (append, upsert) = ours::write(&theirs, &ours_folder)?;
    report("append write, 3 x 1 M rows", append, Some(written.append), None);
    report("upsert write, 5 x 600 k rows", upsert, Some(written.upsert), None);

    reads::compare(&peer, &theirs, "")?;

    let mut compact = f64::INFINITY;
    for _ in 0..3 {
        compact = compact.min(ours::full_compaction(&theirs, &folder.join("compact"))?);
    }
    let mut raw_seconds = f64::INFINITY;
    timed(&mut raw_seconds, || raw::read(&theirs, "pk"))?;
    report("full compaction, 3 M rows", compact, None, Some(raw_seconds));
    println!("(paimon-rust compacts nothing; its merge-on-read of the same files is the nearest peer)");
    Ok(())
}

/// Plans with and without a filter, each in a process of its own, so that memory can be told.
fn compare_planning(python: &str, warehouse: &std::path::Path) -> Result<()> {
    planning::make(warehouse)?;
    for (label, filter) in [
        ("plan 100,000 files", ""),
        ("plan one partition of them", "dt = '2026-01-01'"),
        ("plan by statistics", "id BETWEEN 500000000 AND 500100000"),
    ] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(planning::ours(warehouse, filter)?);
            theirs.push(peer::plan(python, warehouse, filter)?);
        }
        if let (Some(ours), Some(theirs)) = (ours.first(), theirs.first())
            && ours.files != theirs.files
        {
            bail!("{label}: cenote plans {} files, paimon-rust {}", ours.files, theirs.files);
        }
        let best = |planned: &[planning::Planned]| planned.iter().map(|one| one.seconds).fold(f64::INFINITY, f64::min);
        let most = |planned: &[planning::Planned]| planned.iter().map(|one| one.megabytes).fold(0.0, f64::max);
        report(label, best(&ours), Some(best(&theirs)), None);
        println!("    memory {:.0} MB, paimon-rust {:.0} MB", most(&ours), most(&theirs));
    }
    Ok(())
}

fn timed<T>(best: &mut f64, run: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let value = run()?;
    *best = best.min(start.elapsed().as_secs_f64());
    Ok(value)
}

fn report(label: &str, ours: f64, peer: Option<f64>, raw: Option<f64>) {
    let seconds = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3} s"));
    let faster = peer.map_or(String::new(), |peer| format!("{:.2} x faster than paimon-rust", peer / ours));
    let of_raw = raw.map_or(String::new(), |raw| format!(" {:.2} x raw", ours / raw));
    println!("{label:<38} {:>9} {:>9} {:>9}  {faster}{of_raw}", seconds(Some(ours)), seconds(peer), seconds(raw));
}
