use std::sync::Arc;

use arrow_array::{
    Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, ListArray, StringArray, StructArray,
    cast::AsArray, types::Int32Type,
};

use super::*;
use crate::{catalog::NewTable, spec::table_schema::TableSchema, types::DataType};

/// A schema of columns `name TYPE`, or `name TYPE = default`.
fn schema(columns: &[&str]) -> TableSchema {
    let field = |(id, text): (usize, &&str)| {
        let (text, default) = text.split_once(" = ").map_or((*text, None), |(text, default)| (text, Some(default)));
        let (name, data_type) = text.split_once(' ').unwrap();
        let data_type: DataType = data_type.parse().unwrap();
        DataField { default_value: default.map(str::to_owned), ..DataField::new(id as i32, name, data_type) }
    };
    NewTable::new(columns.iter().enumerate().map(field).collect()).into_schema(0).unwrap()
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

fn ints(values: &[Option<i32>]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// What is refused, as text.
fn refusal(columns: &[&str], given: Vec<(&str, ArrayRef)>) -> String {
    conform(&batch(given), &schema(columns).fields).unwrap_err().to_string()
}

#[test]
fn defaults_stand_for_columns_and_nulls() {
    let schema = schema(&["a INT", "b INT = 7", "c STRING = 'x'", "d DATE NOT NULL = 2024-01-01"]);
    let given = batch(vec![("c", texts(&[None, Some("y")])), ("a", ints(&[None, Some(1)]))]);
    let found = conform(&given, &schema.fields).unwrap();
    let column = |place: usize| found.column(place).as_primitive::<Int32Type>().iter().collect::<Vec<_>>();
    assert_eq!((column(0), column(1)), (vec![None, Some(1)], vec![Some(7), Some(7)]));
    assert_eq!(found.column(2).as_string::<i32>().iter().collect::<Vec<_>>(), [Some("x"), Some("y")]);
    assert_eq!(found.column(3).as_any().downcast_ref::<Date32Array>().unwrap().value(1), 19_723);
    // Java looks for nulls before it looks for defaults.
    let nulls = batch(vec![("d", Arc::new(Date32Array::from(vec![Some(1), None])) as ArrayRef)]);
    let said = conform(&nulls, &schema.fields).unwrap_err().to_string();
    assert!(said.contains("NOT NULL") && said.contains('d') && said.contains("row 1"), "{said}");
}

#[test]
fn columns_are_known_and_there() {
    assert!(refusal(&["a INT"], vec![("b", ints(&[]))]).contains("\"b\""));
    assert!(refusal(&["a INT NOT NULL", "b INT"], vec![("b", ints(&[]))]).contains("lacks"));
    assert!(refusal(&["a INT"], vec![("a", ints(&[])), ("a", ints(&[]))]).contains("twice"));
}

#[test]
fn values_fit() {
    let long: ArrayRef = Arc::new(Int64Array::from(vec![1, 3_000_000_000]));
    let said = refusal(&["a INT"], vec![("a", long)]);
    assert!(said.contains("3000000000") && said.contains("INT") && said.contains("row 1"), "{said}");
    let halves: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.5]));
    assert!(refusal(&["a INT"], vec![("a", halves.clone())]).contains("2.5"));
    let wide: ArrayRef = Arc::new(Decimal128Array::from(vec![12_345]).with_precision_and_scale(5, 2).unwrap());
    assert!(refusal(&["a DECIMAL(4, 2)"], vec![("a", wide)]).contains("123.45"));
    assert!(refusal(&["a VARCHAR(2)"], vec![("a", texts(&[Some("äö"), Some("abc")]))]).contains("2 characters"));
    assert!(refusal(&["a INT"], vec![("a", texts(&[Some("1"), Some("x")]))]).contains("\"x\""));
    // Numbers are no dates, whatever their ticks would be.
    assert!(refusal(&["a DATE"], vec![("a", ints(&[Some(1)]))]).contains("Int32"));
    let whole: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
    assert!(conform(&batch(vec![("a", whole)]), &schema(&["a INT"]).fields).is_ok());
}

#[test]
fn nulls_inside_are_found_below_values_only() {
    let lists = |values: Vec<Option<Vec<Option<i32>>>>| -> ArrayRef {
        Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(values))
    };
    let columns = ["a ARRAY<INT NOT NULL>"];
    let said = refusal(&columns, vec![("a", lists(vec![None, Some(vec![]), Some(vec![Some(1), None])]))]);
    assert!(said.contains("element") && said.contains("row 2"), "{said}");
    assert!(conform(&batch(vec![("a", lists(vec![None, Some(vec![Some(1)])]))]), &schema(&columns).fields).is_ok());
    let row = |valid: Vec<bool>| -> ArrayRef {
        let field = Arc::new(arrow_schema::Field::new("x", arrow_schema::DataType::Int32, true));
        let array = StructArray::new(vec![field].into(), vec![ints(&[Some(1), None])], Some(valid.into()));
        Arc::new(array)
    };
    let columns = ["a ROW<x INT NOT NULL>"];
    assert!(conform(&batch(vec![("a", row(vec![true, false]))]), &schema(&columns).fields).is_ok());
    let said = refusal(&columns, vec![("a", row(vec![true, true]))]);
    assert!(said.contains("field x") && said.contains("row 1"), "{said}");
}
