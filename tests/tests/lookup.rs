//! Compactions that look new rows up in large files, which stay as they are: few keys and many, every file format, keys of
//! several columns, both versions of deletion vectors, changed schemas.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow_array::{
    Array, ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    changes::ChangesMode,
    compact::{self, CompactOptions},
    io::{InlineRuntime, Runtime, Storage},
    scan,
    schema::SchemaChange,
    table::Table,
    types::{DataField, DataType, RowKind, TypeKind},
};
use futures::executor::block_on;

/// Value by number of the key.
type State = BTreeMap<i64, i32>;
/// A row written: a value, or a delete.
type Row = (i64, Option<i32>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Key {
    Number,
    Text,
    Two,
}

impl Key {
    fn fields(self) -> Vec<DataField> {
        let text = || DataType::not_null(TypeKind::Varchar(100));
        match self {
            Key::Number => vec![DataField::new(0, "id", DataType::not_null(TypeKind::BigInt))],
            Key::Text => vec![DataField::new(0, "id", text())],
            Key::Two => {
                vec![DataField::new(0, "id", text()), DataField::new(1, "part", DataType::not_null(TypeKind::Int))]
            }
        }
    }

    fn columns(self, keys: &[i64]) -> Vec<(&'static str, ArrayRef)> {
        let text = |of: fn(i64) -> i64| {
            Arc::new(StringArray::from_iter_values(keys.iter().map(|key| format!("key-{:08}", of(*key)))))
        };
        match self {
            Key::Number => vec![("id", Arc::new(Int64Array::from(keys.to_vec())))],
            Key::Text => vec![("id", text(|key| key))],
            Key::Two => {
                let parts = Int32Array::from_iter_values(keys.iter().map(|key| (key % 1000) as i32));
                vec![("id", text(|key| key / 1000)), ("part", Arc::new(parts))]
            }
        }
    }

    fn number(self, batch: &RecordBatch, row: usize) -> i64 {
        let id = batch.column_by_name("id").unwrap();
        let text = || id.as_string::<i32>().value(row)[4..].parse::<i64>().unwrap();
        match self {
            Key::Number => id.as_primitive::<Int64Type>().value(row),
            Key::Text => text(),
            Key::Two => {
                let part = batch.column_by_name("part").unwrap().as_primitive::<Int32Type>().value(row);
                text() * 1000 + i64::from(part)
            }
        }
    }
}

async fn create(key: Key, options: &[(&str, &str)]) -> Table {
    let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(7, 1_700_000_000_000));
    let catalog = FileSystemCatalog::new(Storage::memory(runtime.clone()), runtime);
    catalog.create_database("db", false).await.unwrap();
    let mut fields = key.fields();
    let primary_keys = fields.iter().map(|field| field.name.clone()).collect();
    fields.push(DataField::new(fields.len() as i32, "v", DataType::nullable(TypeKind::Int)));
    let mut all = BTreeMap::from([("bucket".to_owned(), "1".to_owned())]);
    all.extend(options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let new = NewTable { fields, primary_keys, partition_keys: Vec::new(), options: all, comment: None };
    catalog.create_table("db", "t", new, false).await.unwrap();
    catalog.get_table("db", "t").await.unwrap()
}

/// Writes rows, compacts as a writer does, and says how many bytes the compaction wrote.
async fn write(table: &Table, key: Key, rows: &[Row]) -> i64 {
    let value_column = table.schema().fields.iter().find(|field| field.name.starts_with('v')).unwrap().name.clone();
    let mut columns = key.columns(&rows.iter().map(|row| row.0).collect::<Vec<_>>());
    let values: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<Int32Array>());
    columns.push((value_column.as_str(), values));
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let kinds: Vec<RowKind> =
        rows.iter().map(|row| if row.1.is_some() { RowKind::Insert } else { RowKind::Delete }).collect();
    let mut write = table.new_write().unwrap();
    write.write(batch, Some(&kinds)).await.unwrap();
    let messages = write.prepare_commit().await.unwrap();
    table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
    let report = compact::after_write(table, &messages).await.unwrap();
    report.iter().flat_map(|report| &report.buckets).map(|bucket| bucket.bytes_out).sum()
}

fn apply(state: &mut State, rows: &[Row]) {
    for (key, value) in rows {
        match value {
            Some(value) => state.insert(*key, *value),
            None => state.remove(key),
        };
    }
}

async fn read(table: &Table, key: Key) -> State {
    let mut state = State::new();
    for batch in table.scan().stream().await.unwrap().collect().await.unwrap() {
        let fields = table.schema().fields.iter();
        let place = fields.clone().position(|field| field.name.starts_with('v')).unwrap();
        let values = batch.column(place).as_primitive::<Int32Type>().clone();
        for row in 0..batch.num_rows() {
            let number = key.number(&batch, row);
            assert!(state.insert(number, values.value(row)).is_none(), "key {number} came twice");
        }
    }
    state
}

/// Names of the live files above level 0, and the number of rows that deletion vectors delete in them.
async fn files(table: &Table) -> (BTreeSet<String>, i64) {
    let snapshot = table.snapshots().latest().await.unwrap().unwrap();
    let buckets = scan::data_files(table, &snapshot).await.unwrap();
    let names = buckets.iter().flat_map(|bucket| &bucket.files).map(|file| file.file_name.clone()).collect();
    let plan = table.scan().plan().await.unwrap();
    let vectors = plan.splits.iter().flat_map(|split| split.deletions.values());
    (names, vectors.map(|file| file.vector.cardinality.unwrap()).sum())
}

/// Even keys below `2 * rows`.
fn base(rows: i64) -> Vec<Row> {
    (0..rows).map(|key| (2 * key, Some(key as i32))).collect()
}

/// Few keys all over the table: changes, deletes, new rows, and deletes of what is not there.
fn few(round: i64) -> Vec<Row> {
    let key = |place: i64| place * 9_974 + round * 2;
    let changed = (0..8).map(|place| (key(place), Some(-1 - round as i32)));
    let deleted = (0..3).map(|place| (key(place) + 2_000, None));
    let new = (0..3).map(|place| (key(place) + 4_001, Some(7)));
    let unknown = (0..2).map(|place| (key(place) + 6_001, None));
    changed.chain(deleted).chain(new).chain(unknown).collect()
}

async fn check(key: Key, options: &[(&str, &str)]) {
    let table = create(key, options).await;
    let mut state = State::new();
    let rows = base(50_000);
    write(&table, key, &rows).await;
    apply(&mut state, &rows);
    compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
    let (old, _) = files(&table).await;
    let old_bytes: i64 = bytes(&table).await;
    let mut written = 0;
    for round in 0..3 {
        let rows = few(round);
        written += write(&table, key, &rows).await;
        apply(&mut state, &rows);
        assert!(read(&table, key).await == state, "{key:?} {options:?} after round {round}");
        let (now, deleted) = files(&table).await;
        assert!(now.is_superset(&old), "large files stay");
        assert_eq!(deleted, 11 * (round + 1), "rows that were changed or deleted are marked");
    }
    assert!(written * 10 < old_bytes, "{written} bytes were written beside {old_bytes}");
    let many: Vec<Row> = (10_000..40_000).map(|key| (key, Some(3))).collect();
    write(&table, key, &many).await;
    apply(&mut state, &many);
    assert!(read(&table, key).await == state, "{key:?} {options:?} after many keys");
    compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
    assert!(read(&table, key).await == state);
    assert_eq!(files(&table).await.1, 0, "vectors of files that are gone go too");
}

async fn bytes(table: &Table) -> i64 {
    let snapshot = table.snapshots().latest().await.unwrap().unwrap();
    let buckets = scan::data_files(table, &snapshot).await.unwrap();
    buckets.iter().flat_map(|bucket| &bucket.files).map(|file| file.file_size).sum()
}

#[test]
fn rows_are_marked_in_parquet_files() {
    block_on(check(Key::Number, &[("deletion-vectors.enabled", "true"), ("file.format", "parquet")]));
}

#[test]
fn rows_are_marked_in_orc_files_by_text_keys() {
    let options = [("deletion-vectors.enabled", "true"), ("file.format", "orc"), ("deletion-vectors.bitmap64", "true")];
    block_on(check(Key::Text, &options));
}

#[test]
fn rows_are_marked_in_avro_files_by_keys_of_two_columns() {
    block_on(check(Key::Two, &[("deletion-vectors.enabled", "true"), ("file.format", "avro")]));
}

#[test]
fn rows_are_marked_in_many_parquet_files_with_bloom_filters() {
    let options = [
        ("deletion-vectors.enabled", "true"),
        ("target-file-size", "64kb"),
        ("file-index.bloom-filter.columns", "id"),
        ("changelog-producer", "lookup"),
    ];
    block_on(check(Key::Two, &options));
}

#[test]
fn rows_before_come_from_files_of_an_older_schema() {
    block_on(async {
        let key = Key::Number;
        let options =
            [("deletion-vectors.enabled", "true"), ("changelog-producer", "lookup"), ("target-file-size", "1mb")];
        let table = create(key, &options).await;
        let rows = base(40_000);
        write(&table, key, &rows).await;
        compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
        let changes = [
            SchemaChange::AddColumn {
                path: vec!["later".into()],
                data_type: DataType::nullable(TypeKind::Int),
                comment: None,
                position: None,
            },
            SchemaChange::RenameColumn { path: vec!["v".into()], new_name: "v2".into() },
        ];
        let table = table.alter(&changes).await.unwrap();
        let from = table.snapshots().latest().await.unwrap().unwrap().id;
        write_two(&table, &[(10, 1), (11, 1), (70_000, 2)]).await;
        let mut state = State::new();
        apply(&mut state, &rows);
        apply(&mut state, &[(10, Some(1)), (11, Some(1)), (70_000, Some(2))]);
        assert!(read(&table, key).await == state);
        let mut found = Vec::new();
        let changes = table.changes().mode(ChangesMode::Changelog).from(from);
        for batch in changes.stream().await.unwrap().collect().await.unwrap() {
            let kinds = batch.column_by_name("_rowkind").unwrap().as_string::<i32>().clone();
            let values = batch.column_by_name("v2").unwrap().as_primitive::<Int32Type>().clone();
            let later = batch.column_by_name("later").unwrap().as_primitive::<Int32Type>().clone();
            for row in 0..batch.num_rows() {
                let later = later.is_valid(row).then(|| later.value(row));
                found.push((kinds.value(row).to_owned(), key.number(&batch, row), values.value(row), later));
            }
        }
        let row = |kind: &str, key, value, later| (kind.to_owned(), key, value, later);
        let expected = [
            row("-U", 10, 5, None),
            row("+U", 10, 1, Some(9)),
            row("+I", 11, 1, Some(9)),
            row("-U", 70_000, 35_000, None),
            row("+U", 70_000, 2, Some(9)),
        ];
        assert_eq!(found, expected);
    });
}

/// Rows of the wider schema.
async fn write_two(table: &Table, rows: &[(i64, i32)]) {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)));
    let values: ArrayRef = Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.1)));
    let later: ArrayRef = Arc::new(Int32Array::from(vec![9; rows.len()]));
    let batch = RecordBatch::try_from_iter([("id", ids), ("v2", values), ("later", later)]).unwrap();
    let mut write = table.new_write().unwrap();
    write.write(batch, None).await.unwrap();
    let messages = write.prepare_commit().await.unwrap();
    table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
    compact::after_write(table, &messages).await.unwrap();
}

#[test]
fn first_rows_of_large_files_stay() {
    block_on(async {
        let key = Key::Text;
        let table = create(key, &[("merge-engine", "first-row"), ("changelog-producer", "lookup")]).await;
        let rows = base(50_000);
        write(&table, key, &rows).await;
        compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
        let (old, _) = files(&table).await;
        let from = table.snapshots().latest().await.unwrap().unwrap().id;
        write(&table, key, &[(4, Some(-1)), (5, Some(-2)), (90_000, Some(-3)), (99_999, Some(-4))]).await;
        let mut state = State::new();
        apply(&mut state, &rows);
        apply(&mut state, &[(5, Some(-2)), (99_999, Some(-4))]);
        assert!(read(&table, key).await == state);
        assert!(files(&table).await.0.is_superset(&old), "large files stay");
        let changes = table.changes().mode(ChangesMode::Changelog).from(from);
        let batches = changes.stream().await.unwrap().collect().await.unwrap();
        let numbers: Vec<i64> =
            batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| key.number(batch, row))).collect();
        assert_eq!(numbers, [5, 99_999], "only new keys are told");
    });
}
