//! Rows as they are written, and what can be seen of a table from outside.

use std::sync::Arc;

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    Result,
    catalog::FileSystemCatalog,
    io::{InlineRuntime, Runtime, Storage},
    table::Table,
};

/// Partition, id, value.
pub(crate) type Row = (i32, i64, Option<String>);

/// Rows in order, columns, tags with their snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) rows: Vec<Row>,
    pub(crate) columns: Vec<String>,
    pub(crate) tags: Vec<(String, i64)>,
}

impl State {
    pub(crate) async fn of(table: &Table) -> Self {
        let latest = table.snapshots().latest().await.unwrap();
        let rows = match latest {
            Some(snapshot) => rows_at(table, snapshot.id).await,
            None => Vec::new(),
        };
        let columns = table.schema().fields.iter().map(|field| field.name.clone()).collect();
        let tags = table.tags().list().await.unwrap();
        State { rows, columns, tags: tags.into_iter().map(|(name, tag)| (name, tag.snapshot.id)).collect() }
    }
}

/// All rows of a snapshot, in order.
pub(crate) async fn rows_at(table: &Table, snapshot: i64) -> Vec<Row> {
    let mut rows = Vec::new();
    for batch in table.scan().snapshot(snapshot).stream().await.unwrap().collect().await.unwrap() {
        let parts = batch.column_by_name("part").unwrap().as_primitive::<Int32Type>();
        let ids = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>();
        let values = batch.column_by_name("value").unwrap().as_string::<i32>();
        for row in 0..batch.num_rows() {
            let value = values.is_valid(row).then(|| values.value(row).to_owned());
            rows.push((parts.value(row), ids.value(row), value));
        }
    }
    rows.sort();
    rows
}

pub(crate) fn runtime(seed: u64) -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(seed, 1_700_000_000_000))
}

pub(crate) fn catalog(storage: Storage) -> FileSystemCatalog {
    let runtime = storage.runtime().clone();
    FileSystemCatalog::new(storage, runtime)
}

/// Rows as the columns of the table.
pub(crate) fn batch(rows: &[Row]) -> Result<RecordBatch> {
    Ok(RecordBatch::try_from_iter([
        ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.0))) as Arc<dyn Array>),
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)))),
        ("value", Arc::new(rows.iter().map(|row| row.2.clone()).collect::<StringArray>())),
    ])?)
}

/// Writes rows in one commit.
pub(crate) async fn write(table: &Table, rows: &[Row]) -> Result<()> {
    let mut write = table.new_write()?;
    write.write(batch(rows)?, None).await?;
    let messages = write.prepare_commit().await?;
    table.new_commit(None).commit(i64::MAX, &messages).await.map(drop)
}
