//! Types and fields as the JSON of schema files: atomic types are text, complex types objects (format digest 2.2).

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::{DataField, DataType, TypeKind};
use crate::error::{Error, Result};

/// A type that serializes as schema files have it, members in Java's order.
#[derive(Clone, Copy, Debug)]
pub struct JsonType<'a>(pub &'a DataType);

/// A field that serializes as schema files have it. Absent comments and defaults are left out: Java reads a literal
/// null as the text "null".
#[derive(Clone, Copy, Debug)]
pub struct JsonField<'a>(pub &'a DataField);

impl Serialize for JsonType<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let object = |name: &'static str, members: &[(&'static str, &DataType)], serializer: S| {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("type", &keyword(name, self.0.nullable))?;
            for (member, part) in members {
                map.serialize_entry(member, &JsonType(part))?;
            }
            Ok(map)
        };
        match &self.0.kind {
            TypeKind::Array(element) => object("ARRAY", &[("element", element)], serializer)?.end(),
            TypeKind::Multiset(element) => object("MULTISET", &[("element", element)], serializer)?.end(),
            TypeKind::Map { key, value } => object("MAP", &[("key", key), ("value", value)], serializer)?.end(),
            TypeKind::Vector { element, length } => {
                let mut map = object("VECTOR", &[("element", element)], serializer)?;
                map.serialize_entry("length", length)?;
                map.end()
            }
            TypeKind::Row(fields) => {
                let mut map = object("ROW", &[], serializer)?;
                map.serialize_entry("fields", &fields.iter().map(JsonField).collect::<Vec<_>>())?;
                map.end()
            }
            _ => serializer.collect_str(self.0),
        }
    }
}

impl Serialize for JsonField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.0.id)?;
        map.serialize_entry("name", &self.0.name)?;
        map.serialize_entry("type", &JsonType(&self.0.data_type))?;
        if let Some(description) = &self.0.description {
            map.serialize_entry("description", description)?;
        }
        if let Some(default_value) = &self.0.default_value {
            map.serialize_entry("defaultValue", default_value)?;
        }
        map.end()
    }
}

fn keyword(name: &str, nullable: bool) -> String {
    format!("{name}{}", if nullable { "" } else { " NOT NULL" })
}

/// Reads a type. Errors: `Corrupt`, or `Unsupported` for types of Paimon that this crate does not have.
pub fn type_from_json(json: &Value) -> Result<DataType> {
    read_type(json, &mut -1)
}

/// Reads a field. Fields without `id` are numbered 0, 1, … in the order of the text.
pub fn field_from_json(json: &Value) -> Result<DataField> {
    read_field(json, &mut -1)
}

/// Reads a list of fields; fields without `id` are numbered 0, 1, … in the order of the text.
pub fn fields_from_json(json: &Value) -> Result<Vec<DataField>> {
    read_fields(json, &mut -1)
}

// Depth is bounded by the JSON parser, which refuses text nested deeper than 128.
fn read_type(json: &Value, last_id: &mut i32) -> Result<DataType> {
    let object = match json {
        Value::String(text) => return atomic(text),
        Value::Object(object) => object,
        other => return Err(Error::corrupt(format!("expected a type as text or object, found {other}"))),
    };
    let name = text_of(object, "type")?;
    let mut part = |member: &str| {
        let json = object.get(member).ok_or_else(|| Error::corrupt(format!("expected {member:?} in type {name:?}")))?;
        read_type(json, last_id).map(Box::new)
    };
    let kind = if name.starts_with("ARRAY") {
        TypeKind::Array(part("element")?)
    } else if name.starts_with("MULTISET") {
        TypeKind::Multiset(part("element")?)
    } else if name.starts_with("MAP") {
        TypeKind::Map { key: part("key")?, value: part("value")? }
    } else if name.starts_with("VECTOR") {
        let length = object.get("length").and_then(Value::as_u64).and_then(|length| u32::try_from(length).ok());
        let length =
            length.ok_or_else(|| Error::corrupt(format!("expected a number as \"length\" in type {name:?}")))?;
        TypeKind::Vector { element: part("element")?, length }
    } else if name.starts_with("ROW") {
        let fields = object.get("fields").ok_or_else(|| Error::corrupt("expected \"fields\" in type \"ROW\""))?;
        TypeKind::Row(read_fields(fields, last_id)?)
    } else {
        return Err(Error::corrupt(format!("expected a complex type, found {name:?}")));
    };
    Ok(DataType { kind, nullable: !name.contains("NOT NULL") })
}

fn atomic(text: &str) -> Result<DataType> {
    text.parse().map_err(|error: Error| match error.kind() {
        crate::ErrorKind::Invalid => Error::corrupt(error.message()).with("type", format!("{text:?}")),
        _ => error,
    })
}

fn read_fields(json: &Value, last_id: &mut i32) -> Result<Vec<DataField>> {
    let fields = json.as_array().ok_or_else(|| Error::corrupt(format!("expected a list of fields, found {json}")))?;
    fields.iter().map(|field| read_field(field, last_id)).collect()
}

fn read_field(json: &Value, last_id: &mut i32) -> Result<DataField> {
    let object = json.as_object().ok_or_else(|| Error::corrupt(format!("expected a field, found {json}")))?;
    let name = text_of(object, "name")?;
    let id = match object.get("id") {
        None => {
            *last_id = last_id.saturating_add(1);
            *last_id
        }
        Some(id) => id
            .as_i64()
            .and_then(|id| i32::try_from(id).ok())
            .ok_or_else(|| Error::corrupt(format!("expected a 32-bit number as id, found {id}")).with("field", name))?,
    };
    let data_type = object.get("type").ok_or_else(|| Error::corrupt("expected \"type\"").with("field", name))?;
    let data_type = read_type(data_type, last_id).map_err(|error| error.with("field", name))?;
    let optional = |member: &str| object.get(member).and_then(Value::as_str).map(str::to_owned);
    Ok(DataField {
        id,
        name: name.to_owned(),
        data_type,
        description: optional("description"),
        default_value: optional("defaultValue"),
    })
}

fn text_of<'a>(object: &'a Map<String, Value>, member: &str) -> Result<&'a str> {
    match object.get(member) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(Error::corrupt(format!("expected text as {member:?}, found {other}"))),
        None => Err(Error::corrupt(format!("expected member {member:?}, found none"))),
    }
}
