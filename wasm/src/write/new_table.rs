//! What a new table shall be, as JavaScript says it.

use std::collections::BTreeMap;

use cenote_core::{
    Error, Result,
    catalog::NewTable,
    types::{DataField, DataType, type_json},
};
use serde::Deserialize;
use serde_json::Value;

/// Columns, keys and options of a new table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewTableRequest {
    fields: Vec<NewField>,
    #[serde(default)]
    primary_key: Vec<String>,
    #[serde(default)]
    partition_by: Vec<String>,
    #[serde(default)]
    options: BTreeMap<String, String>,
    comment: Option<String>,
    #[serde(default)]
    if_not_exists: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewField {
    name: String,
    /// SQL text, or an object as in schema files.
    r#type: Value,
    description: Option<String>,
    default_value: Option<String>,
}

impl NewTableRequest {
    pub(super) fn if_not_exists(&self) -> bool {
        self.if_not_exists
    }

    /// Errors: `Invalid` naming the column whose type is none.
    pub(super) fn into_table(self) -> Result<NewTable> {
        let fields = self.fields.into_iter().map(NewField::into_field).collect::<Result<Vec<_>>>()?;
        Ok(NewTable {
            primary_keys: self.primary_key,
            partition_keys: self.partition_by,
            options: self.options,
            comment: self.comment,
            ..NewTable::new(fields)
        })
    }
}

impl NewField {
    fn into_field(self) -> Result<DataField> {
        let data_type: Result<DataType> = match &self.r#type {
            Value::String(text) => text.parse(),
            // What is corrupt in a file is a wrong argument here.
            other => type_json::type_from_json(other).map_err(|error| Error::invalid(error.message())),
        };
        let data_type = data_type.map_err(|error| error.with("column", &self.name))?;
        // The table gives its own ids.
        let field = DataField::new(0, self.name, data_type);
        Ok(DataField { description: self.description, default_value: self.default_value, ..field })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_text;

    #[test]
    fn types_are_text_or_objects() {
        let text = r#"{"fields": [{"name": "id", "type": "BIGINT NOT NULL", "description": "key"},
            {"name": "tags", "type": {"type": "ARRAY", "element": "STRING"}, "defaultValue": "[]"}], "primaryKey": ["id"]}"#;
        let table = from_text::<NewTableRequest>(text).unwrap().into_table().unwrap();
        let types: Vec<String> = table.fields.iter().map(|field| field.data_type.to_string()).collect();
        assert_eq!(types, ["BIGINT NOT NULL", "ARRAY<STRING>"]);
        assert_eq!(table.primary_keys, ["id"]);
    }

    #[test]
    fn wrong_types_name_the_column() {
        for wrong in [r#""NUMBER""#, r#"{"type": "LIST"}"#, "7"] {
            let text = format!(r#"{{"fields": [{{"name": "id", "type": {wrong}}}]}}"#);
            let error = from_text::<NewTableRequest>(&text).unwrap().into_table().unwrap_err();
            assert_eq!((error.kind().as_str(), error.detail("column")), ("invalid", Some("id")), "{error}");
        }
        assert!(from_text::<NewTableRequest>(r#"{"fields": [], "primaryKeys": []}"#).is_err());
    }
}
