//! Databases, tables, schemas: created by flags and by SQL.

use crate::harness::Lab;

#[test]
fn databases_come_and_go() {
    let lab = Lab::new();
    assert_eq!(lab.run(&["db", "list"]).ok(), "");
    lab.run(&["db", "create", "a"]).ok();
    lab.run(&["db", "create", "a", "--if-not-exists"]).ok();
    assert!(lab.run(&["db", "create", "a"]).fails(1).contains("already exists"));
    assert_eq!(lab.run(&["db", "list", "-o", "csv"]).ok(), "database\na\n");
    lab.run(&["table", "create", "a.t", "--schema", "x INT"]).ok();
    assert!(lab.run(&["db", "drop", "a"]).fails(2).contains("--cascade"));
    lab.run(&["db", "drop", "a", "--cascade", "--yes", "--dry-run"]).ok();
    lab.run(&["db", "drop", "a", "--cascade", "--yes"]).ok();
    lab.run(&["db", "drop", "a", "--if-exists"]).ok();
    lab.run(&["db", "drop", "a"]).fails(3);
}

#[test]
fn tables_by_flags() {
    let lab = Lab::with_keyed_table();
    assert_eq!(lab.run(&["table", "list"]).ok(), "{\"database\":\"d\",\"table\":\"t\"}\n");
    let shown = &lab.run(&["table", "describe", "d.t"]).json_lines()[0];
    assert_eq!(shown["primaryKeys"], serde_json::json!(["id", "dt"]));
    assert_eq!(shown["columns"][2]["type"], "STRING NOT NULL", "key columns are not null");
    assert!(lab.run(&["table", "create", "d.t", "--schema", "x INT"]).fails(1).contains("already exists"));
    lab.run(&["table", "create", "d.t", "--schema", "x INT", "--if-not-exists"]).ok();
    lab.run(&["table", "info", "d.t", "-o", "table"]).ok();
    lab.run(&["table", "drop", "d.t"]).ok();
    lab.run(&["table", "describe", "d.t"]).fails(3);
}

#[test]
fn tables_by_sql() {
    let lab = Lab::new();
    let flink =
        "CREATE TABLE IF NOT EXISTS d.t (id BIGINT, at TIMESTAMP(3) WITH LOCAL TIME ZONE, r ROW<a INT, b STRING>,
        PRIMARY KEY (id) NOT ENFORCED) COMMENT 'c' WITH ('connector' = 'paimon', 'bucket' = '3')";
    lab.run(&["table", "create", "--sql", flink]).ok();
    let shown = &lab.run(&["table", "describe", "d.t"]).json_lines()[0];
    assert_eq!(shown["options"], serde_json::json!({"bucket": "3"}));
    assert_eq!(shown["columns"][1]["type"], "TIMESTAMP(3) WITH LOCAL TIME ZONE");
    let spark =
        "CREATE TABLE u (id INT, dt STRING) USING paimon PARTITIONED BY (dt) TBLPROPERTIES ('primary-key'='id,dt')";
    lab.run_with_input(&["sql", "--file", "-"], format!("USE d; {spark}; DROP TABLE d.t")).ok();
    assert_eq!(lab.run(&["table", "list", "d", "-o", "csv"]).ok(), "database,table\nd,u\n");
    assert!(lab.run(&["sql", "SELECT 1"]).fails(2).contains("queries are not there yet"));
    lab.run(&["table", "create", "--sql", "DROP TABLE d.u"]).fails(2);
}

#[test]
fn a_refused_table_leaves_nothing() {
    let lab = Lab::new();
    let refused = lab.run(&["table", "create", "d.t", "--schema", "x INT", "--option", "bucket=many"]).fails(1);
    assert!(refused.contains("bucket") && refused.contains("many"), "{refused}");
    assert!(lab.run(&["table", "create", "d.t", "--schema", "x NUMBERISH"]).fails(2).contains("column \"x\""));
    lab.run(&["table", "create", "d.t", "--schema", "x INT", "--primary-key", "y"]).fails(1);
    lab.run(&["table", "create", "d.t", "--schema", "x INT", "--no-create-db"]).fails(3);
    assert_eq!(lab.run(&["db", "list"]).ok(), "");
}

#[test]
fn schemas_grow() {
    let lab = Lab::with_keyed_table();
    lab.run(&["schema", "add-column", "d.t", "note ROW<a INT, b STRING> COMMENT 'x'"]).ok();
    lab.run(&["schema", "add-column", "d.t", "last INT"]).ok();
    assert_eq!(lab.run(&["schema", "list", "d.t"]).json_lines().len(), 3);
    let shown = &lab.run(&["schema", "show", "d.t", "2"]).json_lines()[0];
    let ids = shown["columns"].as_array().unwrap().iter().map(|column| column["id"].as_i64().unwrap());
    assert_eq!(ids.collect::<Vec<_>>(), [0, 1, 2, 3, 6]);
    lab.run(&["schema", "add-column", "d.t", "note INT"]).fails(1);
    lab.run(&["schema", "add-column", "d.t", "must INT NOT NULL"]).fails(2);
    lab.run(&["schema", "show", "d.t", "9"]).fails(3);
}

#[test]
fn a_table_by_its_folder() {
    let lab = Lab::with_keyed_table();
    let folder = lab.table_folder();
    let shown = |address: &str| lab.run(&["schema", "show", address]).json_lines();
    assert_eq!(shown(folder.to_str().unwrap()), shown("d.t"));
    assert_eq!(shown("./wh/d.db/t"), shown("d.t"));
    assert_eq!(shown(&format!("file://{}", folder.display())), shown("d.t"));
}

#[test]
fn a_profile_names_the_warehouse() {
    let lab = Lab::with_keyed_table();
    let warehouse = lab.warehouse();
    lab.file(
        "cenote.toml",
        format!("[default]\nwarehouse = \"nowhere\"\n[lab]\nwarehouse = '{}'\n", warehouse.display()),
    );
    let list = |args: &[&str]| {
        let output = lab.command(args).env_remove("CENOTE_WAREHOUSE").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(list(&["table", "list", "--profile", "lab", "-o", "csv"]), (Some(0), "database,table\nd,t\n".into()));
    assert_eq!(list(&["db", "list"]), (Some(0), String::new()));
    assert_eq!(list(&["db", "list", "--profile", "none"]).0, Some(3));
}
