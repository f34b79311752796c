//! Rescaling keeps every row, whatever the merge engine, and loses none to writers that are faster.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod rows;

use std::collections::{BTreeMap, HashSet};

use cenote_core::{
    ErrorKind,
    compact::{self, CompactOptions, RescaleOptions},
    io::Storage,
    predicate::{self, Predicate},
    scan::data_files,
    table::Table,
    types::RowKind,
};
use futures::executor::block_on;
use proptest::prelude::*;
use rows::{Row, Values, create, create_keyed, read, write};

type State = BTreeMap<(i32, i64), Values>;

fn row() -> impl Strategy<Value = Row> {
    let kind = prop_oneof![4 => Just(RowKind::Insert), 1 => Just(RowKind::Delete)];
    let value = || proptest::option::weighted(0.7, 0..100i32);
    (0..3i32, 0..40i64, kind, value(), value()).prop_map(|(part, id, kind, a, b)| Row {
        part,
        id,
        kind,
        values: (a, b),
    })
}

/// The same table with another option.
fn with(table: &Table, name: &str, value: &str) -> Table {
    let mut schema = table.schema().as_ref().clone();
    schema.options.insert(name.into(), value.into());
    table.at_schema(schema.into()).unwrap()
}

async fn latest(table: &Table) -> State {
    match table.snapshots().latest().await.unwrap() {
        Some(snapshot) => read(table, snapshot.id).await,
        None => State::new(),
    }
}

/// Bucket count of each partition with files.
async fn counts(table: &Table) -> BTreeMap<i32, i32> {
    let snapshot = table.snapshots().latest().await.unwrap().unwrap();
    let mut counts = BTreeMap::new();
    for bucket in data_files(table, &snapshot).await.unwrap() {
        let part = bucket.bucket_path.split_once('/').unwrap().0.strip_prefix("part=").unwrap().parse().unwrap();
        let before = counts.insert(part, bucket.total_buckets);
        assert!(before.is_none_or(|before| before == bucket.total_buckets));
        assert!(bucket.bucket < bucket.total_buckets, "{}", bucket.bucket_path);
    }
    counts
}

fn only(table: &Table, part: Option<i32>) -> Option<Predicate> {
    part.map(|part| predicate::parse(&format!("part = {part}"), &table.schema().fields).unwrap())
}

/// A filter on the key looks into one bucket: the row must be there.
async fn check_places(table: &Table, expected: &State) {
    for ((part, id), values) in expected.iter().step_by(7) {
        let plan = table.scan().filter_text(format!("part = {part} AND id = {id}"));
        let batches = plan.stream().await.unwrap().collect().await.unwrap();
        let found: Vec<_> =
            batches.iter().flat_map(|batch| (0..batch.num_rows()).map(|row| rows::row_of(batch, row, 0))).collect();
        assert_eq!(found, [(*part, *id, *values)]);
    }
}

#[derive(Clone, Debug)]
struct History {
    options: Vec<(&'static str, &'static str)>,
    takes_deletes: bool,
    commits: Vec<Vec<Row>>,
    /// Whether new rows are shown after a commit, where that takes a compaction.
    shown: Vec<bool>,
    from: i32,
    to: i32,
    part: Option<i32>,
}

fn history() -> impl Strategy<Value = History> {
    let engines = prop_oneof![
        Just((vec![], true)),
        Just((vec![("sequence.field", "a")], true)),
        Just((vec![("deletion-vectors.enabled", "true")], true)),
        Just((vec![("changelog-producer", "lookup")], true)),
        Just((vec![("changelog-producer", "full-compaction")], true)),
        Just((vec![("changelog-producer", "input")], true)),
        Just((vec![("merge-engine", "first-row")], false)),
        Just((vec![("merge-engine", "partial-update")], false)),
        Just((vec![("merge-engine", "aggregation"), ("fields.a.aggregate-function", "sum")], true)),
        Just((vec![("file.format", "orc"), ("data-file.thin-mode", "true")], true)),
        Just((vec![("file.format", "avro"), ("bucket-function.type", "mod"), ("bucket-key", "id")], true)),
    ];
    let commits = proptest::collection::vec(proptest::collection::vec(row(), 1..40), 1..5);
    let shown = proptest::collection::vec(any::<bool>(), 5);
    (engines, commits, shown, 1..5i32, 1..6i32, proptest::option::of(0..3i32)).prop_map(
        |((options, takes_deletes), commits, shown, from, to, part)| History {
            options,
            takes_deletes,
            commits,
            shown,
            from,
            to,
            part,
        },
    )
}

/// The table after all commits.
async fn play(history: &History) -> Table {
    let from = history.from.to_string();
    let mut options = history.options.clone();
    options.push(("bucket", &from));
    let table = create(Storage::memory(rows::runtime(7)), &options).await;
    for (commit, shown) in history.commits.iter().zip(&history.shown) {
        let mut commit = commit.clone();
        if !history.takes_deletes {
            commit.iter_mut().for_each(|row| row.kind = RowKind::Insert);
        }
        write(&table, &commit).await.unwrap();
        if *shown {
            compact_fully(&table).await;
        }
    }
    table
}

async fn compact_fully(table: &Table) {
    compact::run(table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
}

/// The rows that the history ends with, without a rescale.
async fn expected(history: &History) -> State {
    let table = play(history).await;
    compact_fully(&table).await;
    latest(&table).await
}

async fn check(history: History) {
    let expected = expected(&history).await;
    let table = play(&history).await;
    let before = counts(&table).await;
    let asked = |part: i32| history.part.is_none_or(|only| only == part);
    let changing = before.iter().filter(|(part, count)| asked(**part) && **count != history.to).count();

    let options = RescaleOptions { buckets: Some(history.to), partitions: only(&table, history.part), dry_run: true };
    let planned = compact::rescale(&table, &options).await.unwrap();
    assert_eq!((planned.partitions.len(), planned.snapshot_id), (changing, None));
    let report = compact::rescale(&table, &RescaleOptions { dry_run: false, ..options }).await.unwrap();
    assert_eq!(report.snapshot_id.is_some(), changing > 0);

    for (part, count) in &counts(&table).await {
        assert_eq!(*count, if asked(*part) { history.to } else { before[part] });
    }
    if changing == before.len() {
        assert_eq!(latest(&table).await, expected, "all rows are there at once");
    }
    compact_fully(&table).await;
    assert_eq!(latest(&table).await, expected);
    check_places(&table, &expected).await;
    // And it can be written to again.
    let table = with(&table, "bucket", &history.to.to_string());
    let refused = counts(&table).await.values().any(|count| *count != history.to);
    let everywhere: Vec<Row> = (0..3).map(|part| format!("+I {part} 1000 1 1").parse().unwrap()).collect();
    match write(&table, &everywhere).await {
        Ok(_) => assert!(!refused),
        Err(error) => assert!(refused && error.kind() == ErrorKind::Conflict, "{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_row_stays(history in history()) {
        block_on(check(history));
    }
}

fn insert(part: i32, id: i64, a: i32) -> Row {
    Row { part, id, kind: RowKind::Insert, values: (Some(a), None) }
}

#[test]
fn an_append_table_keeps_the_order_of_a_bucket_key() {
    block_on(async {
        let options = [("bucket", "3"), ("bucket-key", "id"), ("target-file-row-num", "5")];
        let table = create_keyed(Storage::memory(rows::runtime(7)), &[], &options).await;
        for commit in 0..4 {
            let rows: Vec<Row> = (0..40).map(|n| insert(0, n % 5, commit * 100 + n as i32)).collect();
            write(&table, &rows).await.unwrap();
        }
        let options = RescaleOptions { buckets: Some(2), ..RescaleOptions::default() };
        let report = compact::rescale(&table, &options).await.unwrap();
        assert_eq!(report.partitions[0].rows, 160);
        let mut by_id: BTreeMap<i64, Vec<i32>> = BTreeMap::new();
        for batch in table.scan().stream().await.unwrap().collect().await.unwrap() {
            for row in 0..batch.num_rows() {
                let (_, id, (a, _)) = rows::row_of(&batch, row, 0);
                by_id.entry(id).or_default().push(a.unwrap());
            }
        }
        assert_eq!(by_id.len(), 5);
        assert!(by_id.values().all(|values| values.len() == 32 && values.is_sorted()));
    });
}

#[test]
fn a_partition_without_a_row_left_is_rescaled_too() {
    block_on(async {
        let table = create(Storage::memory(rows::runtime(7)), &[("bucket", "2")]).await;
        write(&table, &[insert(0, 1, 1), insert(1, 1, 1), insert(2, 1, 1)]).await.unwrap();
        write(&table, &["-D 1 1 1 .".parse().unwrap()]).await.unwrap();
        let partitions = Some(predicate::parse("part < 2", &table.schema().fields).unwrap());
        let options = RescaleOptions { buckets: Some(4), partitions, dry_run: false };
        let report = compact::rescale(&table, &options).await.unwrap();
        assert_eq!((report.partitions.len(), report.partitions[1].files_out), (2, 0));
        assert_eq!(counts(&table).await, [(0, 4), (2, 2)].into());
        assert_eq!(latest(&table).await.into_keys().collect::<Vec<_>>(), [(0, 1), (2, 1)]);
        write(&with(&table, "bucket", "4"), &[insert(1, 2, 2)]).await.unwrap();
        // A second time there is nothing to do.
        let options = RescaleOptions { buckets: Some(4), partitions: only(&table, Some(0)), dry_run: false };
        let report = compact::rescale(&table, &options).await.unwrap();
        assert_eq!((report.partitions.len(), report.unchanged, report.snapshot_id), (0, 1, None));
    });
}

#[test]
fn values_stay_as_they_are() {
    block_on(async {
        // A merged row holds the kind of one of its versions; a null may be older than a default.
        let options = [("bucket", "1"), ("merge-engine", "aggregation"), ("fields.a.aggregate-function", "sum")];
        let table = create(Storage::memory(rows::runtime(7)), &options).await;
        write(&table, &["+I 0 1 . .".parse().unwrap(), insert(0, 2, 5)]).await.unwrap();
        let mut schema = table.schema().as_ref().clone();
        schema.fields[2].default_value = Some("9".into());
        schema.fields[3].default_value = Some("9".into());
        let table = table.at_schema(schema.into()).unwrap();
        let options = RescaleOptions { buckets: Some(3), ..RescaleOptions::default() };
        compact::rescale(&table, &options).await.unwrap();
        assert_eq!(latest(&table).await, [((0, 1), (None, None)), ((0, 2), (Some(5), None))].into());
    });
}

#[test]
fn what_has_no_fixed_buckets_is_refused_by_name() {
    let check = |keys: &'static [&str], options: &'static [(&str, &str)], buckets, expected: &str| {
        block_on(async {
            let table = create_keyed(Storage::memory(rows::runtime(7)), keys, options).await;
            let options = RescaleOptions { buckets, ..RescaleOptions::default() };
            let error = compact::rescale(&table, &options).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        });
    };
    check(&["part", "id"], &[("bucket", "-1")], Some(2), "dynamic buckets (bucket=-1)");
    check(&[], &[("bucket", "-1")], Some(2), "without buckets (bucket=-1)");
    check(&["part", "id"], &[("bucket", "-2")], None, "expected a number of buckets");
    check(&["part", "id"], &[("bucket", "2")], Some(0), "expected 1 bucket or more, found 0");
}

/// Writers that go to whatever buckets a partition has, a rescaler and a compactor, all at once.
#[test]
fn no_acknowledged_row_is_lost_to_a_rescale() {
    let options = [("bucket", "-2"), ("postpone.default-bucket-num", "2")];
    let table = block_on(create(Storage::memory(rows::runtime(7)), &options));
    let wrote = |writer: i64| {
        let table = table.clone();
        move || {
            let mut done = Vec::new();
            for n in 0..25 {
                let id = writer * 1000 + n;
                match block_on(write(&table, &[insert(0, id, n as i32)])) {
                    Ok(_) => done.push(id),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
                }
            }
            done
        }
    };
    let care = |rescales: bool| {
        let table = table.clone();
        move || {
            let mut done = 0;
            for round in 0..25 {
                let options = RescaleOptions { buckets: Some(1 + round % 4), ..RescaleOptions::default() };
                let result = match rescales {
                    true => block_on(compact::rescale(&table, &options)).map(|report| report.snapshot_id),
                    false => {
                        block_on(compact::run(&table, &CompactOptions::default())).map(|report| report.snapshot_id)
                    }
                };
                match result {
                    Ok(snapshot) => done += usize::from(snapshot.is_some()),
                    Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
                }
            }
            done
        }
    };
    let (acknowledged, rescaled) = std::thread::scope(|scope| {
        let writers = [1, 2].map(|writer| scope.spawn(wrote(writer)));
        let (rescaler, compactor) = (scope.spawn(care(true)), scope.spawn(care(false)));
        compactor.join().unwrap();
        let written: HashSet<i64> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        (written, rescaler.join().unwrap())
    });
    // The last word is the rescaler's: nobody is in the way now.
    let options = RescaleOptions { buckets: Some(7), ..RescaleOptions::default() };
    block_on(compact::run(&table, &CompactOptions::default())).unwrap();
    block_on(compact::rescale(&table, &options)).unwrap();
    let there: HashSet<i64> = block_on(latest(&table)).into_keys().map(|(_, id)| id).collect();
    assert!(acknowledged.is_subset(&there), "{rescaled} rescales");
    assert_eq!(block_on(counts(&table)), [(0, 7)].into());
}
