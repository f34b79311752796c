//! Fits batches of other programs to the table: columns by name, values as the engine takes them.

use std::{collections::VecDeque, sync::Arc};

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_cast::{cast, display::array_value_to_string};
use arrow_schema::{ArrowError, DataType as ArrowType, Field, Schema, SchemaRef};
use cenote_core::{
    types::{DataField, RowKind},
    write::conform,
};
use serde_json::{Map, Value};

use super::{
    InputBatch, InputOptions, Source,
    bad_rows::{BadRows, Problem},
    column::ColumnBuilder,
    rows::Origin,
};
use crate::error::{Failure, Result};

/// Batches of a file, one after the other.
pub(super) type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>;

/// Rows of a columnar file.
pub(super) struct ColumnarSource {
    options: InputOptions,
    batches: Batches,
    origins: Vec<Origin>,
    kind: Option<usize>,
    /// Rows seen so far.
    rows: u64,
    ready: VecDeque<InputBatch>,
    bad: BadRows,
}

impl ColumnarSource {
    /// Errors: a schema that does not fit the table.
    pub(super) fn new(options: InputOptions, schema: &SchemaRef, batches: Batches) -> Result<Self> {
        let names = schema.fields().iter().map(|field| field.name().clone()).collect::<Vec<_>>();
        let origins = options.origins(&names)?;
        let kind = options.rowkind_field.as_ref().and_then(|kind| names.iter().position(|name| name == kind));
        let bad = BadRows::new(&options, "row")?;
        let source = ColumnarSource { options, batches, origins, kind, rows: 0, ready: VecDeque::new(), bad };
        // What no row can fit is a mistake of the whole file.
        source.fit(&RecordBatch::new_empty(schema.clone())).map_err(|problem| source.failure(&problem.text))?;
        Ok(source)
    }

    /// Fits a part of the input, or what is left of it without its bad rows; `first` is the number of its first row.
    fn fit_rows(&mut self, input: &RecordBatch, first: u64) -> Result<()> {
        match self.fit(input) {
            Ok(fitted) => self.ready.push_back(fitted),
            Err(problem) if input.num_rows() <= 1 => self.bad.leave_out(first, raw(input).as_bytes(), problem)?,
            Err(_) => {
                let half = input.num_rows() / 2;
                self.fit_rows(&input.slice(0, half), first)?;
                self.fit_rows(&input.slice(half, input.num_rows() - half), first + half as u64)?;
            }
        }
        Ok(())
    }

    fn fit(&self, input: &RecordBatch) -> Result<InputBatch, Problem> {
        let (mut fields, mut columns) = (Vec::new(), Vec::new());
        for (field, origin) in self.options.fields.iter().zip(&self.origins) {
            let array = match origin {
                Origin::Constant(text) => constant(field, text, input.num_rows())
                    .map_err(|problem| format!("column {:?}: {problem}", field.name))?,
                Origin::Input(index) => match input.columns().get(*index) {
                    Some(array) => Arc::clone(array),
                    None => continue,
                },
                Origin::Missing => continue,
            };
            fields.push(Field::new(&field.name, array.data_type().clone(), true));
            columns.push(array);
        }
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(input.num_rows()));
        let named = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options);
        let named = named.map_err(|error| error.to_string())?;
        let batch = conform(&named, &self.options.fields).map_err(|error| described(&error))?;
        Ok(InputBatch { batch, kinds: self.kinds(input)? })
    }

    fn kinds(&self, input: &RecordBatch) -> Result<Option<Vec<RowKind>>, Problem> {
        let Some(array) = self.kind.and_then(|index| input.columns().get(index)) else { return Ok(None) };
        let text = cast(array, &ArrowType::Utf8).map_err(|error| error.to_string())?;
        let Some(text) = text.as_any().downcast_ref::<StringArray>() else { return Ok(None) };
        let kind = |text: Option<&str>| {
            RowKind::parse(text.unwrap_or_default()).map_err(|error| Problem::from(error.message()))
        };
        text.iter().map(kind).collect::<Result<_, _>>().map(Some)
    }

    fn failure(&self, problem: &str) -> Failure {
        Failure::error(format!("{}: {problem}", self.options.display_name())).hint("nothing was written")
    }
}

/// What the engine says of a value, without the place in the batch.
fn described(error: &cenote_core::Error) -> Problem {
    let place = ["column", "field"].iter().filter_map(|name| error.detail(name)).collect::<Vec<_>>().join(".");
    match place.as_str() {
        "" => Problem::from(error.message()),
        place => format!("column {place:?}: {}", error.message()).into(),
    }
}

/// A row as JSON of texts, for people.
fn raw(input: &RecordBatch) -> String {
    let text = |column: &ArrayRef| match column.is_empty() || column.is_null(0) {
        true => Value::Null,
        false => array_value_to_string(column, 0).map_or(Value::Null, Value::String),
    };
    let schema = input.schema();
    let members =
        schema.fields().iter().zip(input.columns()).map(|(field, column)| (field.name().clone(), text(column)));
    Value::Object(members.collect::<Map<_, _>>()).to_string()
}

impl Source for ColumnarSource {
    fn next_batch(&mut self) -> Result<Option<InputBatch>> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Ok(Some(ready));
            }
            let Some(batch) = self.batches.next() else { return Ok(None) };
            let batch = batch.map_err(|error| self.failure(&format!("cannot be read: {error}")))?;
            if batch.num_rows() > 0 {
                let first = self.rows + 1;
                self.rows += batch.num_rows() as u64;
                self.fit_rows(&batch, first)?;
            }
        }
    }

    fn finish(&mut self) -> Result<u64> {
        self.bad.finish()
    }
}

/// A column of one value.
fn constant(field: &DataField, text: &str, rows: usize) -> Result<ArrayRef, String> {
    let mut builder = ColumnBuilder::new(&field.data_type)?;
    (0..rows).try_for_each(|_| builder.push_text(text))?;
    builder.finish()
}
