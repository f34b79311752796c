//! Fits batches of other programs to the table: columns by name, values cast, missing ones filled up.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{ArrowError, DataType as ArrowType, SchemaRef};
use cenote_core::types::{DataField, RowKind, arrow};

use super::{InputBatch, InputOptions, Source, column::ColumnBuilder, rows::Origin};
use crate::error::{Failure, Result};

/// Rows of a columnar file.
pub(super) struct ColumnarSource {
    options: InputOptions,
    batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
    origins: Vec<Origin>,
    kind: Option<usize>,
}

impl ColumnarSource {
    /// Errors: a schema that does not fit the table.
    pub(super) fn new(
        options: InputOptions,
        schema: &SchemaRef,
        batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
    ) -> Result<Self> {
        let names = schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        let origins = options.origins(&names)?;
        let kind = options.rowkind_field.as_ref().and_then(|kind| names.iter().position(|name| name == kind));
        Ok(ColumnarSource { options, batches, origins, kind })
    }

    fn fit(&self, input: &RecordBatch) -> Result<InputBatch> {
        let columns = self.options.fields.iter().zip(&self.origins);
        let columns = columns.map(|(field, origin)| self.column(input, field, origin)).collect::<Result<Vec<_>>>()?;
        let schema = arrow::schema(&self.options.fields);
        let batch = RecordBatch::try_new(schema, columns).map_err(|error| self.error(&error.to_string()))?;
        Ok(InputBatch { batch, kinds: self.kinds(input)? })
    }

    fn column(&self, input: &RecordBatch, field: &DataField, origin: &Origin) -> Result<ArrayRef> {
        let problem = |problem: String| self.error(&format!("column {:?}: {problem}", field.name));
        let rows = input.num_rows();
        let array = match origin {
            Origin::Constant(text) => constant(field, text, rows).map_err(problem)?,
            Origin::Missing => missing(field, rows).map_err(problem)?,
            Origin::Input(index) => {
                let array = input.columns().get(*index).ok_or_else(|| problem("is not in the batch".into()))?;
                convert(array, &arrow::data_type(&field.data_type)).map_err(|error| problem(error.to_string()))?
            }
        };
        if !field.data_type.nullable && array.null_count() > 0 {
            return Err(problem("holds nulls, but the column is NOT NULL".into()));
        }
        Ok(array)
    }

    fn kinds(&self, input: &RecordBatch) -> Result<Option<Vec<RowKind>>> {
        let Some(array) = self.kind.and_then(|index| input.columns().get(index)) else { return Ok(None) };
        let text = convert(array, &ArrowType::Utf8).map_err(|error| self.error(&error.to_string()))?;
        let Some(text) = text.as_any().downcast_ref::<StringArray>() else { return Ok(None) };
        let kind =
            |text: Option<&str>| RowKind::parse(text.unwrap_or_default()).map_err(|error| self.error(error.message()));
        text.iter().map(kind).collect::<Result<_>>().map(Some)
    }

    fn error(&self, problem: &str) -> Failure {
        Failure::error(format!("{}: {problem}", self.options.display_name())).hint("nothing was written")
    }
}

impl Source for ColumnarSource {
    fn next_batch(&mut self) -> Result<Option<InputBatch>> {
        loop {
            let Some(batch) = self.batches.next() else { return Ok(None) };
            let batch = batch.map_err(|error| self.error(&format!("cannot be read: {error}")))?;
            if batch.num_rows() > 0 {
                return self.fit(&batch).map(Some);
            }
        }
    }
}

/// Casts without losing values: what does not fit is an error, never a null.
fn convert(array: &ArrayRef, data_type: &ArrowType) -> Result<ArrayRef, ArrowError> {
    if array.data_type() == data_type {
        return Ok(Arc::clone(array));
    }
    cast_with_options(array, data_type, &CastOptions { safe: false, ..CastOptions::default() })
}

/// A column of one value.
fn constant(field: &DataField, text: &str, rows: usize) -> Result<ArrayRef, String> {
    let mut builder = ColumnBuilder::new(&field.data_type)?;
    (0..rows).try_for_each(|_| builder.push_text(text))?;
    builder.finish()
}

/// A column that the input lacks.
fn missing(field: &DataField, rows: usize) -> Result<ArrayRef, String> {
    match &field.default_value {
        Some(text) => constant(field, text, rows),
        None if field.data_type.nullable => Ok(new_null_array(&arrow::data_type(&field.data_type), rows)),
        None => Err("is missing in the input, but the column is NOT NULL".into()),
    }
}
