//! Rows to batches and back.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{Result, scan::RecordBatchStream, types::RowKind};

use crate::bank::Row;

/// Rows as a batch with their kinds.
pub(crate) fn batch(rows: &[Row]) -> Result<(RecordBatch, Vec<RowKind>)> {
    let batch = RecordBatch::try_from_iter([
        ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.0))) as ArrayRef),
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)))),
        ("balance", Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>())),
        ("note", Arc::new(rows.iter().map(|row| row.3.clone()).collect::<StringArray>())),
    ])?;
    let kind = |row: &Row| if row.2.is_some() { RowKind::Insert } else { RowKind::Delete };
    Ok((batch, rows.iter().map(kind).collect()))
}

/// All rows of a stream.
pub(crate) async fn collect(stream: RecordBatchStream) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for batch in stream.collect().await? {
        let parts = batch.column(0).as_primitive::<Int32Type>();
        let ids = batch.column(1).as_primitive::<Int64Type>();
        let balances = batch.column(2).as_primitive::<Int64Type>();
        let notes = batch.column(3).as_string::<i32>();
        for row in 0..batch.num_rows() {
            let balance = balances.is_valid(row).then(|| balances.value(row));
            let note = notes.is_valid(row).then(|| notes.value(row).to_owned());
            rows.push((parts.value(row), ids.value(row), balance, note));
        }
    }
    Ok(rows)
}
