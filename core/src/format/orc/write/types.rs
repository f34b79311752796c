//! The ORC types of Paimon columns, with their field ids (Java `OrcTypeUtil`).

use super::message::Message;
use crate::{
    error::{Error, Result},
    types::{DataField, DataType, TypeKind},
};

/// Middle of the ids that Java gives parts of arrays and maps.
const PARTS_ID: i64 = 536_870_911;
/// Ids between those of the parts of two fields.
const PARTS_STEP: i64 = 1024;

/// The types of a file with these columns, parents before their children; the first is the struct of the columns.
///
/// Errors: `Unsupported`, naming the column, for types that ORC files do not hold.
pub(super) fn of_file(fields: &[DataField]) -> Result<Vec<Message>> {
    let mut types = Vec::new();
    add_struct(fields, None, &mut types)?;
    Ok(types)
}

fn add_struct(fields: &[DataField], id: Option<i64>, types: &mut Vec<Message>) -> Result<u64> {
    let at = types.len();
    types.push(Message::default());
    let mut children = Vec::new();
    for field in fields {
        let child = add(&field.data_type, (field.id.into(), 0), field.id.into(), types);
        children.push(child.map_err(|error| error.with("column", &field.name))?);
    }
    let names = fields
        .iter()
        .fold(kind(12).packed(2, children.into_iter()), |message, field| message.part(3, field.name.as_bytes()));
    Ok(set(types, at, names, id))
}

/// Appends a type that carries the id `own`; ids of its parts follow from `of`: the field and how deep in it.
fn add(data_type: &DataType, of: (i64, i64), own: i64, types: &mut Vec<Message>) -> Result<u64> {
    let (field, depth) = (of.0, of.1 + 1);
    let part = |sign: i64| PARTS_ID + sign * (PARTS_STEP * field + depth);
    let leaf = |message: Message, types: &mut Vec<Message>| {
        types.push(Message::default());
        let at = types.len() - 1;
        Ok(set(types, at, message, Some(own)))
    };
    match &data_type.kind {
        TypeKind::Boolean => leaf(kind(0), types),
        TypeKind::TinyInt => leaf(kind(1), types),
        TypeKind::SmallInt => leaf(kind(2), types),
        TypeKind::Int | TypeKind::Time(_) => leaf(kind(3), types),
        TypeKind::BigInt => leaf(kind(4), types),
        TypeKind::Float => leaf(kind(5), types),
        TypeKind::Double => leaf(kind(6), types),
        kind_of @ TypeKind::Varchar(_) if *kind_of == TypeKind::STRING => leaf(kind(7), types),
        TypeKind::Varchar(length) => leaf(kind(16).number(4, u64::from(*length)), types),
        TypeKind::Char(length) => leaf(kind(17).number(4, u64::from(*length)), types),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => leaf(kind(8), types),
        TypeKind::Timestamp(_) => leaf(kind(9), types),
        TypeKind::TimestampLtz(_) => leaf(kind(18), types),
        TypeKind::Decimal { precision, scale } => {
            leaf(kind(14).number(5, u64::from(*precision)).number(6, u64::from(*scale)), types)
        }
        TypeKind::Date => leaf(kind(15), types),
        TypeKind::Array(element) => {
            let at = types.len();
            types.push(Message::default());
            let child = add(element, (field, depth), part(1), types)?;
            Ok(set(types, at, kind(10).packed(2, [child].into_iter()), Some(own)))
        }
        TypeKind::Map { key, value } => add_map(key, value, (field, depth), own, types),
        TypeKind::Multiset(element) => add_map(element, &DataType::not_null(TypeKind::Int), (field, depth), own, types),
        TypeKind::Row(fields) => add_struct(fields, Some(own), types),
        TypeKind::Vector { .. } | TypeKind::Variant | TypeKind::Blob => {
            Err(Error::unsupported(format!("orc files cannot hold {data_type}")))
        }
    }
}

fn add_map(key: &DataType, value: &DataType, of: (i64, i64), own: i64, types: &mut Vec<Message>) -> Result<u64> {
    let part = |sign: i64| PARTS_ID + sign * (PARTS_STEP * of.0 + of.1);
    let at = types.len();
    types.push(Message::default());
    let children = [add(key, of, part(-1), types)?, add(value, of, part(1), types)?];
    Ok(set(types, at, kind(11).packed(2, children.into_iter()), Some(own)))
}

fn kind(code: u64) -> Message {
    Message::default().number(1, code)
}

/// Puts a type at its place, with its id in the 32 bits of Java.
fn set(types: &mut [Message], at: usize, message: Message, id: Option<i64>) -> u64 {
    let message = match id {
        None => message,
        Some(id) => {
            let attribute = Message::default().part(1, b"paimon.id").part(2, (id as i32).to_string().as_bytes());
            message.part(7, attribute.bytes())
        }
    };
    if let Some(place) = types.get_mut(at) {
        *place = message;
    }
    at as u64
}
