//! A simulation of many processes on one table: writers, compactors, taggers, readers, and those who take files away, with
//! one clock, one source of chance, and a store that fails. A seed repeats a run exactly.
//!
//! ```text
//! CENOTE_SEED=17      only this seed, with its log
//! CENOTE_SEEDS=5000   so many seeds, from 1
//! CENOTE_LONG=1       20,000 seeds
//! ```
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod actors;
mod audit;
mod bank;
mod dice;
mod guard;
mod kinds;
mod process;
mod rows;
mod run;
mod store;
mod world;

use std::{
    collections::BTreeMap,
    env,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use run::{Outcome, run};

/// Seeds of a run that says nothing else.
const SEEDS: u64 = 1_000;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// Runs seeds on all cores.
fn run_all(seeds: u64, work: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(1);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        let one = || {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed > seeds {
                    return;
                }
                work(seed);
            }
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(one)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn no_row_and_no_file_is_lost() {
    if let Some(seed) = number("CENOTE_SEED") {
        println!("{:?}", run(seed, true).unwrap_or_else(|failure| panic!("{failure}")));
        return;
    }
    let seeds = number("CENOTE_SEEDS").unwrap_or(if env::var_os("CENOTE_LONG").is_some() { 20_000 } else { SEEDS });
    let totals: Mutex<BTreeMap<&'static str, Outcome>> = Mutex::default();
    let failures: Mutex<Vec<String>> = Mutex::default();
    run_all(seeds, |seed| match run(seed, false) {
        Ok(outcome) => totals.lock().unwrap().entry(outcome.kind).or_default().add(&outcome),
        Err(failure) => failures.lock().unwrap().push(failure),
    });
    let mut all = Outcome::default();
    for (kind, outcome) in totals.lock().unwrap().iter() {
        println!("{kind:<28} {outcome}");
        all.add(outcome);
    }
    println!("{:<28} {all}", "all");
    let failures = failures.into_inner().unwrap();
    let first = failures.first().map_or("", String::as_str);
    assert!(failures.is_empty(), "{} of {seeds} seeds fail, the first:\n{first}", failures.len());
}

#[test]
fn a_seed_repeats_a_run() {
    for seed in 1..=40 {
        let runs = [run(seed, false), run(seed, false)].map(|run| run.map(|outcome| outcome.digest));
        assert_eq!(runs[0], runs[1], "seed {seed} is not the same twice");
    }
}

/// Seeds that each mistake gets, and how many of them must catch it.
const CHANCES: u64 = 60;
const LEAST_CAUGHT: u64 = 10;

#[test]
fn planted_mistakes_are_caught() {
    for mistake in actors::Mistake::ALL {
        let caught = AtomicU64::new(0);
        run_all(CHANCES, |seed| {
            if run::run_with(seed, false, Some(mistake)).is_err() {
                caught.fetch_add(1, Ordering::Relaxed);
            }
        });
        let caught = caught.into_inner();
        println!("{mistake:?}: caught in {caught} of {CHANCES} seeds");
        assert!(caught >= LEAST_CAUGHT, "{mistake:?} is caught in {caught} of {CHANCES} seeds only");
    }
}
