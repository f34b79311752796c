//! Brings a batch of any column order to the columns and types of the table.
//!
//! A column that the batch lacks has its default, or null. A null that the batch gives has the default too, but is an
//! error in a NOT NULL column, whatever the default: Java looks for nulls first (Java `TableWriteImpl`, `DefaultValueRow`).
//! Values that do not fit are errors, never nulls and never cut.

mod assign;
mod misfit;

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt64Array, new_null_array};
use arrow_select::{take::take, zip::zip};

use crate::{
    error::{Error, Result},
    schema::default_array,
    types::{self, DataField},
};

/// The batch in the columns of `fields`, those of a table, as [`super::TableWrite::write`] makes it.
///
/// Errors: `Invalid` for an unknown column or one named twice, a value that does not fit its type, and null in a NOT NULL
/// column or field; with the column and, where it is about a value, the row of the batch from 0.
pub fn conform(batch: &RecordBatch, fields: &[DataField]) -> Result<RecordBatch> {
    let given = batch.schema();
    for (place, field) in given.fields().iter().enumerate() {
        let name = field.name();
        if !fields.iter().any(|field| field.name == *name) {
            let known = fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::invalid(format!("no column {name:?}; the table has {known}")));
        }
        if given.fields().iter().take(place).any(|other| other.name() == name) {
            return Err(Error::invalid("the column is there twice").with("column", name));
        }
    }
    let columns = fields.iter().map(|field| column(batch, field)).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(types::arrow::schema(fields), columns, &options)?)
}

fn column(batch: &RecordBatch, field: &DataField) -> Result<ArrayRef> {
    let found = |error: Error| error.with("column", &field.name);
    let Some(given) = batch.column_by_name(&field.name) else { return absent(field, batch.num_rows()) };
    let array = assign::assign(given, &field.data_type).map_err(found)?;
    misfit::check(&field.data_type, array.as_ref()).map_err(found)?;
    let array = assign::declare(array, &field.data_type)?;
    if array.null_count() == 0 {
        return Ok(array);
    }
    match default_array(field)? {
        Some(default) => {
            let nulls = BooleanArray::from_iter((0..array.len()).map(|row| Some(array.is_null(row))));
            let default = as_declared(&default, field)?;
            Ok(zip(&nulls, &arrow_array::Scalar::new(default), &array)?)
        }
        None => Ok(array),
    }
}

/// A column that the batch lacks.
fn absent(field: &DataField, rows: usize) -> Result<ArrayRef> {
    match default_array(field)? {
        Some(default) => {
            let zeros = UInt64Array::from_value(0, rows);
            Ok(take(&as_declared(&default, field)?, &zeros, None)?)
        }
        None if field.data_type.nullable => Ok(new_null_array(&types::arrow::data_type(&field.data_type), rows)),
        None => Err(Error::invalid("the column is NOT NULL and has no default, but the input lacks it")
            .with("column", &field.name)),
    }
}

/// A default in the type of its column. Errors: one that must not be there, such as null for NOT NULL.
fn as_declared(default: &ArrayRef, field: &DataField) -> Result<ArrayRef> {
    let array = assign::assign(default, &field.data_type)?;
    misfit::check(&field.data_type, array.as_ref())
        .map_err(|error| Error::invalid("the default does not fit").with("column", &field.name).because(error))?;
    assign::declare(array, &field.data_type)
}

#[cfg(test)]
mod tests;
