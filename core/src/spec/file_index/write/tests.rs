//! What is written answers right, whatever the values.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use proptest::{collection::vec, option, prelude::*};

use super::{FileIndexBuilder, FileIndexPlan};
use crate::{
    error::ErrorKind,
    spec::file_index::{ColumnIndex, FileIndex, Question},
    types::{self, DataField, DataType, Datum, TypeKind, datums_to_array},
};

fn options(options: &[(&str, &str)]) -> BTreeMap<String, String> {
    options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn field(id: i32, name: &str, kind: TypeKind) -> DataField {
    DataField::new(id, name, DataType::nullable(kind))
}

fn build(raw: &BTreeMap<String, String>, fields: &[DataField], columns: &[Vec<Option<Datum>>]) -> Vec<u8> {
    let plan = FileIndexPlan::parse(raw, fields).unwrap();
    let mut builder = FileIndexBuilder::new(&plan).unwrap();
    let arrays = fields.iter().zip(columns).map(|(field, column)| datums_to_array(column, &field.data_type).unwrap());
    let batch = RecordBatch::try_new(types::arrow::schema(fields), arrays.collect()).unwrap();
    let half = batch.num_rows() / 2;
    builder.add(&batch.slice(0, half)).unwrap();
    builder.add(&batch.slice(half, batch.num_rows() - half)).unwrap();
    builder.finish().unwrap()
}

fn value(kind: &TypeKind) -> BoxedStrategy<Datum> {
    match kind {
        TypeKind::Boolean => any::<bool>().prop_map(Datum::Boolean).boxed(),
        TypeKind::TinyInt => any::<i8>().prop_map(Datum::TinyInt).boxed(),
        TypeKind::SmallInt => (-9..9_i16).prop_map(Datum::SmallInt).boxed(),
        TypeKind::Int => prop_oneof![-5..5_i32, any::<i32>()].prop_map(Datum::Int).boxed(),
        TypeKind::BigInt => prop_oneof![-5..5_i64, i64::MIN + 1..i64::MAX].prop_map(Datum::BigInt).boxed(),
        TypeKind::Float => prop_oneof![Just(f32::NAN), Just(-0.0), any::<f32>()].prop_map(Datum::Float).boxed(),
        TypeKind::Double => prop_oneof![Just(f64::NAN), Just(0.0), any::<f64>()].prop_map(Datum::Double).boxed(),
        TypeKind::Decimal { scale, .. } => {
            let scale = *scale;
            (-999..999_i128).prop_map(move |unscaled| Datum::Decimal { unscaled, scale }).boxed()
        }
        TypeKind::Date => (-9..9_i32).prop_map(Datum::Date).boxed(),
        TypeKind::Timestamp(_) => {
            (-9..9_i64, 0..3_i32).prop_map(|(millis, micros)| Datum::Timestamp { millis, nanos: micros * 1000 }).boxed()
        }
        _ => prop_oneof!["[ab]{0,2}", "[a-zé漢]{0,40}"].prop_map(Datum::String).boxed(),
    }
}

const KINDS: [TypeKind; 11] = [
    TypeKind::Boolean,
    TypeKind::TinyInt,
    TypeKind::SmallInt,
    TypeKind::Int,
    TypeKind::BigInt,
    TypeKind::Float,
    TypeKind::Double,
    TypeKind::Decimal { precision: 9, scale: 2 },
    TypeKind::Date,
    TypeKind::Timestamp(6),
    TypeKind::STRING,
];

/// Types of indexes that hold a type of columns, with settings that make many blocks and chunks.
fn wanted(kind: &TypeKind, small: bool) -> BTreeMap<String, String> {
    let is_decimal = matches!(kind, TypeKind::Decimal { .. });
    let mut raw = options(&[("file-index.range-bitmap.columns", "c")]);
    if !is_decimal {
        raw.extend(options(&[("file-index.bitmap.columns", "c")]));
    }
    if !is_decimal && *kind != TypeKind::Boolean {
        raw.extend(options(&[("file-index.bloom-filter.columns", "c"), ("file-index.bloom-filter.c.items", "200")]));
    }
    if !matches!(kind, TypeKind::Boolean | TypeKind::Float | TypeKind::Double | TypeKind::Varchar(_)) {
        raw.extend(options(&[("file-index.bsi.columns", "c")]));
    }
    if small {
        raw.extend(options(&[("file-index.range-bitmap.c.chunk-size", "30b")]));
        if !is_decimal {
            raw.extend(options(&[("file-index.bitmap.c.index-block-size", "50b")]));
        }
    } else if !is_decimal {
        raw.extend(options(&[("file-index.bitmap.c.version", "1")]));
    }
    raw
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_index_answers_as_the_rows_do(
        (kind, column) in (0..KINDS.len()).prop_flat_map(|kind| (Just(kind), vec(option::of(value(&KINDS[kind])), 1..80))),
        small: bool,
    ) {
        let kind = KINDS[kind].clone();
        let fields = [field(0, "c", kind.clone())];
        let index = FileIndex::decode(build(&wanted(&kind, small), &fields, std::slice::from_ref(&column)).into()).unwrap();
        let rows = |keep: &dyn Fn(&Option<Datum>) -> bool| -> Vec<u32> {
            column.iter().enumerate().filter(|(_, value)| keep(value)).map(|(row, _)| row as u32).collect()
        };
        let indexes = index.column("c", &fields[0].data_type).unwrap();
        prop_assert_eq!(indexes.len(), wanted(&kind, false).keys().filter(|name| name.ends_with("columns")).count());
        for index in &indexes {
            let ask = |question| index.rows(&question, &fields[0].data_type, column.len() as u32).unwrap();
            for asked in column.iter().flatten() {
                let equal = rows(&|value| value.as_ref() == Some(asked));
                if let ColumnIndex::BloomFilter(_) = index {
                    prop_assert!(ask(Question::In(std::slice::from_ref(asked))).is_none_or(|rows| !rows.is_empty()));
                    continue;
                }
                let is_zero = matches!(asked, Datum::Float(0.0) | Datum::Double(0.0));
                if let Some(found) = ask(Question::In(std::slice::from_ref(asked))).filter(|_| !is_zero) {
                    prop_assert_eq!(found.iter().collect::<Vec<_>>(), equal, "{:?} {:?}", asked, index);
                }
            }
            if let Some(found) = ask(Question::IsNull) {
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), rows(&Option::is_none));
            }
        }
    }
}

#[test]
fn keys_of_maps_have_indexes_of_their_own() {
    let text = || Box::new(DataType::nullable(TypeKind::STRING));
    let map = field(0, "m", TypeKind::Map { key: text(), value: Box::new(DataType::nullable(TypeKind::Int)) });
    let entry = |pairs: &[(&str, Option<i32>)]| {
        let (keys, values) =
            pairs.iter().map(|(key, value)| (Some(Datum::String((*key).to_owned())), value.map(Datum::Int))).unzip();
        Some(Datum::Map(keys, values))
    };
    let column = vec![entry(&[("a", Some(1)), ("b", Some(2))]), None, entry(&[("a", None)]), entry(&[("b", Some(2))])];
    let raw = options(&[("file-index.bitmap.columns", "m[a], m[b]"), ("file-index.bitmap.m.version", "1")]);
    let index = FileIndex::decode(build(&raw, &[map], &[column]).into()).unwrap();
    let entries: Vec<_> = index.entries().collect();
    assert_eq!(entries.len(), 2);
    assert!(entries.contains(&("m[a]", "bitmap")) && entries.contains(&("m[b]", "bitmap")));
}

#[test]
fn what_cannot_be_indexed_is_refused_by_name() {
    let fields = [field(0, "c", TypeKind::Int), field(1, "b", TypeKind::Boolean), field(2, "x", TypeKind::BYTES)];
    let refused = |raw: &[(&str, &str)]| FileIndexPlan::parse(&options(raw), &fields).unwrap_err();
    for (raw, kind, part) in [
        (&[("file-index.token.columns", "c")][..], ErrorKind::Unsupported, "token"),
        (&[("file-index.bitmap.columns", "gone")], ErrorKind::Invalid, "gone"),
        (&[("file-index.bitmap.columns", "c,,b")], ErrorKind::Invalid, "\"\""),
        (&[("file-index.bitmap.columns", "c[k]")], ErrorKind::Invalid, "maps"),
        (&[("file-index.bitmap.columns", "x")], ErrorKind::Unsupported, "bitmap"),
        (&[("file-index.bloom-filter.columns", "b")], ErrorKind::Unsupported, "BOOLEAN"),
        (&[("file-index.bitmap.columns", "c"), ("file-index.bitmap.b.version", "1")], ErrorKind::Invalid, "bitmap.b"),
        (&[("file-index.bitmap.columns", "c"), ("file-index.bitmap.c.version", "3")], ErrorKind::Invalid, "version"),
        (
            &[("file-index.bloom-filter.columns", "c"), ("file-index.bloom-filter.c.fpp", "2")],
            ErrorKind::Invalid,
            "fpp",
        ),
        (
            &[("file-index.bsi.columns", "c"), ("file-index.bsi.c.items", "x"), ("file-index.bitmap.columns", "x")],
            ErrorKind::Unsupported,
            "BYTES",
        ),
    ] {
        let error = refused(raw);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(part), "{error}");
    }
}
