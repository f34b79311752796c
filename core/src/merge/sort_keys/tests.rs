use arrow_array::{BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array, StringArray};
use proptest::prelude::*;

use super::*;

fn column(data_type: ArrowType, nullable: bool, descending: bool) -> SortColumn {
    SortColumn { data_type, nullable, descending }
}

/// Checks that `ascending` rows come out strictly ascending, and that the codec has the expected form.
fn check(form: &str, columns: &[SortColumn], ascending: &[ArrayRef]) {
    let codec = KeyCodec::new(columns).unwrap();
    let found = format!("{:?}", codec.form);
    assert!(found.starts_with(form), "{found}");
    let keys = codec.encode(ascending).unwrap();
    assert_eq!(keys.sortedness(), Ordering::Greater, "{columns:?}");
    for row in 0..keys.len() {
        assert_eq!(keys.lower_bound(0, &keys, row), row);
    }
}

#[test]
fn one_integer_is_compared_as_it_is() {
    check(
        "Int",
        &[column(ArrowType::Int64, false, false)],
        &[Arc::new(Int64Array::from(vec![i64::MIN, -1, 0, i64::MAX]))],
    );
    check("Int", &[column(ArrowType::Int32, false, false)], &[Arc::new(Int32Array::from(vec![i32::MIN, 0, i32::MAX]))]);
}

#[test]
fn nulls_are_lowest_in_both_directions() {
    let ascending = Int64Array::from(vec![None, Some(i64::MIN), Some(0), Some(i64::MAX)]);
    check("Wide", &[column(ArrowType::Int64, true, false)], &[Arc::new(ascending)]);
    let descending = Int64Array::from(vec![None, Some(i64::MAX), Some(0), Some(i64::MIN)]);
    check("Wide", &[column(ArrowType::Int64, true, true)], &[Arc::new(descending)]);
    let texts = StringArray::from(vec![None, Some("b"), Some("a"), Some("")]);
    check("Bytes", &[column(ArrowType::Utf8, true, true)], &[Arc::new(texts)]);
}

#[test]
fn composite_keys_order_by_the_first_column_first() {
    let first: ArrayRef = Arc::new(Int32Array::from(vec![-5, -5, 7, 7]));
    let second: ArrayRef = Arc::new(BooleanArray::from(vec![false, true, false, true]));
    let columns = [column(ArrowType::Int32, false, false), column(ArrowType::Boolean, false, false)];
    check("Wide", &columns, &[first, second]);
}

#[test]
fn decimals_of_any_precision_order_by_value() {
    for precision in [18, 38] {
        let limit = 10i128.pow(u32::from(precision)) - 1;
        let values =
            Decimal128Array::from(vec![-limit, -1, 0, 1, limit]).with_precision_and_scale(precision, 2).unwrap();
        check("Wide", &[column(ArrowType::Decimal128(precision, 2), false, false)], &[Arc::new(values)]);
    }
}

#[test]
fn strings_order_by_unsigned_bytes_and_beyond_the_head() {
    let texts = StringArray::from(vec!["", "a", "aaaaaaaaa", "aaaaaaaaaa", "b", "é", "日本", "\u{10000}"]);
    check("Bytes", &[column(ArrowType::Utf8, false, false)], &[Arc::new(texts)]);
}

#[test]
fn floats_order_as_in_java() {
    let values = Float64Array::from(vec![f64::NEG_INFINITY, -1.0, -0.0, 0.0, f64::INFINITY, -f64::NAN]);
    check("Bytes", &[column(ArrowType::Float64, false, false)], &[Arc::new(values)]);
}

#[test]
fn null_in_a_not_null_column_is_corrupt() {
    let codec = KeyCodec::new(&[column(ArrowType::Int64, false, false)]).unwrap();
    let nulls: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let error = codec.encode(&[nulls]).err().unwrap();
    assert_eq!(error.kind(), crate::ErrorKind::Corrupt);
}

#[test]
fn columns_without_an_order_are_unsupported() {
    let entries = arrow_schema::Field::new("entries", ArrowType::Null, false);
    let map = ArrowType::Map(Arc::new(entries), false);
    assert_eq!(KeyCodec::new(&[column(map, false, false)]).err().unwrap().kind(), crate::ErrorKind::Unsupported);
}

proptest! {
    #[test]
    fn packed_pairs_order_as_pairs(mut pairs in prop::collection::vec((any::<Option<i32>>(), any::<i64>()), 1..40)) {
        pairs.sort_unstable();
        pairs.dedup();
        let first: ArrayRef = Arc::new(Int32Array::from_iter(pairs.iter().map(|(a, _)| *a)));
        let second: ArrayRef = Arc::new(Int64Array::from_iter_values(pairs.iter().map(|(_, b)| *b)));
        let columns = [column(ArrowType::Int32, true, false), column(ArrowType::Int64, false, false)];
        check("Wide", &columns, &[first, second]);
    }
}
