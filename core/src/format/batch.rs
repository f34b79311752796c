//! Columns of one batch, put together as the request asked.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{Field, Schema, SchemaRef};

use super::parquet::Conversion;
use crate::{
    error::{Error, Result},
    types::DataField,
};

/// Columns decoded for `fields` (whose Arrow schema is `schema`) as a batch: lists of pairs become maps, fields that the
/// file lacks become null, at any depth. Errors: `Corrupt` where a column cannot have the type of its field.
pub(super) fn of_decoded(
    fields: &[DataField],
    schema: &SchemaRef,
    decoded: Vec<Option<ArrayRef>>,
    rows: usize,
) -> Result<RecordBatch> {
    let convert = |(field, column): (&DataField, &ArrayRef)| {
        Conversion::plan(column.data_type(), &field.data_type)?.apply(column)
    };
    let columns = fields.iter().zip(schema.fields()).zip(decoded).map(|((field, arrow), column)| match column {
        None => Ok(new_null_array(arrow.data_type(), rows)),
        Some(column) => convert((field, &column)).map_err(|error| error.with("column", &field.name)),
    });
    of_columns(schema, columns.collect::<Result<Vec<_>>>()?, rows)
}

/// A batch of columns of the types of `schema`, except that fields declared NOT NULL may have nulls.
pub(super) fn of_columns(schema: &SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let schema = tolerant_schema(schema, &columns);
    RecordBatch::try_new_with_options(schema, columns, &options)
        .map_err(|error| Error::corrupt("columns do not form a batch").because(error))
}

/// `schema`, with those fields nullable that are declared NOT NULL and have nulls all the same, at any depth.
fn tolerant_schema(schema: &SchemaRef, columns: &[ArrayRef]) -> SchemaRef {
    let fits = |field: &Field, column: &ArrayRef| {
        (field.is_nullable() || column.null_count() == 0) && column.data_type() == field.data_type()
    };
    if schema.fields().iter().zip(columns).all(|(field, column)| fits(field, column)) {
        return schema.clone();
    }
    let fields = schema.fields().iter().zip(columns).map(|(field, column)| {
        Field::new(field.name(), column.data_type().clone(), field.is_nullable() || column.null_count() > 0)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
