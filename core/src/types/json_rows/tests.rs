use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::*;
use arrow_buffer::NullBuffer;
use arrow_schema::{Field, Schema};

use super::*;
use crate::types::{DataType, TypeKind};

/// Lines of one column named `c`, without the object around each cell.
fn cells(kind: TypeKind, array: ArrayRef) -> Vec<String> {
    let field = DataField::new(0, "c", DataType::nullable(kind));
    let schema = Schema::new(vec![Field::new("c", array.data_type().clone(), true)]);
    let batch = RecordBatch::try_new(Arc::new(schema), vec![array]).unwrap();
    let mut out = Vec::new();
    write_ndjson(&batch, &[field], &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().map(|line| line.strip_prefix("{\"c\":").unwrap().strip_suffix('}').unwrap().to_owned()).collect()
}

#[test]
fn scalars() {
    assert_eq!(
        cells(TypeKind::BigInt, Arc::new(Int64Array::from(vec![Some(i64::MIN), None]))),
        ["-9223372036854775808", "null"]
    );
    let floats = Float32Array::from(vec![0.1, -0.0, f32::NAN, f32::INFINITY, 1e20, f32::MIN_POSITIVE]);
    let expected = ["0.1", "-0.0", "\"NaN\"", "\"Infinity\"", "1e+20", "1.1754944e-38"];
    let found = cells(TypeKind::Float, Arc::new(floats));
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.replace("e20", "e+20"), expected);
    }
    assert_eq!(
        cells(TypeKind::STRING, Arc::new(StringArray::from(vec!["a\"\\\n\u{1}ü🙂/"]))),
        ["\"a\\\"\\\\\\n\\u0001ü🙂/\""]
    );
    assert_eq!(cells(TypeKind::BYTES, Arc::new(BinaryArray::from(vec![&b"\x00\xfe"[..]]))), ["\"00fe\""]);
    let decimals = Decimal128Array::from(vec![-1, 12345]).with_precision_and_scale(9, 2).unwrap();
    assert_eq!(cells(TypeKind::Decimal { precision: 9, scale: 2 }, Arc::new(decimals)), ["\"-0.01\"", "\"123.45\""]);
}

#[test]
fn times_print_the_digits_of_their_precision() {
    assert_eq!(cells(TypeKind::Date, Arc::new(Date32Array::from(vec![2_932_896]))), ["\"9999-12-31\""]);
    let time: ArrayRef = Arc::new(Time32MillisecondArray::from(vec![44_802_177]));
    assert_eq!(cells(TypeKind::Time(0), time.clone()), ["\"12:26:42\""]);
    assert_eq!(cells(TypeKind::Time(3), time), ["\"12:26:42.177\""]);
    let millis: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![-1]));
    assert_eq!(cells(TypeKind::Timestamp(0), millis.clone()), ["\"1969-12-31T23:59:59\""]);
    assert_eq!(cells(TypeKind::Timestamp(1), millis), ["\"1969-12-31T23:59:59.9\""]);
    let nanos = TimestampNanosecondArray::from(vec![i64::MIN]).with_timezone("UTC");
    assert_eq!(cells(TypeKind::TimestampLtz(9), Arc::new(nanos)), ["\"1677-09-21T00:12:43.145224192Z\""]);
    let far = TimestampMillisecondArray::from(vec![i64::MAX, i64::MIN]);
    assert_eq!(
        cells(TypeKind::Timestamp(3), Arc::new(far)),
        ["\"+292278994-08-17T07:12:55.807\"", "\"-292275055-05-16T16:47:04.192\""]
    );
}

#[test]
fn nested_values_survive_slicing() {
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    for entries in [&[("k k", None), ("b", Some(2)), ("a", Some(1))][..], &[], &[("ключ", Some(3))]] {
        for (key, value) in entries {
            map.keys().append_value(key);
            map.values().append_option(*value);
        }
        map.append(true).unwrap();
    }
    let map: ArrayRef = Arc::new(map.finish());
    let kind = TypeKind::Map {
        key: Box::new(DataType::nullable(TypeKind::STRING)),
        value: Box::new(DataType::nullable(TypeKind::Int)),
    };
    assert_eq!(cells(kind.clone(), map.clone()), ["[[\"a\",1],[\"b\",2],[\"k k\",null]]", "[]", "[[\"ключ\",3]]"]);
    assert_eq!(cells(kind, map.slice(1, 2)), ["[]", "[[\"ключ\",3]]"]);

    let mut list = ListBuilder::new(Int32Builder::new());
    list.append_value([Some(1), None]);
    list.append_null();
    list.append_value([Some(7)]);
    let list: ArrayRef = Arc::new(list.finish());
    let kind = TypeKind::Array(Box::new(DataType::nullable(TypeKind::Int)));
    assert_eq!(cells(kind.clone(), list.clone()), ["[1,null]", "null", "[7]"]);
    assert_eq!(cells(kind, list.slice(2, 1)), ["[7]"]);
}

#[test]
fn rows_are_objects() {
    let fields = vec![Field::new("x\"", arrow_schema::DataType::Int32, true)];
    let nulls = NullBuffer::from(vec![true, false]);
    let row = StructArray::new(fields.into(), vec![Arc::new(Int32Array::from(vec![None, Some(2)]))], Some(nulls));
    let kind = TypeKind::Row(vec![DataField::new(1, "x\"", DataType::nullable(TypeKind::Int))]);
    assert_eq!(cells(kind, Arc::new(row)), ["{\"x\\\"\":null}", "null"]);
}

#[test]
fn cells_are_json_values() {
    let field = DataField::new(0, "c", DataType::nullable(TypeKind::Float));
    let array: ArrayRef = Arc::new(Float32Array::from(vec![Some(0.1), None]));
    let batch = RecordBatch::try_from_iter([("c", array)]).unwrap();
    assert_eq!(row_cells(&batch, &[field]).unwrap(), [vec![serde_json::json!(0.1)], vec![Value::Null]]);
}

#[test]
fn a_column_of_another_type_is_refused() {
    let field = DataField::new(0, "c", DataType::nullable(TypeKind::Int));
    let array: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let batch = RecordBatch::try_from_iter([("c", array)]).unwrap();
    let error = write_ndjson(&batch, std::slice::from_ref(&field), &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "invalid: expected a column of arrow type Int32, found Utf8 (column c)");
    assert!(write_ndjson(&batch, &[field.clone(), field], &mut Vec::new()).is_err());
}
