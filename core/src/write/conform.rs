//! Brings a batch of any column order to the columns and types of the table.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_cast::{CastOptions, cast_with_options};

use crate::{
    error::{Error, Result},
    spec::table_schema::TableSchema,
    types::{self, DataField},
};

/// Errors: `Invalid` for an unknown column, a value that does not fit its type, and null in a NOT NULL column.
pub(super) fn conform(batch: &RecordBatch, schema: &TableSchema) -> Result<RecordBatch> {
    for field in batch.schema().fields() {
        if schema.field(field.name()).is_none() {
            let known = schema.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::invalid(format!("no column {:?}; the table has {known}", field.name())));
        }
    }
    let columns = schema.fields.iter().map(|field| column(batch, field)).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(types::arrow::schema(&schema.fields), columns, &options)?)
}

fn column(batch: &RecordBatch, field: &DataField) -> Result<ArrayRef> {
    let wanted = types::arrow::data_type(&field.data_type);
    let array = match batch.column_by_name(&field.name) {
        None => new_null_array(&wanted, batch.num_rows()),
        Some(array) if array.data_type() == &wanted => Arc::clone(array),
        Some(array) => cast_with_options(array, &wanted, &CastOptions { safe: false, ..CastOptions::default() })
            .map_err(|error| {
                Error::invalid(format!("a value does not fit {wanted}")).with("column", &field.name).because(error)
            })?,
    };
    if !field.data_type.nullable && array.null_count() > 0 {
        let row = (0..array.len()).find(|row| array.is_null(*row)).unwrap_or(0);
        return Err(Error::invalid("null in a NOT NULL column").with("column", &field.name).with("row", row));
    }
    Ok(array)
}
