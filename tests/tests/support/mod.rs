//! A small primary-key table `db.t` (part INT, id BIGINT, value STRING) that whole-system tests write and read.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    Result,
    catalog::{FileSystemCatalog, NewTable},
    io::{InlineRuntime, Runtime, Storage},
    table::Table,
    types::{DataField, DataType, RowKind, TypeKind},
};

/// Key (partition, id) to value.
pub(crate) type Model = BTreeMap<(i32, i64), String>;

/// One upsert (`Some`) or delete (`None`).
pub(crate) type Row = (i32, i64, Option<String>);

pub(crate) fn runtime(seed: u64) -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(seed, 1_700_000_000_000))
}

pub(crate) fn catalog(storage: Storage) -> FileSystemCatalog {
    let runtime = storage.runtime().clone();
    FileSystemCatalog::new(storage, runtime)
}

/// Creates the table and opens it.
pub(crate) async fn create(storage: Storage, buckets: &str) -> Table {
    let catalog = catalog(storage);
    catalog.create_database("db", false).await.unwrap();
    let new = NewTable {
        fields: vec![
            DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
            DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(2, "value", DataType::nullable(TypeKind::STRING)),
        ],
        primary_keys: vec!["part".into(), "id".into()],
        partition_keys: vec!["part".into()],
        options: [("bucket".to_owned(), buckets.to_owned())].into(),
        comment: None,
    };
    catalog.create_table("db", "t", new, false).await.unwrap();
    catalog.get_table("db", "t").await.unwrap()
}

/// Writes rows in one commit.
pub(crate) async fn write(table: &Table, rows: &[Row]) -> Result<()> {
    let batch = RecordBatch::try_from_iter([
        ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.0))) as Arc<dyn Array>),
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)))),
        ("value", Arc::new(rows.iter().map(|row| row.2.clone()).collect::<StringArray>())),
    ])?;
    let kind = |value: &Option<String>| if value.is_some() { RowKind::Insert } else { RowKind::Delete };
    let kinds: Vec<RowKind> = rows.iter().map(|row| kind(&row.2)).collect();
    let mut write = table.new_write()?;
    write.write(batch, Some(&kinds)).await?;
    let messages = write.prepare_commit().await?;
    table.new_commit(None).commit(i64::MAX, &messages).await?;
    Ok(())
}

pub(crate) fn apply(model: &mut Model, rows: &[Row]) {
    for (partition, id, value) in rows {
        match value {
            Some(value) => drop(model.insert((*partition, *id), value.clone())),
            None => drop(model.remove(&(*partition, *id))),
        }
    }
}

/// All rows of a snapshot (the latest by default) that match a filter.
pub(crate) async fn read(table: &Table, snapshot: Option<i64>, filter: Option<&str>) -> Model {
    let mut scan = table.scan();
    if let Some(id) = snapshot {
        scan = scan.snapshot(id);
    }
    if let Some(filter) = filter {
        scan = scan.filter_text(filter);
    }
    let mut rows = Model::new();
    for batch in scan.stream().await.unwrap().collect().await.unwrap() {
        let (parts, ids) = (batch.column(0).as_primitive::<Int32Type>(), batch.column(1).as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            let value = batch.column(2).as_string::<i32>().value(row).to_owned();
            let before = rows.insert((parts.value(row), ids.value(row)), value);
            assert!(before.is_none(), "a key came twice");
        }
    }
    rows
}
