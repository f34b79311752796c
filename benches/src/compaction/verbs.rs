//! What a process of ours does: one thing to one table, and says what it took.

use std::{path::Path, time::Instant};

use anyhow::{Context, Result, bail};
use cenote_core::{
    compact::{self, CompactOptions},
    maintain::{
        expire::{self, ExpireOptions},
        orphans::{self, OrphanOptions},
    },
    table::Table,
};
use futures::executor::block_on;

use super::tables;
use crate::planning::peak_memory;

/// `care VERB WAREHOUSE TABLE…`, printed as the program in Java does.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [verb, warehouse, names @ ..] = arguments else { bail!("usage: care VERB WAREHOUSE TABLE…") };
    for name in names {
        let start = Instant::now();
        let table = tables::open(Path::new(warehouse), name)?;
        let count = one(&table, verb)?;
        println!("seconds {:.4} {count}", start.elapsed().as_secs_f64());
    }
    println!("megabytes {:.1}", peak_memory());
    Ok(())
}

fn one(table: &Table, verb: &str) -> Result<usize> {
    match verb {
        "full" | "minor" | "append" => {
            let options = CompactOptions { full: verb == "full", ..CompactOptions::default() };
            let report = block_on(compact::run(table, &options))?;
            report.snapshot_id.context("nothing was compacted")?;
            Ok(report.buckets.len())
        }
        "orphans" => {
            let mut found = 0;
            block_on(orphans::clean(table, &OrphanOptions::default(), &mut |_| found += 1))?;
            Ok(found)
        }
        "expire" => {
            let options = ExpireOptions {
                retain_max: 1,
                retain_min: 1,
                older_than_millis: i64::MAX,
                max_deletes: i64::MAX,
                dry_run: false,
            };
            Ok(block_on(expire::expire_snapshots(table, &options))?.snapshots.len())
        }
        _ => bail!("unknown verb {verb}"),
    }
}
