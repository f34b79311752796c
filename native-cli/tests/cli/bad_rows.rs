//! Rows that do not fit: the load fails and can be tried again, or goes on without them.

use std::fs;

use serde_json::Value;

use crate::harness::Lab;

fn snapshots(lab: &Lab) -> usize {
    lab.run(&["snapshot", "list", "d.t"]).ok().lines().count()
}

/// Rows of the file of bad rows, without the names of inputs.
fn quarantined(lab: &Lab, file: &str) -> Vec<Value> {
    let text = fs::read_to_string(lab.path().join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const CSV: &str = "id,n,when\r\n1,10,2026-01-01\r\nx,11,2026-01-01\r\n3,12\r\n4,99999999999,2026-01-01\r\n\
                   5,13,2026-02-30\r\n6,\"stray,2026-01-01\r\n7,14,2026-01-01\r\n,15,2026-01-01\r\n";

#[test]
fn csv_goes_on_without_bad_lines() {
    let lab = Lab::with_append_table("id INT NOT NULL, n INT, when DATE");
    lab.file("rows.csv", ["\u{feff}", CSV].concat());
    let write = ["write", "d.t", "rows.csv", "--on-error"];
    assert!(lab.run(&[&write[..], &["fail"]].concat()).fails(1).contains("line 3"));
    assert_eq!(snapshots(&lab), 0);
    let run = lab.run(&[&write[..], &["quarantine=bad.ndjson"]].concat());
    assert!(run.stderr.contains("6 bad rows left out"), "{}", run.stderr);
    run.ok();
    let left_out = quarantined(&lab, "bad.ndjson");
    let lines = left_out.iter().map(|row| row["line"].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(lines, [3, 4, 5, 6, 7, 9]);
    assert_eq!(left_out[0]["raw"], "x,11,2026-01-01");
    assert_eq!(left_out[0]["input"], "rows.csv");
    for (row, reason) in
        left_out.iter().zip(["integer", "3 fields", "out of range", "date", "never closed", "NOT NULL"])
    {
        assert!(row["reason"].as_str().unwrap().contains(reason), "{row}");
    }
    let rows = [r#"{"id":1,"n":10,"when":"2026-01-01"}"#, r#"{"id":7,"n":14,"when":"2026-01-01"}"#];
    assert_eq!(lab.rows(&["d.t"]), rows);
    // Bad rows are not written over.
    lab.run(&[&write[..], &["quarantine=bad.ndjson"]].concat()).fails(2);
    let run = lab.run(&[&write[..], &["skip"]].concat());
    assert!(run.stderr.contains("6 bad rows"), "{}", run.stderr);
    assert_eq!(lab.rows(&["d.t"]).len(), 4);
}

#[test]
fn ndjson_goes_on_without_bad_lines() {
    let lab = Lab::with_append_table("id INT NOT NULL DEFAULT 7, r ROW<x INT, l ARRAY<INT NOT NULL>>");
    let lines = [
        r#"{"id":1,"r":{"x":1,"l":[1,2]}}"#,
        r#"{"id":2,"r":{"x":1,"l":[1,null]}}"#,
        r#"{"id":3,"id":4}"#,
        r#"{"id":5,"r":{"x":1,"l":[3]},"y":1}"#,
        r#"{"id":6,"r":{"x":"#,
        r#"{"r":{"x":6,"l":[]}}"#,
        r#"{"id":null}"#,
    ];
    let input = [lines.join("\n").into_bytes(), b"\n{\"id\":\"\xff\"}\n".to_vec()].concat();
    let args = ["write", "d.t", "-", "--format", "ndjson", "--on-error", "quarantine=bad.ndjson"];
    lab.run_with_input(&args, input).ok();
    let left_out = quarantined(&lab, "bad.ndjson");
    let lines = left_out.iter().map(|row| row["line"].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(lines, [2, 3, 4, 5, 7, 8]);
    for (row, reason) in left_out.iter().zip(["NOT NULL", "twice", "\"y\"", "JSON", "NOT NULL", "unicode"]) {
        assert!(row["reason"].as_str().unwrap().contains(reason), "{row}");
    }
    assert_eq!(lab.rows(&["d.t"]), [r#"{"id":1,"r":{"x":1,"l":[1,2]}}"#, r#"{"id":7,"r":{"x":6,"l":[]}}"#]);
}

#[test]
fn columnar_files_name_their_rows() {
    let lab = Lab::with_append_table("id BIGINT, s STRING");
    let input =
        "{\"id\":1,\"s\":\"a\"}\n{\"id\":3000000000,\"s\":\"b\"}\n{\"id\":3,\"s\":\"long\"}\n{\"id\":4,\"s\":\"d\"}\n";
    lab.run_with_input(&["write", "d.t", "-", "--format", "ndjson"], input).ok();
    lab.run(&["table", "create", "d.u", "--schema", "id INT, s VARCHAR(2)"]).ok();
    for (format, file) in [("parquet", "rows.parquet"), ("arrow", "rows.arrow")] {
        let rows = lab.run(&["read", "d.t", "-o", format]).stdout;
        lab.file(file, rows);
        let said = lab.run(&["write", "d.u", file]).fails(1);
        assert!(said.contains("row 2") && said.contains("3000000000") && said.contains("\"id\""), "{said}");
        assert_eq!(lab.rows(&["d.u"]).len(), if format == "parquet" { 0 } else { 2 });
        let bad = format!("{format}.ndjson");
        lab.run(&["write", "d.u", file, "--on-error", &format!("quarantine={bad}")]).ok();
        let rows = quarantined(&lab, &bad).iter().map(|row| row["row"].as_u64().unwrap()).collect::<Vec<_>>();
        assert_eq!(rows, [2, 3]);
    }
    assert_eq!(lab.rows(&["d.u"]).len(), 4);
    // A column of another kind is wrong in every row.
    lab.run(&["table", "create", "d.v", "--schema", "id DATE"]).ok();
    let said = lab.run(&["write", "d.v", "rows.parquet", "--ignore-unknown", "--on-error", "skip"]).fails(1);
    assert!(said.contains("expected DATE"), "{said}");
}

#[test]
fn avro_files_are_loaded() {
    let lab = Lab::new();
    let schema = "id BIGINT, name STRING, at TIMESTAMP(6), tags ARRAY<STRING>, p DECIMAL(9, 2), m MAP<STRING, INT>";
    lab.run(&["table", "create", "d.t", "--schema", schema]).ok();
    let container = avro_container();
    lab.file("rows.avro", &container);
    lab.run(&["write", "d.t", "rows.avro"]).ok();
    lab.run_with_input(&["write", "d.t", "-", "--format", "avro"], container.clone()).ok();
    let row = r#"{"id":7,"name":"x","at":"2024-01-01T10:00:00.000001","tags":["a"],"p":"1.23","m":null}"#;
    assert_eq!(lab.rows(&["d.t"]), [row, row]);
    lab.file("cut.avro", &container[..container.len() - 20]);
    lab.run(&["write", "d.t", "cut.avro"]).fails(1);
    lab.file("other.avro", "Obj");
    lab.run(&["write", "d.t", "other.avro"]).fails(1);
    assert_eq!(lab.rows(&["d.t"]).len(), 2);
}

/// An Avro file of one row, put together by hand.
fn avro_container() -> Vec<u8> {
    let schema = r#"{"type":"record","name":"r","fields":[{"name":"id","type":"int"},{"name":"name","type":["null","string"]},
        {"name":"at","type":{"type":"long","logicalType":"timestamp-micros"}},{"name":"tags","type":{"type":"array","items":"string"}},
        {"name":"p","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}}]}"#;
    let long = |value: i64| {
        let mut zigzag = (value << 1 ^ value >> 63).cast_unsigned();
        let mut bytes = Vec::new();
        while zigzag >= 0x80 {
            bytes.push(zigzag as u8 | 0x80);
            zigzag >>= 7;
        }
        bytes.push(zigzag as u8);
        bytes
    };
    let text = |text: &str| [long(text.len() as i64), text.as_bytes().to_vec()].concat();
    let sync = vec![9; 16];
    let header = [b"Obj\x01".to_vec(), long(1), text("avro.schema"), text(schema), long(0), sync.clone()].concat();
    let micros = 1_704_103_200_000_001;
    let tags = [long(1), text("a"), long(0)].concat();
    let record = [long(7), long(1), text("x"), long(micros), tags, long(1), vec![123]].concat();
    [header, long(1), long(record.len() as i64), record, sync].concat()
}

#[test]
fn the_table_follows_its_input() {
    let lab = Lab::with_append_table("id INT, s VARCHAR(2)");
    lab.file("a.csv", "id,s,note\n1,ab,x\n");
    assert!(lab.run(&["write", "d.t", "a.csv"]).fails(1).contains("--evolve"));
    lab.run(&["write", "d.t", "a.csv", "--evolve"]).ok();
    lab.file("b.ndjson", "{\"id\":2,\"op\":\"+I\"}\n{\"id\":3,\"deep\":{\"a\":[1]},\"n\":1.5,\"op\":\"+I\"}\n");
    lab.run(&["write", "d.t", "b.ndjson", "--evolve", "--rowkind-field", "op"]).ok();
    lab.run(&["table", "create", "d.u", "--schema", "id BIGINT, s STRING, extra DOUBLE"]).ok();
    lab.run_with_input(&["write", "d.u", "-", "--format", "csv"], "id,s,extra\n3000000000,abc,0.5\n").ok();
    lab.file("c.parquet", lab.run(&["read", "d.u", "-o", "parquet"]).stdout);
    lab.run(&["write", "d.t", "c.parquet", "--evolve"]).ok();
    lab.run(&["write", "d.t", "c.parquet", "--evolve"]).ok();
    let schema = lab.run(&["schema", "show", "d.t", "-o", "json"]).ok();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["id"], 3);
    let row = r#"{"id":3000000000,"s":"abc","note":null,"deep":null,"n":null,"extra":0.5}"#;
    let expected = [
        r#"{"id":1,"s":"ab","note":"x","deep":null,"n":null,"extra":null}"#,
        r#"{"id":2,"s":null,"note":null,"deep":null,"n":null,"extra":null}"#,
        r#"{"id":3,"s":null,"note":null,"deep":"{\"a\":[1]}","n":"1.5","extra":null}"#,
        row,
        row,
    ];
    let mut rows = lab.rows(&["d.t"]);
    rows.sort();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(rows, expected);
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv", "--evolve"], "id\n1\n").fails(2);
}

/// The disk is full for the binary: files may not grow beyond a limit.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_table_as_it_was() {
    let lab = Lab::with_append_table("id INT, s STRING");
    let rows = (0..40_000)
        .map(|id| format!("{id},{:032x}\n", (id as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_0C8B_3A1D_55A7)));
    lab.file("rows.csv", ["id,s\n".to_owned(), rows.collect::<String>()].concat());
    let binary = env!("CARGO_BIN_EXE_cenote");
    let script = format!("trap '' XFSZ; ulimit -f 64; exec {binary} write d.t rows.csv");
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", &script])
        .current_dir(lab.path())
        .env("CENOTE_WAREHOUSE", lab.warehouse())
        .env("HOME", lab.path());
    let output = shell.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error: "), "{said}");
    assert_eq!(snapshots(&lab), 0);
    lab.run(&["write", "d.t", "rows.csv"]).ok();
    assert_eq!(lab.rows(&["d.t"]).len(), 40_000);
}
