use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Int64Array, StringArray, TimestampMicrosecondArray};
use proptest::prelude::*;

use super::*;
use crate::types::{DataField, TypeKind};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Row bytes and hash of one value.
fn one(kind: TypeKind, value: Option<Datum>) -> (String, i32) {
    let types = [DataType::nullable(kind)];
    let row = BinaryRow::encode(&types, std::slice::from_ref(&value)).unwrap();
    assert_eq!(row.decode(&types).unwrap(), [value]);
    (hex(row.row_bytes()), row.hash())
}

fn text(value: &str) -> Option<Datum> {
    Some(Datum::String(value.to_owned()))
}

#[test]
fn rows_have_the_bytes_and_hashes_of_java() {
    let head = "0000000000000000";
    assert_eq!(one(TypeKind::BigInt, Some(Datum::BigInt(1))), (format!("{head}0100000000000000"), 1_465_514_398));
    assert_eq!(one(TypeKind::STRING, text("a")), (format!("{head}6100000000000081"), 943_281_246));
    assert_eq!(one(TypeKind::STRING, text("abcdefg")), (format!("{head}6162636465666787"), -1_431_907_323));
    assert_eq!(
        one(TypeKind::STRING, text("abcdefgh")),
        (format!("{head}08000000100000006162636465666768"), -843_760_178)
    );
    assert_eq!(one(TypeKind::STRING, text("")), (format!("{head}0000000000000080"), 302_122_119));
    let time = Datum::Timestamp { millis: 1_704_110_400_123, nanos: 456_000 };
    assert_eq!(one(TypeKind::Timestamp(6), Some(time)).0, format!("{head}40f50600100000007b22e5c48c010000"));
    let decimal = |scale| Some(Datum::Decimal { unscaled: -310, scale });
    let wide = TypeKind::Decimal { precision: 20, scale: 2 };
    assert_eq!(one(wide, decimal(2)).0, format!("{head}0200000010000000feca{}", "00".repeat(14)));
    let compact = TypeKind::Decimal { precision: 10, scale: 2 };
    assert_eq!(one(compact, decimal(2)).0, format!("{head}cafeffffffffffff"));
}

#[test]
fn partition_row_has_the_serialized_form_of_manifests() {
    let row = BinaryRow::encode(&[DataType::nullable(TypeKind::STRING)], &[text("2024-01-01")]).unwrap();
    let expected = "0000000100000000000000000a00000010000000323032342d30312d3031000000000000";
    assert_eq!(hex(row.serialized()), expected);
    assert_eq!(BinaryRow::encode(&[], &[]).unwrap(), BinaryRow::empty());
}

#[test]
fn nulls_of_wide_types_reserve_their_space() {
    assert_eq!(one(TypeKind::Timestamp(6), None).0, "000100000000000000000000100000000000000000000000");
    let wide = TypeKind::Decimal { precision: 19, scale: 0 };
    assert_eq!(one(wide, None).0, format!("00010000000000000000000010000000{}", "00".repeat(16)));
    assert_eq!(one(TypeKind::Timestamp(3), None).0, "00010000000000000000000000000000");
}

#[test]
fn null_from_writers_that_reserve_nothing_is_read() {
    let bytes = [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let row = BinaryRow::from_serialized(bytes);
    assert_eq!(row.decode(&[DataType::nullable(TypeKind::Timestamp(6))]).unwrap(), [None]);
}

#[test]
fn headers_grow_by_eight_bytes() {
    assert_eq!([0, 56, 57, 120, 121].map(writer::row_header), [8, 8, 16, 16, 24]);
    assert_eq!([0, 1, 32, 33].map(writer::array_header), [4, 8, 8, 12]);
}

#[test]
fn overlapping_values_run_out_of_budget() {
    // An array of many slots that all point at the same bytes.
    let text_array = DataType::nullable(TypeKind::Array(Box::new(DataType::nullable(TypeKind::STRING))));
    let items = vec![text("a text that is not inline"); 200];
    let row = BinaryRow::encode(std::slice::from_ref(&text_array), &[Some(Datum::Array(items))]).unwrap();
    let mut bytes = row.serialized().to_vec();
    let slots = 4 + 16 + 4 + 28;
    let slot: [u8; 8] = bytes[slots..slots + 8].try_into().unwrap();
    let long = (u64::from_le_bytes(slot) & !0xFFFF_FFFF) | 4096;
    for index in 0..200 {
        bytes[slots + index * 8..][..8].copy_from_slice(&long.to_le_bytes());
    }
    let error = BinaryRow::from_serialized(bytes).decode(&[text_array]).unwrap_err();
    assert_eq!(error.kind(), crate::ErrorKind::Corrupt);
}

#[test]
fn columns_give_the_rows_of_their_values() {
    let types = [
        DataType::nullable(TypeKind::BigInt),
        DataType::nullable(TypeKind::STRING),
        DataType::nullable(TypeKind::Timestamp(6)),
        DataType::nullable(TypeKind::Decimal { precision: 20, scale: 1 }),
    ];
    let decimals = Decimal128Array::from(vec![None, Some(-5), Some(i128::from(i64::MAX) * 3)]);
    let columns: [ArrayRef; 4] = [
        Arc::new(Int64Array::from(vec![Some(1), None, Some(-9)])),
        Arc::new(StringArray::from(vec![Some("short"), Some("longer than seven"), None])),
        Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), None, Some(1_000_001)])),
        Arc::new(decimals.with_precision_and_scale(20, 1).unwrap()),
    ];
    let rows = encode_rows(&columns, &types).unwrap();
    let decoded = rows.iter().map(|row| row.decode(&types).unwrap()).collect::<Vec<_>>();
    assert_eq!(decoded[0][2], Some(Datum::Timestamp { millis: -1, nanos: 999_000 }));
    let again = decoded.iter().map(|values| BinaryRow::encode(&types, values).unwrap()).collect::<Vec<_>>();
    assert_eq!(rows, again);
    assert_eq!(hash_rows(&columns, &types).unwrap(), rows.iter().map(BinaryRow::hash).collect::<Vec<_>>());
    assert!(encode_rows(&columns[..1], &types).is_err());
    assert!(encode_rows(&columns[1..2], &types[..1]).is_err());
}

/// A type and a value of it.
fn typed() -> impl Strategy<Value = (DataType, Option<Datum>)> {
    let scalar = prop_oneof![
        any::<bool>().prop_map(|v| (TypeKind::Boolean, Datum::Boolean(v))),
        any::<i8>().prop_map(|v| (TypeKind::TinyInt, Datum::TinyInt(v))),
        any::<i16>().prop_map(|v| (TypeKind::SmallInt, Datum::SmallInt(v))),
        any::<i32>().prop_map(|v| (TypeKind::Date, Datum::Date(v))),
        any::<i64>().prop_map(|v| (TypeKind::BigInt, Datum::BigInt(v))),
        any::<f64>().prop_map(|v| (TypeKind::Double, Datum::Double(v))),
        any::<f32>().prop_map(|v| (TypeKind::Float, Datum::Float(v))),
        any::<i64>().prop_map(|v| decimal_of(9, v.into())),
        any::<i128>().prop_map(|v| decimal_of(38, v)),
        (any::<i64>(), 0..1_000_000).prop_map(|(millis, nanos)| time_of(9, millis, nanos)),
        any::<i64>().prop_map(|millis| time_of(3, millis, 0)),
        ".{0,12}".prop_map(|v| (TypeKind::STRING, Datum::String(v))),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(|v| (TypeKind::BYTES, Datum::Bytes(v))),
        (proptest::collection::vec(any::<u8>(), 0..9), proptest::collection::vec(any::<u8>(), 0..9))
            .prop_map(|(value, metadata)| (TypeKind::Variant, Datum::Variant { value, metadata })),
    ];
    let leaf =
        (scalar, any::<bool>()).prop_map(|((kind, value), null)| (DataType::nullable(kind), (!null).then_some(value)));
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0_usize..40).prop_map(|((element, value), count)| {
                let items = (0..count).map(|index| if index % 3 == 1 { None } else { value.clone() }).collect();
                (DataType::nullable(TypeKind::Array(Box::new(element))), Some(Datum::Array(items)))
            }),
            (inner.clone(), inner.clone(), 0_usize..5).prop_map(|(key, value, count)| {
                let kind = TypeKind::Map { key: Box::new(key.0), value: Box::new(value.0) };
                (DataType::nullable(kind), Some(Datum::Map(vec![key.1; count], vec![value.1; count])))
            }),
            proptest::collection::vec(inner, 0..4).prop_map(|cells| {
                let (types, values): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
                let fields = types.into_iter().enumerate().map(|(id, kind)| DataField::new(id as i32, "f", kind));
                (DataType::nullable(TypeKind::Row(fields.collect())), Some(Datum::Row(values)))
            }),
        ]
    })
}

fn decimal_of(precision: u8, unscaled: i128) -> (TypeKind, Datum) {
    (TypeKind::Decimal { precision, scale: 2 }, Datum::Decimal { unscaled, scale: 2 })
}

fn time_of(precision: u8, millis: i64, nanos: i32) -> (TypeKind, Datum) {
    (TypeKind::TimestampLtz(precision), Datum::Timestamp { millis, nanos })
}

proptest! {
    #[test]
    fn decode_undoes_encode(cells in proptest::collection::vec(typed(), 0..6)) {
        let (types, values): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
        let row = BinaryRow::encode(&types, &values).unwrap();
        prop_assert_eq!(row.row_bytes().len() % 8, 0);
        prop_assert_eq!(row.decode(&types).unwrap(), values);
    }

    #[test]
    fn any_bytes_give_values_or_an_error(
        cells in proptest::collection::vec(typed(), 1..4),
        flips in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..8),
    ) {
        let (types, values): (Vec<_>, Vec<_>) = cells.into_iter().unzip();
        let mut bytes = BinaryRow::encode(&types, &values).unwrap().serialized().to_vec();
        for (at, byte) in flips {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let _ = BinaryRow::from_serialized(&bytes).decode(&types);
    }
}
