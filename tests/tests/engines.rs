//! Whole histories of tables with merge engines against a plain map: what is written in one flush, in several flushes and
//! in several commits must merge to the same rows.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod rows;
mod spilling;

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use cenote_core::{io::Storage, table::Table, types::RowKind};
use futures::executor::block_on;
use proptest::prelude::*;
use rows::{Row, Values, create, read, write};

/// Live rows by key (partition, id).
type Model = BTreeMap<(i32, i64), Values>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Deduplicate,
    /// `sequence.field` = `a`.
    Sequenced,
    PartialUpdate,
    /// `a` is summed up, `b` keeps the last value that is not null.
    Aggregation,
}

impl Engine {
    fn options(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Engine::Deduplicate => vec![],
            Engine::Sequenced => vec![("sequence.field", "a")],
            Engine::PartialUpdate => {
                vec![("merge-engine", "partial-update"), ("partial-update.remove-record-on-delete", "true")]
            }
            Engine::Aggregation => {
                vec![("merge-engine", "aggregation"), ("fields.a.aggregate-function", "sum")]
            }
        }
    }

    /// What the engine is not given, because Java refuses it too.
    fn takes(self, row: &Row) -> bool {
        row.kind != RowKind::UpdateBefore || self != Engine::PartialUpdate
    }
}

/// What every flush made of the rows of a key. Reads merge these from scratch, so a state machine is not enough.
#[derive(Default)]
struct History(BTreeMap<(i32, i64), Vec<Row>>);

impl History {
    /// One flush.
    fn add(&mut self, engine: Engine, rows: &[Row]) {
        let mut flush: BTreeMap<(i32, i64), Vec<Row>> = BTreeMap::new();
        for row in rows {
            flush.entry((row.part, row.id)).or_default().push(row.clone());
        }
        for (key, rows) in flush {
            self.0.entry(key).or_default().push(merge(engine, &rows));
        }
    }

    fn model(&self, engine: Engine) -> Model {
        let merged = self.0.iter().map(|(key, rows)| (*key, merge(engine, rows)));
        merged.filter(|(_, row)| !retracts(row)).map(|(key, row)| (key, row.values)).collect()
    }
}

fn retracts(row: &Row) -> bool {
    matches!(row.kind, RowKind::UpdateBefore | RowKind::Delete)
}

/// Java's `ReducerMergeFunctionWrapper` and the merge functions: a lone row stays as it is.
fn merge(engine: Engine, rows: &[Row]) -> Row {
    if let [only] = rows {
        return only.clone();
    }
    let mut rows: Vec<&Row> = rows.iter().collect();
    if engine == Engine::Sequenced {
        rows.sort_by_key(|row| row.values.0);
    }
    let mut state = (None, None);
    let mut kind = RowKind::Insert;
    for row in &rows {
        let (a, b) = row.values;
        match engine {
            Engine::Deduplicate | Engine::Sequenced => (state, kind) = (row.values, row.kind),
            Engine::PartialUpdate if retracts(row) => (state, kind) = (row.values, RowKind::Delete),
            Engine::PartialUpdate => (state, kind) = ((a.or(state.0), b.or(state.1)), RowKind::Insert),
            Engine::Aggregation => {
                let sum = match (state.0, a) {
                    (sum, None) => sum,
                    (sum, Some(a)) => Some(sum.unwrap_or(0) + if retracts(row) { -a } else { a }),
                };
                let last = if !retracts(row) {
                    b.or(state.1)
                } else if b.is_some() {
                    None
                } else {
                    state.1
                };
                state = (sum, last);
            }
        }
    }
    Row { kind, values: state, ..rows[0].clone() }
}

fn kind() -> impl Strategy<Value = RowKind> {
    prop_oneof![
        6 => Just(RowKind::Insert),
        2 => Just(RowKind::UpdateAfter),
        1 => Just(RowKind::UpdateBefore),
        2 => Just(RowKind::Delete),
    ]
}

fn row() -> impl Strategy<Value = Row> {
    let value = || proptest::option::weighted(0.7, 0..100i32);
    (0..2i32, 0..12i64, kind(), value(), value()).prop_map(|(part, id, kind, a, b)| Row {
        part,
        id,
        kind,
        values: (a, b),
    })
}

fn commits() -> impl Strategy<Value = Vec<Vec<Row>>> {
    proptest::collection::vec(proptest::collection::vec(row(), 1..40), 1..6)
}

async fn check(engine: Engine, extra: &[(&str, &str)], commits: Vec<Vec<Row>>) {
    let storage = Storage::memory(rows::runtime(7));
    check_in(storage, engine, extra, commits).await;
}

async fn check_in(storage: Storage, engine: Engine, extra: &[(&str, &str)], commits: Vec<Vec<Row>>) {
    let mut options = engine.options();
    options.extend(extra);
    let table = create(storage, &options).await;
    let mut history = History::default();
    let mut states = Vec::new();
    for commit in commits {
        let commit: Vec<Row> = commit.into_iter().filter(|row| engine.takes(row)).collect();
        write(&table, &commit).await.unwrap();
        history.add(engine, &commit);
        let snapshot = table.snapshots().latest().await.unwrap();
        if let Some(snapshot) = snapshot {
            states.push((snapshot.id, history.model(engine)));
        }
    }
    for (id, expected) in &states {
        assert_eq!(&read(&table, *id).await, expected, "{engine:?} snapshot {id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn engines_equal_a_map(
        engine in prop_oneof![
            Just(Engine::Deduplicate), Just(Engine::Sequenced), Just(Engine::PartialUpdate),
            Just(Engine::Aggregation),
        ],
        buckets in 1..3u8,
        commits in commits(),
    ) {
        block_on(check(engine, &[("bucket", &buckets.to_string())], commits));
    }
}

fn any_engine() -> impl Strategy<Value = Engine> {
    prop_oneof![
        Just(Engine::Deduplicate),
        Just(Engine::Sequenced),
        Just(Engine::PartialUpdate),
        Just(Engine::Aggregation),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// A buffer that spills every few rows makes the same files as one that holds all.
    #[test]
    fn spilled_buffers_equal_a_map(
        engine in any_engine(),
        handles in 2..6u8,
        commits in proptest::collection::vec(proptest::collection::vec(row(), 30..90), 1..4),
    ) {
        let (runtime, spilled) = spilling::runtime(7);
        let handles = handles.to_string();
        let options = [
            ("bucket", "1"),
            ("write-buffer-size", "512 b"),
            ("local-sort.max-num-file-handles", handles.as_str()),
        ];
        block_on(check_in(Storage::memory(runtime), engine, &options, commits));
        prop_assert!(spilled.load(std::sync::atomic::Ordering::Relaxed) > 0);
    }
}

/// Ids 0 to 199 ascending, then all again, three times.
fn many_rows() -> Vec<Row> {
    let row = |number: i32| Row {
        part: number % 2,
        id: i64::from(number % 200),
        kind: RowKind::UpdateAfter,
        values: (Some(number), None),
    };
    (0..600).map(row).collect()
}

#[test]
fn spilled_rows_give_one_sorted_changelog_and_one_file() {
    block_on(async {
        let options = [("bucket", "1"), ("changelog-producer", "input"), ("write-buffer-size", "1 kb")];
        let table = create(Storage::memory(spilling::runtime(7).0), &options).await;
        write(&table, &many_rows()).await.unwrap();
        let mut expected = many_rows();
        expected.sort_by_key(|row| (row.part, row.id, row.values.0));
        let text = |row: &Row| format!("+U {} {} {} .", row.part, row.id, row.values.0.unwrap());
        let mut changes = read_changes(&table, 0, 1).await;
        changes.sort_by_key(|change| change.split(' ').nth(1).map(str::to_owned));
        assert_eq!(changes, expected.iter().map(text).collect::<Vec<_>>());
        for part in ["part=0", "part=1"] {
            let files = table.storage().list(&format!("{part}/bucket-0")).await.unwrap().files;
            assert_eq!(files.len(), 2, "{files:?}");
        }
    });
}

#[test]
fn without_a_disk_or_where_it_may_hold_no_more_full_buffers_become_files() {
    block_on(async {
        let runtimes = [(rows::runtime(7), "1 gb"), (spilling::runtime(7).0, "0 b")];
        for (runtime, most) in runtimes {
            let options = [("bucket", "1"), ("write-buffer-size", "1 kb"), ("write-buffer-spill.max-disk-size", most)];
            let table = create(Storage::memory(runtime), &options).await;
            write(&table, &many_rows()).await.unwrap();
            assert_eq!(read(&table, 1).await.len(), 200);
            assert!(table.storage().list("part=0/bucket-0").await.unwrap().files.len() > 5);
        }
    });
}

#[test]
fn append_rows_that_wait_keep_their_order() {
    block_on(async {
        for runtime in [rows::runtime(7), spilling::runtime(7).0] {
            let options = [("write-max-writers-to-spill", "1"), ("write-buffer-size", "1 kb")];
            let table = rows::create_keyed(Storage::memory(runtime), &[], &options).await;
            let rows: Vec<Row> = many_rows().into_iter().map(|row| Row { kind: RowKind::Insert, ..row }).collect();
            write(&table, &rows).await.unwrap();
            let mut found = Vec::new();
            for batch in table.scan().stream().await.unwrap().collect().await.unwrap() {
                found.extend((0..batch.num_rows()).map(|line| rows::row_of(&batch, line, 0)));
            }
            let mut expected: Vec<_> = rows.iter().map(|row| (row.part, row.id, row.values)).collect();
            expected.sort_by_key(|row| row.0);
            found.sort_by_key(|row| row.0);
            assert_eq!(found, expected);
        }
    });
}

fn rows_of(text: &str) -> Vec<Row> {
    text.split('|').map(|row| row.parse().unwrap()).collect()
}

/// Changes of the snapshots after `from` up to `to`, as [`Row`] reads them.
async fn read_changes(table: &Table, from: i64, to: i64) -> Vec<String> {
    let mut changes = Vec::new();
    let stream = table.changes().from(from).to(to).stream().await.unwrap();
    for batch in stream.collect().await.unwrap() {
        let kinds = batch.column(0).as_string::<i32>();
        for row in 0..batch.num_rows() {
            let (part, id, (a, b)) = rows::row_of(&batch, row, 1);
            let text = |value: Option<i32>| value.map_or(".".to_owned(), |value| value.to_string());
            changes.push(format!("{} {part} {id} {} {}", kinds.value(row), text(a), text(b)));
        }
    }
    changes
}

#[test]
fn the_input_changelog_has_every_row_in_the_order_of_keys() {
    block_on(async {
        let options = [("bucket", "1"), ("changelog-producer", "input"), ("changelog-file.prefix", "log-")];
        let table = create(Storage::memory(rows::runtime(7)), &options).await;
        let snapshot = write(&table, &rows_of("+I 0 2 1 1|+I 0 1 5 .|-U 0 2 1 1|+U 0 2 3 .|-D 0 1 5 .")).await.unwrap();
        let changes = read_changes(&table, 0, snapshot.unwrap()).await;
        assert_eq!(changes, ["+I 0 1 5 .", "-D 0 1 5 .", "+I 0 2 1 1", "-U 0 2 1 1", "+U 0 2 3 ."]);
        assert_eq!(read(&table, 1).await, Model::from([((0, 2), (Some(3), None))]));
        let files = table.storage().list("part=0/bucket-0").await.unwrap().files;
        assert_eq!(files.iter().filter(|file| file.name.starts_with("log-")).count(), 1);
        let snapshot = table.snapshots().latest().await.unwrap().unwrap();
        assert_eq!(snapshot.changelog_record_count, Some(5));
    });
}

#[test]
fn rows_that_no_merge_takes_are_refused_before_anything_is_written() {
    let cases = [
        (vec![("merge-engine", "partial-update")], "-D 0 1 1 1"),
        (vec![("merge-engine", "partial-update")], "-U 0 1 1 1"),
        (vec![("merge-engine", "first-row")], "-D 0 1 1 1"),
        (vec![("merge-engine", "aggregation"), ("fields.a.aggregate-function", "max")], "-U 0 1 1 1"),
    ];
    for (mut options, row) in cases {
        options.push(("bucket", "1"));
        block_on(async {
            let table = create(Storage::memory(rows::runtime(7)), &options).await;
            let written = write(&table, &rows_of(row)).await;
            let error = written.expect_err(&format!("{options:?} {row}")).to_string();
            assert!(error.contains("merge-engine"), "{error}");
            assert!(table.snapshots().latest().await.unwrap().is_none());
            options.push(("ignore-delete", "true"));
            let tolerant = create(Storage::memory(rows::runtime(7)), &options).await;
            assert_eq!(write(&tolerant, &rows_of(row)).await.unwrap(), None);
        });
    }
}
