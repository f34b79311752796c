//! Input and output formats: what one writes the other reads.

use arrow_ipc::reader::StreamReader;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::harness::Lab;

const EVERY_TYPE: &str = "k INT, bo BOOLEAN, ti TINYINT, si SMALLINT, bi BIGINT, fl FLOAT, do DOUBLE, \
    de DECIMAL(20, 3), ch CHAR(3), st STRING, by BYTES, da DATE, ti3 TIME(3), ts TIMESTAMP(6), ns TIMESTAMP(9), \
    tz TIMESTAMP(3) WITH LOCAL TIME ZONE, ar ARRAY<INT>, ma MAP<STRING, INT>, ro ROW<a INT, b ARRAY<STRING>>";

const FULL: &str = concat!(
    r#"{"k":1,"bo":true,"ti":-128,"si":32767,"bi":-9223372036854775808,"fl":1.5,"do":"-Infinity","de":"12345678901234567.125","#,
    r#""ch":"abc","st":"a \"quoted\"\nline, é","by":"00ff","da":"1969-12-31","ti3":"23:59:59.999","#,
    r#""ts":"2026-01-31T12:34:56.789012","ns":"1969-12-31T23:59:59.999999999","tz":"2026-01-31T12:34:56.789Z","#,
    r#""ar":[1,null,3],"ma":[["a",1],["b",null]],"ro":{"a":null,"b":["x",""]}}"#
);

const EMPTY: &str = concat!(
    r#"{"k":2,"bo":null,"ti":null,"si":null,"bi":null,"fl":null,"do":null,"de":null,"ch":null,"st":"","by":null,"#,
    r#""da":null,"ti3":null,"ts":null,"ns":null,"tz":null,"ar":[],"ma":[],"ro":null}"#
);

fn lab() -> Lab {
    let lab = Lab::with_append_table(EVERY_TYPE);
    lab.file("rows.ndjson", format!("{FULL}\n{EMPTY}\n"));
    lab.run(&["write", "d.t", "rows.ndjson"]).ok();
    lab
}

#[test]
fn what_goes_out_comes_back_in() {
    let lab = lab();
    assert_eq!(lab.rows(&["d.t"]), [FULL, EMPTY]);
    for format in ["ndjson", "csv", "parquet", "arrow"] {
        let written = lab.run(&["read", "d.t", "-o", format]);
        assert_eq!(written.code, 0, "{}", written.stderr);
        let file = lab.file(&format!("again.{format}"), &written.stdout);
        lab.run(&["table", "create", &format!("d.{format}"), "--schema", EVERY_TYPE]).ok();
        lab.run(&["write", &format!("d.{format}"), &file]).ok();
        assert_eq!(lab.rows(&[&format!("d.{format}")]), [FULL, EMPTY], "{format}");
        let piped = ["write", &format!("d.{format}"), "-", "--format", format, "--overwrite"];
        lab.run_with_input(&piped, written.stdout).ok();
        assert_eq!(lab.rows(&[&format!("d.{format}")]), [FULL, EMPTY], "{format} piped");
    }
}

#[test]
fn outputs_are_what_they_say() {
    let lab = lab();
    let json: serde_json::Value = serde_json::from_str(&lab.run(&["read", "d.t", "-o", "json"]).ok()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    assert_eq!(lab.run(&["read", "d.t", "-o", "json", "--limit", "0"]).ok(), "[]\n");
    assert_eq!(lab.run(&["read", "d.t", "--format", "jsonl"]).ok().lines().count(), 2);
    let table = lab.run(&["read", "d.t", "-o", "table"]).ok();
    assert!(table.contains("│") && table.contains("NULL") && !table.contains('\u{1b}'));
    let arrow = lab.run(&["read", "d.t", "-o", "arrow"]).stdout;
    let rows = StreamReader::try_new(arrow.as_slice(), None).unwrap().map(|batch| batch.unwrap().num_rows());
    assert_eq!(rows.sum::<usize>(), 2);
    let parquet = Bytes::from(lab.run(&["read", "d.t", "-o", "parquet"]).stdout);
    let reader = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 2);
    let csv = lab.run(&["read", "d.t", "-o", "csv", "--columns", "k,st,de,ar"]).ok();
    assert!(
        csv.starts_with("k,st,de,ar\n1,\"a \"\"quoted\"\"\nline, é\",12345678901234567.125,\"[1,null,3]\"\n"),
        "{csv}"
    );
}

#[test]
fn empty_tables_have_headers() {
    let lab = Lab::with_append_table("a INT, b STRING");
    assert_eq!(lab.run(&["read", "d.t"]).ok(), "");
    assert_eq!(lab.run(&["read", "d.t", "-o", "csv"]).ok(), "a,b\n");
    for format in ["arrow", "parquet"] {
        let written = lab.run(&["read", "d.t", "-o", format]);
        let file = lab.file("empty", written.stdout);
        lab.run(&["write", "d.t", &file, "--format", format]).ok();
    }
    assert_eq!(lab.run(&["snapshot", "list", "d.t"]).ok(), "", "no rows are no snapshot");
}

#[test]
fn csv_as_people_write_it() {
    let lab = Lab::with_append_table("id INT NOT NULL, name STRING, at TIMESTAMP(3), ok BOOLEAN, n INT DEFAULT 7");
    let csv = "\u{feff}at,ok,id,name\r\n2013-01-01T06:00:00Z,yes,2004.0,\"\"\r\n2013-01-01 06:00:00,,2,\r\n\r\n";
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], csv).ok();
    assert_eq!(
        lab.rows(&["d.t"]),
        [
            r#"{"id":2,"name":null,"at":"2013-01-01T06:00:00.000","ok":null,"n":7}"#,
            r#"{"id":2004,"name":"","at":"2013-01-01T06:00:00.000","ok":true,"n":7}"#
        ]
    );
    let lab = Lab::with_append_table("a INT, b STRING");
    let with_na = "a\tb\textra\nNA\tNA\t1\n";
    lab.file("x.tsv", with_na);
    assert!(lab.run(&["write", "d.t", "x.tsv", "--null-value", "NA"]).fails(1).contains("\"extra\""));
    lab.run(&["write", "d.t", "x.tsv", "--null-value", "NA", "--ignore-unknown"]).ok();
    assert_eq!(lab.rows(&["d.t"]), [r#"{"a":null,"b":null}"#]);
}

#[test]
fn a_closed_pipe_is_quiet() {
    use std::{io::Read, process::Stdio};
    let lab = Lab::with_append_table("a INT");
    let rows = (0..200_000).map(|row| format!("{row}\n")).collect::<String>();
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], format!("a\n{rows}")).ok();
    for format in ["ndjson", "json", "csv", "arrow", "parquet"] {
        let mut command = lab.command(&["read", "d.t", "-o", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 8]).unwrap();
        drop(stdout);
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""), "{format}");
    }
}
