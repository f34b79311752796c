//! Rows of a table in the layout of key-value files.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int8Array, Int64Array, RecordBatch};
use arrow_schema::SchemaRef;

use super::route::KeyColumns;
use crate::{
    error::Result,
    table::Table,
    types::{self, RowKind},
};

/// Adds `_KEY_*`, `_SEQUENCE_NUMBER` and `_VALUE_KIND` (format digest 7.1).
#[derive(Debug)]
pub(super) struct KeyValues {
    key: KeyColumns,
    schema: SchemaRef,
}

impl KeyValues {
    pub(super) fn new(table: &Table) -> Result<Self> {
        let schema = table.schema();
        Ok(KeyValues {
            key: KeyColumns::new(table, &schema.trimmed_primary_key_fields())?,
            schema: types::arrow::schema(&schema.key_value_fields()),
        })
    }

    /// A batch of the table's columns with these sequence numbers; `kinds` of `None` are all +I.
    pub(super) fn batch(
        &self,
        batch: &RecordBatch,
        kinds: Option<&[RowKind]>,
        sequence_numbers: Int64Array,
    ) -> Result<RecordBatch> {
        let mut columns: Vec<ArrayRef> = self.key.of(batch);
        columns.push(Arc::new(sequence_numbers));
        columns.push(Arc::new(match kinds {
            Some(kinds) => Int8Array::from_iter_values(kinds.iter().map(|kind| *kind as i8)),
            None => Int8Array::from_value(RowKind::Insert as i8, batch.num_rows()),
        }));
        columns.extend(batch.columns().iter().cloned());
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}
