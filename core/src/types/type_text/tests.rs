use proptest::prelude::*;

use crate::types::{
    DataField, DataType, MAX_LENGTH, TypeKind,
    type_json::{JsonType, type_from_json},
};

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

/// Any type, with names and comments that need quoting.
fn any_type() -> impl Strategy<Value = DataType> {
    let scalar = prop_oneof![
        proptest::sample::select(vec![
            TypeKind::Boolean,
            TypeKind::TinyInt,
            TypeKind::SmallInt,
            TypeKind::Int,
            TypeKind::BigInt,
            TypeKind::Float,
            TypeKind::Double,
            TypeKind::STRING,
            TypeKind::BYTES,
            TypeKind::Date,
            TypeKind::Variant,
            TypeKind::Blob,
        ]),
        (1_u8..=38)
            .prop_flat_map(|precision| (0..=precision).prop_map(move |scale| TypeKind::Decimal { precision, scale })),
        (1..=MAX_LENGTH).prop_map(TypeKind::Char),
        (1..=MAX_LENGTH).prop_map(TypeKind::Varchar),
        (1..=MAX_LENGTH).prop_map(TypeKind::Binary),
        (0_u8..=9).prop_map(TypeKind::Time),
        (0_u8..=9).prop_map(TypeKind::Timestamp),
        (0_u8..=9).prop_map(TypeKind::TimestampLtz),
    ];
    let typed = |(kind, nullable)| DataType { kind, nullable };
    (scalar, any::<bool>()).prop_map(typed).prop_recursive(3, 16, 4, move |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let field = (any::<String>(), inner.clone(), proptest::option::of(any::<String>()));
        let kind = prop_oneof![
            boxed().prop_map(TypeKind::Array),
            boxed().prop_map(TypeKind::Multiset),
            (boxed(), any::<u32>()).prop_map(|(element, length)| TypeKind::Vector { element, length }),
            (boxed(), boxed()).prop_map(|(key, value)| TypeKind::Map { key, value }),
            proptest::collection::vec(field, 0..4).prop_map(|fields| {
                let field = |(name, data_type, description)| {
                    let field = DataField::new(0, name, data_type);
                    DataField { description, ..field }
                };
                TypeKind::Row(fields.into_iter().map(field).collect())
            }),
        ];
        (kind, any::<bool>()).prop_map(typed)
    })
}

proptest! {
    #[test]
    fn text_and_json_give_the_type_back(data_type in any_type()) {
        let text = data_type.to_string();
        prop_assert_eq!(text.parse::<DataType>().unwrap().to_string(), text);
        let json = serde_json::to_value(JsonType(&data_type)).unwrap();
        prop_assert_eq!(type_from_json(&json).unwrap(), data_type);
    }

    #[test]
    fn any_text_is_a_type_or_an_error(text in "[A-Z_<>(),.`' 0-9]{0,40}") {
        let _ = text.parse::<DataType>();
    }
}
