//! Changes of a table's schema.

use cenote_core::{
    Error, Result,
    schema::SchemaChange,
    types::{DataType, type_json::JsonType},
};
use js_sys::Promise;
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::{
    abort::abortable,
    error::to_js,
    json::{Long, from_text, to_text},
    opened,
    table::Table,
};

/// Members of a change that are types.
const TYPES: [&str; 2] = ["dataType", "newDataType"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Altered {
    schema_id: Long,
}

#[wasm_bindgen]
impl Table {
    /// Changes the schema: a list of changes in the JSON of REST catalogs, whose types may be SQL text; all of them or none. Answers
    /// `{schemaId}` as JSON. This handle keeps its schema.
    pub async fn alter(&self, changes: String, aborted: Option<Promise>) -> Result<String, JsValue> {
        let opened = self.plain("alter").map_err(|error| to_js(&error))?;
        let done = abortable(aborted, async move {
            let changes = from_text::<Vec<Value>>(&changes)?.into_iter().map(parse).collect::<Result<Vec<_>>>()?;
            let altered = opened.table.alter(&changes).await?;
            to_text(&Altered { schema_id: Long(altered.schema().id) })
        })
        .await;
        opened::note_commit();
        done
    }
}

/// Errors: `Invalid` naming the change.
fn parse(change: Value) -> Result<SchemaChange> {
    let said = change.to_string();
    // What is corrupt in a file is a wrong argument here.
    let wrong = |error: Error| Error::invalid(format!("the change {said}: {}", error.message()));
    SchemaChange::from_json(&with_types(change).map_err(wrong)?).map_err(wrong)
}

/// Text of types -> types as schema files have them.
fn with_types(mut change: Value) -> Result<Value> {
    for name in TYPES {
        if let Some(member) = change.get_mut(name)
            && let Value::String(text) = member
        {
            let data_type: DataType = text.parse()?;
            *member = serde_json::to_value(JsonType(&data_type))
                .map_err(|error| Error::internal("cannot write a type as JSON").because(error))?;
        }
    }
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<SchemaChange> {
        parse(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn types_are_text_or_objects() {
        let sql = parsed(r#"{"action": "addColumn", "fieldNames": ["tags"], "dataType": "ARRAY<STRING>"}"#).unwrap();
        let json =
            r#"{"action": "addColumn", "fieldNames": ["tags"], "dataType": {"type": "ARRAY", "element": "STRING"}}"#;
        assert_eq!(sql, parsed(json).unwrap());
    }

    #[test]
    fn wrong_changes_are_named() {
        for wrong in [
            r#"{"action": "addColumn", "fieldNames": ["a"], "dataType": "NUMBER"}"#,
            r#"{"action": "explode"}"#,
            r#"{"action": "dropColumn"}"#,
            "7",
        ] {
            let error = parsed(wrong).unwrap_err();
            assert_eq!(error.kind().as_str(), "invalid", "{error}");
            assert!(error.to_string().contains("the change"), "{error}");
        }
    }
}
