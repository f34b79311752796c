use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, Int64Array, StringArray};

use super::*;
use crate::types::{TypeKind, json_rows::row_cells};

fn scope() -> Vec<ScopeColumn> {
    let column = |table: &str, name: &str, kind: TypeKind| ScopeColumn {
        tables: vec![table.to_owned()],
        name: name.to_owned(),
        data_type: DataType::nullable(kind),
    };
    vec![
        column("t", "id", TypeKind::Int),
        column("t", "name", TypeKind::STRING),
        column("s", "id", TypeKind::BigInt),
        column("s", "price", TypeKind::Decimal { precision: 10, scale: 2 }),
    ]
}

fn columns() -> Vec<ArrayRef> {
    vec![
        Arc::new(Int32Array::from(vec![Some(1), Some(2), None])),
        Arc::new(StringArray::from(vec![Some("a"), None, Some("ccc")])),
        Arc::new(Int64Array::from(vec![Some(1), Some(5), Some(i64::MAX)])),
        Arc::new(
            arrow_array::Decimal128Array::from(vec![Some(150), Some(-1), None])
                .with_precision_and_scale(10, 2)
                .unwrap(),
        ),
    ]
}

/// The values of an expression as JSON texts, or its error.
fn values(text: &str) -> Result<Vec<String>> {
    let expression = parse_expression(text, &scope())?;
    let all = columns();
    let array = expression.evaluate(&|place| Ok(Arc::clone(&all[place])), 3)?;
    let field = crate::types::DataField::new(0, "x", expression.data_type().unwrap().clone());
    let batch = arrow_array::RecordBatch::try_from_iter([("x", array)]).unwrap();
    Ok(row_cells(&batch, &[field])?.into_iter().map(|row| row[0].to_string().replace('"', "")).collect())
}

fn check(text: &str, expected: [&str; 3]) {
    assert_eq!(values(text).unwrap(), expected, "{text}");
}

fn refuse(text: &str, message: &str) {
    let error = values(text).unwrap_err().to_string();
    assert!(error.contains(message), "{text}: {error}");
}

#[test]
fn numbers() {
    check("t.id + 1", ["2", "3", "null"]);
    check("t.id * 2 - 1", ["1", "3", "null"]);
    check("-(t.id)", ["-1", "-2", "null"]);
    check("t.id / 2", ["0.5", "1.0", "null"]);
    check("t.id % 2", ["1", "0", "null"]);
    check("price * 2", ["3.0000", "-0.0200", "null"]);
    check("price + 1.5", ["3.00", "1.49", "null"]);
    check("price / 2", ["0.750000", "-0.005000", "null"]);
    check("CAST(price AS INT)", ["1", "0", "null"]);
    refuse("s.id + 1", "overflows");
    refuse("t.id / 0", "divided by zero");
    refuse("CAST(s.id AS INT)", "does not fit INT");
    refuse("name + 1", "expected a number");
}

#[test]
fn texts() {
    check("name || '-' || t.id", ["a-1", "null", "null"]);
    check("CONCAT(name, 'x')", ["ax", "null", "cccx"]);
    check("COALESCE(name, CAST(t.id AS STRING), 'none')", ["a", "2", "ccc"]);
    check("CAST('7' AS BIGINT)", ["7", "7", "7"]);
    check("CAST(DATE '2026-01-31' AS STRING)", ["2026-01-31", "2026-01-31", "2026-01-31"]);
    refuse("CAST(name AS VARCHAR(2))", "at most 2 characters");
}

#[test]
fn conditions_know_three_values() {
    check("t.id = s.id", ["true", "false", "null"]);
    check("t.id <=> s.id", ["true", "false", "false"]);
    check("t.id = s.id OR name = 'ccc'", ["true", "null", "true"]);
    check("NOT (t.id = 1 AND name = 'b')", ["true", "true", "true"]);
    check("t.id IN (1, 7)", ["true", "false", "null"]);
    check("t.id NOT BETWEEN 2 AND 3", ["true", "false", "null"]);
    check("name LIKE 'c%'", ["false", "null", "true"]);
    check("name IS NOT NULL AND price > 1.4", ["true", "false", "null"]);
    check("CASE WHEN t.id = 1 THEN 'one' WHEN name IS NULL THEN 'none' END", ["one", "none", "null"]);
    check("CASE WHEN t.id <> 2 THEN 10 / (t.id - 2) ELSE 0 END", ["-10.0", "0.0", "0.0"]);
}

#[test]
fn names() {
    check("T.Id", ["1", "2", "null"]);
    check("NAME", ["a", "null", "ccc"]);
    refuse("id", "in both tables");
    refuse("u.id", "unknown table");
    refuse("t.nothing", "unknown column");
    refuse("t.id +", "expected a value");
    refuse("f(1)", "unknown function");
    refuse("t.id = ", "expected a value");
    refuse("t.id AND name", "expected a condition");
    refuse("t.id = DATE '2026-01-01'", "do not go together");
}
