//! The examples of `docs/filters.md` parse, and mean what their comments say.
#![allow(clippy::panic, reason = "a test that cannot go on fails")]

use cenote_core::predicate::{Predicate, parse};
use cenote_core::types::{DataField, DataType, TypeKind};

fn fields() -> Vec<DataField> {
    let kinds = [
        ("id", TypeKind::BigInt),
        ("tiny", TypeKind::TinyInt),
        ("name", TypeKind::STRING),
        ("price", TypeKind::Decimal { precision: 9, scale: 2 }),
        ("score", TypeKind::Double),
        ("ok", TypeKind::Boolean),
        ("raw", TypeKind::BYTES),
        ("day", TypeKind::Date),
        ("hour", TypeKind::Time(3)),
        ("at", TypeKind::Timestamp(3)),
        ("tags", TypeKind::Array(Box::new(DataType::nullable(TypeKind::STRING)))),
        ("odd name", TypeKind::Int),
    ];
    (0..).zip(kinds).map(|(id, (name, kind))| DataField::new(id, name, DataType::nullable(kind))).collect()
}

fn filter(text: &str) -> Predicate {
    parse(text, &fields()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn examples_parse() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/filters.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```sql\n").skip(1).map(|block| block.split("```").next().unwrap());
    let lines: Vec<&str> = blocks.flat_map(str::lines).collect();
    assert!(lines.len() > 10, "the examples moved");
    for line in lines {
        let (example, comment) = line.split_once("--").unwrap_or((line, ""));
        let found = filter(example).simplify();
        let expected = match comment.trim() {
            "" => continue,
            "no row" => Predicate::False,
            "every row whose tiny is not null" => filter("tiny IS NOT NULL"),
            same => filter(same),
        };
        assert_eq!(found, expected, "{example}");
    }
}
