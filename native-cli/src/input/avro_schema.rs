//! The writer's schema of an Avro object container, as columns.

use std::io::Read;

use cenote_core::types::{DataField, DataType, TypeKind};
use serde_json::Value;

/// Most bytes of a schema or another member of the header.
const LONGEST_MEMBER: u64 = 16 << 20;

/// The columns of a container that starts here; `None` for columns of types that Paimon lacks. Errors: no Avro container.
pub(super) fn columns(input: &mut impl Read) -> Result<Vec<(String, Option<DataType>)>, String> {
    let schema = schema_text(input).ok_or("not a readable Avro file: no header")?;
    let schema: Value = serde_json::from_slice(&schema).map_err(|error| format!("the schema is no JSON: {error}"))?;
    let fields = schema.get("fields").and_then(Value::as_array);
    let fields = fields.ok_or("expected an Avro file of records")?;
    let column = |field: &Value| {
        let name = field.get("name").and_then(Value::as_str).ok_or("a field without name")?;
        Ok((name.to_owned(), field.get("type").and_then(|json| data_type(json, 0))))
    };
    fields.iter().map(column).collect()
}

/// The member `avro.schema` of the header.
fn schema_text(input: &mut impl Read) -> Option<Vec<u8>> {
    let mut magic = [0; 4];
    input.read_exact(&mut magic).ok()?;
    if magic != *b"Obj\x01" {
        return None;
    }
    let mut schema = None;
    loop {
        let count = long(input)?;
        if count == 0 {
            return schema;
        }
        if count < 0 {
            long(input)?;
        }
        for _ in 0..count.unsigned_abs() {
            let (key, value) = (member(input)?, member(input)?);
            if key == b"avro.schema" {
                schema = Some(value);
            }
        }
    }
}

fn long(input: &mut impl Read) -> Option<i64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let mut byte = [0];
        input.read_exact(&mut byte).ok()?;
        value |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            return Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed());
        }
    }
    None
}

fn member(input: &mut impl Read) -> Option<Vec<u8>> {
    let length = u64::try_from(long(input)?).ok().filter(|length| *length <= LONGEST_MEMBER)?;
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == length).then_some(bytes)
}

/// The Paimon type of an Avro type; timestamps as Avro means them: instants, unless they are local.
fn data_type(json: &Value, depth: usize) -> Option<DataType> {
    const DEEPEST: usize = 64;
    if depth > DEEPEST {
        return None;
    }
    if let Value::Array(branches) = json {
        let is_null = |branch: &&Value| branch.as_str() == Some("null");
        let mut others = branches.iter().filter(|branch| !is_null(branch));
        let inner = data_type(others.next()?, depth + 1)?;
        let nullable = branches.iter().any(|branch| is_null(&branch));
        return others.next().is_none().then_some(DataType { nullable, ..inner });
    }
    let name = json.as_str().or_else(|| json.get("type").and_then(Value::as_str));
    let Some(name) = name else { return data_type(json.get("type")?, depth + 1) };
    let digits = |text: &str| {
        if text.ends_with("millis") {
            3
        } else if text.ends_with("micros") {
            6
        } else {
            9
        }
    };
    let number = |member: &str| json.get(member).and_then(Value::as_u64);
    let logical = json.get("logicalType").and_then(Value::as_str).unwrap_or_default();
    let kind = match (name, logical) {
        ("boolean", _) => TypeKind::Boolean,
        ("int", "date") => TypeKind::Date,
        ("int" | "long", "time-millis" | "time-micros") => TypeKind::Time(3),
        ("long", text) if text.starts_with("local-timestamp-") => TypeKind::Timestamp(digits(text)),
        ("long", text) if text.starts_with("timestamp-") => TypeKind::TimestampLtz(digits(text)),
        ("int", _) => TypeKind::Int,
        ("long", _) => TypeKind::BigInt,
        ("float", _) => TypeKind::Float,
        ("double", _) => TypeKind::Double,
        ("bytes" | "fixed", "decimal") => TypeKind::Decimal {
            precision: u8::try_from(number("precision")?).ok().filter(|digits| (1..=38).contains(digits))?,
            scale: u8::try_from(number("scale").unwrap_or(0)).ok()?,
        },
        ("string", _) => TypeKind::STRING,
        ("bytes" | "fixed", _) => TypeKind::BYTES,
        ("array", _) => TypeKind::Array(Box::new(data_type(json.get("items")?, depth + 1)?)),
        ("map", _) => TypeKind::Map {
            key: Box::new(DataType::not_null(TypeKind::STRING)),
            value: Box::new(data_type(json.get("values")?, depth + 1)?),
        },
        ("record", _) => {
            let field = |(id, field): (usize, &Value)| {
                let name = field.get("name").and_then(Value::as_str)?;
                Some(DataField::new(i32::try_from(id).ok()?, name, data_type(field.get("type")?, depth + 1)?))
            };
            TypeKind::Row(json.get("fields")?.as_array()?.iter().enumerate().map(field).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    Some(DataType::not_null(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_paimon() {
        let of = |json: &str| data_type(&serde_json::from_str(json).unwrap(), 0).map(|found| found.to_string());
        for (json, expected) in [
            (r#""int""#, "INT NOT NULL"),
            (r#"["null",{"type":"int","logicalType":"date"}]"#, "DATE"),
            (r#"["null",{"type":"long","logicalType":"local-timestamp-micros"}]"#, "TIMESTAMP(6)"),
            (r#"["null",{"type":"long","logicalType":"timestamp-millis"}]"#, "TIMESTAMP(3) WITH LOCAL TIME ZONE"),
            (r#"["null",{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}]"#, "DECIMAL(9, 2)"),
            (r#"["null",{"type":"array","items":["null","string"]}]"#, "ARRAY<STRING>"),
            (r#"["null",{"type":"map","values":"long"}]"#, "MAP<STRING NOT NULL, BIGINT NOT NULL>"),
            (
                r#"["null",{"type":"record","name":"r","fields":[{"name":"a","type":"double"}]}]"#,
                "ROW<a DOUBLE NOT NULL>",
            ),
        ] {
            assert_eq!(of(json).as_deref(), Some(expected), "{json}");
        }
        assert_eq!(of(r#"["int","string"]"#), None);
        assert_eq!(of(r#"{"type":"enum","name":"e","symbols":["a"]}"#), None);
        assert!(columns(&mut &b"Obj\x02"[..]).is_err() && columns(&mut &b"Obj\x01\x02"[..]).is_err());
    }
}
