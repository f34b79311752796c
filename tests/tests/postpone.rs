//! Rows of postpone tables wait for a compaction, which brings each to its bucket in the order of the writers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod rows;

use std::collections::BTreeMap;

use cenote_core::{
    changes::ChangesMode,
    compact::{self, CompactOptions},
    io::Storage,
    predicate,
    scan::{BucketFiles, data_files},
    table::Table,
    types::RowKind,
};
use futures::executor::block_on;
use proptest::prelude::*;
use rows::{Row, Values, batch, create, read, write};

type State = BTreeMap<(i32, i64), Values>;

#[derive(Clone, Debug)]
enum Step {
    Write(Vec<Row>),
    Compact { full: bool, part: Option<i32> },
}

fn row() -> impl Strategy<Value = Row> {
    let kind = prop_oneof![4 => Just(RowKind::Insert), 1 => Just(RowKind::Delete)];
    let value = || proptest::option::weighted(0.7, 0..100i32);
    (0..3i32, 0..20i64, kind, value(), value()).prop_map(|(part, id, kind, a, b)| Row {
        part,
        id,
        kind,
        values: (a, b),
    })
}

fn step() -> impl Strategy<Value = Step> {
    let compact = (any::<bool>(), proptest::option::of(0..3i32));
    prop_oneof![
        3 => proptest::collection::vec(row(), 1..30).prop_map(Step::Write),
        2 => compact.prop_map(|(full, part)| Step::Compact { full, part }),
    ]
}

type Options = Vec<(&'static str, &'static str)>;

fn options() -> impl Strategy<Value = Options> {
    let engine = prop_oneof![
        Just(vec![]),
        Just(vec![("deletion-vectors.enabled", "true")]),
        Just(vec![("changelog-producer", "lookup")]),
        Just(vec![("changelog-producer", "input")]),
        Just(vec![("merge-engine", "first-row")]),
        Just(vec![("merge-engine", "partial-update")]),
        Just(vec![("merge-engine", "aggregation"), ("fields.a.aggregate-function", "sum")]),
    ];
    let count = prop_oneof![
        Just(vec![]),
        Just(vec![("postpone.target-row-num-per-bucket", "4")]),
        Just(vec![("postpone.default-bucket-num", "3"), ("postpone.batch-write-fixed-bucket", "false")]),
        Just(vec![("postpone.default-bucket-num", "3")]),
    ];
    let small = prop_oneof![Just(vec![]), Just(vec![("target-file-row-num", "3")])];
    (engine, count, small).prop_map(|(engine, count, small)| [engine, count, small].concat())
}

/// Other engines do not take deletes, or sum up differently when a compaction comes between a row and its delete.
fn takes_deletes(options: &Options) -> bool {
    !options.iter().any(|(name, _)| *name == "merge-engine")
}

/// What a table of one bucket a partition comes to, to which the same rows were written in that order.
async fn plain(options: &Options, commits: &[Vec<Row>]) -> State {
    let mut options: Options = options.iter().filter(|(name, _)| !name.starts_with("postpone")).copied().collect();
    options.push(("bucket", "1"));
    let table = create(Storage::memory(rows::runtime(7)), &options).await;
    for commit in commits {
        write(&table, commit).await.unwrap();
    }
    compact_fully(&table).await;
    latest(&table).await
}

async fn compact_fully(table: &Table) {
    compact::run(table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
}

async fn latest(table: &Table) -> State {
    match table.snapshots().latest().await.unwrap() {
        Some(snapshot) => read(table, snapshot.id).await,
        None => State::new(),
    }
}

async fn files(table: &Table) -> Vec<BucketFiles> {
    match table.snapshots().latest().await.unwrap() {
        Some(snapshot) => data_files(table, &snapshot).await.unwrap(),
        None => Vec::new(),
    }
}

fn part_of(bucket: &BucketFiles) -> i32 {
    bucket.bucket_path.split_once('/').unwrap().0.strip_prefix("part=").unwrap().parse().unwrap()
}

async fn check(options: Options, steps: Vec<Step>) {
    let mut all = options.clone();
    all.push(("bucket", "-2"));
    let table = create(Storage::memory(rows::runtime(7)), &all).await;
    let mut commits = Vec::new();
    for step in steps {
        match step {
            Step::Write(mut commit) => {
                if !takes_deletes(&options) {
                    commit.iter_mut().for_each(|row| row.kind = RowKind::Insert);
                }
                write(&table, &commit).await.unwrap();
                commits.push(commit);
            }
            Step::Compact { full, part } => {
                let partitions =
                    part.map(|part| predicate::parse(&format!("part = {part}"), &table.schema().fields).unwrap());
                let asked = CompactOptions { full, partitions, ..CompactOptions::default() };
                let waiting: Vec<BucketFiles> = files(&table).await;
                let planned = compact::run(&table, &CompactOptions { dry_run: true, ..asked.clone() }).await.unwrap();
                compact::run(&table, &asked).await.unwrap();
                let is_asked = |bucket: &&BucketFiles| bucket.bucket < 0 && part.is_none_or(|p| p == part_of(bucket));
                let moved = waiting.iter().filter(is_asked).count();
                let in_plan = planned.buckets.iter().filter(|one| one.bucket_path.ends_with("postpone")).count();
                assert_eq!(in_plan, moved);
                assert!(!files(&table).await.iter().any(|bucket| is_asked(&bucket)), "rows still wait");
                let expected = plain(&options, &commits).await;
                let of_part = |state: State| -> State {
                    state.into_iter().filter(|((of, _), _)| part.is_none_or(|part| part == *of)).collect()
                };
                assert_eq!(of_part(latest(&table).await), of_part(expected));
            }
        }
    }
    compact_fully(&table).await;
    assert_eq!(latest(&table).await, plain(&options, &commits).await);
    let mut counts = BTreeMap::new();
    for bucket in files(&table).await {
        assert!((0..bucket.total_buckets).contains(&bucket.bucket));
        let before = counts.insert(part_of(&bucket), bucket.total_buckets);
        assert!(before.is_none_or(|before| before == bucket.total_buckets));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rows_end_up_as_if_they_had_never_waited(
        options in options(),
        steps in proptest::collection::vec(step(), 1..8),
    ) {
        block_on(check(options, steps));
    }
}

async fn table_with(options: &[(&str, &str)]) -> Table {
    create(Storage::memory(rows::runtime(7)), &[&[("bucket", "-2")], options].concat()).await
}

fn rows_of(rows: &[&str]) -> Vec<Row> {
    rows.iter().map(|row| row.parse().unwrap()).collect()
}

#[test]
fn a_column_may_come_and_go_in_between() {
    use cenote_core::{
        schema::SchemaChange,
        types::{DataType, TypeKind},
    };
    block_on(async {
        let table = table_with(&[]).await;
        write(&table, &rows_of(&["+I 0 1 1 1", "+I 0 2 2 2"])).await.unwrap();
        let data_type = DataType::nullable(TypeKind::Int);
        let add = SchemaChange::AddColumn { path: vec!["c".into()], data_type, comment: None, position: None };
        let change = [SchemaChange::DropColumn { path: vec!["b".into()] }, add];
        let table = table.alter(&change).await.unwrap();
        let mut writer = table.new_write().unwrap();
        let columns = batch(&rows_of(&["+I 0 2 3 4"]));
        let renamed = arrow_array::RecordBatch::try_from_iter(
            ["part", "id", "a", "c"].into_iter().zip(columns.columns().iter().cloned()),
        );
        writer.write(renamed.unwrap(), None).await.unwrap();
        let messages = writer.prepare_commit().await.unwrap();
        table.new_commit(None).commit(1, &messages).await.unwrap();
        compact_fully(&table).await;
        let expected = [((0, 1), (Some(1), None)), ((0, 2), (Some(3), Some(4)))];
        assert_eq!(latest(&table).await, expected.into());
    });
}

#[test]
fn the_input_is_the_changelog_of_the_compaction() {
    block_on(async {
        let table = table_with(&[("changelog-producer", "input")]).await;
        write(&table, &rows_of(&["+I 0 1 1 1", "+I 0 2 2 2"])).await.unwrap();
        write(&table, &rows_of(&["-D 0 1 1 1"])).await.unwrap();
        let report = compact::run(&table, &CompactOptions::default()).await.unwrap();
        assert_eq!(report.snapshot_id, Some(3));
        let snapshot = table.snapshots().latest().await.unwrap().unwrap();
        assert_eq!((snapshot.commit_kind.as_str(), snapshot.changelog_record_count), ("COMPACT", Some(3)));
        let changes = table.changes().from(2).to(3).mode(ChangesMode::Changelog);
        let batches = changes.stream().await.unwrap().collect().await.unwrap();
        assert_eq!(batches.iter().map(arrow_array::RecordBatch::num_rows).sum::<usize>(), 3);
        assert_eq!(latest(&table).await, [((0, 2), (Some(2), Some(2)))].into());
    });
}

#[test]
fn only_the_rows_that_it_saw_leave_the_bucket() {
    block_on(async {
        let table = table_with(&[]).await;
        write(&table, &rows_of(&["+I 0 1 1 1"])).await.unwrap();
        let mut late = table.new_write().unwrap();
        late.write(batch(&rows_of(&["+I 0 1 2 2"])), None).await.unwrap();
        let messages = late.prepare_commit().await.unwrap();
        assert_eq!(messages[0].bucket, -2, "rows before it wait");
        compact::run(&table, &CompactOptions::default()).await.unwrap();
        table.new_commit(None).commit(1, &messages).await.unwrap();
        assert_eq!(latest(&table).await, [((0, 1), (Some(1), Some(1)))].into());
        compact::run(&table, &CompactOptions::default()).await.unwrap();
        assert_eq!(latest(&table).await, [((0, 1), (Some(2), Some(2)))].into());
    });
}

#[test]
fn a_change_that_could_never_be_merged_is_refused_when_it_is_written() {
    block_on(async {
        let table = table_with(&[("merge-engine", "first-row")]).await;
        let error = write(&table, &rows_of(&["+I 0 1 1 1", "-D 0 1 1 1"])).await.unwrap_err().to_string();
        assert!(error.contains("first-row") && error.contains("-D"), "{error}");
    });
}
