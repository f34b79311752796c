use crate::merge::testing::merge;

fn check(function: &str, rows: &str, expected: &str) {
    let options = [("merge-engine", "aggregation"), ("fields.v.aggregate-function", function)];
    assert_eq!(merge(&["k", "v"], &options, rows).unwrap(), expected, "{function}");
}

#[test]
fn numbers() {
    check("sum", "+I 1 2 | +I 1 . | +I 1 5", "+I 1 7");
    check("product", "+I 1 2 | +I 1 . | +I 1 5", "+I 1 10");
    check("max", "+I 1 2 | +I 1 9 | +I 1 5 | +I 2 1", "+I 1 9 | +I 2 1");
    check("min", "+I 1 2 | +I 1 . | +I 1 5", "+I 1 2");
}

#[test]
fn picks() {
    check("last_value", "+I 1 2 | +I 1 .", "+I 1 .");
    check("last_non_null_value", "+I 1 2 | +I 1 .", "+I 1 2");
    check("first_value", "+I 1 . | +I 1 3", "+I 1 .");
    check("first_non_null_value", "+I 1 . | +I 1 3 | +I 1 4", "+I 1 3");
}

#[test]
fn retracts() {
    check("sum", "+I 1 9 | -D 1 4 | -U 1 2", "+I 1 3");
    check("last_value", "+I 1 9 | -U 1 9", "+I 1 .");
    let options = [("merge-engine", "aggregation"), ("fields.v.aggregate-function", "max")];
    assert!(merge(&["k", "v"], &options, "+I 1 9 | -D 1 9").is_err());
    let ignored = [options[0], options[1], ("fields.v.ignore-retract", "true")];
    assert_eq!(merge(&["k", "v"], &ignored, "+I 1 9 | -D 1 9").unwrap(), "+I 1 9");
}

#[test]
fn a_single_row_passes_as_it_is() {
    check("sum", "-D 1 4 | +I 2 3", "-D 1 4 | +I 2 3");
}

#[test]
fn overflow_is_an_error() {
    let options = [("merge-engine", "aggregation"), ("fields.v.aggregate-function", "sum")];
    assert!(merge(&["k", "v"], &options, "+I 1 2147483647 | +I 1 1").is_err());
}
