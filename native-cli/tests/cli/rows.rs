//! Rows written, read back, changed, travelled through.

use crate::harness::Lab;

/// Three commits: two inserts, an update and an insert, a delete.
fn history() -> Lab {
    let lab = Lab::with_keyed_table();
    for (name, rows) in [("a.csv", "id,name,dt\n1,one,x\n2,two,y\n"), ("b.csv", "id,name,dt\n2,TWO,y\n3,,x\n")] {
        let file = lab.file(name, rows);
        lab.run(&["write", "d.t", &file]).ok();
    }
    lab.run(&["delete", "d.t", "--where", "id = 1"]).ok();
    lab
}

const ONE: &str = r#"{"id":1,"name":"one","dt":"x"}"#;
const TWO: &str = r#"{"id":2,"name":"two","dt":"y"}"#;
const NEW_TWO: &str = r#"{"id":2,"name":"TWO","dt":"y"}"#;
const THREE: &str = r#"{"id":3,"name":null,"dt":"x"}"#;

#[test]
fn upserts_deletes_and_time_travel() {
    let lab = history();
    assert_eq!(lab.rows(&["d.t"]), [NEW_TWO, THREE]);
    assert_eq!(lab.rows(&["d.t", "--snapshot", "1"]), [ONE, TWO]);
    assert_eq!(lab.rows(&["d.t", "--snapshot", "2"]), [ONE, NEW_TWO, THREE]);
    lab.run(&["tag", "create", "d.t", "start", "--snapshot", "1"]).ok();
    lab.run(&["tag", "create", "d.t", "now"]).ok();
    assert_eq!(lab.rows(&["d.t", "--tag", "start"]), [ONE, TWO]);
    let tags = lab.run(&["tag", "list", "d.t"]).json_lines();
    assert_eq!(tags.iter().map(|tag| tag["snapshot_id"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 3]);
    lab.run(&["tag", "delete", "d.t", "start"]).ok();
    lab.run(&["read", "d.t", "--tag", "start"]).fails(3);
    lab.run(&["read", "d.t", "--snapshot", "9"]).fails(3);
    let snapshots = lab.run(&["snapshot", "list", "d.t"]).json_lines();
    assert_eq!(snapshots.iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 2, 1]);
    let first = &lab.run(&["snapshot", "show", "d.t", "1"]).json_lines()[0];
    let millis = first["timeMillis"].as_i64().unwrap();
    assert_eq!(lab.rows(&["d.t", "--timestamp", &millis.to_string()]), [ONE, TWO]);
    lab.run(&["read", "d.t", "--timestamp", "1"]).fails(3);
}

#[test]
fn columns_conditions_and_limits() {
    let lab = history();
    assert_eq!(lab.rows(&["d.t", "--columns", "name,id", "--where", "dt = 'y'"]), [r#"{"name":"TWO","id":2}"#]);
    assert_eq!(lab.rows(&["d.t", "--where", "name IS NULL"]), [THREE]);
    assert_eq!(lab.rows(&["d.t", "--where", "id > 7"]), [""; 0]);
    assert_eq!(lab.rows(&["d.t", "--limit", "1"]).len(), 1);
    assert_eq!(lab.rows(&["d.t", "--limit", "0"]).len(), 0);
    assert!(lab.run(&["read", "d.t", "--columns", "nam"]).fails(2).contains("id, name, dt"));
    lab.run(&["read", "d.t", "--where", "nam = 1"]).fails(2);
    lab.run(&["read", "d.t", "--where", "id ="]).fails(2);
}

#[test]
fn changes_between_states() {
    let lab = history();
    let added =
        [r#"{"_rowkind":"+I","id":2,"name":"TWO","dt":"y"}"#, r#"{"_rowkind":"+I","id":3,"name":null,"dt":"x"}"#];
    let gone = r#"{"_rowkind":"-D","id":1,"name":"one","dt":"x"}"#;
    assert_eq!(lab.rows(&["d.t", "--incremental", "1,2"]), added);
    assert_eq!(lab.rows(&["d.t", "--incremental", "2,"]), [gone]);
    assert_eq!(
        lab.rows(&["d.t", "--incremental", "1,", "--incremental-mode", "diff", "--where", "_rowkind = '-D'"]),
        [gone]
    );
    lab.run(&["tag", "create", "d.t", "first", "--snapshot", "1"]).ok();
    lab.run(&["tag", "create", "d.t", "last"]).ok();
    assert_eq!(lab.rows(&["d.t", "--incremental", "first,last", "--columns", "_rowkind,id"]).len(), 3);
    assert_eq!(lab.rows(&["d.t", "--version-as-of", "first"]), [ONE, TWO]);
    assert_eq!(lab.rows(&["d.t", "--option", "scan.snapshot-id=2"]), [ONE, NEW_TWO, THREE]);
    assert_eq!(lab.rows(&["d.t", "--timestamp", "3000-01-01 00:00:00"]), [NEW_TWO, THREE]);
    let mut log = lab.rows(&["d.t$audit_log", "--columns", "rowkind,id"]);
    log.sort();
    assert_eq!(log, [r#"{"rowkind":"+I","id":2}"#, r#"{"rowkind":"+I","id":3}"#, r#"{"rowkind":"-D","id":1}"#]);
    assert_eq!(
        lab.rows(&["d.t$binlog", "--where", "rowkind = '-D'"]),
        [r#"{"rowkind":"-D","id":[1],"name":["one"],"dt":["x"]}"#]
    );
    assert_eq!(lab.rows(&["d.t$ro"]), [""; 0]);
    assert!(lab.run(&["read", "d.t", "--incremental", "1,9"]).fails(3).contains("snapshots 1 to 3"));
    lab.run(&["read", "d.t", "--incremental", "1"]).fails(2);
    lab.run(&["read", "d.t", "--incremental", "2,1"]).fails(2);
    lab.run(&["read", "d.t", "--incremental", "1,2", "--snapshot", "1"]).fails(2);
    lab.run(&["read", "d.t", "--watermark", "1"]).fails(3);
}

#[test]
fn compaction_keeps_the_rows() {
    let lab = history();
    let dry = lab.run(&["compact", "d.t", "--full", "--dry-run"]).json_lines();
    assert!(!dry.is_empty());
    assert_eq!(lab.run(&["snapshot", "list", "d.t"]).json_lines().len(), 3);
    lab.run(&["compact", "d.t", "--full", "--partition", "dt=x"]).ok();
    assert_eq!(lab.rows(&["d.t"]), [NEW_TWO, THREE]);
    lab.run(&["compact", "d.t", "--full"]).ok();
    assert_eq!(lab.rows(&["d.t"]), [NEW_TWO, THREE]);
    let kinds = lab.run(&["snapshot", "list", "d.t", "--limit", "1"]).json_lines();
    assert_eq!(kinds[0]["kind"], "COMPACT");
    assert_eq!(lab.rows(&["d.t", "--snapshot", "1"]), [ONE, TWO]);
    assert!(lab.run(&["compact", "d.t", "--partition", "id=1"]).fails(2).contains("partitioned by dt"));
}

#[test]
fn dry_delete_counts_only() {
    let lab = history();
    let run = lab.run(&["delete", "d.t", "--where", "id IN (2, 3, 4)", "--dry-run"]);
    assert!(run.stderr.contains("would delete 2 rows"), "{}", run.stderr);
    run.ok();
    assert_eq!(lab.rows(&["d.t"]), [NEW_TWO, THREE]);
    lab.run(&["delete", "d.t", "--where", "id = 99"]).ok();
    assert_eq!(lab.run(&["snapshot", "list", "d.t"]).json_lines().len(), 3, "nothing to delete is no snapshot");
}

#[test]
fn overwrites() {
    let lab = history();
    let file = lab.file("c.csv", "id,name\n9,nine\n");
    lab.run(&["write", "d.t", &file, "--overwrite", "--partition", "dt=x"]).ok();
    assert_eq!(lab.rows(&["d.t"]), [NEW_TWO, r#"{"id":9,"name":"nine","dt":"x"}"#]);
    let file = lab.file("d.csv", "id,name,dt\n8,eight,y\n");
    lab.run(&["write", "d.t", &file, "--overwrite"]).ok();
    assert_eq!(
        lab.rows(&["d.t"]),
        [r#"{"id":8,"name":"eight","dt":"y"}"#, r#"{"id":9,"name":"nine","dt":"x"}"#],
        "partitions that the input does not name stay"
    );
    lab.run(&["write", "d.t", &file, "--partition", "name=x"]).fails(2);
    let plain = Lab::with_append_table("a INT");
    for rows in ["a\n1\n", "a\n2\n"] {
        let file = plain.file("p.csv", rows);
        plain.run(&["write", "d.t", &file, "--overwrite"]).ok();
    }
    assert_eq!(plain.rows(&["d.t"]), [r#"{"a":2}"#]);
}

#[test]
fn row_kinds_from_a_column() {
    let lab = history();
    let changes = "id,name,dt,op\n2,,y,-D\n3,three,x,+U\n4,four,x,+I\n";
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv", "--rowkind-field", "op"], changes).ok();
    assert_eq!(lab.rows(&["d.t"]), [r#"{"id":3,"name":"three","dt":"x"}"#, r#"{"id":4,"name":"four","dt":"x"}"#]);
    let changes = r#"{"id":3,"dt":"x","op":"-D"}"#;
    lab.run_with_input(&["write", "d.t", "-", "--format", "ndjson", "--rowkind-field", "op"], changes).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 1);
    let wrong = "id,name,dt,op\n2,,y,upsert\n";
    let said = lab.run_with_input(&["write", "d.t", "-", "--format", "csv", "--rowkind-field", "op"], wrong).fails(1);
    assert!(said.contains("line 2") && said.contains("upsert"), "{said}");
}

#[test]
fn a_plan_is_explained() {
    let lab = history();
    let shown = &lab.run(&["explain", "d.t", "--where", "dt = 'x'", "-o", "json"]).ok();
    let shown: serde_json::Value = serde_json::from_str(shown).unwrap();
    assert_eq!(shown["snapshot"], 3);
    assert!(shown["files"].as_u64().unwrap() > 0);
    let steps = shown["steps"].as_array().unwrap();
    assert_eq!(steps[0]["name"], "manifests by partition");
    assert!(steps.iter().all(|step| step["keptBytes"].as_u64() <= step["totalBytes"].as_u64()), "{steps:?}");
    let last = steps.last().unwrap();
    assert_eq!((&last["kept"], &last["keptBytes"]), (&shown["files"], &shown["bytes"]), "{steps:?}");
    assert!(last["keptBytes"].as_u64() > Some(0), "{steps:?}");
    let table = lab.run(&["explain", "d.t", "-o", "table"]).ok();
    assert!(table.contains("splits"));
    let line = table.lines().find(|line| line.contains("live files")).unwrap();
    assert!(line.ends_with(" bytes") && line.matches(" of ").count() == 2, "{table}");
    // Rows have no bytes of their own.
    let read = lab.run(&["explain", "d.t", "--where", "id = 2", "--analyze", "-o", "table"]).ok();
    assert!(read.lines().any(|line| line.contains("read: rows") && line.ends_with(" rows")), "{read}");
}

#[test]
fn schema_change_and_old_rows() {
    let lab = history();
    lab.run(&["schema", "add-column", "d.t", "note STRING"]).ok();
    let file = lab.file("e.csv", "id,name,dt,note\n5,five,x,new\n");
    lab.run(&["write", "d.t", &file]).ok();
    let rows = lab.rows(&["d.t"]);
    assert_eq!(rows[2], r#"{"id":5,"name":"five","dt":"x","note":"new"}"#);
    assert_eq!(rows[1], r#"{"id":3,"name":null,"dt":"x","note":null}"#);
    assert_eq!(lab.rows(&["d.t", "--snapshot", "1"]), [ONE, TWO]);
}

#[test]
fn system_tables() {
    let lab = history();
    lab.run(&["tag", "create", "d.t", "start", "--snapshot", "1"]).ok();
    let snapshots = lab.run(&["read", "d.t$snapshots"]).json_lines();
    assert_eq!(snapshots.len(), 3);
    assert_eq!(snapshots[0]["snapshot_id"], 1);
    assert_eq!(snapshots[0]["commit_kind"], "APPEND");
    for name in ["schemas", "options", "files", "manifests", "partitions", "tags"] {
        assert!(!lab.run(&["read", &format!("d.t${name}")]).json_lines().is_empty(), "{name}");
    }
    let files = lab.run(&["read", "d.t$files", "--columns", "level,record_count", "--where", "level = 0", "-n", "1"]);
    assert_eq!(files.json_lines()[0].as_object().unwrap().len(), 2);
    let folder = format!("{}$tags", lab.table_folder().display());
    assert_eq!(lab.run(&["read", &folder]).json_lines()[0]["tag_name"], "start");
    assert!(lab.run(&["read", "d.t$nonsense"]).fails(3).contains("nonsense"));
    lab.run(&["read", "d.t$snapshots", "--snapshot", "1"]).fails(2);
    lab.run(&["read", "d.t$files", "--columns", "nonsense"]).fails(2);
    lab.run(&["write", "d.t$files", "-", "--format", "csv"]).fails(2);
    lab.run(&["read", "d.t$branch_none"]).fails(3);
}

#[test]
fn a_killed_write_leaves_the_table_as_it_was() {
    use std::{io::Write, process::Stdio};
    let lab = history();
    let mut command = lab.command(&["write", "d.t", "-", "--format", "csv", "--batch-rows", "100"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let rows = (0..50_000).map(|id| format!("{id},killed,x\n")).collect::<String>();
    // Once all is in the pipe most of it has been read; the end of the input, and with it the commit, never comes.
    write!(input, "id,name,dt\n{rows}").unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(input);
    assert_eq!(lab.rows(&["d.t"]), [NEW_TWO, THREE]);
    let file = lab.file("again.csv", "id,name,dt\n4,four,x\n");
    lab.run(&["write", "d.t", &file]).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 3);
}
