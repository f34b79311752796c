//! Values of the columns that Arrow arrays of plain numbers and texts do not hold.

use roaring::RoaringBitmap;

use super::table::Value;
use crate::{
    merge::aggregate::bitmap64,
    types::{DataField, DataType, Datum, TypeKind},
};

/// The types of the columns f to i.
pub(super) fn data_type(place: usize) -> DataType {
    let int = || DataType::nullable(TypeKind::BigInt);
    let map = |value| TypeKind::Map { key: Box::new(DataType::not_null(TypeKind::BigInt)), value: Box::new(value) };
    let row = |fields: Vec<(&str, DataType)>| {
        let fields = fields.into_iter().zip(20..).map(|((name, kind), id)| DataField::new(id, name, kind));
        DataType::nullable(TypeKind::Row(fields.collect()))
    };
    DataType::nullable(match place {
        8 => map(int()),
        9 => map(row(vec![("v", int()), ("t", DataType::nullable(TypeKind::STRING))])),
        10 => TypeKind::Array(Box::new(row(vec![("id", int()), ("v", int()), ("w", int())]))),
        _ => TypeKind::Varbinary(i32::MAX as u32),
    })
}

fn int(value: &Option<i64>) -> Option<Datum> {
    value.map(Datum::BigInt)
}

/// Sets become bitmaps of 64-bit numbers where `wide`.
pub(super) fn datum(value: &Value, wide: bool) -> Option<Datum> {
    let keys = |keys: Vec<i64>| keys.into_iter().map(|key| Some(Datum::BigInt(key))).collect();
    Some(match value {
        Value::Map(entries) => Datum::Map(
            keys(entries.iter().map(|(key, _)| *key).collect()),
            entries.iter().map(|(_, v)| int(v)).collect(),
        ),
        Value::Times(entries) => {
            let row = |value: &(Option<i64>, Option<String>)| {
                Datum::Row(vec![int(&value.0), value.1.clone().map(Datum::String)])
            };
            let values = entries.iter().map(|(_, value)| value.as_ref().map(row)).collect();
            Datum::Map(keys(entries.iter().map(|(key, _)| *key).collect()), values)
        }
        Value::Rows(rows) => {
            let row = |row: &Vec<Option<i64>>| Datum::Row(row.iter().map(int).collect());
            Datum::Array(rows.iter().map(|inner| inner.as_ref().map(row)).collect())
        }
        Value::Set(numbers) if wide => Datum::Bytes(bitmap64::of_numbers(numbers)),
        Value::Set(numbers) => {
            let mut bytes = Vec::new();
            numbers.iter().map(|n| *n as u32).collect::<RoaringBitmap>().serialize_into(&mut bytes).unwrap();
            Datum::Bytes(bytes)
        }
        _ => return None,
    })
}

fn number(datum: &Option<Datum>) -> Option<i64> {
    if let Some(Datum::BigInt(number)) = datum { Some(*number) } else { None }
}

/// The value of a column f to i.
pub(super) fn value(datum: Option<Datum>, place: usize, wide: bool) -> Value {
    match (datum, place) {
        (Some(Datum::Map(keys, values)), 8) => {
            Value::Map(keys.iter().map(|key| number(key).unwrap()).zip(values.iter().map(number)).collect())
        }
        (Some(Datum::Map(keys, values)), _) => {
            let timed = |value: Option<Datum>| match value {
                Some(Datum::Row(row)) => {
                    let time = if let Some(Datum::String(time)) = &row[1] { Some(time.clone()) } else { None };
                    Some((number(&row[0]), time))
                }
                _ => None,
            };
            Value::Times(keys.iter().map(|key| number(key).unwrap()).zip(values.into_iter().map(timed)).collect())
        }
        (Some(Datum::Array(rows)), _) => {
            let inner = |row: Option<Datum>| match row {
                Some(Datum::Row(row)) => Some(row.iter().map(number).collect()),
                _ => None,
            };
            Value::Rows(rows.into_iter().map(inner).collect())
        }
        (Some(Datum::Bytes(bytes)), _) if wide => Value::Set(bitmap64::numbers_of(&bytes)),
        (Some(Datum::Bytes(bytes)), _) => {
            Value::Set(RoaringBitmap::deserialize_from(bytes.as_slice()).unwrap().iter().map(i64::from).collect())
        }
        _ => Value::Null,
    }
}
