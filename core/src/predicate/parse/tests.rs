use crate::predicate::testing::{fields, parse};

fn check(text: &str, expected: &str) {
    let predicate = parse(text);
    assert_eq!(predicate.to_string(), expected, "{text}");
    assert_eq!(parse(expected), predicate, "{expected} reads back");
}

fn refuse(text: &str, expected: &str) {
    let error = super::parse(text, &fields()).expect_err(text);
    assert_eq!(error.to_string(), format!("invalid: {expected}"), "{text}");
}

#[test]
fn comparisons() {
    check("i = 1", "i = 1");
    check("i == 1 and l != -2", "i = 1 AND l <> -2");
    check("1 < i", "i > 1");
    check("'x' = s", "s = 'x'");
    check("s = 'it''s'", "s = 'it''s'");
    check("s = ''", "s = ''");
    check("`odd name` >= 1 OR \"odd name\" < +2", "`odd name` >= 1 OR `odd name` < 2");
    check("I = 1", "i = 1");
    check("b", "b = TRUE");
    check("NOT b", "b = FALSE");
    check("b = 'false'", "b = FALSE");
    check("by = X'00Ff'", "by = x'00ff'");
    check("i = '42'", "i = 42");
    check("f = 'NaN' OR d > '-Infinity' OR d = -0.0", "f = 'NaN' OR d > '-Infinity' OR d = -0.0");
    check("", "TRUE");
}

#[test]
fn times() {
    check("dt = DATE '2024-01-31'", "dt = DATE '2024-01-31'");
    check("dt < '2024-01-31 12:00:00'", "dt <= DATE '2024-01-31'");
    check("dt >= TIMESTAMP '2024-01-31 00:00:00'", "dt >= DATE '2024-01-31'");
    check("t > '12:00:00.0005'", "t > TIME '12:00:00.000'");
    check("ts3 = '2024-01-01 12:00:00.123'", "ts3 = TIMESTAMP '2024-01-01 12:00:00.123'");
    check("ts3 < TIMESTAMP '2024-01-01T12:00:00.1234'", "ts3 <= TIMESTAMP '2024-01-01 12:00:00.123'");
    check("ts9 > '2024-01-01T12:00:00.123456789+01:00'", "ts9 > TIMESTAMP '2024-01-01 11:00:00.123456789Z'");
}

#[test]
fn lists_ranges_nulls_and_patterns() {
    check("i IN (1, 2,3)", "i IN (1, 2, 3)");
    check("i NOT IN (1)", "i NOT IN (1)");
    check("i IN (1, NULL)", "i IN (1)");
    check("i NOT IN (1, NULL)", "FALSE");
    check("i BETWEEN 1 AND 9 AND s IS NOT NULL", "(i >= 1 AND i <= 9) AND s IS NOT NULL");
    check("i NOT BETWEEN 1 AND 9", "i < 1 OR i > 9");
    check("arr IS NULL", "arr IS NULL");
    check("s LIKE 'a%' or s not like '_'", "s LIKE 'a%' OR s NOT LIKE '_'");
    check("s LIKE 'a\\%b'", "s = 'a%b'");
}

#[test]
fn not_is_pushed_to_the_leaves() {
    check("NOT (i = 1 AND (l < 2 OR s LIKE 'a%'))", "i <> 1 OR (l >= 2 AND s NOT LIKE 'a%')");
    check("NOT NOT i = 1", "i = 1");
    check("NOT i IN (1)", "i NOT IN (1)");
    check("NOT (s IS NULL)", "s IS NOT NULL");
    check("NOT TRUE OR b", "FALSE OR b = TRUE");
    check("i = 1 OR i = 2 AND l = 3", "i = 1 OR (i = 2 AND l = 3)");
}

#[test]
fn literals_beyond_the_type_keep_their_meaning() {
    check("ti = 300", "ti IN ()");
    check("ti <> 300", "ti NOT IN ()");
    check("ti < 300", "ti NOT IN ()");
    check("ti > -128.5", "ti NOT IN ()");
    check("ti > 127.5", "ti > 127");
    check("i < 3.5", "i <= 3");
    check("i >= -3.5", "i > -4");
    check("i = 3.0", "i = 3");
    check("i = 3.5", "i IN ()");
    check("NOT (i = 3.5)", "i NOT IN ()");
    check("i IN (1, 2.5, 99999999999)", "i IN (1)");
    check("dec > 1.005", "dec > 1.00");
    check("dec = 1.5", "dec = 1.50");
    check("dec < 1e20", "dec NOT IN ()");
    check("f > 1e300", "f > 3.4028235e+38");
    check("f < -1e300", "f <= '-Infinity'");
}

#[test]
fn errors_say_what_and_where() {
    let columns = "the columns are b, ti, i, l, f, d, dec, s, by, dt, t, ts3, ts9, arr, odd name";
    refuse("x = 1", &format!("unknown column \"x\", {columns} (position 1)"));
    refuse("`I` = 1", &format!("unknown column \"I\", {columns} (position 1)"));
    refuse("i = ", "expected a column or a literal, found the end of the filter (position 5)");
    refuse("i = 'ü' ", "expected a number, found 'ü' (column i, position 5)");
    refuse("s = 5", "expected text in single quotes, found 5 (column s, position 5)");
    refuse("s = 'ü' AND AND", "expected a column or a literal, found AND (position 13)");
    refuse("i = NULL", "a comparison with NULL holds for no row: write IS NULL or IS NOT NULL (position 5)");
    refuse("i = l", "expected a literal, comparing two columns is not supported (position 5)");
    refuse("1 = 1", "expected a column on one side (position 1)");
    refuse("i", "expected a comparison with i, found the end of the filter (position 2, column position 1)");
    refuse("i NOT = 1", "expected IN, BETWEEN or LIKE, found = (position 7)");
    refuse("i = 1)", "expected AND, OR or the end of the filter, found ) (position 6)");
    refuse("(i = 1", "expected ), found the end of the filter (position 7)");
    refuse("i IN (1 2)", "expected ,, found 2 (position 9)");
    refuse("s = 'x", "quote ' is not closed (position 5)");
    refuse("by = x'0'", "expected pairs of hex digits in x'…' (position 6)");
    refuse("i = 1 & 2", "unexpected character '&' in a filter (position 7)");
    refuse("i LIKE 'a'", "expected a text column before LIKE, found i (position 8)");
    refuse("dt = DATE '2024-02-30'", "expected a date, found \"2024-02-30\" (position 6)");
    refuse(
        "arr = 1",
        "expected IS NULL or IS NOT NULL, for values of this type have no order, found 1 (column arr, position 7)",
    );
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}b{}", "(".repeat(depth), ")".repeat(depth));
    assert!(super::parse(&nested(64), &fields()).is_ok());
    refuse(&nested(100_000), "filter nested deeper than 64 (position 65)");
    assert!(super::parse(&format!("{} b", "NOT ".repeat(100_000)), &fields()).is_ok());
}
