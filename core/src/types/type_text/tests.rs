use crate::types::DataType;

/// Parses `text` and prints it again.
fn again(text: &str) -> String {
    text.parse::<DataType>().map_or_else(|error| error.kind().as_str().to_owned(), |parsed| parsed.to_string())
}

#[test]
fn canonical_text_prints_as_it_was_read() {
    for text in [
        "BOOLEAN",
        "BIGINT NOT NULL",
        "DECIMAL(38, 18)",
        "CHAR(4)",
        "STRING NOT NULL",
        "VARBINARY(10)",
        "BYTES",
        "TIME(0)",
        "TIMESTAMP(9) WITH LOCAL TIME ZONE NOT NULL",
        "ARRAY<INT NOT NULL> NOT NULL",
        "MAP<STRING, ARRAY<DATE>>",
        "VECTOR<FLOAT, 3>",
        "MULTISET<STRING>",
        "ROW<a INT, `b c` ROW<x DOUBLE 'it''s'>, `d``e` VARIANT>",
    ] {
        assert_eq!(again(text), text);
    }
}

#[test]
fn synonyms_and_defaults_follow_java() {
    for (text, expected) in [
        ("integer", "INT"),
        ("Double Precision not null", "DOUBLE NOT NULL"),
        ("NUMERIC", "DECIMAL(10, 0)"),
        ("dec(5)", "DECIMAL(5, 0)"),
        ("CHAR", "CHAR(1)"),
        ("VARCHAR(2147483647)", "STRING"),
        ("TIMESTAMP", "TIMESTAMP(6)"),
        ("TIMESTAMP(3) WITHOUT TIME ZONE", "TIMESTAMP(3)"),
        ("TIMESTAMP_LTZ(3)", "TIMESTAMP(3) WITH LOCAL TIME ZONE"),
        ("INT NULL", "INT"),
        ("INT NOT NULL ARRAY NOT NULL", "ARRAY<INT NOT NULL> NOT NULL"),
        (" time ( 3 ) ", "TIME(3)"),
    ] {
        assert_eq!(again(text), expected);
    }
}

#[test]
fn text_that_is_no_type_is_refused() {
    for text in
        ["", "INTT", "INT INT", "CHAR(0)", "DECIMAL(39, 1)", "DECIMAL(3, 4)", "TIMESTAMP(10)", "ARRAY<INT", "`x"]
    {
        assert_eq!(again(text), "invalid", "{text:?}");
    }
    assert_eq!(again("TIMESTAMP(3) WITH TIME ZONE"), "invalid");
    assert_eq!(again("GEOMETRY"), "unsupported");
    assert_eq!(again(&"ARRAY<".repeat(100_000)), "invalid");
}
