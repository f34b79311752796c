//! What a user asks for, made into schema 0 (Java `Schema`, `TableSchema.create`; format digest 2.1).

use std::collections::BTreeMap;

use crate::{
    error::Result,
    schema::{field_ids, validation},
    spec::{
        options::CoreOptions,
        table_schema::{CURRENT_VERSION, TableSchema},
    },
    types::DataField,
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
        let primary_keys = validation::keys(self.primary_keys, &mut self.options, "primary-key")?;
        let partition_keys = validation::keys(self.partition_keys, &mut self.options, "partition")?;
        let options = CoreOptions::parse(&self.options)?;
        validation::check_columns(&self.fields, &primary_keys, &partition_keys)?;
        let mut last_id = -1;
        let mut fields = Vec::with_capacity(self.fields.len());
        for mut field in self.fields {
            field.id = field_ids::next_id(&mut last_id)?;
            field.data_type = field_ids::reassign(field.data_type, &mut last_id)?;
            if primary_keys.contains(&field.name) {
                field.data_type.nullable = options.primary_key_nullable;
            }
            fields.push(field);
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
        validation::check_new(&schema, &options)?;
        Ok(schema)
    }
}
