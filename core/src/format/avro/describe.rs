//! An Avro header in words.

use serde_json::Value;

use crate::{
    error::{Error, Result},
    format::{ColumnDescription, FileFormat, FooterDescription, MetadataEntry, describe::short},
    io::Storage,
    spec::avro::header_members,
};

/// Fetched first; nearly all headers fit.
const START: u64 = 64 << 10;
/// Bytes of a header that are accepted.
const MAX_HEADER: u64 = 16 << 20;

/// See [`crate::format::describe()`]. Only the header is read: the blocks are not counted, and neither are rows.
pub(in crate::format) async fn describe(storage: &Storage, path: &str, size: u64) -> Result<FooterDescription> {
    let bytes = storage.get_range_immutable(path, 0..START.min(size)).await?;
    let bytes = match header_members(&bytes) {
        Err(_) if size > START => storage.get_range_immutable(path, 0..MAX_HEADER.min(size)).await?,
        _ => bytes,
    };
    let (members, length) = header_members(&bytes)?;
    let member = |name: &[u8]| members.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let schema =
        member(b"avro.schema").ok_or_else(|| Error::corrupt("expected avro.schema in an avro header, found none"))?;
    let schema: Value =
        serde_json::from_slice(schema).map_err(|error| Error::corrupt("avro.schema is no JSON").because(error))?;
    let codec = member(b"avro.codec").map_or_else(|| "null".into(), String::from_utf8_lossy);
    Ok(FooterDescription {
        footer_bytes: length as u64,
        version: Some("1".to_owned()),
        codec: Some(short(codec.into_owned())),
        columns: columns(&schema),
        metadata: members.iter().map(|(key, value)| MetadataEntry::new(key, value)).collect(),
        ..FooterDescription::of(path, FileFormat::Avro, size)
    })
}

/// The fields of the record; nested ones are not taken apart.
fn columns(schema: &Value) -> Vec<ColumnDescription> {
    // The record may be an alternative to null.
    let record = match schema {
        Value::Array(branches) => branches.iter().find(|branch| branch.get("fields").is_some()).unwrap_or(schema),
        other => other,
    };
    let fields = record.get("fields").and_then(Value::as_array).into_iter().flatten();
    let column = |field: &Value| {
        let name = field.get("name").and_then(Value::as_str)?;
        Some(ColumnDescription { name: short(name.to_owned()), r#type: short(type_text(field.get("type")?)) })
    };
    fields.filter_map(column).collect()
}

fn type_text(of: &Value) -> String {
    match of {
        Value::String(name) => name.clone(),
        Value::Array(branches) => branches.iter().map(type_text).collect::<Vec<_>>().join(" | "),
        Value::Object(members) => {
            let name = |key: &str| members.get(key).and_then(Value::as_str);
            match (name("logicalType"), name("type"), members.get("type")) {
                (Some(logical), Some(physical), _) => format!("{physical} ({logical})"),
                (None, Some(physical), _) => physical.to_owned(),
                (_, None, Some(nested)) => type_text(nested),
                (_, None, None) => "?".to_owned(),
            }
        }
        _ => "?".to_owned(),
    }
}
