//! Schemas changed from verbs and from ALTER TABLE.

use serde_json::{Value, json};

use crate::harness::Lab;

/// The latest schema of `d.t`.
fn schema(lab: &Lab) -> Value {
    serde_json::from_str(&lab.run(&["schema", "show", "d.t", "-o", "json"]).ok()).unwrap()
}

/// `name TYPE` of each column.
fn columns(lab: &Lab) -> Vec<String> {
    let schema = schema(lab);
    let text = |column: &Value| format!("{} {}", column["name"].as_str().unwrap(), column["type"].as_str().unwrap());
    schema["columns"].as_array().unwrap().iter().map(text).collect()
}

#[test]
fn every_verb_changes_the_schema() {
    let lab = Lab::with_append_table("a INT, b STRING");
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "a,b\n1,x\n").ok();
    for line in [
        &["add-column", "d.t", "c DOUBLE COMMENT 'see'", "--after", "a"][..],
        &["add-column", "d.t", "r ROW<x INT, y STRING>"],
        &["add-column", "d.t", "r.z DATE", "--first"],
        &["rename-column", "d.t", "b", "text"],
        &["set-type", "d.t", "a", "BIGINT"],
        &["set-default", "d.t", "text", "none"],
        &["set-comment", "d.t", "a", "the key"],
        &["drop-comment", "d.t", "c"],
        &["drop-default", "d.t", "text"],
        &["move-column", "d.t", "c", "--last"],
        &["drop-column", "d.t", "r.y"],
        &["apply", "d.t", "[{\"action\":\"setOption\",\"key\":\"write-only\",\"value\":\"true\"}]"],
    ] {
        lab.run(&[&["schema"], line].concat()).ok();
    }
    assert_eq!(columns(&lab), ["a BIGINT", "text STRING", "r ROW<z DATE, x INT>", "c DOUBLE"]);
    assert_eq!(schema(&lab)["id"], 12);
    assert_eq!(schema(&lab)["options"], json!({"write-only": "true"}));
    assert_eq!(lab.rows(&["d.t"]), [r#"{"a":1,"text":"x","r":null,"c":null}"#]);
}

#[test]
fn alter_table_in_sql() {
    let lab = Lab::with_keyed_table();
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n1,x,d1\n").ok();
    lab.run(&[
        "sql",
        "USE d; ALTER TABLE t ADD (n INT DEFAULT 7, m DATE FIRST); ALTER TABLE d.t MODIFY n BIGINT COMMENT 'c';
        ALTER TABLE t RENAME id TO key; ALTER TABLE t SET ('comment' = 'all'); ALTER TABLE t DROP (m);
        ALTER TABLE IF EXISTS d.none DROP x; COMMENT ON TABLE t IS 'every';",
    ])
    .ok();
    assert_eq!(columns(&lab), ["key BIGINT NOT NULL", "name STRING", "dt STRING NOT NULL", "n BIGINT"]);
    let schema = schema(&lab);
    assert_eq!((&schema["primaryKeys"], &schema["comment"]), (&json!(["key", "dt"]), &json!("every")));
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "key,name,dt\n1,y,d1\n2,z,d1\n").ok();
    let rows = [r#"{"key":1,"name":"y","dt":"d1","n":7}"#, r#"{"key":2,"name":"z","dt":"d1","n":7}"#];
    assert_eq!(lab.rows(&["d.t"]), rows);
}

#[test]
fn a_list_of_changes_is_one_schema_or_none() {
    let lab = Lab::with_append_table("a INT");
    lab.run(&["table", "alter", "d.t", "ADD x INT", "ALTER COLUMN a TYPE BIGINT", "SET ('k' = 'v')"]).ok();
    assert_eq!((columns(&lab), &schema(&lab)["id"]), (vec!["a BIGINT".to_owned(), "x INT".to_owned()], &json!(1)));
    lab.run(&["table", "alter", "d.t", "ADD y INT", "DROP z"]).fails(3);
    assert_eq!(schema(&lab)["id"], 1);
}

#[test]
fn what_java_refuses_is_refused() {
    let lab = Lab::with_keyed_table();
    lab.run_with_input(&["write", "d.t", "-", "--format", "csv"], "id,name,dt\n1,x,d1\n").ok();
    for (clause, code, expected) in [
        ("ADD n INT NOT NULL", 2, "NOT NULL"),
        ("ADD name INT", 1, "already"),
        ("DROP id", 1, "primary key"),
        ("RENAME dt TO day", 1, "partition"),
        ("ALTER COLUMN id TYPE INT", 1, "primary key"),
        ("ALTER COLUMN name TYPE ARRAY<INT>", 1, "cannot change"),
        ("ALTER COLUMN name SET NOT NULL", 1, "alter-column-null-to-not-null.disabled"),
        ("ALTER COLUMN id SET DEFAULT 'x'", 1, "default"),
        ("SET ('bucket' = '-1')", 1, "bucket"),
        ("SET ('merge-engine' = 'first-row')", 1, "merge-engine"),
        ("RESET ('bucket')", 1, "bucket"),
        ("SET ('sequence.field' = 'none')", 1, "sequence.field"),
        ("DROP PRIMARY KEY", 1, "primary key"),
        ("RENAME TO u", 1, "unsupported"),
        ("DROP none", 3, "none"),
        ("ADD", 2, "column name"),
    ] {
        let said = lab.run(&["table", "alter", "d.t", clause]).fails(code);
        assert!(said.contains(expected), "{clause}: {said}");
    }
    assert_eq!(schema(&lab)["id"], 0);
}
