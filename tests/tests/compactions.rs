//! Compactions of every merge engine against a twin table that is never compacted, and the changelog that they produce
//! against the states of the twin.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    changes::ChangesMode,
    compact::{self, CompactOptions},
    io::{InlineRuntime, Runtime, Storage},
    scan::ScanBuilder,
    table::Table,
    types::{DataField, DataType, RowKind, TypeKind},
};
use futures::executor::block_on;
use proptest::prelude::*;

type Values = (Option<i32>, Option<i32>);
type State = BTreeMap<i64, Values>;
/// A row written: its key, its values, or a delete.
type Row = (i64, Option<Values>);
type ChangeRow = (&'static str, i64, Values);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Case {
    engine: &'static str,
    producer: &'static str,
    vectors: bool,
    compares: bool,
    /// Rows are ordered by `b` before they are ordered by arrival.
    ordered: bool,
}

impl Case {
    fn options(self, is_twin: bool) -> BTreeMap<String, String> {
        let mut options = BTreeMap::from([("bucket", "1"), ("merge-engine", self.engine), ("num-levels", "4")]);
        if self.engine == "aggregation" {
            options.insert("fields.a.aggregate-function", "sum");
            options.insert("fields.b.aggregate-function", "max");
        }
        if self.ordered {
            options.insert("sequence.field", "b");
        }
        if !is_twin {
            options.insert("changelog-producer", self.producer);
            options.insert("deletion-vectors.enabled", if self.vectors { "true" } else { "false" });
            options.insert("changelog-producer.row-deduplicate", if self.compares { "true" } else { "false" });
            // So that some files go up without being read.
            options.insert("target-file-size", "2kb");
        }
        options.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

async fn create(name: &str, options: BTreeMap<String, String>) -> Table {
    let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(7, 1_700_000_000_000));
    let catalog = FileSystemCatalog::new(Storage::memory(runtime.clone()), runtime);
    catalog.create_database("db", false).await.unwrap();
    let new = NewTable {
        fields: vec![
            DataField::new(0, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(1, "a", DataType::nullable(TypeKind::Int)),
            DataField::new(2, "b", DataType::nullable(TypeKind::Int)),
        ],
        primary_keys: vec!["id".into()],
        partition_keys: Vec::new(),
        options,
        comment: None,
    };
    catalog.create_table("db", name, new, false).await.unwrap();
    catalog.get_table("db", name).await.unwrap()
}

async fn write(table: &Table, rows: &[Row]) {
    let of = |pick: fn(&Values) -> Option<i32>| -> Arc<dyn Array> {
        Arc::new(rows.iter().map(|row| row.1.as_ref().and_then(pick)).collect::<Int32Array>())
    };
    let ids: Arc<dyn Array> = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)));
    let batch = RecordBatch::try_from_iter([("id", ids), ("a", of(|v| v.0)), ("b", of(|v| v.1))]).unwrap();
    let kind = |row: &Row| if row.1.is_some() { RowKind::Insert } else { RowKind::Delete };
    let kinds: Vec<RowKind> = rows.iter().map(kind).collect();
    let mut write = table.new_write().unwrap();
    write.write(batch, Some(&kinds)).await.unwrap();
    let messages = write.prepare_commit().await.unwrap();
    table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
    compact::after_write(table, &messages).await.unwrap();
}

fn values_of(batch: &RecordBatch, row: usize) -> (i64, Values) {
    let number = |name: &str| {
        let column = batch.column_by_name(name).unwrap().as_primitive::<Int32Type>();
        column.is_valid(row).then(|| column.value(row))
    };
    let id = batch.column_by_name("id").unwrap().as_primitive::<Int64Type>().value(row);
    (id, (number("a"), number("b")))
}

async fn read(table: &Table) -> State {
    rows_of(table.scan()).await
}

async fn rows_of(scan: ScanBuilder) -> State {
    let mut state = State::new();
    for batch in scan.stream().await.unwrap().collect().await.unwrap() {
        for row in 0..batch.num_rows() {
            let (id, values) = values_of(&batch, row);
            assert!(state.insert(id, values).is_none(), "a key came twice");
        }
    }
    state
}

/// Rows that are read without merging: those of all files less those that deletion vectors delete.
async fn unmerged_rows(table: &Table) -> i64 {
    let splits = table.scan().plan().await.unwrap().splits;
    let deleted = splits.iter().flat_map(|split| split.deletions.values()).map(|file| file.vector.cardinality.unwrap());
    splits.iter().map(|split| split.physical_rows()).sum::<i64>() - deleted.sum::<i64>()
}

/// The changelog after snapshot `from`, sorted by key; changes of a key stay in their order.
async fn changelog(table: &Table, from: i64) -> Vec<ChangeRow> {
    if from == latest_id(table).await {
        return Vec::new();
    }
    let changes = table.changes().mode(ChangesMode::Changelog);
    let changes = if from > 0 { changes.from(from) } else { changes };
    let mut rows = Vec::new();
    for batch in changes.stream().await.unwrap().collect().await.unwrap() {
        let kinds = batch.column_by_name("_rowkind").unwrap().as_string::<i32>().clone();
        for row in 0..batch.num_rows() {
            let (id, values) = values_of(&batch, row);
            let kind = ["+I", "-U", "+U", "-D"].into_iter().find(|kind| *kind == kinds.value(row)).unwrap();
            rows.push((kind, id, values));
        }
    }
    rows.sort_by_key(|row| row.1);
    rows
}

fn expected(before: &State, after: &State, touched: &BTreeSet<i64>, compares: bool) -> Vec<ChangeRow> {
    let mut rows = Vec::new();
    for id in touched {
        match (before.get(id), after.get(id)) {
            (None, None) => {}
            (None, Some(new)) => rows.push(("+I", *id, *new)),
            (Some(old), None) => rows.push(("-D", *id, *old)),
            (Some(old), Some(new)) if compares && old == new => {}
            (Some(old), Some(new)) => rows.extend([("-U", *id, *old), ("+U", *id, *new)]),
        }
    }
    rows
}

async fn latest_id(table: &Table) -> i64 {
    table.snapshots().latest().await.unwrap().map_or(0, |snapshot| snapshot.id)
}

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<Row>),
    Compact { full: bool },
}

async fn check(case: Case, steps: Vec<Step>) {
    let (table, twin) = (create("t", case.options(false)).await, create("twin", case.options(true)).await);
    let (mut touched, mut before) = (BTreeSet::new(), State::new());
    let mut told = 0;
    let mut states: BTreeMap<i64, State> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Write(mut rows) => {
                // A delete that is compacted away no longer stands against rows that come late.
                if case.engine != "deduplicate" || case.ordered {
                    rows.retain(|row| row.1.is_some());
                }
                if rows.is_empty() {
                    continue;
                }
                write(&table, &rows).await;
                write(&twin, &rows).await;
                touched.extend(rows.iter().map(|row| row.0));
            }
            Step::Compact { full } => {
                compact::run(&table, &CompactOptions { full, ..CompactOptions::default() }).await.unwrap();
            }
        }
        let state = read(&twin).await;
        assert_eq!(read(&table).await, state);
        states.insert(latest_id(&table).await, state.clone());
        if case.vectors {
            assert_eq!(unmerged_rows(&table).await, state.len() as i64, "one live row a key");
        }
        let tells = match case.producer {
            "lookup" => true,
            "full-compaction" => matches!(step_full(&table).await, Some(true)),
            _ => false,
        };
        if tells {
            assert_eq!(changelog(&table, told).await, expected(&before, &state, &touched, case.compares));
            (before, told) = (state, latest_id(&table).await);
            touched.clear();
        }
    }
    for (id, state) in states.into_iter().filter(|(id, _)| *id > 0) {
        assert_eq!(rows_of(table.scan().snapshot(id)).await, state, "snapshot {id} stays as it was");
    }
}

/// Whether all rows are at the top level; `None` without any.
async fn step_full(table: &Table) -> Option<bool> {
    let snapshot = table.snapshots().latest().await.unwrap()?;
    let top = table.options().num_levels() - 1;
    let files = cenote_core::scan::data_files(table, &snapshot).await.unwrap();
    Some(files.iter().flat_map(|bucket| &bucket.files).all(|file| file.level == top))
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let value = || proptest::option::weighted(0.7, 0..5i32);
    let row = (0..60i64, proptest::option::weighted(0.8, (value(), value())));
    let step = prop_oneof![
        4 => proptest::collection::vec(row, 1..30).prop_map(Step::Write),
        2 => any::<bool>().prop_map(|full| Step::Compact { full }),
    ];
    proptest::collection::vec(step, 1..10)
}

fn case() -> impl Strategy<Value = Case> {
    let engine = prop_oneof![Just("deduplicate"), Just("partial-update"), Just("aggregation")];
    let producer = prop_oneof![Just("none"), Just("lookup"), Just("full-compaction")];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (engine, producer, flags).prop_map(|(engine, producer, (vectors, compares, ordered))| Case {
        engine,
        producer,
        vectors: vectors && producer != "full-compaction",
        compares,
        // What others make of rows that come late depends on what was merged before.
        ordered: ordered && engine == "deduplicate",
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn compacted_tables_equal_their_twins_and_tell_what_changed(case in case(), steps in steps()) {
        block_on(check(case, steps));
    }
}

#[test]
fn first_row_tells_of_new_keys_only() {
    block_on(async {
        let options = [("bucket", "1"), ("merge-engine", "first-row"), ("changelog-producer", "lookup")];
        let table = create("t", options.map(|(name, value)| (name.to_owned(), value.to_owned())).into()).await;
        write(&table, &[(1, Some((Some(1), None))), (2, Some((Some(2), None))), (1, Some((Some(9), None)))]).await;
        write(&table, &[(2, Some((Some(8), None))), (3, Some((Some(3), None)))]).await;
        let one = |value| (Some(value), None);
        assert_eq!(read(&table).await, State::from([(1, one(1)), (2, one(2)), (3, one(3))]));
        assert_eq!(changelog(&table, 0).await, [("+I", 1, one(1)), ("+I", 2, one(2)), ("+I", 3, one(3))]);
    });
}
