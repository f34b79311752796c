//! JSON objects whose keys stand there once: a key given twice would lose one of its values without a word.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one JSON object. Errors: what is wrong, with the column of the line.
pub(super) fn parse(line: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice::<Unique>(line) {
        Ok(Unique(Value::Object(members))) => Ok(members),
        Ok(_) => Err("expected a JSON object".into()),
        Err(error) => {
            // The line is known already; serde's own is always 1.
            let text = error.to_string();
            let text = text.split(" at line ").next().unwrap_or_default().to_owned();
            Err(format!("not a JSON object: {text}, column {}", error.column()))
        }
    }
}

/// A value without repeated keys, at any depth.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Unique)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if members.contains_key(&key) {
                return Err(A::Error::custom(format!("the key {key:?} is there twice")));
            }
            let Unique(value) = entries.next_value()?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_once() {
        assert_eq!(parse(br#"{"a":[1,{"b":null}],"c":1.5}"#).unwrap().len(), 2);
        let error = |text: &str| parse(text.as_bytes()).unwrap_err();
        assert!(error(r#"{"a":1,"a":2}"#).contains("\"a\" is there twice"));
        assert!(error(r#"{"a":[{"b":1,"b":1}]}"#).contains("\"b\" is there twice"));
        assert!(error(r#"{"a":1"#).contains("column 6"), "{}", error(r#"{"a":1"#));
        assert!(error("[]").contains("object"));
        assert!(error("{\"a\":\"\u{1}\"}").contains("control character"));
        assert!(parse(b"{\"a\":\"\xff\"}").unwrap_err().contains("invalid unicode"));
    }
}
