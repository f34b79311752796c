//! Small lists that commands make themselves, as batches.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use cenote_core::types::{DataField, DataType, TypeKind, arrow};

use crate::{
    cli::OutputArgs,
    error::{Failure, Result},
};

/// Columns under construction.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    fields: Vec<DataField>,
    columns: Vec<ArrayRef>,
}

impl Listing {
    /// No columns yet.
    pub(crate) fn new() -> Self {
        Listing::default()
    }

    /// Adds a text column.
    #[must_use]
    pub(crate) fn text<T: Into<String>>(self, name: &str, values: impl IntoIterator<Item = Option<T>>) -> Self {
        let values = values.into_iter().map(|value| value.map(Into::into));
        self.column(name, TypeKind::STRING, Arc::new(values.collect::<StringArray>()))
    }

    /// Adds an integer column.
    #[must_use]
    pub(crate) fn integer(self, name: &str, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.column(name, TypeKind::BigInt, Arc::new(values.into_iter().collect::<Int64Array>()))
    }

    /// Adds a column of instants, in epoch milliseconds.
    #[must_use]
    pub(crate) fn instant(self, name: &str, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        let values = values.into_iter().collect::<TimestampMillisecondArray>().with_timezone(arrow::LTZ_ZONE);
        self.column(name, TypeKind::TimestampLtz(3), Arc::new(values))
    }

    /// Prints the rows.
    pub(crate) fn print(self, args: &OutputArgs) -> Result<()> {
        let batch = RecordBatch::try_new(arrow::schema(&self.fields), self.columns)
            .map_err(|error| Failure::error(format!("internal: a list was built wrong: {error}")))?;
        super::print(args, &self.fields, &batch)
    }

    fn column(mut self, name: &str, kind: TypeKind, values: ArrayRef) -> Self {
        let id = i32::try_from(self.fields.len()).unwrap_or(i32::MAX);
        self.fields.push(DataField::new(id, name, DataType::nullable(kind)));
        self.columns.push(values);
        self
    }
}
