//! Rows that are changed: update, delete, merge, truncate, drop partitions, by verbs and by SQL.

use crate::harness::Lab;

fn append_lab(options: &[&str]) -> Lab {
    let lab = Lab::new();
    let options: Vec<&str> = options.iter().flat_map(|option| ["--option", option]).collect();
    lab.run(&[&["table", "create", "d.t", "--schema", "id BIGINT, name STRING, n INT"], options.as_slice()].concat())
        .ok();
    let file = lab.file("a.csv", "id,name,n\n1,one,1\n2,two,2\n3,,3\n");
    lab.run(&["write", "d.t", &file]).ok();
    lab
}

const ONE: &str = r#"{"id":1,"name":"one","n":1}"#;
const TWO: &str = r#"{"id":2,"name":"two","n":2}"#;

#[test]
fn append_tables_change_by_vectors_or_by_rewriting() {
    for options in [&["deletion-vectors.enabled=true"][..], &[]] {
        let lab = append_lab(options);
        let counted = lab.run(&["delete", "d.t", "--where", "id = 3", "--dry-run", "-o", "json"]).ok();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&counted).unwrap()["deleted_rows"], 1);
        let run = lab.run(&["delete", "d.t", "--where", "id = 3"]);
        assert!(run.stderr.contains("snapshot 2: deleted 1 rows in 1 files"), "{}", run.stderr);
        assert_eq!(lab.rows(&["d.t"]), [ONE, TWO]);
        let run = lab.run(&["update", "d.t", "--set", "n = n * 10, name = name || '!'", "--where", "id = 2"]);
        assert!(run.stderr.contains("snapshot 3: updated 1 rows"), "{}", run.stderr);
        assert_eq!(lab.rows(&["d.t"]), [ONE, r#"{"id":2,"name":"two!","n":20}"#]);
        assert_eq!(lab.rows(&["d.t", "--snapshot", "2"]), [ONE, TWO]);
        let file = lab.file("b.csv", "id,name,n,op\n1,eins,11,u\n2,,,d\n9,neun,9,u\n");
        let clauses = ["--when-matched", "and op = 'd' then delete", "--when-matched", "update set name = s.name"];
        let merge = ["merge", "d.t", &file, "--on", "t.id = s.id", "--when-not-matched", "insert *"];
        let run = lab.run(&[merge.as_slice(), &clauses].concat());
        assert!(run.stderr.contains("updated 1 rows, deleted 1 rows, inserted 1 rows"), "{}", run.stderr);
        assert_eq!(lab.rows(&["d.t"]), [r#"{"id":1,"name":"eins","n":1}"#, r#"{"id":9,"name":"neun","n":9}"#]);
        let snapshots = lab.run(&["snapshot", "list", "d.t"]).json_lines();
        let kinds: Vec<&str> = snapshots.iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["OVERWRITE", "OVERWRITE", "OVERWRITE", "APPEND"]);
    }
}

#[test]
fn truncates_and_drops_partitions() {
    let lab = Lab::with_keyed_table();
    let file = lab.file("a.csv", "id,name,dt\n1,one,x\n2,two,y\n3,three,z\n");
    lab.run(&["write", "d.t", &file]).ok();
    let run = lab.run(&["partition", "drop", "d.t", "dt=x", "dt=y", "--dry-run"]);
    assert!(run.stderr.contains("would delete 2 rows in 2 files of 2 partitions"), "{}", run.stderr);
    lab.run(&["partition", "drop", "d.t", "dt=x"]).ok();
    assert_eq!(lab.rows(&["d.t", "--columns", "id"]), [r#"{"id":2}"#, r#"{"id":3}"#]);
    assert!(lab.run(&["partition", "drop", "d.t", "id=1"]).fails(2).contains("partitioned by dt"));
    let run = lab.run(&["truncate", "d.t"]);
    assert!(run.stderr.contains("deleted 2 rows"), "{}", run.stderr);
    assert_eq!(lab.rows(&["d.t"]), Vec::<String>::new());
}

#[test]
fn sql_changes_rows() {
    let lab = append_lab(&[]);
    let file = lab.file("b.csv", "id,name\n2,zwei\n7,sieben\n");
    let script = format!(
        "USE d; UPDATE t SET n = 0 WHERE id = 1; DELETE FROM t WHERE id = 3; MERGE INTO t AS x USING '{file}' AS y \
         ON x.id = y.id WHEN MATCHED THEN UPDATE SET name = y.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (id, y.name);"
    );
    lab.run(&["sql", &script]).ok();
    let expected =
        [r#"{"id":1,"name":"one","n":0}"#, r#"{"id":2,"name":"zwei","n":2}"#, r#"{"id":7,"name":"sieben","n":null}"#];
    assert_eq!(lab.rows(&["d.t"]), expected);
    let file = lab.file("c.csv", "id,name,n\n1,one,1\n");
    lab.run(&["sql", &format!("INSERT OVERWRITE d.t SELECT * FROM '{file}'")]).ok();
    assert_eq!(lab.rows(&["d.t"]), [ONE]);
    lab.run(&["sql", "TRUNCATE TABLE d.t"]).ok();
    assert_eq!(lab.rows(&["d.t"]), Vec::<String>::new());
    assert!(lab.run(&["sql", "UPDATE d.t SET nothing = 1"]).fails(2).contains("unknown column"));
}
