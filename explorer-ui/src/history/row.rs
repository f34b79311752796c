//! The versions of one row across files and levels, and what the merge engine makes of them.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    cell::{Cell, Look, look_of},
    model::{TableInfo, lenient},
    route::{Route, Tab},
};

/// A version of the row in a file.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RowVersion {
    /// File.
    #[serde(deserialize_with = "lenient::or_default")]
    pub file: String,
    /// Its path.
    #[serde(deserialize_with = "lenient::or_default")]
    pub path: String,
    /// Its level.
    #[serde(deserialize_with = "lenient::int")]
    pub level: i64,
    /// The row's number in it.
    #[serde(deserialize_with = "lenient::int")]
    pub position: i64,
    /// Sequence number.
    #[serde(deserialize_with = "lenient::int")]
    pub sequence_number: i64,
    /// `+I`, `-U`, `+U` or `-D`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// Values of the columns.
    #[serde(deserialize_with = "lenient::or_default")]
    pub values: Vec<Cell>,
    /// Hidden by a deletion vector.
    #[serde(deserialize_with = "lenient::or_default")]
    pub deleted: bool,
    /// In a file that readers skip.
    #[serde(deserialize_with = "lenient::or_default")]
    pub skipped: bool,
    /// `whole`, `part` or `none`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub picked: String,
}

/// Why a column has its value.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct ColumnWhy {
    /// Column.
    #[serde(deserialize_with = "lenient::or_default")]
    pub column: String,
    /// Versions that it comes from.
    #[serde(deserialize_with = "lenient::or_default")]
    pub versions: Vec<usize>,
    /// In words.
    #[serde(deserialize_with = "lenient::or_default")]
    pub why: String,
}

/// A commit that wrote the row.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RowCommit {
    /// Snapshot.
    #[serde(deserialize_with = "lenient::int")]
    pub snapshot_id: i64,
    /// Its kind.
    #[serde(deserialize_with = "lenient::or_default")]
    pub commit_kind: String,
    /// When.
    #[serde(deserialize_with = "lenient::int")]
    pub time_millis: i64,
    /// Who.
    #[serde(deserialize_with = "lenient::or_default")]
    pub commit_user: String,
    /// Sequence number.
    #[serde(deserialize_with = "lenient::int")]
    pub sequence_number: i64,
    /// What it did.
    #[serde(deserialize_with = "lenient::or_default")]
    pub kind: String,
    /// Values of the columns.
    #[serde(deserialize_with = "lenient::or_default")]
    pub values: Vec<Cell>,
}

/// Files of the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FilesSeen {
    /// All.
    #[serde(deserialize_with = "lenient::int")]
    pub in_bucket: i64,
    /// Whose keys may hold this one.
    #[serde(deserialize_with = "lenient::int")]
    pub matching: i64,
    /// Read.
    #[serde(deserialize_with = "lenient::int")]
    pub opened: i64,
}

/// Commits looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub struct CommitsSeen {
    /// How many.
    #[serde(deserialize_with = "lenient::int")]
    pub count: i64,
    /// Whether these are all that are kept.
    #[serde(deserialize_with = "lenient::or_default")]
    pub all: bool,
}

/// Every version of one row, and what a read makes of them.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RowHistory {
    /// State.
    #[serde(deserialize_with = "lenient::optional")]
    pub snapshot_id: Option<i64>,
    /// `month=1`.
    #[serde(deserialize_with = "lenient::or_default")]
    pub partition: String,
    /// Bucket.
    #[serde(deserialize_with = "lenient::optional")]
    pub bucket: Option<i64>,
    /// `deduplicate`, `partial-update` …
    #[serde(deserialize_with = "lenient::or_default")]
    pub merge_engine: String,
    /// Columns of the values.
    #[serde(deserialize_with = "lenient::or_default")]
    pub columns: Vec<String>,
    /// Oldest first.
    #[serde(deserialize_with = "lenient::or_default")]
    pub versions: Vec<RowVersion>,
    /// What a read gives; none where there is no row.
    pub result: Option<Vec<Cell>>,
    /// Why.
    #[serde(deserialize_with = "lenient::or_default")]
    pub why: String,
    /// Why, by column.
    #[serde(deserialize_with = "lenient::or_default")]
    pub column_why: Vec<ColumnWhy>,
    /// Files.
    pub files: FilesSeen,
    /// Commits that wrote it, newest first.
    #[serde(deserialize_with = "lenient::or_default")]
    pub commits: Vec<RowCommit>,
    /// Commits looked through.
    pub commits_looked_at: CommitsSeen,
}

impl RowHistory {
    /// Whether the result's value of a column comes from a version: the engine says so by column, or takes rows whole.
    #[must_use]
    pub fn comes_from(&self, column: usize, version: usize) -> bool {
        let name = self.columns.get(column).map_or("", String::as_str);
        match self.column_why.iter().find(|why| why.column == name) {
            Some(why) => why.versions.contains(&version),
            None => self.versions.get(version).is_some_and(|version| version.picked == "whole"),
        }
    }

    /// Whether the versions agree on a column: then it says little.
    #[must_use]
    pub fn is_same(&self, column: usize) -> bool {
        let mut values = self.versions.iter().map(|version| version.values.get(column));
        let first = values.next().flatten();
        values.all(|value| value == first)
    }

    /// Lanes of the picture: one a file, level by level; versions stand in their order.
    #[must_use]
    pub fn lanes(&self) -> Vec<Lane> {
        let mut lanes: Vec<Lane> = Vec::new();
        for (index, version) in self.versions.iter().enumerate() {
            match lanes.iter_mut().find(|lane| lane.path == version.path) {
                Some(lane) => lane.versions.push(index),
                None => lanes.push(Lane {
                    path: version.path.clone(),
                    file: version.file.clone(),
                    level: version.level,
                    versions: vec![index],
                }),
            }
        }
        // Newest on top within a level, as the levels themselves lie.
        lanes.sort_by_key(|lane| (lane.level, std::cmp::Reverse(lane.versions.last().copied())));
        lanes
    }
}

/// The versions in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Path of the file.
    pub path: String,
    /// Its name.
    pub file: String,
    /// Its level.
    pub level: i64,
    /// Positions in `RowHistory::versions`.
    pub versions: Vec<usize>,
}

/// The key of a row of a scan as an address has it, `{"id":7}`; none where a key column is not among those shown.
#[must_use]
pub fn key_of(info: &TableInfo, columns: &[String], row: &[Cell]) -> Option<String> {
    if info.primary_keys.is_empty() {
        return None;
    }
    let mut key = Map::new();
    for name in &info.primary_keys {
        let at = columns.iter().position(|column| column == name)?;
        key.insert(name.clone(), json(row.get(at)?));
    }
    Some(Value::Object(key).to_string())
}

fn json(cell: &Cell) -> Value {
    serde_json::from_str(&cell.to_string()).unwrap_or_default()
}

/// The key that an address means: text for each key column; empty where it says nothing.
#[must_use]
pub fn fields_of(info: &TableInfo, text: &str) -> Vec<(String, String)> {
    let key: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let shown = |name: &String| match key.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    info.primary_keys.iter().map(|name| (name.clone(), shown(name))).collect()
}

/// The key typed as an address has it, by the columns' types; none while a field is empty, but for texts.
#[must_use]
pub fn key_typed(info: &TableInfo, fields: &[(String, String)]) -> Option<String> {
    let mut key = Map::new();
    for (name, text) in fields {
        let look = look_of(info.type_of(name));
        if text.trim().is_empty() && look != Look::Text {
            return None;
        }
        let number = || serde_json::from_str::<Value>(text.trim()).ok().filter(Value::is_number);
        let value = match look {
            Look::Number => number().filter(exact).unwrap_or_else(|| Value::String(text.trim().to_owned())),
            Look::Bool => Value::Bool(text.trim().eq_ignore_ascii_case("true")),
            _ => Value::String(text.clone()),
        };
        key.insert(name.clone(), value);
    }
    (!key.is_empty()).then(|| Value::Object(key).to_string())
}

/// Numbers that JavaScript would round go as digits.
fn exact(value: &Value) -> bool {
    value.as_i64().is_none_or(|value| value.unsigned_abs() < 1 << 53)
}

/// The key that an address asks for, as the engine takes it; none where it lacks a column.
#[must_use]
pub fn key_asked(info: &TableInfo, text: &str) -> Option<Value> {
    let key: Map<String, Value> = serde_json::from_str(text).ok()?;
    info.primary_keys.iter().all(|name| key.contains_key(name)).then_some(Value::Object(key))
}

/// The route that shows the history of a row.
#[must_use]
pub fn route(route: &Route, key: &str) -> Route {
    route.focused(Tab::Data, "row", key)
}

/// The condition that finds the row, as a filter has it: `id = 7 and name = 'a'`.
#[must_use]
pub fn condition(info: &TableInfo, key: &str) -> String {
    let test = |(name, text): (String, String)| {
        let plain = matches!(look_of(info.type_of(&name)), Look::Number | Look::Bool);
        let value = if plain { text } else { format!("'{}'", text.replace('\'', "''")) };
        format!("`{}` = {value}", name.replace('`', "``"))
    };
    fields_of(info, key).into_iter().map(test).collect::<Vec<_>>().join(" and ")
}

/// The command that reads the row as it is.
#[must_use]
pub fn command(route: &Route, info: &TableInfo, origin: &str, key: &str) -> String {
    let route = Route { filter: condition(info, key), columns: Vec::new(), ..route.clone() };
    crate::commands::read(&route, info, origin)
}

/// The snippet that says the same.
#[must_use]
pub fn javascript(route: &Route, info: &TableInfo, origin: &str, key: &str) -> String {
    format!(
        "{}const {{ versions, result, why }} = await table.rowHistory({{ key: {key} }});\nconsole.table(versions);",
        crate::commands::opening(route, info, origin)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldInfo;

    fn info() -> TableInfo {
        let field = |name: &str, type_text: &str| FieldInfo {
            name: name.into(),
            type_text: type_text.into(),
            ..FieldInfo::default()
        };
        TableInfo {
            primary_keys: vec!["id".into(), "name".into()],
            fields: vec![field("id", "BIGINT NOT NULL"), field("name", "STRING NOT NULL"), field("v", "INT")],
            ..TableInfo::default()
        }
    }

    #[test]
    fn keys_go_to_the_address_and_back() {
        let columns = ["v", "id", "name"].map(str::to_owned);
        let row = [Cell::Int(1), Cell::Text("9007199254740993".into()), Cell::Text("a\"b".into())];
        let key = key_of(&info(), &columns, &row).unwrap();
        assert_eq!(key, r#"{"id":"9007199254740993","name":"a\"b"}"#);
        let fields = fields_of(&info(), &key);
        assert_eq!(key_typed(&info(), &fields), Some(key.clone()));
        assert!(key_asked(&info(), &key).is_some() && key_asked(&info(), r#"{"id":1}"#).is_none());
        assert!(key_of(&info(), &columns[..2], &row[..2]).is_none());
    }

    #[test]
    fn typed_keys_follow_the_types() {
        let typed =
            |id: &str, name: &str| key_typed(&info(), &[("id".into(), id.into()), ("name".into(), name.into())]);
        assert_eq!(typed(" 7 ", "").as_deref(), Some(r#"{"id":7,"name":""}"#));
        assert_eq!(typed("x", "n").as_deref(), Some(r#"{"id":"x","name":"n"}"#));
        assert_eq!(typed("", "n"), None);
    }

    #[test]
    fn the_row_is_found_by_a_condition() {
        assert_eq!(condition(&info(), r#"{"id":7,"name":"o'k"}"#), "`id` = 7 and `name` = 'o''k'");
    }

    #[test]
    fn what_was_picked_is_known_by_column_or_by_row() {
        let version = |picked: &str, path: &str, level| RowVersion {
            picked: picked.into(),
            path: path.into(),
            level,
            values: vec![Cell::Int(level)],
            ..RowVersion::default()
        };
        let history = RowHistory {
            columns: vec!["a".into(), "b".into()],
            versions: vec![version("part", "x", 5), version("whole", "y", 0), version("none", "y", 0)],
            column_why: vec![ColumnWhy { column: "a".into(), versions: vec![0], why: String::new() }],
            ..RowHistory::default()
        };
        assert!(history.comes_from(0, 0) && !history.comes_from(0, 1));
        assert!(history.comes_from(1, 1) && !history.comes_from(1, 0) && !history.comes_from(9, 9));
        let lanes = history.lanes();
        assert_eq!((lanes[0].path.as_str(), lanes[0].versions.as_slice()), ("y", &[1, 2][..]));
        assert_eq!(lanes[1].level, 5);
        assert!(!history.is_same(0) && history.is_same(1));
    }
}
