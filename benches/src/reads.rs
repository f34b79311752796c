//! Reads of the same tables by both: each merge engine, deletion vectors, other file formats.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context, Result, bail};

use crate::{ours, peer::PaimonRust, raw, report, timed};

const ROUNDS: usize = 5;

/// Tables of the peer by name, and what reading them shows.
const READS: [(&str, &str); 9] = [
    ("app", "append scan, 3 M rows"),
    ("pk", "merge-on-read deduplicate, 5 x 600 k"),
    ("pu", "merge-on-read partial-update"),
    ("agg", "merge-on-read aggregation"),
    ("first", "first-row, compacted"),
    ("dv", "deletion vectors, 5 % of 3 M rows"),
    ("dvrow", "same with row tracking"),
    ("orc", "append scan of ORC, 3 M rows"),
    ("avro", "append scan of Avro, 3 M rows"),
];

/// Makes the tables besides `app` and `pk`, and reads all whose names contain `only`.
pub(crate) fn compare(peer: &PaimonRust, warehouse: &Path, only: &str) -> Result<()> {
    let expected = peer.tables()?;
    let mut wrong = Vec::new();
    for (name, label) in READS {
        if name.contains(only) && !compare_one(peer, warehouse, name, label, &expected)? {
            wrong.push(label);
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("wrong rows: {}", wrong.join("; ")) }
}

/// Reads one table in turn; false if our rows are not the expected ones.
fn compare_one(
    peer: &PaimonRust,
    warehouse: &Path,
    name: &str,
    label: &str,
    expected: &BTreeMap<String, String>,
) -> Result<bool> {
    let expected = expected.get(name).with_context(|| format!("nothing said of table {name}"))?;
    if let Some(reason) = expected.strip_prefix('-') {
        println!("{label:<38} not written:{reason}");
        return Ok(true);
    }
    if name == "first" {
        ours::make_first_row(warehouse, name)?;
    }
    let read = ours::checksum(warehouse, name)?;
    if read != *expected {
        println!("{label:<38} cenote is wrong: read {read}, expected {expected}");
        return Ok(false);
    }
    let theirs = peer.check(name);
    let mut best = [f64::INFINITY; 3];
    for _ in 0..ROUNDS {
        timed(&mut best[0], || ours::scan(warehouse, name))?;
        if theirs.is_ok() {
            best[1] = best[1].min(peer.read(name)?);
        }
        timed(&mut best[2], || raw::read(warehouse, name))?;
    }
    // The folder of the compacted table still has what was compacted.
    let raw = (!matches!(name, "first" | "orc" | "avro")).then_some(best[2]);
    match theirs {
        Ok(checksum) if checksum == *expected => report(label, best[0], Some(best[1]), raw),
        Ok(checksum) => {
            report(label, best[0], None, raw);
            println!("    paimon-rust is wrong: read {checksum}, expected {expected}");
        }
        Err(error) => {
            report(label, best[0], None, raw);
            println!("    paimon-rust cannot: {}", error.to_string().lines().last().unwrap_or_default());
        }
    }
    Ok(true)
}
