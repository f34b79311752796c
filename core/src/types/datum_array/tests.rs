use super::*;
use crate::types::DataField;

fn nullable(kind: TypeKind) -> DataType {
    DataType::nullable(kind)
}

fn check(kind: TypeKind, datums: &[Option<Datum>]) {
    let data_type = nullable(kind);
    let array = datums_to_array(datums, &data_type).unwrap();
    assert_eq!(array.data_type(), &arrow::data_type(&data_type));
    let back = (0..array.len()).map(|index| Datum::from_array(&array, index).unwrap()).collect::<Vec<_>>();
    assert_eq!(back, datums);
}

#[test]
fn datums_round_trip_through_arrays() {
    check(TypeKind::Boolean, &[Some(Datum::Boolean(true)), None]);
    check(TypeKind::SmallInt, &[Some(Datum::SmallInt(-3)), None]);
    check(TypeKind::Double, &[Some(Datum::Double(f64::NAN)), Some(Datum::Double(-0.0))]);
    check(TypeKind::Decimal { precision: 38, scale: 3 }, &[Some(Datum::Decimal { unscaled: -1, scale: 3 }), None]);
    check(TypeKind::STRING, &[Some(Datum::String("ü".into())), None]);
    check(TypeKind::BYTES, &[Some(Datum::Bytes(vec![0, 255])), None]);
    check(TypeKind::Date, &[Some(Datum::Date(-1))]);
    check(TypeKind::Time(0), &[Some(Datum::Time(86_399_999))]);
    check(TypeKind::Timestamp(3), &[Some(Datum::Timestamp { millis: i64::MIN, nanos: 0 }), None]);
    check(TypeKind::TimestampLtz(6), &[Some(Datum::Timestamp { millis: -1, nanos: 999_000 })]);
    check(TypeKind::Timestamp(9), &[Some(Datum::Timestamp { millis: -1, nanos: 999_999 })]);
    check(TypeKind::Variant, &[None, Some(Datum::Variant { value: vec![0], metadata: vec![1, 0, 0] })]);
}

#[test]
fn nested_datums_round_trip() {
    let int = || Box::new(nullable(TypeKind::Int));
    let list = Datum::Array(vec![Some(Datum::Int(1)), None]);
    check(TypeKind::Array(int()), &[None, Some(list.clone()), Some(Datum::Array(vec![]))]);
    check(TypeKind::Vector { element: int(), length: 2 }, &[None, Some(list.clone())]);
    let map = Datum::Map(vec![Some(Datum::String("k".into()))], vec![None]);
    check(TypeKind::Map { key: Box::new(nullable(TypeKind::STRING)), value: int() }, &[Some(map), None]);
    check(TypeKind::Multiset(int()), &[Some(Datum::Map(vec![Some(Datum::Int(7))], vec![Some(Datum::Int(2))]))]);
    let fields = vec![
        DataField::new(1, "a", nullable(TypeKind::Array(int()))),
        DataField::new(2, "b", nullable(TypeKind::BigInt)),
        DataField::new(3, "c", nullable(TypeKind::Boolean)),
    ];
    check(TypeKind::Row(fields), &[None, Some(Datum::Row(vec![Some(list), None, Some(Datum::Boolean(false))]))]);
    check(TypeKind::Row(vec![]), &[Some(Datum::Row(vec![])), None]);
}

#[test]
fn values_of_another_type_are_refused() {
    assert!(datums_to_array(&[Some(Datum::Int(1))], &nullable(TypeKind::BigInt)).is_err());
    let far = Datum::Timestamp { millis: i64::MAX / 2, nanos: 0 };
    assert!(datums_to_array(&[Some(far)], &nullable(TypeKind::Timestamp(9))).is_err());
    assert!(Datum::from_array(&BooleanArray::from(vec![true]), 1).is_err());
}
