//! `doctor`, `verify`, `orphans`, `repair`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde_json::Value;

use crate::harness::Lab;

const UUID: &str = "9150d0db-8cc0-490b-80d6-b403e05b6f80";

/// A keyed table of `commits` snapshots.
fn lab(commits: usize) -> Lab {
    let lab = Lab::with_keyed_table();
    for commit in 0..commits {
        lab.run_with_input(
            &["write", "d.t", "-", "--format", "ndjson"],
            format!("{{\"id\":{},\"name\":\"n{commit}\",\"dt\":\"a\"}}\n", commit % 3),
        )
        .ok();
    }
    lab
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn age(lab: &Lab) {
    let then = SystemTime::now() - Duration::from_secs(2 * 86_400);
    for file in files(&lab.table_folder()) {
        File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
    }
}

fn data_file(lab: &Lab) -> PathBuf {
    let is_data = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "parquet");
    files(&lab.table_folder()).into_iter().find(is_data).unwrap()
}

#[test]
fn orphans_are_shown_first_and_removed_with_yes() {
    let lab = lab(2);
    let bucket = data_file(&lab).parent().unwrap().to_owned();
    fs::write(bucket.join(format!("data-{UUID}-0.parquet")), "x").unwrap();
    fs::write(lab.table_folder().join("manifest").join(format!("manifest-{UUID}-0")), "xyz").unwrap();
    fs::write(lab.table_folder().join("notes.txt"), "mine").unwrap();
    assert_eq!(lab.run(&["orphans", "d.t", "-o", "ndjson"]).json_lines().len(), 0, "all is young");
    age(&lab);
    let found = lab.run(&["orphans", "d.t"]);
    assert!(found.stderr.contains("2 orphans of 4 bytes, pass --yes"), "{}", found.stderr);
    assert!(found.stderr.contains("1 files are none of Paimon's"), "{}", found.stderr);
    let lines = found.json_lines();
    let kinds: Vec<&Value> = lines.iter().map(|line| &line["kind"]).collect();
    assert_eq!(kinds, ["data", "manifest"]);
    let before = files(&lab.table_folder()).len();
    assert_eq!(lab.run(&["orphans", "d.t", "--dry-run"]).json_lines().len(), 2);
    assert_eq!(files(&lab.table_folder()).len(), before);
    assert_eq!(lab.run(&["orphans", "d.t", "--yes"]).json_lines().len(), 2);
    assert_eq!(files(&lab.table_folder()).len(), before - 2);
    assert_eq!(lab.run(&["orphans", "d.t", "--yes"]).json_lines().len(), 0);
    lab.run(&["verify", "d.t", "--all", "--level", "rows"]).ok();
}

#[test]
fn young_orphans_need_force() {
    let lab = lab(1);
    lab.run(&["orphans", "d.t", "--older-than", "5m"]).fails(2);
    lab.run(&["orphans", "d.t", "--older-than", "soon"]).fails(2);
    lab.run(&["orphans", "d.t", "--older-than", "5m", "--force"]).ok();
}

#[test]
fn verify_finds_damage_and_says_so_by_its_exit_code() {
    let lab = lab(3);
    for level in ["metadata", "files", "rows"] {
        let report: Value =
            serde_json::from_str(&lab.run(&["verify", "d.t", "--level", level, "-o", "json"]).ok()).unwrap();
        assert_eq!(report["findings"], Value::Array(Vec::new()), "{level}");
    }
    let file = data_file(&lab);
    let whole = fs::read(&file).unwrap();
    let check = |level: &str, fault: &str| {
        let run = lab.run(&["verify", "d.t", "--level", level, "-o", "json"]);
        assert_eq!(run.code, 5, "{}", run.stderr);
        assert!(run.stderr.starts_with("error: d.t is damaged: 1 findings"), "{}", run.stderr);
        let report: Value = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(report["findings"][0]["fault"], fault);
        assert!(file.ends_with(report["findings"][0]["path"].as_str().unwrap()));
    };
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    check("files", "wrong-size");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0xFF;
    flipped[5] ^= 0xFF;
    fs::write(&file, &flipped).unwrap();
    lab.run(&["verify", "d.t"]).ok();
    check("rows", "undecodable");
    fs::remove_file(&file).unwrap();
    check("files", "missing");
    lab.run(&["verify", "d.t", "--snapshot", "99"]).fails(3);
}

#[test]
fn doctor_names_the_command_that_mends() {
    let lab = lab(12);
    let run = lab.run(&["doctor", "d.t", "-o", "json"]);
    let reports: Value = serde_json::from_str(&run.ok()).unwrap();
    let findings = reports[0]["findings"].as_array().unwrap();
    let runs = findings.iter().find(|finding| finding["rule"] == "read-amplification").unwrap();
    assert_eq!(runs["severity"], "critical");
    assert_eq!(runs["command"], "cenote compact d.t --partition dt=a");
    let command: Vec<&str> = runs["command"].as_str().unwrap().split(' ').skip(1).collect();
    lab.run(&command).ok();
    let reports: Value = serde_json::from_str(&lab.run(&["doctor", "d", "-o", "json"]).ok()).unwrap();
    let rules: Vec<&Value> = reports[0]["findings"].as_array().unwrap().iter().map(|found| &found["rule"]).collect();
    assert!(!rules.iter().any(|rule| *rule == "read-amplification"), "{rules:?}");
}

#[test]
fn doctor_looks_at_a_whole_warehouse_for_people() {
    let lab = lab(12);
    lab.run(&["table", "create", "d.empty", "--schema", "a INT"]).ok();
    let text = lab.run(&["doctor", "-o", "table"]).ok();
    assert!(text.contains("d.empty: no snapshot, 0 files"), "{text}");
    assert!(text.contains("  nothing to mend"), "{text}");
    assert!(text.contains("  critical\n    read-amplification: reads merge"), "{text}");
    assert!(text.contains("      $ cenote compact d.t"), "{text}");
    lab.run(&["doctor", "nowhere"]).fails(3);
}

#[test]
fn repair_makes_hints_right() {
    let lab = lab(3);
    let hint = lab.table_folder().join("snapshot/LATEST");
    assert_eq!(lab.run(&["repair", "d.t"]).json_lines().len(), 0);
    fs::write(&hint, "77").unwrap();
    fs::remove_file(lab.table_folder().join("snapshot/EARLIEST")).unwrap();
    let reports: Value = serde_json::from_str(&lab.run(&["doctor", "d.t", "-o", "json"]).ok()).unwrap();
    assert!(reports[0]["findings"].to_string().contains("cenote repair d.t"), "{reports}");
    assert_eq!(lab.run(&["repair", "d.t", "--dry-run"]).json_lines().len(), 2);
    assert_eq!(fs::read_to_string(&hint).unwrap(), "77");
    let faults = lab.run(&["repair", "d.t"]).json_lines();
    assert_eq!(faults[0]["fault"], "missing");
    assert_eq!(faults[1]["fault"], "wrong");
    assert_eq!(fs::read_to_string(&hint).unwrap(), "3");
    assert_eq!(lab.run(&["repair", "d.t"]).json_lines().len(), 0);
}
