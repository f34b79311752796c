//! Changes as the JSON that Paimon's REST catalogs exchange.

use serde_json::{Map, Value, json};

use super::{Position, SchemaChange};
use crate::{
    error::{Error, Result},
    types::type_json::{JsonType, type_from_json},
};

impl SchemaChange {
    /// Reads one change, such as `{"action":"dropColumn","fieldNames":["a"]}`. Errors: `Corrupt`, naming the member.
    pub fn from_json(json: &Value) -> Result<Self> {
        let members =
            Members(json.as_object().ok_or_else(|| Error::corrupt(format!("expected a change, found {json}")))?);
        Ok(match members.text("action")?.as_str() {
            "setOption" => SchemaChange::SetOption { key: members.text("key")?, value: members.text("value")? },
            "removeOption" => SchemaChange::RemoveOption { key: members.text("key")? },
            "updateComment" => SchemaChange::UpdateComment { comment: members.optional("comment") },
            "addColumn" => SchemaChange::AddColumn {
                path: members.path()?,
                data_type: type_from_json(members.get("dataType")?)?,
                comment: members.optional("comment"),
                position: members.position()?.map(|(_, position)| position),
            },
            "renameColumn" => SchemaChange::RenameColumn { path: members.path()?, new_name: members.text("newName")? },
            "dropColumn" => SchemaChange::DropColumn { path: members.path()? },
            "updateColumnType" => SchemaChange::UpdateColumnType {
                path: members.path()?,
                data_type: type_from_json(members.get("newDataType")?)?,
                keep_nullability: members.flag("keepNullability")?,
            },
            "updateColumnNullability" => SchemaChange::UpdateColumnNullability {
                path: members.path()?,
                nullable: members.flag("newNullability")?,
            },
            "updateColumnComment" => {
                SchemaChange::UpdateColumnComment { path: members.path()?, comment: members.optional("newComment") }
            }
            "updateColumnDefaultValue" => SchemaChange::UpdateColumnDefaultValue {
                path: members.path()?,
                default_value: members.optional("newDefaultValue"),
            },
            "updateColumnPosition" => {
                let moved = members.position()?.ok_or_else(|| Error::corrupt("expected the member \"move\""))?;
                SchemaChange::UpdateColumnPosition { column: moved.0, position: moved.1 }
            }
            "dropPrimaryKey" => SchemaChange::DropPrimaryKey,
            other => return Err(Error::corrupt(format!("expected an action of a schema change, found {other:?}"))),
        })
    }

    /// The change as JSON.
    pub fn to_json(&self) -> Value {
        match self {
            SchemaChange::SetOption { key, value } => json!({"action": "setOption", "key": key, "value": value}),
            SchemaChange::RemoveOption { key } => json!({"action": "removeOption", "key": key}),
            SchemaChange::UpdateComment { comment } => json!({"action": "updateComment", "comment": comment}),
            SchemaChange::AddColumn { path, data_type, comment, position } => json!({
                "action": "addColumn", "fieldNames": path, "dataType": JsonType(data_type), "comment": comment,
                "move": position.as_ref().map(|position| move_json(path.last().map_or("", String::as_str), position)),
            }),
            SchemaChange::RenameColumn { path, new_name } => {
                json!({"action": "renameColumn", "fieldNames": path, "newName": new_name})
            }
            SchemaChange::DropColumn { path } => json!({"action": "dropColumn", "fieldNames": path}),
            SchemaChange::UpdateColumnType { path, data_type, keep_nullability } => json!({
                "action": "updateColumnType", "fieldNames": path, "newDataType": JsonType(data_type),
                "keepNullability": keep_nullability,
            }),
            SchemaChange::UpdateColumnNullability { path, nullable } => {
                json!({"action": "updateColumnNullability", "fieldNames": path, "newNullability": nullable})
            }
            SchemaChange::UpdateColumnComment { path, comment } => {
                json!({"action": "updateColumnComment", "fieldNames": path, "newComment": comment})
            }
            SchemaChange::UpdateColumnDefaultValue { path, default_value } => {
                json!({"action": "updateColumnDefaultValue", "fieldNames": path, "newDefaultValue": default_value})
            }
            SchemaChange::UpdateColumnPosition { column, position } => {
                json!({"action": "updateColumnPosition", "move": move_json(column, position)})
            }
            SchemaChange::DropPrimaryKey => json!({"action": "dropPrimaryKey"}),
        }
    }
}

fn move_json(column: &str, position: &Position) -> Value {
    let (name, reference) = match position {
        Position::First => ("FIRST", None),
        Position::Last => ("LAST", None),
        Position::After(other) => ("AFTER", Some(other)),
        Position::Before(other) => ("BEFORE", Some(other)),
    };
    json!({"fieldName": column, "referenceFieldName": reference, "type": name})
}

/// The members of a JSON object.
struct Members<'a>(&'a Map<String, Value>);

impl Members<'_> {
    fn get(&self, name: &str) -> Result<&Value> {
        self.0.get(name).ok_or_else(|| Error::corrupt(format!("expected the member {name:?}")))
    }

    fn text(&self, name: &str) -> Result<String> {
        let value = self.get(name)?;
        value
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Error::corrupt(format!("expected text as {name:?}, found {value}")))
    }

    fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    fn flag(&self, name: &str) -> Result<bool> {
        let value = self.get(name)?;
        value.as_bool().ok_or_else(|| Error::corrupt(format!("expected true or false as {name:?}, found {value}")))
    }

    fn path(&self) -> Result<Vec<String>> {
        let value = self.get("fieldNames")?;
        let names = value
            .as_array()
            .and_then(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        names.ok_or_else(|| Error::corrupt(format!("expected names as \"fieldNames\", found {value}")))
    }

    /// The member `move`: the column and its place.
    fn position(&self) -> Result<Option<(String, Position)>> {
        let Some(value) = self.0.get("move").filter(|value| !value.is_null()) else { return Ok(None) };
        let object = value.as_object().ok_or_else(|| Error::corrupt(format!("expected a move, found {value}")))?;
        let members = Members(object);
        let position = match members.text("type")?.as_str() {
            "FIRST" => Position::First,
            "LAST" => Position::Last,
            "AFTER" => Position::After(members.text("referenceFieldName")?),
            "BEFORE" => Position::Before(members.text("referenceFieldName")?),
            other => return Err(Error::corrupt(format!("expected FIRST, LAST, AFTER or BEFORE, found {other:?}"))),
        };
        Ok(Some((members.text("fieldName")?, position)))
    }
}
