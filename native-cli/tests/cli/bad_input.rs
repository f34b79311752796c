//! Mistakes and damage: a typed error that says what to do, the right exit code, never a panic.

use std::fs;

use crate::harness::Lab;

#[test]
fn usage() {
    let lab = Lab::with_keyed_table();
    for line in
        ["", "tabel", "read", "read d.t --snapshot x", "read d.t --tag a --snapshot 1", "write d.t", "delete d.t"]
    {
        let run = lab.run(&line.split_whitespace().collect::<Vec<_>>());
        assert_eq!(run.code, 2, "{line}: {}", run.stderr);
        assert!(!run.stderr.is_empty());
    }
    assert!(lab.run(&["table", "describe", "nothing"]).fails(2).contains("hint: "));
    assert!(lab.run(&["describe"]).code == 2);
    assert_eq!(lab.run(&["--version"]).code, 0);
}

#[test]
fn help_shows_examples() {
    let lab = Lab::new();
    for verb in [&["--help"][..], &["read", "--help"], &["write", "--help"], &["table", "create", "--help"]] {
        assert!(lab.run(verb).ok().contains("Examples:"), "{verb:?}");
    }
    assert!(lab.run(&["completions", "bash"]).ok().contains("_cenote"));
}

#[test]
fn no_warehouse() {
    let lab = Lab::new();
    let output = lab.command(&["db", "list"]).env_remove("CENOTE_WAREHOUSE").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--warehouse"));
}

#[test]
fn what_is_not_there() {
    let lab = Lab::with_keyed_table();
    for line in [
        "table describe d.none",
        "table describe none.t",
        "table describe ./nowhere",
        "snapshot list d.none",
        "snapshot show d.t",
        "snapshot show d.t 7",
        "tag create d.t x",
        "tag delete d.t x",
        "table list none",
        "serve --warehouse ./nowhere --port 0",
    ] {
        let said = lab.run(&line.split_whitespace().collect::<Vec<_>>()).fails(3);
        assert!(said.contains("hint: ") || said.contains("no such file"), "{line}: {said}");
    }
}

/// The snapshot list of `d.t`, to see that nothing was written.
fn snapshots(lab: &Lab) -> usize {
    lab.run(&["snapshot", "list", "d.t"]).ok().lines().count()
}

#[test]
fn rows_that_do_not_fit_name_their_line() {
    let lab = Lab::with_append_table("a INT NOT NULL, b BIGINT, d DECIMAL(5, 2), t DATE, x BYTES, s CHAR(2)");
    for (input, expected) in [
        ("a\n1\nx\n", &["line 3", "\"a\"", "integer", "\"x\""][..]),
        ("a,b\n1,9223372036854775808\n", &["line 2", "\"b\"", "out of range"]),
        ("a,d\n1,1000\n", &["line 2", "\"d\"", "decimal(5, 2)"]),
        ("a,t\n1,2026-02-30\n", &["line 2", "\"t\"", "2026-02-30"]),
        ("a,x\n1,zz\n", &["line 2", "\"x\"", "hex"]),
        ("a,s\n1,long\n", &["line 2", "\"s\"", "2 characters"]),
        ("a,b\n1,2\n,3\n", &["line 3", "\"a\"", "NOT NULL"]),
        ("b\n1\n", &["\"a\"", "NOT NULL"]),
        ("a\n1\n\"open\n", &["line 3", "never closed"]),
        ("a,b\n1\n", &["line 2", "expected 2 fields"]),
        ("a,a\n1,1\n", &["twice"]),
        ("a,c\n1,1\n", &["\"c\"", "a, b, d, t, x, s"]),
        ("", &["empty"]),
    ] {
        let said = lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], input).fails(1);
        assert!(expected.iter().all(|part| said.contains(part)), "{input:?}: {said}");
    }
    for (input, expected) in [
        ("{\"a\":1}\n{\"a\":2.5}\n", &["line 2", "\"a\"", "2.5"][..]),
        ("{\"a\":99999999999}\n", &["line 1", "out of range for INT"]),
        ("{\"a\":1,\"b\":9223372036854775808}", &["line 1", "out of range for BIGINT"]),
        ("{\"a\":1,\"c\":2}", &["line 1", "\"c\""]),
        ("{\"a\":1", &["line 1", "JSON"]),
        ("[1]", &["line 1", "object"]),
        ("{\"a\":{}}", &["line 1", "\"a\""]),
        ("{\"b\":1}", &["line 1", "NOT NULL"]),
    ] {
        let said = lab.run_with_input(&["write", "d.t", "-", "--format", "ndjson"], input).fails(1);
        assert!(expected.iter().all(|part| said.contains(part)), "{input:?}: {said}");
    }
    assert_eq!(snapshots(&lab), 0);
    assert!(
        !lab.table_folder().join("bucket-0").exists()
            || lab.table_folder().join("bucket-0").read_dir().unwrap().count() == 0
    );
}

#[test]
fn files_that_are_no_input() {
    let lab = Lab::with_append_table("a INT");
    lab.file("bad.parquet", "PAR1 nonsense PAR1");
    lab.file("bad.arrow", "ARROW1 nonsense");
    lab.file("rows.xyz", "a\n1\n");
    lab.file("rows.avro", "Obj");
    lab.run(&["write", "d.t", "none.csv"]).fails(3);
    lab.run(&["write", "d.t", "bad.parquet"]).fails(1);
    lab.run(&["write", "d.t", "bad.arrow"]).fails(1);
    lab.run(&["write", "d.t", "rows.xyz"]).fails(2);
    lab.run(&["write", "d.t", "-"]).fails(2);
    lab.run(&["write", "d.t", "."]).fails(2);
    assert!(lab.run(&["write", "d.t", "rows.avro"]).fails(1).contains("Avro"));
    assert_eq!(snapshots(&lab), 0);
}

#[test]
fn damaged_metadata() {
    for (file, damage) in [("snapshot/snapshot-1", "{\"version\":3,"), ("schema/schema-0", "not json")] {
        let lab = Lab::with_append_table("a INT");
        lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "a\n1\n").ok();
        fs::write(lab.table_folder().join(file), damage).unwrap();
        let said = lab.run(&["read", "d.t"]).fails(5);
        assert!(said.contains(file), "{file}: {said}");
    }
}

#[test]
fn damaged_manifests_and_data() {
    for (folder, damage) in [("manifest", &b"Obj\x01 cut"[..]), ("bucket-0", b"PAR1")] {
        let lab = Lab::with_append_table("a INT");
        lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "a\n1\n").ok();
        for file in lab.table_folder().join(folder).read_dir().unwrap() {
            fs::write(file.unwrap().path(), damage).unwrap();
        }
        let said = lab.run(&["read", "d.t"]).fails(5);
        assert!(said.contains(folder), "{folder}: {said}");
    }
    let lab = Lab::with_append_table("a INT");
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "a\n1\n").ok();
    fs::remove_dir_all(lab.table_folder().join("bucket-0")).unwrap();
    let said = lab.run(&["read", "d.t"]);
    assert!([3, 5].contains(&said.code), "{}", said.stderr);
}

#[test]
fn types_that_a_format_cannot_hold_are_refused_before_anything_is_written() {
    let lab = Lab::new();
    let create = ["table", "create", "d.t", "--schema", "a INT, ts TIMESTAMP(9)", "--option", "file.format=avro"];
    let said = lab.run(&create).fails(1);
    assert!(said.contains("Avro") && said.contains("ts"), "{said}");
    lab.run(&["table", "create", "d.t", "--schema", "a INT, ts TIMESTAMP(9)"]).ok();
    let said = lab.run(&["table", "alter", "d.t", "SET ('file.format' = 'avro')"]).fails(1);
    assert!(said.contains("Avro") && said.contains("ts"), "{said}");
    assert_eq!(snapshots(&lab), 0);
}
