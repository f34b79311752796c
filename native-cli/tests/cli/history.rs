//! Snapshots, tags, branches, consumers and partitions that come and go.

use std::fs;

use serde_json::Value;

use crate::harness::Lab;

/// A lab whose table has so many snapshots, each of one more row.
fn lab(writes: usize) -> Lab {
    let lab = Lab::with_keyed_table();
    for id in 1..=writes {
        write(&lab, "d.t", id);
    }
    lab
}

fn write(lab: &Lab, table: &str, id: usize) {
    lab.run_with_input(
        &["write", table, "-", "--format", "csv"],
        format!("id,name,dt\n{id},n{id},2024-01-0{}\n", id % 3 + 1),
    )
    .ok();
}

fn json(lab: &Lab, line: &[&str]) -> Value {
    serde_json::from_str(&lab.run(&[line, &["-o", "json"]].concat()).ok()).unwrap()
}

fn snapshots(lab: &Lab, table: &str) -> Vec<i64> {
    let listed = json(lab, &["snapshot", "list", table]);
    listed.as_array().unwrap().iter().rev().map(|snapshot| snapshot["id"].as_i64().unwrap()).collect()
}

#[test]
fn snapshots_expire_but_for_tags_and_consumers() {
    let lab = lab(6);
    lab.run(&["tag", "create", "d.t", "kept", "--snapshot", "2", "--retain", "7d"]).ok();
    lab.run(&["consumer", "reset", "d.t", "reader", "--next", "4"]).ok();
    let line = ["expire", "d.t", "--retain-min", "1", "--older-than", "0s"];
    let preview = json(&lab, &[line.as_slice(), &["--dry-run"]].concat());
    assert_eq!(preview["snapshots"]["snapshots"], serde_json::json!([1, 2, 3]));
    assert_eq!(snapshots(&lab, "d.t"), [1, 2, 3, 4, 5, 6]);
    lab.run(&line).ok();
    assert_eq!(snapshots(&lab, "d.t"), [4, 5, 6]);
    assert_eq!(lab.rows(&["d.t", "--tag", "kept"]).len(), 2);
    assert_eq!(lab.rows(&["d.t"]).len(), 6);
    lab.run(&["consumer", "delete", "d.t", "reader"]).ok();
    lab.run(&line).ok();
    assert_eq!(snapshots(&lab, "d.t"), [6]);
    let gone = json(&lab, &["tag", "delete", "d.t", "kept"]);
    assert!(gone["removed"]["metadata_files"].as_i64().unwrap() > 0, "{gone}");
    assert_eq!(lab.rows(&["d.t"]).len(), 6);
}

#[test]
fn every_write_expires_by_the_options() {
    let lab = lab(1);
    lab.run(&["table", "alter", "d.t", "SET ('snapshot.num-retained.min' = '2', 'snapshot.num-retained.max' = '3')"])
        .ok();
    for id in 2..=6 {
        write(&lab, "d.t", id);
    }
    assert_eq!(snapshots(&lab, "d.t"), [4, 5, 6]);
    assert_eq!(lab.rows(&["d.t"]).len(), 6);
}

#[test]
fn rollback_asks_first() {
    let lab = lab(4);
    lab.run(&["tag", "create", "d.t", "late", "--snapshot", "4"]).ok();
    let refused = lab.run(&["rollback", "d.t", "--snapshot", "2"]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert_eq!(json(&lab, &["rollback", "d.t", "--snapshot", "2", "--dry-run"])["tags"], serde_json::json!(["late"]));
    assert_eq!(snapshots(&lab, "d.t"), [1, 2, 3, 4]);
    lab.run(&["rollback", "d.t", "--snapshot", "2", "--yes"]).ok();
    assert_eq!(snapshots(&lab, "d.t"), [1, 2]);
    assert_eq!(lab.rows(&["d.t"]).len(), 2);
    write(&lab, "d.t", 9);
    assert_eq!(lab.rows(&["d.t"]).len(), 3);
}

#[test]
fn branches_live_apart_and_come_back() {
    let lab = lab(2);
    lab.run(&["tag", "create", "d.t", "fork"]).ok();
    lab.run(&["branch", "create", "d.t", "b", "--tag", "fork"]).ok();
    lab.run(&["branch", "create", "d.t", "none"]).ok();
    write(&lab, "d.t$branch_b", 7);
    lab.run(&["compact", "d.t$branch_b", "--full"]).ok();
    write(&lab, "d.t", 8);
    lab.run(&["expire", "d.t$branch_b", "--retain-min", "3", "--older-than", "0s"]).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 3);
    assert_eq!(lab.rows(&["d.t$branch_b"]).len(), 3);
    lab.run(&["branch", "rename", "d.t", "b", "c"]).ok();
    let listed = json(&lab, &["branch", "list", "d.t"]);
    assert_eq!((&listed[0]["branch"], &listed[1]["branch"]), (&Value::from("c"), &Value::from("none")));
    assert_eq!(lab.run(&["branch", "fast-forward", "d.t", "c"]).code, 2);
    lab.run(&["branch", "fast-forward", "d.t", "c", "--yes"]).ok();
    let rows = lab.rows(&["d.t"]);
    assert!(rows.len() == 3 && rows.iter().any(|row| row.contains("n7")), "{rows:?}");
    lab.run(&["branch", "delete", "d.t", "c", "--yes"]).ok();
    lab.run(&["branch", "delete", "d.t", "none"]).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 3);
    assert_eq!(lab.run(&["branch", "delete", "d.t", "c"]).code, 3);
    assert!(!fs::exists(lab.table_folder().join("branch/branch-c")).unwrap());
}

#[test]
fn old_partitions_go() {
    let lab = lab(3);
    write(&lab, "d.t", 4);
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n9,x,soon\n").ok();
    let gone = json(&lab, &["partition", "expire", "d.t", "--older-than", "30d", "--dry-run"]);
    assert_eq!(gone["partitions"], serde_json::json!(["dt=2024-01-01", "dt=2024-01-02", "dt=2024-01-03"]));
    assert_eq!(gone["unclear"], serde_json::json!(["dt=soon"]));
    assert_eq!(lab.rows(&["d.t"]).len(), 5);
    lab.run(&["partition", "expire", "d.t", "--older-than", "30d"]).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 1);
}

#[test]
fn tags_have_their_time() {
    let lab = lab(2);
    lab.run(&["tag", "create", "d.t", "a", "--snapshot", "1"]).ok();
    lab.run(&["tag", "create", "d.t", "b", "--retain", "1ms"]).ok();
    assert_eq!(lab.run(&["tag", "create", "d.t", "a"]).code, 1);
    lab.run(&["tag", "create", "d.t", "a", "--snapshot", "2", "--replace"]).ok();
    lab.run(&["tag", "rename", "d.t", "a", "c"]).ok();
    let gone = json(&lab, &["tag", "expire", "d.t"]);
    assert_eq!(gone["tags"][0]["tag"], "b");
    let left = json(&lab, &["tag", "list", "d.t"]);
    assert_eq!(
        (&left[0]["tag"], &left[0]["snapshot_id"], left.as_array().unwrap().len()),
        (&Value::from("c"), &Value::from(2), 1)
    );
}

#[test]
fn commits_make_tags() {
    let lab = lab(1);
    lab.run(&[
        "table",
        "alter",
        "d.t",
        "SET ('tag.automatic-creation' = 'process-time', 'tag.creation-period' = 'hourly')",
    ])
    .ok();
    write(&lab, "d.t", 2);
    write(&lab, "d.t", 3);
    let tags = json(&lab, &["tag", "list", "d.t"]);
    assert_eq!((tags.as_array().unwrap().len(), &tags[0]["snapshot_id"]), (1, &Value::from(1)));
}

#[test]
fn statistics_are_counted_and_published() {
    let lab = lab(3);
    let preview = json(&lab, &["analyze", "d.t", "--columns", "id", "--dry-run"]);
    assert_eq!(preview[0]["distinct"], 3, "{preview}");
    assert_eq!(snapshots(&lab, "d.t"), [1, 2, 3]);
    let columns = json(&lab, &["analyze", "d.t", "--all-columns"]);
    let column = |name: &str| columns.as_array().unwrap().iter().find(|column| column["column"] == name).unwrap();
    let id = column("id");
    assert_eq!((id["min"].as_str(), id["max"].as_str(), id["nulls"].as_i64()), (Some("1"), Some("3"), Some(0)));
    let dt = column("dt");
    assert_eq!((dt["distinct"].as_i64(), dt["max_len"].as_i64()), (Some(3), Some(10)));
    assert_eq!(snapshots(&lab, "d.t"), [1, 2, 3, 4]);
    let published = json(&lab, &["read", "d.t$statistics"]);
    assert_eq!(published[0]["mergedRecordCount"], 3, "{published}");
    assert!(lab.run(&["analyze", "d.t", "--columns", "absent"]).fails(1).contains("no column absent"));
}

#[test]
fn a_compaction_expires_for_write_only_tables() {
    let lab = lab(1);
    lab.run(&["table", "alter", "d.t", "SET ('snapshot.num-retained.min' = '1', 'snapshot.num-retained.max' = '2')"])
        .ok();
    lab.run(&["table", "alter", "d.t", "SET ('write-only' = 'true')"]).ok();
    (2..=4).for_each(|id| write(&lab, "d.t", id));
    assert_eq!(snapshots(&lab, "d.t"), [1, 2, 3, 4]);
    lab.run(&["compact", "d.t", "--full"]).ok();
    assert_eq!(snapshots(&lab, "d.t"), [4, 5]);
    assert_eq!(lab.rows(&["d.t"]).len(), 4);
}
