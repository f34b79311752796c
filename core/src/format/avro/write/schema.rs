//! The Avro schema of Paimon columns (Java `AvroSchemaConverter`).

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    types::{DataField, DataType, TypeKind},
};

/// Namespace of all records.
const NAMESPACE: &str = "org.apache.paimon.avro.generated";
/// Name of the top record.
const RECORD: &str = "record";

/// The schema of a file with these columns, as JSON.
///
/// Errors: `Unsupported`, naming the column, for types that Java does not write to Avro, for names that Avro does not
/// allow, and where two nested records would share a name.
pub(super) fn file_schema(fields: &[DataField]) -> Result<String> {
    let mut names = HashSet::new();
    let mut record = record(RECORD, fields, &mut names)?;
    if let Some(record) = record.as_object_mut() {
        record.insert("namespace".to_owned(), NAMESPACE.into());
    }
    Ok(record.to_string())
}

fn record(name: &str, fields: &[DataField], names: &mut HashSet<String>) -> Result<Value> {
    if !names.insert(name.to_owned()) {
        return Err(Error::unsupported(format!("two nested records of an avro file would be named {name:?}")));
    }
    let field = |field: &DataField| {
        let result =
            check_name(&field.name).and_then(|()| schema(&field.data_type, &format!("{name}_{}", field.name), names));
        let schema = result.map_err(|error| error.with("column", &field.name))?;
        Ok(with_default(json!({"name": field.name, "type": schema}), field.data_type.nullable))
    };
    let fields = fields.iter().map(field).collect::<Result<Vec<_>>>()?;
    Ok(json!({"type": "record", "name": name, "fields": fields}))
}

/// A field that may be null is null where the writer lacks it.
fn with_default(mut field: Value, nullable: bool) -> Value {
    if let Some(field) = field.as_object_mut().filter(|_| nullable) {
        field.insert("default".to_owned(), Value::Null);
    }
    field
}

fn check_name(name: &str) -> Result<()> {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if starts && chars.all(|c| c.is_alphanumeric() || c == '_') {
        return Ok(());
    }
    Err(Error::unsupported(format!(
        "avro files take names of letters, digits and _ that do not start with a digit, not {name:?}"
    )))
}

/// The schema of a value; `name` is for the record that it may hold.
fn schema(data_type: &DataType, name: &str, names: &mut HashSet<String>) -> Result<Value> {
    let logical = |base: &str, logical: &str| json!({"type": base, "logicalType": logical});
    let schema = match &data_type.kind {
        TypeKind::Boolean => "boolean".into(),
        TypeKind::TinyInt | TypeKind::SmallInt | TypeKind::Int => "int".into(),
        TypeKind::BigInt => "long".into(),
        TypeKind::Float => "float".into(),
        TypeKind::Double => "double".into(),
        TypeKind::Char(_) | TypeKind::Varchar(_) => "string".into(),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) => "bytes".into(),
        TypeKind::Date => logical("int", "date"),
        TypeKind::Time(0..=3) => logical("int", "time-millis"),
        // Java's names for the two kinds are the reverse of Avro's meaning.
        TypeKind::Timestamp(0..=3) => logical("long", "timestamp-millis"),
        TypeKind::Timestamp(4..=6) => logical("long", "timestamp-micros"),
        TypeKind::TimestampLtz(0..=3) => logical("long", "local-timestamp-millis"),
        TypeKind::TimestampLtz(4..=6) => logical("long", "local-timestamp-micros"),
        TypeKind::Decimal { precision, scale } => {
            json!({"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale})
        }
        TypeKind::Row(fields) => record(name, fields, names)?,
        TypeKind::Array(element) | TypeKind::Vector { element, .. } => {
            json!({"type": "array", "items": schema(element, name, names)?})
        }
        TypeKind::Map { key, value } => map(key, value, name, names)?,
        TypeKind::Multiset(element) => map(element, &DataType::nullable(TypeKind::Int), name, names)?,
        TypeKind::Time(_) | TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_) | TypeKind::Variant | TypeKind::Blob => {
            return Err(Error::unsupported(format!("avro files cannot hold {data_type}")));
        }
    };
    Ok(if data_type.nullable { json!(["null", schema]) } else { schema })
}

/// An Avro map where the keys are text, else an array of key and value.
fn map(key: &DataType, value: &DataType, name: &str, names: &mut HashSet<String>) -> Result<Value> {
    if is_text(key) {
        return Ok(json!({"type": "map", "values": schema(value, name, names)?}));
    }
    if !names.insert(name.to_owned()) {
        return Err(Error::unsupported(format!("two nested records of an avro file would be named {name:?}")));
    }
    let key = json!({"name": "key", "type": schema(key, &format!("{name}_key"), names)?});
    let nullable = value.nullable;
    let value = json!({"name": "value", "type": schema(value, &format!("{name}_value"), names)?});
    let entry = json!({"type": "record", "name": name, "fields": [key, with_default(value, nullable)]});
    Ok(json!({"type": "array", "items": entry, "logicalType": "map"}))
}

/// True for keys of Avro's own maps.
pub(super) fn is_text(key: &DataType) -> bool {
    matches!(key.kind, TypeKind::Char(_) | TypeKind::Varchar(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_records_are_named_after_their_path() {
        let inner = vec![DataField::new(2, "x", DataType::not_null(TypeKind::Int))];
        let row = DataType::nullable(TypeKind::Row(inner));
        let array = TypeKind::Array(Box::new(row.clone()));
        let fields = [
            DataField::new(0, "a", DataType::not_null(TypeKind::BigInt)),
            DataField::new(1, "r", DataType::nullable(array)),
        ];
        let expected = json!({
            "type": "record", "name": "record", "namespace": NAMESPACE,
            "fields": [
                {"name": "a", "type": "long"},
                {"name": "r", "default": null, "type": ["null", {"type": "array", "items": ["null", {
                    "type": "record", "name": "record_r", "fields": [{"name": "x", "type": "int"}]}]}]},
            ]
        });
        let found: Value = serde_json::from_str(&file_schema(&fields).unwrap()).unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_java_cannot_read_is_refused_by_name() {
        let of = |name: &str, kind| file_schema(&[DataField::new(0, name, DataType::nullable(kind))]).unwrap_err();
        for (name, kind) in [
            ("a b", TypeKind::Int),
            ("1a", TypeKind::Int),
            ("t", TypeKind::Time(6)),
            ("t", TypeKind::Timestamp(9)),
            ("t", TypeKind::TimestampLtz(7)),
            ("v", TypeKind::Variant),
            ("b", TypeKind::Blob),
        ] {
            let error = of(name, kind);
            assert_eq!(error.kind(), crate::error::ErrorKind::Unsupported);
            assert!(error.to_string().contains(name), "{error}");
        }
        let row = |fields| DataType::nullable(TypeKind::Row(fields));
        let leaf = || DataField::new(9, "x", DataType::nullable(TypeKind::Int));
        let nested = DataField::new(0, "a", row(vec![DataField::new(1, "b", row(vec![leaf()]))]));
        let clash = [nested, DataField::new(2, "a_b", row(vec![leaf()]))];
        assert!(file_schema(&clash).unwrap_err().to_string().contains("record_a_b"));
    }
}
