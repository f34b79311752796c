//! A run of named steps: heading and time for each, all of them run, one verdict at the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// What has run so far.
pub(crate) struct Steps {
    total: usize,
    started: Instant,
    done: Vec<Outcome>,
}

struct Outcome {
    name: &'static str,
    took: Duration,
    failure: Option<String>,
}

impl Steps {
    pub(crate) fn new(total: usize) -> Self {
        Steps { total, started: Instant::now(), done: Vec::new() }
    }

    /// Runs a step; a failure is printed now, counted at the end, and stops nothing.
    pub(crate) fn run(&mut self, name: &'static str, step: impl FnOnce() -> Result<()>) {
        println!("\n== {}/{} {name}", self.done.len() + 1, self.total);
        let begin = Instant::now();
        let failure = step().err().map(|error| format!("{error:#}"));
        let took = begin.elapsed();
        match &failure {
            None => println!("== {name}: ok in {:.1} s", took.as_secs_f64()),
            Some(failure) => println!("== {name}: FAILED after {:.1} s: {failure}", took.as_secs_f64()),
        }
        self.done.push(Outcome { name, took, failure });
    }

    /// Prints every step's outcome and a last line in cargo's own words. Errors: a step failed.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\nrunning {} steps", self.done.len());
        for outcome in &self.done {
            let verdict = if outcome.failure.is_none() { "ok" } else { "FAILED" };
            println!(
                "test step::{} ... {verdict} ({:.1} s)",
                outcome.name.replace(' ', "_"),
                outcome.took.as_secs_f64()
            );
        }
        let failed = self.done.iter().filter(|outcome| outcome.failure.is_some()).count();
        println!(
            "\ntest result: {}. {} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out; finished in {:.2}s",
            if failed == 0 { "ok" } else { "FAILED" },
            self.done.len() - failed,
            self.started.elapsed().as_secs_f64()
        );
        if failed > 0 {
            bail!("{failed} of {} steps failed", self.done.len());
        }
        Ok(())
    }
}
