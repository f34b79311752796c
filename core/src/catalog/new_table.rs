//! What a user asks for, made into schema 0 (Java `Schema`, `TableSchema.create`; format digest 2.1).

use std::collections::BTreeMap;

use super::validation;
use crate::{
    error::{Error, Result},
    spec::{
        options::CoreOptions,
        table_schema::{CURRENT_VERSION, TableSchema},
    },
    types::{DataField, DataType, TypeKind},
};

/// A table to be made. Field ids are given anew, so any will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTable {
    /// Columns in order.
    pub fields: Vec<DataField>,
    /// Names of the primary key columns; may come by the option `primary-key` instead.
    pub primary_keys: Vec<String>,
    /// Names of the partition columns; may come by the option `partition` instead.
    pub partition_keys: Vec<String>,
    /// Options as text.
    pub options: BTreeMap<String, String>,
    /// Comment of the table.
    pub comment: Option<String>,
}

impl NewTable {
    /// A table with these columns, without keys and options.
    pub fn new(fields: Vec<DataField>) -> Self {
        NewTable { fields, ..NewTable::default() }
    }

    /// Schema 0 of the table, made at `now_millis`. Errors: `Invalid` or `Unsupported`, naming column or option.
    pub fn into_schema(mut self, now_millis: i64) -> Result<TableSchema> {
        let primary_keys = keys(self.primary_keys, &mut self.options, "primary-key")?;
        let partition_keys = keys(self.partition_keys, &mut self.options, "partition")?;
        let options = CoreOptions::parse(&self.options)?;
        validation::check_columns(&self.fields, &primary_keys, &partition_keys)?;
        let mut last_id = -1;
        let mut fields = Vec::with_capacity(self.fields.len());
        for field in self.fields {
            let is_key = primary_keys.contains(&field.name);
            fields.push(with_ids(field, &mut last_id, is_key.then_some(options.primary_key_nullable)));
        }
        let schema = TableSchema {
            version: CURRENT_VERSION,
            id: 0,
            fields,
            highest_field_id: last_id,
            partition_keys,
            primary_keys,
            options: self.options,
            comment: self.comment,
            time_millis: now_millis,
        };
        validation::check_schema(&schema, &options)?;
        Ok(schema)
    }
}

/// Keys from the argument, or from an option that then is no option any more.
fn keys(given: Vec<String>, options: &mut BTreeMap<String, String>, option: &str) -> Result<Vec<String>> {
    let Some(text) = options.remove(option) else { return Ok(given) };
    if !given.is_empty() {
        return Err(Error::invalid(format!("the option {option} is given besides the keys themselves")));
    }
    Ok(text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// A column takes the next id, then the fields nested in it. Key columns get the nullability that keys have.
fn with_ids(field: DataField, last_id: &mut i32, key_nullable: Option<bool>) -> DataField {
    *last_id += 1;
    let id = *last_id;
    let nullable = key_nullable.unwrap_or(field.data_type.nullable);
    let data_type = DataType { nullable, ..nested_ids(field.data_type, last_id) };
    DataField { id, data_type, ..field }
}

/// Inside a ROW a field takes its id after the fields nested in it (Java `ReassignFieldId`).
fn nested_ids(data_type: DataType, last_id: &mut i32) -> DataType {
    let mut boxed = |inner: Box<DataType>| Box::new(nested_ids(*inner, last_id));
    let kind = match data_type.kind {
        TypeKind::Array(element) => TypeKind::Array(boxed(element)),
        TypeKind::Vector { element, length } => TypeKind::Vector { element: boxed(element), length },
        TypeKind::Multiset(element) => TypeKind::Multiset(boxed(element)),
        TypeKind::Map { key, value } => TypeKind::Map { key: boxed(key), value: boxed(value) },
        TypeKind::Row(fields) => {
            let renumbered = fields.into_iter().map(|field| {
                let data_type = nested_ids(field.data_type, last_id);
                *last_id += 1;
                DataField { id: *last_id, data_type, ..field }
            });
            TypeKind::Row(renumbered.collect())
        }
        plain => plain,
    };
    DataType { kind, ..data_type }
}
