//! Parts that are put together by hand.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal128Array, Int64Array, ListArray, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as ArrowType, Field, Fields};

use super::*;
use crate::{
    error::ErrorKind,
    types::{self, DataField, DataType, TypeKind, json_rows},
};

/// Version 1; names "a", "b", "c".
const NAMES: &[u8] = &[1, 3, 0, 1, 2, 3, b'a', b'b', b'c'];

fn group(members: Vec<(&str, ArrayRef)>, nulls: Option<NullBuffer>) -> StructArray {
    let (names, columns): (Vec<_>, Vec<_>) = members.into_iter().unzip();
    let fields = names
        .into_iter()
        .zip(&columns)
        .map(|(name, column): (&str, &ArrayRef)| Field::new(name, column.data_type().clone(), true));
    StructArray::new(fields.collect::<Vec<_>>().into(), columns, nulls)
}

fn bytes(values: Vec<Option<&[u8]>>) -> ArrayRef {
    Arc::new(BinaryArray::from(values))
}

fn part(value: Vec<Option<&[u8]>>, typed: ArrayRef) -> ArrayRef {
    Arc::new(group(vec![("value", bytes(value)), ("typed_value", typed)], None))
}

/// The rows of a shredded column as JSON.
fn json(value: Vec<Option<&[u8]>>, typed: ArrayRef, nulls: Option<NullBuffer>) -> Result<Vec<String>> {
    let metadata = bytes(vec![Some(NAMES); typed.len()]);
    let shredded = group(vec![("metadata", metadata), ("value", bytes(value)), ("typed_value", typed)], nulls.clone());
    let field = DataField::new(0, "v", DataType::nullable(TypeKind::Variant));
    let schema = types::arrow::schema(std::slice::from_ref(&field));
    let ArrowType::Struct(fields) = schema.field(0).data_type() else { panic!("a variant is a struct") };
    let column = rebuild(&shredded, fields, nulls)?;
    let batch = arrow_array::RecordBatch::try_new(schema, vec![column]).unwrap();
    let rows = json_rows::row_cells(&batch, &[field]).unwrap();
    Ok(rows.into_iter().map(|row| row[0].as_str().unwrap_or("NULL").to_owned()).collect())
}

#[test]
fn scalars_are_typed_or_encoded() {
    let longs = Arc::new(Int64Array::from(vec![Some(7), None, None, Some(9)]));
    let nulls = NullBuffer::from(vec![true, true, true, false]);
    let rows = json(vec![None, Some(&[0]), Some(&[1 << 2]), None], longs, Some(nulls)).unwrap();
    assert_eq!(rows, ["7", "null", "true", "NULL"]);

    let decimals = Decimal128Array::from(vec![-1234]).with_precision_and_scale(10, 2).unwrap();
    assert_eq!(json(vec![None], Arc::new(decimals), None).unwrap(), ["-12.34"]);
    assert_eq!(json(vec![None], Arc::new(BooleanArray::from(vec![false])), None).unwrap(), ["false"]);
    let instant = TimestampMicrosecondArray::from(vec![-1]).with_timezone("UTC");
    assert_eq!(json(vec![None], Arc::new(instant), None).unwrap(), ["\"1969-12-31 23:59:59.999999+00:00\""]);
}

#[test]
fn objects_are_merged_by_name() {
    // b is shredded to texts, c to integers; {"a": 5} is left over in the second row.
    let b = part(vec![None, None, Some(&[0])], Arc::new(StringArray::from(vec![Some("x"), None, None])));
    let c = part(vec![None; 3], Arc::new(Int64Array::from(vec![Some(1), Some(2), None])));
    let typed = group(vec![("c", c), ("b", b)], None);
    let rest: &[u8] = &[2, 1, 0, 0, 2, 3 << 2, 5];
    let rows = json(vec![None, Some(rest), None], Arc::new(typed), None).unwrap();
    assert_eq!(rows, [r#"{"b":"x","c":1}"#, r#"{"a":5,"c":2}"#, r#"{"b":null}"#]);
}

#[test]
fn arrays_have_parts_too() {
    let element = part(vec![None, Some(&[0]), None], Arc::new(Int64Array::from(vec![Some(1), None, Some(300)])));
    let field = Arc::new(Field::new("element", element.data_type().clone(), true));
    let offsets = OffsetBuffer::new(vec![0, 2, 2, 3].into());
    let list = ListArray::new(field, offsets, element, Some(NullBuffer::from(vec![true, true, true])));
    assert_eq!(json(vec![None; 3], Arc::new(list), None).unwrap(), ["[1,null]", "[]", "[300]"]);
}

#[test]
fn contradictions_are_corrupt() {
    let longs = |values: Vec<Option<i64>>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    let object =
        |name: &str| -> ArrayRef { Arc::new(group(vec![(name, part(vec![None], longs(vec![Some(1)])))], None)) };
    let rest: &[u8] = &[2, 1, 0, 0, 2, 3 << 2, 5];
    for (value, typed) in [
        (None, longs(vec![None])),
        (Some(&[0][..]), longs(vec![Some(1)])),
        (Some(&[5 << 2, 0]), longs(vec![None])),
        (Some(rest), object("a")),
        (Some(&[0]), object("b")),
        (None, object("unknown")),
    ] {
        let error = json(vec![value], typed.clone(), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{typed:?}");
    }
    let fields = Fields::empty();
    let unreadable =
        group(vec![("metadata", bytes(vec![])), ("typed_value", Arc::new(arrow_array::NullArray::new(0)))], None);
    assert_eq!(rebuild(&unreadable, &fields, None).unwrap_err().kind(), ErrorKind::Unsupported);
}
