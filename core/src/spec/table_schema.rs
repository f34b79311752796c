//! Schema file (Java `TableSchema`, format digest 2.1).

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{json, options::CoreOptions};
use crate::{
    error::{Error, Result},
    types::{
        DataField, DataType, TypeKind,
        type_json::{JsonField, fields_from_json},
    },
};

/// Layout version of schema files written today.
pub const CURRENT_VERSION: i32 = 3;

/// Prefix of the names of key columns in data files of primary key tables.
pub const KEY_PREFIX: &str = "_KEY_";
/// Name of the sequence number column.
pub const SEQUENCE_NUMBER: &str = "_SEQUENCE_NUMBER";
/// Name of the row kind column.
pub const VALUE_KIND: &str = "_VALUE_KIND";
/// Name of the row id column (row tracking).
pub const ROW_ID: &str = "_ROW_ID";

/// Key columns have the id of their column plus this (Java `SpecialFields`).
const KEY_FIELD_ID_START: i32 = i32::MAX / 2;
const SEQUENCE_NUMBER_ID: i32 = i32::MAX - 1;
const VALUE_KIND_ID: i32 = i32::MAX - 2;
const ROW_ID_ID: i32 = i32::MAX - 5;

/// One version of a table's schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSchema {
    /// Layout version, 3 now.
    pub version: i32,
    /// 0-based, +1 for each change.
    pub id: i64,
    /// Columns in order.
    pub fields: Vec<DataField>,
    /// Highest field id ever given, nested and dropped ones included.
    pub highest_field_id: i32,
    /// Names of the partition columns.
    pub partition_keys: Vec<String>,
    /// Names of the primary key columns.
    pub primary_keys: Vec<String>,
    /// Table options as text.
    pub options: BTreeMap<String, String>,
    /// Comment of the table.
    pub comment: Option<String>,
    /// Creation time of this version, epoch milliseconds; 0 when unknown.
    pub time_millis: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SchemaJson {
    #[serde(default)]
    version: Option<i32>,
    id: i64,
    fields: Value,
    highest_field_id: i32,
    #[serde(default)]
    partition_keys: Option<Vec<String>>,
    #[serde(default)]
    primary_keys: Option<Vec<String>>,
    #[serde(default)]
    options: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    time_millis: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaJsonOut<'a> {
    version: i32,
    id: i64,
    fields: Vec<JsonField<'a>>,
    highest_field_id: i32,
    partition_keys: &'a [String],
    primary_keys: &'a [String],
    options: &'a BTreeMap<String, String>,
    // A literal null would be read by Java as the text "null".
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: &'a Option<String>,
    time_millis: i64,
}

/// Ids tell columns apart across schema versions, names within one. Errors: `Corrupt` where either is given twice.
fn check_distinct(fields: &[DataField]) -> Result<()> {
    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    for field in fields {
        if !ids.insert(field.id) || !names.insert(field.name.as_str()) {
            let message = format!("expected distinct column ids and names, found id {} again", field.id);
            return Err(Error::corrupt(message).with("column", &field.name));
        }
        if let TypeKind::Row(children) = &field.data_type.kind {
            check_distinct(children)?;
        }
    }
    Ok(())
}

impl TableSchema {
    /// Reads a schema file. Older versions get the options that were their defaults, so that options parse the same
    /// way whatever the version.
    ///
    /// Errors: `Corrupt` (also where keys name no column), `Unsupported` for types this crate does not have.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        let json: SchemaJson = json::read(bytes, "a schema")?;
        let version = json.version.unwrap_or(1);
        let options = json.options.unwrap_or_default().into_iter().map(|(name, value)| (name, text(value)));
        let mut options: BTreeMap<String, String> = options.collect();
        if version <= 1 {
            options.entry("bucket".to_owned()).or_insert_with(|| "1".to_owned());
        }
        if version <= 2 {
            options.entry("file.format".to_owned()).or_insert_with(|| "orc".to_owned());
        }
        let schema = TableSchema {
            version,
            id: json.id,
            fields: fields_from_json(&json.fields)?,
            highest_field_id: json.highest_field_id,
            partition_keys: json.partition_keys.unwrap_or_default(),
            primary_keys: json.primary_keys.unwrap_or_default(),
            options,
            comment: json.comment,
            time_millis: json.time_millis.unwrap_or(0),
        };
        schema.check_keys()?;
        check_distinct(&schema.fields)?;
        Ok(schema)
    }

    /// The schema file, as Java formats it.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        json::write(&SchemaJsonOut {
            version: self.version,
            id: self.id,
            fields: self.fields.iter().map(JsonField).collect(),
            highest_field_id: self.highest_field_id,
            partition_keys: &self.partition_keys,
            primary_keys: &self.primary_keys,
            options: &self.options,
            comment: &self.comment,
            time_millis: self.time_millis,
        })
    }

    fn check_keys(&self) -> Result<()> {
        for name in self.partition_keys.iter().chain(&self.primary_keys) {
            if self.field(name).is_none() {
                return Err(Error::corrupt(format!("expected the key {name:?} among the columns")));
            }
        }
        if self.is_primary_key_table() && self.trimmed_primary_keys().next().is_none() {
            return Err(Error::corrupt("expected a primary key column that is no partition key"));
        }
        Ok(())
    }

    /// The column of this name.
    pub fn field(&self, name: &str) -> Option<&DataField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The top-level column of this id.
    pub fn field_by_id(&self, id: i32) -> Option<&DataField> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// Place of the column of this name.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// True where rows have a key.
    pub fn is_primary_key_table(&self) -> bool {
        !self.primary_keys.is_empty()
    }

    /// True where a key can move from one partition to another: the primary key lacks a partition key.
    pub fn is_cross_partition(&self) -> bool {
        self.is_primary_key_table() && self.partition_keys.iter().any(|name| !self.primary_keys.contains(name))
    }

    /// The columns of these names, in that order; names that are no column are skipped.
    pub fn fields_named<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> Vec<DataField> {
        names.into_iter().filter_map(|name| self.field(name)).cloned().collect()
    }

    /// Partition columns, in the order of the partition keys.
    pub fn partition_fields(&self) -> Vec<DataField> {
        self.fields_named(&self.partition_keys)
    }

    /// Primary key columns, in the order of the key.
    pub fn primary_key_fields(&self) -> Vec<DataField> {
        self.fields_named(&self.primary_keys)
    }

    /// Primary key columns without partition columns: what orders and identifies rows within a partition.
    pub fn trimmed_primary_key_fields(&self) -> Vec<DataField> {
        self.fields_named(self.trimmed_primary_keys())
    }

    /// Names of [`TableSchema::trimmed_primary_key_fields`].
    pub fn trimmed_primary_keys(&self) -> impl Iterator<Item = &String> {
        self.primary_keys.iter().filter(|name| !self.partition_keys.contains(name))
    }

    /// Columns whose hash chooses the bucket: option `bucket-key`, else the trimmed primary key.
    ///
    /// Errors: `Invalid` where the option names a column that is absent, a partition key or outside the primary key.
    pub fn bucket_keys(&self, options: &CoreOptions) -> Result<Vec<DataField>> {
        if options.bucket_key.is_empty() {
            return Ok(self.trimmed_primary_key_fields());
        }
        let refuse = |why: &str, name: &str| Err(Error::invalid(format!("option bucket-key names {name:?}, {why}")));
        for name in &options.bucket_key {
            if self.field(name).is_none() {
                return refuse("which is no column", name);
            }
            if self.partition_keys.contains(name) {
                return refuse("which is a partition key", name);
            }
            if self.is_primary_key_table() && !self.primary_keys.contains(name) {
                return refuse("which is not in the primary key", name);
            }
        }
        Ok(self.fields_named(&options.bucket_key))
    }

    /// Whether files of this primary key table are sorted by other columns (option `pk-clustering-override`). Above level 0
    /// every key is in one file only: deletion vectors hide the others.
    pub fn is_clustered(&self) -> bool {
        let enabled =
            self.options.get("pk-clustering-override").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        enabled && self.is_primary_key_table()
    }

    /// Whether rows have an id and a sequence number that a reader may ask for (option `row-tracking.enabled`).
    pub fn tracks_rows(&self) -> bool {
        let enabled = self.options.get("row-tracking.enabled").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        enabled && !self.is_primary_key_table() && row_tracking_fields().iter().all(|f| self.field(&f.name).is_none())
    }

    /// Whether files of the same rows may hold different columns (option `data-evolution.enabled`).
    pub fn evolves_columns(&self) -> bool {
        let enabled =
            self.options.get("data-evolution.enabled").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        enabled && !self.is_primary_key_table()
    }

    /// What a reader may name: the columns, then `_ROW_ID` and `_SEQUENCE_NUMBER` where rows are tracked.
    pub fn readable_fields(&self) -> Vec<DataField> {
        let tracking = self.tracks_rows().then(row_tracking_fields).into_iter().flatten();
        self.fields.iter().cloned().chain(tracking).collect()
    }

    /// Columns that a file's metadata names: those of the table, and of row tracking where rows are tracked.
    pub fn stored_fields_named(&self, names: &[String]) -> Vec<DataField> {
        let all = self.readable_fields();
        names.iter().filter_map(|name| all.iter().find(|field| field.name == *name)).cloned().collect()
    }

    /// Columns of data files of primary key tables: `_KEY_*`, `_SEQUENCE_NUMBER`, `_VALUE_KIND`, then all columns.
    pub fn key_value_fields(&self) -> Vec<DataField> {
        let keys = self.trimmed_primary_key_fields().into_iter().map(|field| key_field(&field));
        keys.chain([sequence_number_field(), value_kind_field()]).chain(self.fields.iter().cloned()).collect()
    }
}

/// The `_KEY_` column of a key column.
pub fn key_field(field: &DataField) -> DataField {
    let id = field.id.saturating_add(KEY_FIELD_ID_START);
    DataField { id, name: format!("{KEY_PREFIX}{}", field.name), ..field.clone() }
}

/// `_SEQUENCE_NUMBER` BIGINT NOT NULL.
pub fn sequence_number_field() -> DataField {
    DataField::new(SEQUENCE_NUMBER_ID, SEQUENCE_NUMBER, DataType::not_null(TypeKind::BigInt))
}

/// `_VALUE_KIND` TINYINT NOT NULL.
pub fn value_kind_field() -> DataField {
    DataField::new(VALUE_KIND_ID, VALUE_KIND, DataType::not_null(TypeKind::TinyInt))
}

/// `_ROW_ID` BIGINT NOT NULL.
pub fn row_id_field() -> DataField {
    DataField::new(ROW_ID_ID, ROW_ID, DataType::not_null(TypeKind::BigInt))
}

/// `_ROW_ID` and `_SEQUENCE_NUMBER`, which stand behind the columns of a table with row tracking.
pub fn row_tracking_fields() -> [DataField; 2] {
    [row_id_field(), sequence_number_field()]
}

/// True for `_ROW_ID`, `_SEQUENCE_NUMBER` and all other fields that no schema declares (Java `SpecialFields`).
pub fn is_system_field(id: i32) -> bool {
    id >= KEY_FIELD_ID_START
}

/// Jackson's `asText` of an option value.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
