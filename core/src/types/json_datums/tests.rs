use super::*;
use crate::types::json_rows::row_cells;

fn field(name: &str, data_type: &str) -> DataField {
    DataField::new(0, name, data_type.parse().unwrap())
}

/// The canonical cells of one column of JSON cells.
fn back(data_type: &str, cells: &str) -> String {
    let fields = [field("c", data_type)];
    let json: Vec<serde_json::Value> = serde_json::from_str(cells).unwrap();
    let batch = batch_from_json_columns(format!("[{cells}]").as_bytes(), &fields, json.len()).unwrap();
    let rows = row_cells(&batch, &fields).unwrap();
    serde_json::to_string(&rows.into_iter().flatten().collect::<Vec<_>>()).unwrap()
}

fn refused(data_type: &str, cell: &str) -> String {
    let json = format!("[[null,{cell}]]");
    batch_from_json_columns(json.as_bytes(), &[field("c", data_type)], 2).unwrap_err().to_string()
}

#[test]
fn canonical_cells_come_back_as_they_went() {
    for (data_type, cells) in [
        ("BOOLEAN", "[true,null,false]"),
        ("TINYINT", "[-128,127]"),
        ("SMALLINT", "[-32768]"),
        ("INT", "[2147483647]"),
        ("BIGINT", "[-9223372036854775808,9223372036854775807,null]"),
        ("DOUBLE", "[\"NaN\",\"-Infinity\"]"),
        ("DECIMAL(38, 10)", "[\"-1234567890123456789012345678.0123456789\"]"),
        ("STRING", "[\" a\\\"\\n\\u0000ü🙂\",\"\"]"),
        ("BYTES", "[\"00ff\",\"\"]"),
        ("DATE", "[\"2024-02-29\",\"-0001-12-31\"]"),
        ("TIME(3)", "[\"23:59:59.999\"]"),
        ("TIMESTAMP(0)", "[\"2024-01-31T12:00:00\"]"),
        ("TIMESTAMP(9)", "[\"1969-12-31T23:59:59.999999999\"]"),
        ("TIMESTAMP(6) WITH LOCAL TIME ZONE", "[\"2024-01-31T12:00:00.000001Z\"]"),
        ("ARRAY<ARRAY<INT>>", "[[[1,null],[],null],null]"),
        ("MAP<STRING, BIGINT>", "[[[\"a\",1],[\"b\",null]],[]]"),
        ("MULTISET<STRING>", "[[[\"a\",2]]]"),
        ("ROW<a INT, b ROW<c STRING>>", "[{\"a\":1,\"b\":{\"c\":null}},{\"a\":null,\"b\":null},null]"),
        ("VECTOR<FLOAT, 2>", "[[1.0,2.0],null]"),
    ] {
        let given = cells.replace("1.0,2.0", "\"1\",\"2\"");
        assert_eq!(back(data_type, &given), cells, "{data_type}");
    }
    assert_eq!(back("DOUBLE", "[\"0.1\",\"12345.678\",\"-0.0\",7]"), "[0.1,12345.678,-0.0,7.0]");
    assert_eq!(back("FLOAT", "[\"0.1\",\"16777216\"]"), "[0.1,16777216.0]");
    assert_eq!(back("BIGINT", "[\"9007199254740993\"]"), "[9007199254740993]");
    assert_eq!(back("ROW<a INT>", "[{}]"), "[{\"a\":null}]");
    assert_eq!(back("DECIMAL(5, 2)", "[1,\"1.5\",\"1.500\",\"1e1\"]"), "[\"1.00\",\"1.50\",\"1.50\",\"10.00\"]");
}

#[test]
fn what_does_not_fit_names_row_and_column() {
    for (data_type, cell, expected) in [
        ("INT", "1.5", "expected an integer"),
        ("INT", "\"x\"", "expected an integer of 32 bits, found \"x\""),
        ("INT", "2147483648", "out of range for INT"),
        ("TINYINT", "-129", "out of range for TINYINT"),
        ("BIGINT", "9223372036854775808", "64 bits"),
        ("DOUBLE", "0.1", "expected a number as text"),
        ("BOOLEAN", "1", "expected true or false"),
        ("BOOLEAN", "\"true\"", "expected true or false"),
        ("STRING", "1", "expected text"),
        ("VARCHAR(2)", "\"abc\"", "too long"),
        ("BYTES", "\"0\"", "hex"),
        ("BINARY(1)", "\"0000\"", "too long"),
        ("DECIMAL(3, 1)", "\"1.25\"", "too many digits"),
        ("DECIMAL(3, 1)", "\"100.0\"", "decimal(3, 1)"),
        ("TIMESTAMP(3)", "\"2024-01-01T00:00:00.0001\"", "too many digits"),
        ("TIME(0)", "\"00:00:00.5\"", "too many digits"),
        ("DATE", "\"2023-02-29\"", "a date"),
        ("ARRAY<INT NOT NULL>", "[null]", "NOT NULL"),
        ("MAP<STRING, INT>", "[[null,1]]", "NOT NULL"),
        ("MAP<STRING, INT>", "[[\"a\"]]", "pair"),
        ("MAP<STRING, INT>", "{}", "pairs"),
        ("ROW<a INT>", "{\"b\":1}", "no field \"b\""),
        ("ROW<a INT NOT NULL>", "{}", "lacks its field \"a\""),
        ("VECTOR<FLOAT, 2>", "[1]", "array of 2"),
        ("VARIANT", "\"1\"", "VARIANT"),
    ] {
        let found = refused(data_type, cell);
        assert!(found.contains(expected), "{data_type} {cell}: {found}");
        assert!(found.ends_with("(column c, row 1)"), "{data_type} {cell}: {found}");
    }
}

#[test]
fn columns_are_counted() {
    let fields = [field("a", "INT"), field("b", "INT NOT NULL")];
    let read = |json: &str, rows| batch_from_json_columns(json.as_bytes(), &fields, rows);
    assert_eq!(read("[[1],[null]]", 1).unwrap().num_columns(), 2);
    assert_eq!(batch_from_json_columns(b"[]", &[], 3).unwrap().num_rows(), 3);
    assert!(read("[[1]]", 1).unwrap_err().to_string().contains("missing (column b)"));
    assert!(read("[[1],[2],[3]]", 1).unwrap_err().to_string().contains("more columns"));
    assert!(read("[[1],[2,3]]", 1).unwrap_err().to_string().contains("found 2 (column b)"));
    assert!(read("[[1],[2]] x", 1).is_err() && read("[[1],[2", 1).is_err());
}
