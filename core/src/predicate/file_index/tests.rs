//! Indexes that Java wrote, over rows that are made here as they were made there (`testdata/README.md` beside the codecs).

use std::path::Path;

use super::*;
use crate::{
    spec::file_index::INDEX_SUFFIX,
    types::{DataType, TypeKind},
};

const ROWS: usize = 70;

/// One column of each type, in the order of the generator.
fn fields() -> Vec<DataField> {
    let kinds = [
        ("boolean", TypeKind::Boolean),
        ("tinyint", TypeKind::TinyInt),
        ("smallint", TypeKind::SmallInt),
        ("int", TypeKind::Int),
        ("bigint", TypeKind::BigInt),
        ("float", TypeKind::Float),
        ("double", TypeKind::Double),
        ("decimal", TypeKind::Decimal { precision: 9, scale: 2 }),
        ("string", TypeKind::STRING),
        ("bytes", TypeKind::BYTES),
        ("date", TypeKind::Date),
        ("time", TypeKind::Time(3)),
        ("ts3", TypeKind::Timestamp(3)),
        ("ts6", TypeKind::Timestamp(6)),
        ("ts9", TypeKind::TimestampLtz(9)),
        ("nothing", TypeKind::Int),
    ];
    let field =
        |(id, (name, kind)): (usize, (&str, TypeKind))| DataField::new(id as i32, name, DataType::nullable(kind));
    kinds.into_iter().enumerate().map(field).collect()
}

/// The number that a row of a column stands for.
fn number(column: usize, row: usize) -> Option<i64> {
    let mixed = (row as i64 * 7919 + column as i64 * 104_729) % 1009;
    (mixed % 7 != 0).then_some(mixed % 23 - 11)
}

fn value(column: &str, n: i64) -> Datum {
    let float = |n: i64| match n {
        11 => f64::NAN,
        10 => f64::INFINITY,
        0 => -0.0,
        n => n as f64 / 4.0,
    };
    let micros = |micros: i64| Datum::Timestamp {
        millis: micros.div_euclid(1000),
        nanos: (micros.rem_euclid(1000) * 1000) as i32,
    };
    match column {
        "boolean" => Datum::Boolean(n > 0),
        "tinyint" => Datum::TinyInt(n as i8),
        "smallint" => Datum::SmallInt((n * 300) as i16),
        "int" | "nothing" => Datum::Int((n * 100_000) as i32),
        "bigint" => Datum::BigInt(n * 10_000_000_000),
        "float" => Datum::Float(float(n) as f32),
        "double" => Datum::Double(float(n)),
        "decimal" => Datum::Decimal { unscaled: i128::from(n) * 12345, scale: 2 },
        "string" if n == 0 => Datum::String(String::new()),
        "string" if n % 5 == 0 => Datum::String(format!("é😀{n}")),
        "string" => Datum::String(format!("v{n}")),
        "bytes" => Datum::Bytes(vec![n as u8, 0, 7]),
        "date" => Datum::Date((n * 1000) as i32),
        "time" => Datum::Time(((n + 11) * 1_000_003) as i32),
        "ts3" => Datum::Timestamp { millis: n * 1_234_567, nanos: 0 },
        "ts6" => micros(n * 1_234_567_891),
        _ => Datum::Timestamp { millis: n, nanos: if n < 0 { 999_999 } else { (n * 1001) as i32 } },
    }
}

/// Filters on a column, by all its values, those between, and some that it has not.
fn filters(field: &DataField) -> Vec<Predicate> {
    let column = || Column::of(field);
    let ops = [CompareOp::Eq, CompareOp::NotEq, CompareOp::Lt, CompareOp::LtEq, CompareOp::Gt, CompareOp::GtEq];
    let mut literals: Vec<Datum> = (-13..=13).map(|n| value(&field.name, n)).collect();
    literals.extend(match field.data_type.kind {
        TypeKind::Double => vec![Datum::Double(0.0), Datum::Double(0.3), Datum::Double(f64::NEG_INFINITY)],
        TypeKind::Float => vec![Datum::Float(0.0), Datum::Float(0.3), Datum::Float(-f32::NAN)],
        TypeKind::BigInt => vec![Datum::BigInt(i64::MIN), Datum::BigInt(i64::MAX), Datum::BigInt(7)],
        TypeKind::TimestampLtz(_) => vec![Datum::Timestamp { millis: 3, nanos: 3004 }],
        _ => Vec::new(),
    });
    let mut filters = vec![
        Predicate::IsNull { column: column(), negated: false },
        Predicate::IsNull { column: column(), negated: true },
    ];
    for negated in [false, true] {
        filters.push(Predicate::In { column: column(), literals: Vec::new(), negated });
        filters.extend(literals.chunks(3).map(|some| Predicate::In {
            column: column(),
            literals: some.to_vec(),
            negated,
        }));
    }
    for literal in literals {
        filters.extend(ops.map(|op| Predicate::Compare { column: column(), op, literal: literal.clone() }));
    }
    filters
}

fn index(name: &str) -> FileIndex {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/spec/file_index/testdata");
    FileIndex::decode(std::fs::read(folder.join(format!("{name}{INDEX_SUFFIX}"))).unwrap().into()).unwrap()
}

/// Asks every filter of every column; gives the columns that had an answer, and how many answers left a row out.
fn check(name: &str) -> (Vec<String>, usize) {
    let (index, fields) = (index(name), fields());
    let (mut answered, mut narrowed) = (Vec::new(), 0);
    for (place, field) in fields.iter().enumerate() {
        for filter in filters(field) {
            let selection = filter.select_by_index(&index, &fields, ROWS as i64).unwrap();
            let RowSelection::Rows(rows) = selection else { continue };
            let of_row = |row| number(place, row).filter(|_| field.name != "nothing").map(|n| value(&field.name, n));
            let lost = (0..ROWS).find(|row| filter.evaluate_row(&|_| of_row(*row)) && !rows.contains(*row as u32));
            assert_eq!(lost, None, "{name}: {filter} loses a row: {rows:?}");
            narrowed += usize::from(rows.len() < ROWS as u64);
            if answered.last() != Some(&field.name) {
                answered.push(field.name.clone());
            }
        }
    }
    (answered, narrowed)
}

fn without(columns: &[&str]) -> Vec<String> {
    let names = fields().into_iter().map(|field| field.name);
    names.filter(|name| !columns.contains(&name.as_str())).collect()
}

#[test]
fn no_index_loses_a_row() {
    for (name, unanswered, least) in [
        ("bloom_filter", &["boolean", "decimal"][..], 20),
        ("bitmap_v1", &["decimal", "bytes"], 500),
        ("bitmap_v2", &["decimal", "bytes"], 500),
        ("bsi", &["boolean", "float", "double", "string", "bytes"], 1000),
        ("range_bitmap", &["bytes", "ts9"], 1000),
    ] {
        let (answered, narrowed) = check(name);
        assert_eq!(answered, without(unanswered), "{name}");
        assert!(narrowed > least, "{name}: {narrowed}");
    }
}

#[test]
fn selections_are_exact_where_the_index_is() {
    let fields = fields();
    for name in ["bitmap_v1", "bitmap_v2", "bsi", "range_bitmap"] {
        let filter =
            crate::predicate::parse("(int IN (-400000, 700000) OR int IS NULL) AND NOT (date = '1975-06-23')", &fields);
        let (filter, index) = (filter.unwrap(), index(name));
        let RowSelection::Rows(rows) = filter.select_by_index(&index, &fields, ROWS as i64).unwrap() else { panic!() };
        let value_of = |row: usize, column: &Column| {
            let place = column.id as usize;
            number(place, row).map(|n| value(&column.name, n))
        };
        let expected = (0..ROWS).filter(|row| filter.evaluate_row(&|column| value_of(*row, column)));
        assert_eq!(rows.iter().map(|row| row as usize).collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{name}");
    }
}

#[test]
fn every_flipped_byte_gives_a_selection_or_an_error() {
    let fields = fields();
    for name in ["bloom_filter", "bitmap_v1", "bitmap_v2", "bsi", "range_bitmap"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/spec/file_index/testdata");
        let good = std::fs::read(folder.join(format!("{name}{INDEX_SUFFIX}"))).unwrap();
        let filter = crate::predicate::parse("(int = 700000 OR int < 5) AND string = 'v3'", &fields).unwrap();
        for at in (0..good.len()).step_by(7) {
            let mut bad = good.clone();
            bad[at] ^= 0xA5;
            if let Ok(index) = FileIndex::decode(bad.into()) {
                let _ = filter.select_by_index(&index, &fields, ROWS as i64);
            }
        }
    }
}
