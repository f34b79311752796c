//! The key of one row: a filter for it, and its place among the keys of files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    error::{Error, Result},
    predicate::{self, Column, Predicate},
    scan::entry_types,
    spec::{data_file::DataFileMeta, table_schema::TableSchema},
    types::{DataField, DataType, DatumRow, TypeKind, compare_keys},
};

/// A key as a filter and as values.
#[derive(Clone, Debug)]
pub(super) struct RowKey {
    /// All columns of the primary key.
    pub(super) predicate: Predicate,
    /// Columns that files are sorted by.
    pub(super) in_files: Predicate,
    /// Values of the trimmed primary key.
    values: DatumRow,
    types: Vec<DataType>,
}

impl RowKey {
    /// Errors: `Invalid` for a table without keys, for columns that are missing or too many, and for values that are none
    /// of their columns.
    pub(super) fn new(schema: &TableSchema, given: &BTreeMap<String, Value>) -> Result<Self> {
        if !schema.is_primary_key_table() {
            return Err(Error::invalid("rows of a table without a primary key have no history of their own"));
        }
        if let Some(other) = given.keys().find(|name| !schema.primary_keys.contains(name)) {
            let keys = schema.primary_keys.join(", ");
            return Err(Error::invalid(format!("{other:?} is no column of the primary key ({keys})")));
        }
        let trimmed = schema.trimmed_primary_key_fields();
        let (mut all, mut in_files, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for name in &schema.primary_keys {
            let field = schema.field(name).ok_or_else(|| Error::corrupt(format!("the key {name:?} is no column")))?;
            let cell = given.get(name).ok_or_else(|| Error::invalid(format!("the key needs a value of {name:?}")))?;
            let equals = equals(field, cell)?;
            if trimmed.iter().any(|key| key.id == field.id) {
                in_files.push(equals.clone());
            }
            all.push(equals);
        }
        // In the order of the files' keys, which need not be that of the primary key as it was declared.
        for field in &trimmed {
            let of_field = |predicate: &&Predicate| predicate.columns().iter().any(|column| column.id == field.id);
            values.push(match in_files.iter().find(of_field) {
                Some(Predicate::Compare { literal, .. }) => Some(literal.clone()),
                _ => None,
            });
        }
        Ok(RowKey {
            predicate: Predicate::And(all),
            in_files: Predicate::And(in_files),
            values,
            types: entry_types(&trimmed),
        })
    }

    /// Whether the keys of a file reach over this one. Errors: `Corrupt` for keys that do not decode.
    pub(super) fn is_within(&self, file: &DataFileMeta) -> Result<bool> {
        let decode = |row: &crate::spec::binary_row::BinaryRow| {
            row.decode(&self.types).map_err(|error| error.at(&file.file_name))
        };
        let (min, max) = (decode(&file.min_key)?, decode(&file.max_key)?);
        Ok(compare_keys(&min, &self.values).is_le() && compare_keys(&self.values, &max).is_le())
    }
}

/// `field = cell`, resolved. Errors: `Invalid` for a cell that is no value of the column.
fn equals(field: &DataField, cell: &Value) -> Result<Predicate> {
    if cell.is_null() {
        return Ok(Predicate::IsNull { column: Column::of(field), negated: false });
    }
    let refused =
        || Error::invalid(format!("expected a value of type {} for {:?}, found {cell}", field.data_type, field.name));
    let literal = match (cell, &field.data_type.kind) {
        (Value::Bool(value), _) => value.to_string(),
        (Value::Number(number), _) => number.to_string(),
        (Value::String(hex), TypeKind::Binary(_) | TypeKind::Varbinary(_)) => format!("x'{}'", hex.replace('\'', "''")),
        (Value::String(text), _) => format!("'{}'", text.replace('\'', "''")),
        _ => return Err(refused()),
    };
    let text = format!("`{}` = {literal}", field.name.replace('`', "``"));
    match predicate::parse(&text, std::slice::from_ref(field)).map_err(|error| refused().because(error))? {
        found @ Predicate::Compare { .. } => Ok(found),
        // A number that the type does not hold.
        _ => Err(refused()),
    }
}
