use serde_json::{Value, json};

use super::*;

/// The changes as JSON, without what is null.
fn changes(text: &str) -> Vec<Value> {
    let Alteration::Changes(changes) = parse_alteration(text).unwrap() else { panic!("{text}") };
    let bare = |change: &SchemaChange| {
        let mut json = change.to_json();
        json.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        json
    };
    changes.iter().map(bare).collect()
}

#[test]
fn columns_are_added() {
    let add =
        |path: &[&str], data_type: &str| json!({"action": "addColumn", "fieldNames": path, "dataType": data_type});
    assert_eq!(changes("ADD a INT"), [add(&["a"], "INT")]);
    assert_eq!(changes("add column `a b`.c STRING"), [add(&["a b", "c"], "STRING")]);
    assert_eq!(changes("ADD COLUMNS (a INT, b DATE)"), [add(&["a"], "INT"), add(&["b"], "DATE")]);
    let found = changes("ADD (a INT COMMENT 'x' FIRST, b DECIMAL(4, 1) DEFAULT -1.5 AFTER `a`)");
    let expected = [
        json!({"action": "addColumn", "fieldNames": ["a"], "dataType": "INT", "comment": "x",
               "move": {"fieldName": "a", "referenceFieldName": null, "type": "FIRST"}}),
        json!({"action": "addColumn", "fieldNames": ["b"], "dataType": "DECIMAL(4, 1)",
               "move": {"fieldName": "b", "referenceFieldName": "a", "type": "AFTER"}}),
        json!({"action": "updateColumnDefaultValue", "fieldNames": ["b"], "newDefaultValue": "-1.5"}),
    ];
    // DEFAULT and the place may stand in this order only where the place is last.
    assert_eq!(found, expected);
}

#[test]
fn columns_are_changed() {
    let change = |text: &str| changes(text).remove(0);
    let typed = |keep: bool, data_type: &str| json!({"action": "updateColumnType", "fieldNames": ["a"], "newDataType": data_type, "keepNullability": keep});
    assert_eq!(change("ALTER COLUMN a TYPE BIGINT"), typed(true, "BIGINT"));
    assert_eq!(change("MODIFY a BIGINT NOT NULL"), typed(false, "BIGINT NOT NULL"));
    assert_eq!(changes("MODIFY (a BIGINT COMMENT 'c' FIRST, b INT)").len(), 4);
    assert_eq!(change("ALTER a.b SET NOT NULL")["newNullability"], false);
    assert_eq!(change("CHANGE COLUMN a DROP NOT NULL")["newNullability"], true);
    assert_eq!(change("ALTER COLUMN a SET DEFAULT 'x'")["newDefaultValue"], "x");
    assert!(change("ALTER COLUMN a DROP DEFAULT").get("newDefaultValue").is_none());
    assert_eq!(change("ALTER COLUMN a COMMENT 'it''s'")["newComment"], "it's");
    assert_eq!(change("ALTER COLUMN a AFTER b")["move"]["referenceFieldName"], "b");
    assert_eq!(change("RENAME a.b TO c"), json!({"action": "renameColumn", "fieldNames": ["a", "b"], "newName": "c"}));
    assert_eq!(change("RENAME COLUMN a TO c")["newName"], "c");
    assert_eq!(changes("DROP (a, b.c)").len(), 2);
    assert_eq!(change("DROP COLUMN a"), json!({"action": "dropColumn", "fieldNames": ["a"]}));
}

#[test]
fn tables_are_changed() {
    let set = |key: &str, value: &str| json!({"action": "setOption", "key": key, "value": value});
    assert_eq!(changes("SET ('a.b' = 'c', 'd' = 'e')"), [set("a.b", "c"), set("d", "e")]);
    assert_eq!(changes("SET TBLPROPERTIES ('a' = 'b')"), [set("a", "b")]);
    assert_eq!(changes("RESET ('a', 'b')").len(), 2);
    assert_eq!(changes("UNSET TBLPROPERTIES IF EXISTS ('a')"), [json!({"action": "removeOption", "key": "a"})]);
    assert_eq!(changes("SET ('comment' = 'x')"), [json!({"action": "updateComment", "comment": "x"})]);
    assert_eq!(changes("DROP PRIMARY KEY"), [json!({"action": "dropPrimaryKey"})]);
    assert_eq!(changes("ADD PRIMARY KEY (a, b) NOT ENFORCED"), [set("primary-key", "a,b")]);
    let name = TableName { database: Some("d".into()), table: "u".into() };
    assert_eq!(parse_alteration("RENAME TO d.u").unwrap(), Alteration::RenameTo(name));
}

#[test]
fn mistakes_are_named() {
    for (text, expected) in [
        ("", "found the end"),
        ("ADD", "a column name"),
        ("ADD a", "the type"),
        ("ADD a INT b INT", "the end of the type"),
        ("ALTER COLUMN a BIGINT", "TYPE, COMMENT"),
        ("MODIFY a.b INT FIRST", "only columns"),
        ("SET ('a')", "'='"),
        ("DROP COLUMN", "a column name"),
        ("ADD a INT PRIMARY KEY", "primary key"),
    ] {
        let error = parse_alteration(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
