use super::*;

fn table(sql: &str) -> (TableName, crate::ddl::TableDefinition) {
    match parse_statements(sql).unwrap().remove(0) {
        Statement::CreateTable { name, definition, .. } => (name, definition),
        other => panic!("{other:?}"),
    }
}

#[test]
fn flink_table() {
    let (name, table) = table(
        "CREATE TABLE IF NOT EXISTS my_catalog.shop.`orders` (
            -- the key
            id BIGINT, item STRING COMMENT 'what', price DECIMAL(10, 2), at TIMESTAMP(3) WITH LOCAL TIME ZONE,
            extra ROW<a INT, b MAP<STRING, ARRAY<INT>>>, bag MULTISET<STRING>, raw BYTES, dt STRING NOT NULL,
            CONSTRAINT pk PRIMARY KEY (id, dt) NOT ENFORCED
        ) COMMENT 'all orders' PARTITIONED BY (dt) WITH ('connector' = 'paimon', 'bucket' = '2');",
    );
    assert_eq!((name.database.as_deref(), name.table.as_str()), (Some("shop"), "orders"));
    assert_eq!(table.fields.len(), 8);
    assert_eq!(table.primary_keys, ["id", "dt"]);
    assert_eq!(table.partition_keys, ["dt"]);
    assert_eq!(table.options.into_iter().collect::<Vec<_>>(), [("bucket".to_owned(), "2".to_owned())]);
    assert_eq!(table.comment.as_deref(), Some("all orders"));
}

#[test]
fn spark_table() {
    let (name, table) = table(
        "CREATE TABLE orders (id BIGINT NOT NULL, item STRING) USING paimon PARTITIONED BY (dt STRING, h INT)
         TBLPROPERTIES ('primary-key' = 'id, dt,h', 'bucket' = '4')",
    );
    assert_eq!((name.database, name.table.as_str()), (None, "orders"));
    assert_eq!(table.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["id", "item", "dt", "h"]);
    assert_eq!(table.primary_keys, ["id", "dt", "h"]);
    assert_eq!(table.partition_keys, ["dt", "h"]);
    assert_eq!(table.options.len(), 1);
}

#[test]
fn other_statements() {
    let statements = parse_statements(
        "CREATE DATABASE IF NOT EXISTS shop; USE shop; CREATE TABLE t (a INT PRIMARY KEY NOT ENFORCED);
         DROP TABLE IF EXISTS shop.t; DROP DATABASE shop CASCADE;;",
    )
    .unwrap();
    assert_eq!(statements.len(), 5);
    assert_eq!(statements[1], Statement::Use { name: "shop".into() });
    assert_eq!(statements[4], Statement::DropDatabase { name: "shop".into(), if_exists: false, cascade: true });
}

#[test]
fn mistakes_name_line_and_token() {
    let error = |sql| parse_statements(sql).unwrap_err();
    assert_eq!(error("CREATE TABLE t\n(a INT"), "expected ')', found the end");
    assert_eq!(error("CREATE VIEW v"), "line 1: expected TABLE, found \"VIEW\"");
    assert!(error("SELECT 1").contains("queries are not there yet"));
    assert!(error("CREATE TABLE t (a INT) nonsense").contains("\"nonsense\""));
    assert!(error("CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS ts)").contains("WATERMARK"));
    assert!(error("CREATE TABLE t (a INT) USING delta").contains("USING paimon"));
    assert!(error("CREATE TABLE t (a INT) WITH (bucket = 2)").contains("in quotes"));
}
