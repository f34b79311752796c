//! Random filters over random rows, against the plainest model there is.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use proptest::prelude::*;

use super::testing::{fields, parse};
use super::*;
use crate::types::{DataType, Datum, DatumRow, TypeKind, arrow, datums_to_array};

/// Values of a type from a small pool, so that filters hit rows, with the extremes in it.
fn datum(kind: &TypeKind) -> BoxedStrategy<Datum> {
    let float = prop::sample::select(vec![
        f64::NEG_INFINITY,
        -1.5,
        -0.0,
        0.0,
        0.5,
        2.0,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
        -f64::NAN,
    ]);
    match kind {
        TypeKind::Boolean => any::<bool>().prop_map(Datum::Boolean).boxed(),
        TypeKind::TinyInt => {
            prop::sample::select(vec![i8::MIN, -1, 0, 1, 2, 3, i8::MAX]).prop_map(Datum::TinyInt).boxed()
        }
        TypeKind::Int => prop::sample::select(vec![i32::MIN, -1, 0, 1, 2, 3, i32::MAX]).prop_map(Datum::Int).boxed(),
        TypeKind::BigInt => {
            prop::sample::select(vec![i64::MIN, -1, 0, 1, 2, 3, i64::MAX]).prop_map(Datum::BigInt).boxed()
        }
        TypeKind::Float => float.prop_map(|value| Datum::Float(value as f32)).boxed(),
        TypeKind::Double => float.prop_map(Datum::Double).boxed(),
        TypeKind::Decimal { scale, .. } => {
            let scale = *scale;
            prop::sample::select(vec![-999_999_999, -101, -100, 0, 1, 100, 999_999_999])
                .prop_map(move |unscaled| Datum::Decimal { unscaled, scale })
                .boxed()
        }
        TypeKind::Varchar(_) => "[ab%üz]{0,3}".prop_map(Datum::String).boxed(),
        TypeKind::Varbinary(_) => {
            prop::collection::vec(prop::sample::select(vec![0u8, 1, 255]), 0..3).prop_map(Datum::Bytes).boxed()
        }
        TypeKind::Date => (-2..3).prop_map(Datum::Date).boxed(),
        TypeKind::Time(_) => (0..4).prop_map(Datum::Time).boxed(),
        TypeKind::Timestamp(3) => (-2..3i64).prop_map(|millis| Datum::Timestamp { millis, nanos: 0 }).boxed(),
        TypeKind::TimestampLtz(_) => (-2..3i64, prop::sample::select(vec![0, 1, 999_999]))
            .prop_map(|(millis, nanos)| Datum::Timestamp { millis, nanos })
            .boxed(),
        other => panic!("no values of {other}"),
    }
}

fn ordered_columns() -> Vec<Column> {
    fields().iter().filter(|field| field.name != "arr" && field.name != "odd name").map(Column::of).collect()
}

fn leaf() -> BoxedStrategy<Predicate> {
    prop::sample::select(ordered_columns())
        .prop_flat_map(|column| {
            let op = prop::sample::select(vec![
                CompareOp::Eq,
                CompareOp::NotEq,
                CompareOp::Lt,
                CompareOp::LtEq,
                CompareOp::Gt,
                CompareOp::GtEq,
            ]);
            let value = datum(&column.data_type.kind);
            let (a, b, c) = (column.clone(), column.clone(), column.clone());
            let compare = (op, value.clone()).prop_map(move |(op, literal)| Predicate::Compare {
                column: a.clone(),
                op,
                literal,
            });
            let list = (prop::collection::vec(value, 0..12), any::<bool>())
                .prop_map(move |(literals, negated)| Predicate::In { column: b.clone(), literals, negated });
            let null = any::<bool>().prop_map(move |negated| Predicate::IsNull { column: c.clone(), negated });
            let text = matches!(column.data_type.kind, TypeKind::Varchar(_));
            let like = ("[ab]?[%_][ab%_ü\\\\]{0,3}", any::<bool>())
                .prop_map(move |(pattern, negated)| Predicate::Like { column: column.clone(), pattern, negated });
            if text { prop_oneof![compare, list, null, like].boxed() } else { prop_oneof![compare, list, null].boxed() }
        })
        .boxed()
}

fn predicate() -> impl Strategy<Value = Predicate> {
    leaf().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Predicate::And),
            prop::collection::vec(inner, 2..4).prop_map(Predicate::Or),
        ]
    })
}

fn rows(null_weight: u32) -> impl Strategy<Value = Vec<DatumRow>> {
    let cells: Vec<_> = ordered_columns()
        .iter()
        .map(|column| {
            let value = datum(&column.data_type.kind);
            prop_oneof![null_weight => Just(None), 4 => value.prop_map(Some)]
        })
        .collect();
    prop::collection::vec(cells, 0..40)
}

fn batch(rows: &[DatumRow]) -> RecordBatch {
    let columns = ordered_columns();
    let fields: Vec<_> =
        fields().into_iter().filter(|field| columns.iter().any(|column| column.id == field.id)).collect();
    let array = |index: usize| -> ArrayRef {
        let values: DatumRow = rows.iter().map(|row| row[index].clone()).collect();
        datums_to_array(&values, &columns[index].data_type).unwrap()
    };
    RecordBatch::try_new(arrow::schema(&fields), (0..columns.len()).map(array).collect()).unwrap()
}

/// The model: written without regard to the code above, but for the order of datums.
fn matches(predicate: &Predicate, row: &[Option<Datum>]) -> bool {
    let index = |column: &Column| ordered_columns().iter().position(|other| other.id == column.id).unwrap();
    match predicate {
        Predicate::True => true,
        Predicate::False => false,
        Predicate::And(children) => children.iter().all(|child| matches(child, row)),
        Predicate::Or(children) => children.iter().any(|child| matches(child, row)),
        Predicate::IsNull { column, negated } => row[index(column)].is_none() != *negated,
        Predicate::Compare { column, op, literal } => row[index(column)].as_ref().is_some_and(|value| {
            let order = value.try_cmp(literal).unwrap();
            match op {
                CompareOp::Eq => order == Ordering::Equal,
                CompareOp::NotEq => order != Ordering::Equal,
                CompareOp::Lt => order == Ordering::Less,
                CompareOp::LtEq => order != Ordering::Greater,
                CompareOp::Gt => order == Ordering::Greater,
                CompareOp::GtEq => order != Ordering::Less,
            }
        }),
        Predicate::In { column, literals, negated } => row[index(column)].as_ref().is_some_and(|value| {
            literals.iter().any(|literal| value.try_cmp(literal) == Some(Ordering::Equal)) != *negated
        }),
        Predicate::Like { column, pattern, negated } => match &row[index(column)] {
            Some(Datum::String(text)) => {
                let (text, pattern) = (text.chars().collect::<Vec<_>>(), pattern.chars().collect::<Vec<_>>());
                model_like(&pattern, &text) != *negated
            }
            _ => false,
        },
    }
}

fn model_like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|skip| model_like(rest, &text[skip..])),
        ['_', rest @ ..] => !text.is_empty() && model_like(rest, &text[1..]),
        ['\\', literal, rest @ ..] => text.first() == Some(literal) && model_like(rest, &text[1..]),
        [literal, rest @ ..] => text.first() == Some(literal) && model_like(rest, &text[1..]),
    }
}

/// Bounds of a column over all rows. `loose` makes them as writers may leave them: NaN ignored, text truncated.
fn bounds(rows: &[DatumRow], index: usize, loose: bool) -> ColumnBounds {
    let is_nan = |datum: &&Datum| match datum {
        Datum::Float(value) => value.is_nan(),
        Datum::Double(value) => value.is_nan(),
        _ => false,
    };
    let values: Vec<&Datum> =
        rows.iter().filter_map(|row| row[index].as_ref()).filter(|datum| !loose || !is_nan(datum)).collect();
    let min = values.iter().min_by(|a, b| a.try_cmp(b).unwrap()).map(|datum| (*datum).clone());
    let max = values.iter().max_by(|a, b| a.try_cmp(b).unwrap()).map(|datum| (*datum).clone());
    let nulls = rows.iter().filter(|row| row[index].is_none()).count() as i64;
    let first = |text: &str| text.chars().take(1).collect::<String>();
    let cut = |datum: Option<Datum>, up: bool| match datum {
        Some(Datum::String(text)) if loose && text.chars().count() > 1 => {
            let start = first(&text);
            let next = start.chars().next().and_then(|last| char::from_u32(last as u32 + 1)).unwrap();
            Some(Datum::String(if up { next.to_string() } else { start }))
        }
        // Zeros as a writer that does not tell them apart leaves them.
        Some(Datum::Double(0.0)) if loose => Some(Datum::Double(if up { -0.0 } else { 0.0 })),
        other => other,
    };
    ColumnBounds { min: cut(min, false), max: cut(max, true), null_count: (!loose).then_some(nulls) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn evaluation_equals_the_model(predicate in predicate(), rows in rows(1)) {
        let expected: Vec<bool> = rows.iter().map(|row| matches(&predicate, row)).collect();
        let found = predicate.evaluate(&batch(&rows)).unwrap();
        prop_assert_eq!(found.values().iter().collect::<Vec<_>>(), expected.clone());
        let columns = ordered_columns();
        let by_row = rows.iter().map(|row| predicate.evaluate_row(&|column: &Column| {
            row[columns.iter().position(|other| other.id == column.id).unwrap()].clone()
        }));
        prop_assert_eq!(by_row.collect::<Vec<_>>(), expected.clone());
        let simple = predicate.simplify().evaluate(&batch(&rows)).unwrap();
        prop_assert_eq!(simple.values().iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn negation_is_the_complement_without_nulls(predicate in predicate(), rows in rows(0)) {
        let found = predicate.negate().evaluate(&batch(&rows)).unwrap();
        let expected = predicate.evaluate(&batch(&rows)).unwrap();
        prop_assert!(found.values().iter().zip(expected.values().iter()).all(|(a, b)| a != b));
    }

    #[test]
    fn statistics_never_hide_a_match(predicate in predicate(), rows in rows(1), loose in any::<bool>()) {
        if rows.iter().any(|row| matches(&predicate, row)) {
            let columns = ordered_columns();
            let of = |column: &Column| {
                bounds(&rows, columns.iter().position(|other| other.id == column.id).unwrap(), loose)
            };
            prop_assert!(predicate.may_match(rows.len() as i64, &of));
            prop_assert!(predicate.may_match(rows.len() as i64, &|_| ColumnBounds::unknown()));
        }
    }

    #[test]
    fn text_reads_back(predicate in predicate()) {
        let text = predicate.to_string();
        let parsed = super::parse(&text, &fields()).unwrap();
        // Patterns without wildcard come back as comparisons; else nothing changes.
        prop_assert_eq!(parsed.to_string(), text);
    }

    #[test]
    fn literals_beyond_a_type_filter_as_the_numbers_they_are(
        text in prop::sample::select(vec!["-129", "-128.5", "-128", "-0.5", "1", "1.5", "127", "127.5", "128", "1e40"]),
        op in prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]),
    ) {
        let predicate = parse(&format!("ti {op} {text}"));
        let literal: f64 = text.parse().unwrap();
        for value in i8::MIN..=i8::MAX {
            let expected = match op {
                "=" => f64::from(value) == literal,
                "<>" => f64::from(value) != literal,
                "<" => f64::from(value) < literal,
                "<=" => f64::from(value) <= literal,
                ">" => f64::from(value) > literal,
                _ => f64::from(value) >= literal,
            };
            prop_assert_eq!(predicate.evaluate_row(&|_| Some(Datum::TinyInt(value))), expected);
        }
        prop_assert!(!predicate.evaluate_row(&|_| None));
    }

    #[test]
    fn parsing_never_panics(text in "[a-z0-9 ()',=<>.`\"xdsi%_\\-+ü]{0,40}") {
        let _ = super::parse(&text, &fields());
    }
}

#[test]
fn statistics_skip_what_they_can() {
    let check = |text: &str, min: Datum, max: Datum, nulls: Option<i64>, expected: bool| {
        let bounds = ColumnBounds { min: Some(min), max: Some(max), null_count: nulls };
        assert_eq!(parse(text).may_match(10, &|_| bounds.clone()), expected, "{text}");
    };
    let int = |text: &str, expected| check(text, Datum::Int(5), Datum::Int(9), Some(0), expected);
    int("i = 4", false);
    int("i = 5", true);
    int("i IN (1, 10)", false);
    int("i NOT IN (5, 6)", true);
    int("i > 9", false);
    int("i >= 9", true);
    int("i < 5", false);
    int("i BETWEEN 10 AND 20", false);
    int("i IS NULL", false);
    int("i IS NOT NULL", true);
    let same = |text: &str, expected| check(text, Datum::Int(5), Datum::Int(5), None, expected);
    same("i <> 5", false);
    same("i NOT IN (5)", false);
    same("i IS NULL", true);
    let text = |filter: &str, expected| {
        check(filter, Datum::String("bb".into()), Datum::String("bd".into()), None, expected);
    };
    text("s LIKE 'b%'", true);
    text("s LIKE 'bc%'", true);
    text("s LIKE 'a%'", false);
    text("s LIKE 'be_'", false);
    text("s LIKE '%x'", true);
    let double = |text: &str, expected| check(text, Datum::Double(1.0), Datum::Double(2.0), None, expected);
    double("d > 2.5", true);
    double("d > 2.5 AND d < 3.5", false);
    double("d BETWEEN 2.5 AND 3.5", false);
    double("d = 2.5", false);
    double("d < 0.5", false);
    // Zero bounds count for both zeros: some writers do not tell them apart.
    check("d = -0.0", Datum::Double(0.0), Datum::Double(1.0), None, true);
    check("d = 0.0", Datum::Double(-1.0), Datum::Double(-0.0), None, true);
    assert!(!parse("i = 1").may_match(10, &|_| ColumnBounds::constant(None, 10)));
    assert!(parse("i IS NULL").may_match(10, &|_| ColumnBounds::constant(None, 10)));
}

#[test]
fn a_batch_of_another_shape_is_refused() {
    let array: ArrayRef = Arc::new(arrow_array::Int64Array::from(vec![1]));
    let batch = RecordBatch::try_from_iter([("i", array)]).unwrap();
    let error = parse("i = 1").evaluate(&batch).unwrap_err();
    assert_eq!(error.to_string(), "invalid: expected column i of arrow type Int32, found Int64");
    assert!(parse("l = 1").evaluate(&batch).is_err());
}

#[test]
fn timestamps_out_of_the_range_of_nanoseconds() {
    let kind = DataType::nullable(TypeKind::TimestampLtz(9));
    let array = datums_to_array(&[Some(Datum::Timestamp { millis: 0, nanos: 0 }), None], &kind).unwrap();
    let batch = RecordBatch::try_from_iter_with_nullable([("ts9", array, true)]).unwrap();
    let found = |text: &str| parse(text).evaluate(&batch).unwrap().values().iter().collect::<Vec<_>>();
    assert_eq!(found("ts9 < '9999-12-31 00:00:00'"), [true, false]);
    assert_eq!(found("ts9 > '9999-12-31 00:00:00'"), [false, false]);
    assert_eq!(found("ts9 <> '0001-01-01 00:00:00'"), [true, false]);
    assert_eq!(found("ts9 IN ('0001-01-01 00:00:00', '1970-01-01 00:00:00')"), [true, false]);
}
