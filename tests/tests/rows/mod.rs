//! A primary-key table `db.t` (part INT, id BIGINT, a INT, b INT) that tests of engines and buckets write and read.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    Error, Result,
    catalog::{FileSystemCatalog, NewTable},
    io::{InlineRuntime, Runtime, Storage},
    table::Table,
    types::{DataField, DataType, RowKind, TypeKind},
};

/// The columns `a` and `b`.
pub(crate) type Values = (Option<i32>, Option<i32>);

/// A row with its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) part: i32,
    pub(crate) id: i64,
    pub(crate) kind: RowKind,
    pub(crate) values: Values,
}

/// `+I 0 1 5 .`: kind, part, id, a, b; a point is null.
impl FromStr for Row {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(Row {
            kind: RowKind::parse(words[0])?,
            part: words[1].parse().unwrap(),
            id: words[2].parse().unwrap(),
            values: (words[3].parse().ok(), words[4].parse().ok()),
        })
    }
}

pub(crate) fn runtime(seed: u64) -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(seed, 1_700_000_000_000))
}

/// Creates the table, partitioned by `part`, with the key (part, id).
pub(crate) async fn create(storage: Storage, options: &[(&str, &str)]) -> Table {
    create_keyed(storage, &["part", "id"], options).await
}

/// Creates the table with another primary key; none for an append table.
pub(crate) async fn create_keyed(storage: Storage, keys: &[&str], options: &[(&str, &str)]) -> Table {
    let runtime = storage.runtime().clone();
    let catalog = FileSystemCatalog::new(storage, runtime);
    catalog.create_database("db", true).await.unwrap();
    let column = |name: &str, kind: TypeKind| match keys.contains(&name) {
        true => (name.to_owned(), DataType::not_null(kind)),
        false => (name.to_owned(), DataType::nullable(kind)),
    };
    let columns = [
        column("part", TypeKind::Int),
        column("id", TypeKind::BigInt),
        column("a", TypeKind::Int),
        column("b", TypeKind::Int),
    ];
    let field = |(place, (name, data_type)): (usize, (String, DataType))| DataField::new(place as i32, name, data_type);
    let new = NewTable {
        fields: columns.into_iter().enumerate().map(field).collect(),
        primary_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        partition_keys: vec!["part".into()],
        options: options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        comment: None,
    };
    catalog.create_table("db", "t", new, false).await.unwrap();
    catalog.get_table("db", "t").await.unwrap()
}

pub(crate) fn batch(rows: &[Row]) -> RecordBatch {
    RecordBatch::try_from_iter([
        ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.part))) as Arc<dyn Array>),
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.id)))),
        ("a", Arc::new(rows.iter().map(|row| row.values.0).collect::<Int32Array>())),
        ("b", Arc::new(rows.iter().map(|row| row.values.1).collect::<Int32Array>())),
    ])
    .unwrap()
}

/// Writes rows in one commit, in batches of seven; gives the snapshot.
pub(crate) async fn write(table: &Table, rows: &[Row]) -> Result<Option<i64>> {
    let mut write = table.new_write()?;
    for rows in rows.chunks(7) {
        let kinds: Vec<RowKind> = rows.iter().map(|row| row.kind).collect();
        write.write(batch(rows), Some(&kinds)).await?;
    }
    let messages = write.prepare_commit().await?;
    Ok(table.new_commit(None).commit(i64::MAX, &messages).await?.last().copied())
}

/// All rows of a snapshot.
pub(crate) async fn read(table: &Table, snapshot: i64) -> BTreeMap<(i32, i64), Values> {
    let mut rows = BTreeMap::new();
    for batch in table.scan().snapshot(snapshot).stream().await.unwrap().collect().await.unwrap() {
        for row in 0..batch.num_rows() {
            let (part, id, values) = row_of(&batch, row, 0);
            let before = rows.insert((part, id), values);
            assert!(before.is_none(), "the key {part} {id} came twice");
        }
    }
    rows
}

/// Part, id and values of a row; its columns begin at `first`.
pub(crate) fn row_of(batch: &RecordBatch, row: usize, first: usize) -> (i32, i64, Values) {
    let int = |column: usize| {
        let column = batch.column(first + column).as_primitive::<Int32Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    let id = batch.column(first + 1).as_primitive::<Int64Type>().value(row);
    (int(0).unwrap(), id, (int(2), int(3)))
}
