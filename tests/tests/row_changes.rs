//! Histories of inserts, deletes, updates, merges and truncates on every kind of table against plain rows, in memory.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    compact::{self, CompactOptions},
    io::{InlineRuntime, Runtime, Storage},
    modify::{self, Assignment},
    predicate::{self, Predicate},
    spec::snapshot::CommitKind,
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::executor::block_on;
use proptest::prelude::*;

/// part, id, name, n
type Row = (i32, i64, Option<String>, Option<i32>);

/// How a table is made.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Keyed,
    KeyedThin,
    Append { buckets: bool, partitions: bool, vectors: Option<bool> },
}

fn kinds() -> impl Strategy<Value = Kind> {
    let append = (any::<bool>(), any::<bool>(), proptest::option::of(any::<bool>()));
    prop_oneof![
        1 => Just(Kind::Keyed),
        1 => Just(Kind::KeyedThin),
        6 => append.prop_map(|(buckets, partitions, vectors)| Kind::Append { buckets, partitions, vectors }),
    ]
}

fn fields() -> Vec<DataField> {
    vec![
        DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
        DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
        DataField::new(2, "name", DataType::nullable(TypeKind::STRING)),
        DataField::new(3, "n", DataType::nullable(TypeKind::Int)),
    ]
}

async fn create(kind: Kind) -> Table {
    let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(11, 1_700_000_000_000));
    let catalog = FileSystemCatalog::new(Storage::memory(Arc::clone(&runtime)), runtime);
    catalog.create_database("db", false).await.unwrap();
    let mut options = BTreeMap::new();
    let mut set = |name: &str, value: &str| drop(options.insert(name.to_owned(), value.to_owned()));
    let (mut primary_keys, mut partition_keys) = (Vec::new(), vec!["part".to_owned()]);
    match kind {
        Kind::Keyed | Kind::KeyedThin => {
            set("bucket", "2");
            set("data-file.thin-mode", if kind == Kind::KeyedThin { "true" } else { "false" });
            primary_keys = vec!["part".to_owned(), "id".to_owned()];
        }
        Kind::Append { buckets, partitions, vectors } => {
            if buckets {
                set("bucket", "2");
                set("bucket-key", "id");
            }
            if let Some(bitmap64) = vectors {
                set("deletion-vectors.enabled", "true");
                set("deletion-vectors.bitmap64", if bitmap64 { "true" } else { "false" });
                set("deletion-vector.index-file.target-size", "60 b");
            }
            if !partitions {
                partition_keys.clear();
            }
        }
    }
    let new = NewTable { fields: fields(), primary_keys, partition_keys, options, comment: None };
    catalog.create_table("db", "t", new, false).await.unwrap();
    catalog.get_table("db", "t").await.unwrap()
}

fn batch(rows: &[Row]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([
        ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.0))) as Arc<dyn Array>, false),
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1))), false),
        ("name", Arc::new(rows.iter().map(|row| row.2.clone()).collect::<StringArray>()), true),
        ("n", Arc::new(rows.iter().map(|row| row.3).collect::<Int32Array>()), true),
    ])
    .unwrap()
}

async fn insert(table: &Table, rows: &[Row]) {
    let mut write = table.new_write().unwrap();
    write.write(batch(rows), None).await.unwrap();
    let messages = write.prepare_commit().await.unwrap();
    table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
}

async fn read(table: &Table, snapshot: Option<i64>) -> Vec<Row> {
    let scan = table.scan();
    let scan = if let Some(id) = snapshot { scan.snapshot(id) } else { scan };
    let mut rows = Vec::new();
    for batch in scan.stream().await.unwrap().collect().await.unwrap() {
        let (parts, ids) = (batch.column(0).as_primitive::<Int32Type>(), batch.column(1).as_primitive::<Int64Type>());
        let (names, ns) = (batch.column(2).as_string::<i32>(), batch.column(3).as_primitive::<Int32Type>());
        for row in 0..batch.num_rows() {
            let name = names.is_valid(row).then(|| names.value(row).to_owned());
            rows.push((parts.value(row), ids.value(row), name, ns.is_valid(row).then(|| ns.value(row))));
        }
    }
    rows.sort();
    rows
}

/// Conditions, and what they mean.
#[derive(Clone, Debug)]
enum Condition {
    All,
    Part(i32),
    Below(i64),
    Both(i32, i64),
    NameIsNull,
    NAbove(i32),
}

impl Condition {
    fn text(&self) -> String {
        match self {
            Condition::All => String::new(),
            Condition::Part(part) => format!("part = {part}"),
            Condition::Below(id) => format!("id < {id}"),
            Condition::Both(part, id) => format!("part = {part} AND id >= {id}"),
            Condition::NameIsNull => "name IS NULL".into(),
            Condition::NAbove(n) => format!("n > {n} OR name LIKE 'a%'"),
        }
    }

    fn holds(&self, row: &Row) -> bool {
        match self {
            Condition::All => true,
            Condition::Part(part) => row.0 == *part,
            Condition::Below(id) => row.1 < *id,
            Condition::Both(part, id) => row.0 == *part && row.1 >= *id,
            Condition::NameIsNull => row.2.is_none(),
            Condition::NAbove(n) => {
                row.3.is_some_and(|value| value > *n) || row.2.as_ref().is_some_and(|name| name.starts_with('a'))
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Insert(Vec<Row>),
    Delete(Condition),
    Update(Condition),
    DropPartition(i32),
    Truncate,
    Compact {
        full: bool,
    },
    /// Rows with a word each: `d` deletes, others update; where there is no such row, `d` does nothing and others insert.
    Merge {
        source: Vec<(Row, String)>,
        by_source: bool,
    },
}

/// A full compaction leaves no deletion vector behind.
async fn check_no_vectors(table: &Table) {
    for split in table.scan().plan().await.unwrap().splits {
        assert!(split.deletions.is_empty(), "{:?}", split.deletions);
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row =
        (0..3i32, 0..30i64, proptest::option::weighted(0.7, "[a-c]{1,3}"), proptest::option::weighted(0.8, 0..9i32));
    proptest::collection::vec(row, 1..40)
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        1 => Just(Condition::All),
        2 => (0..3i32).prop_map(Condition::Part),
        3 => (0..30i64).prop_map(Condition::Below),
        3 => (0..3i32, 0..30i64).prop_map(|(part, id)| Condition::Both(part, id)),
        2 => Just(Condition::NameIsNull),
        3 => (0..9i32).prop_map(Condition::NAbove),
    ]
}

fn merge() -> impl Strategy<Value = Step> {
    let one = (rows(), proptest::collection::vec("[dux]", 40), any::<bool>());
    one.prop_map(|(mut rows, words, by_source)| {
        rows.sort();
        rows.dedup_by_key(|row| (row.0, row.1));
        Step::Merge { source: rows.into_iter().zip(words).collect(), by_source }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => rows().prop_map(Step::Insert),
        4 => condition().prop_map(Step::Delete),
        4 => condition().prop_map(Step::Update),
        1 => (0..3i32).prop_map(Step::DropPartition),
        1 => Just(Step::Truncate),
        2 => any::<bool>().prop_map(|full| Step::Compact { full }),
        4 => merge(),
    ]
}

fn updated(row: &Row) -> Row {
    let name = row.2.clone().map(|name| format!("{name}{}", row.1 % 3));
    (row.0, row.1, name, Some(row.3.map_or(0, |n| n + 1)))
}

/// What a merge makes of the rows: updated, deleted and inserted.
fn merge_into_model(model: &mut Vec<Row>, source: &[(Row, String)], by_source: bool) -> (u64, u64, u64) {
    let partners: BTreeMap<(i32, i64), &(Row, String)> = source.iter().map(|one| ((one.0.0, one.0.1), one)).collect();
    let (mut updated, mut deleted, mut inserted) = (0, 0, 0);
    let had: std::collections::BTreeSet<(i32, i64)> = model.iter().map(|row| (row.0, row.1)).collect();
    model.retain_mut(|row| match partners.get(&(row.0, row.1)) {
        Some((_, word)) if word == "d" => {
            deleted += 1;
            false
        }
        Some((new, word)) if word == "u" => {
            updated += 1;
            (row.2, row.3) = (new.2.clone(), new.3);
            true
        }
        // `x` adds to what is there, unless one of both is null.
        Some((new, _)) => {
            updated += 1;
            row.3 = row.3.zip(new.3).map(|(a, b)| a + b);
            true
        }
        None if by_source && row.1 % 5 == 0 => {
            deleted += 1;
            false
        }
        None => true,
    });
    for (new, word) in source {
        if word != "d" && !had.contains(&(new.0, new.1)) {
            inserted += 1;
            model.push(new.clone());
        }
    }
    (updated, deleted, inserted)
}

async fn run_merge(table: &Table, source: &[(Row, String)], by_source: bool) -> modify::ChangeReport {
    let mut columns = fields();
    columns.push(DataField::new(9, "op", DataType::nullable(TypeKind::STRING)));
    let rows: Vec<Row> = source.iter().map(|one| one.0.clone()).collect();
    let words: StringArray = source.iter().map(|one| Some(one.1.clone())).collect();
    let rows = batch(&rows);
    let mut arrays: Vec<(String, Arc<dyn Array>)> =
        fields().iter().zip(rows.columns()).map(|(field, array)| (field.name.clone(), array.clone())).collect();
    arrays.push(("op".to_owned(), Arc::new(words)));
    let mut merge = table.merge_into(columns);
    merge.add_source(&RecordBatch::try_from_iter(arrays).unwrap()).unwrap();
    let mut merge = merge
        .on("t.part = s.part AND s.id = t.id")
        .when_matched("AND s.op = 'd' THEN DELETE")
        .when_matched("AND op = 'u' THEN UPDATE *")
        .when_matched("UPDATE SET n = t.n + s.n")
        .when_not_matched("AND op <> 'd' AND s.n IS NULL THEN INSERT (id, part, name) VALUES (id, part, name)")
        .when_not_matched("AND op <> 'd' THEN INSERT *");
    if by_source {
        merge = merge.when_not_matched_by_source("AND id % 5 = 0 THEN DELETE");
    }
    let counted = merge.clone().dry_run(true).run().await.unwrap();
    let report = merge.run().await.unwrap();
    assert_eq!(counted.rows(), report.rows());
    report
}

async fn check(kind: Kind, steps: Vec<Step>) {
    let table = create(kind).await;
    let keyed = matches!(kind, Kind::Keyed | Kind::KeyedThin);
    let is_partitioned = !matches!(kind, Kind::Append { partitions: false, .. });
    let mut model: Vec<Row> = Vec::new();
    let mut history: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Insert(mut new) => {
                if keyed {
                    let mut last: BTreeMap<_, Row> = BTreeMap::new();
                    new.iter().for_each(|row| drop(last.insert((row.0, row.1), row.clone())));
                    model.retain(|row| !last.contains_key(&(row.0, row.1)));
                    model.extend(last.into_values());
                } else {
                    model.append(&mut new.clone());
                }
                insert(&table, &new).await;
                new.clear();
            }
            Step::Delete(condition) => {
                let filter = predicate::parse(&condition.text(), &table.schema().fields).unwrap();
                let expected = model.iter().filter(|row| condition.holds(row)).count() as u64;
                assert_eq!(modify::delete_where(&table, filter.clone(), true).await.unwrap().rows, expected);
                let report = modify::delete_where(&table, filter, false).await.unwrap();
                assert_eq!(report.rows, expected, "{condition:?}");
                model.retain(|row| !condition.holds(row));
            }
            Step::Update(condition) => {
                let filter = predicate::parse(&condition.text(), &table.schema().fields).unwrap();
                let set = "n = COALESCE(n + 1, 0), name = name || CAST(id % 3 AS STRING)";
                let set = Assignment::parse_list(set, &table.schema().fields).unwrap();
                let report = modify::update_where(&table, set, filter, false).await.unwrap();
                assert_eq!(report.updated_rows, model.iter().filter(|row| condition.holds(row)).count() as u64);
                for row in model.iter_mut().filter(|row| condition.holds(row)) {
                    *row = updated(row);
                }
            }
            Step::DropPartition(part) if is_partitioned => {
                let spec = vec![("part".to_owned(), part.to_string())];
                let report = modify::drop_partitions(&table, &[spec], false).await.unwrap();
                assert_eq!(report.rows, model.iter().filter(|row| row.0 == part).count() as u64);
                model.retain(|row| row.0 != part);
            }
            Step::DropPartition(_) => {
                let spec = vec![("part".to_owned(), "1".to_owned())];
                modify::drop_partitions(&table, &[spec], false).await.unwrap_err();
            }
            Step::Merge { source, by_source } => {
                let report = run_merge(&table, &source, by_source).await;
                let expected = merge_into_model(&mut model, &source, by_source);
                assert_eq!((report.updated_rows, report.deleted_rows, report.inserted_rows), expected);
            }
            Step::Compact { full } => {
                compact::run(&table, &CompactOptions { full, ..CompactOptions::default() }).await.unwrap();
                if full {
                    check_no_vectors(&table).await;
                }
            }
            Step::Truncate => {
                assert_eq!(modify::truncate(&table, false).await.unwrap().rows, model.len() as u64);
                model.clear();
            }
        }
        model.sort();
        assert_eq!(read(&table, None).await, model);
        if let Some(snapshot) = table.snapshots().latest().await.unwrap() {
            history.insert(snapshot.id, model.clone());
        }
    }
    for (id, expected) in &history {
        assert_eq!(&read(&table, Some(*id)).await, expected, "snapshot {id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn changes_of_rows_equal_those_of_a_list(kind in kinds(), steps in proptest::collection::vec(step(), 1..12)) {
        block_on(check(kind, steps));
    }
}

fn row(id: i64, name: &str) -> Row {
    (1, id, Some(name.to_owned()), Some(1))
}

#[test]
fn two_deletes_of_one_file_both_hold_whoever_comes_first() {
    for vectors in [None, Some(false), Some(true)] {
        for buckets in [false, true] {
            block_on(async {
                let table = create(Kind::Append { buckets, partitions: false, vectors }).await;
                insert(&table, &(0..20).map(|id| row(id, "a")).collect::<Vec<_>>()).await;
                let parse = |text: &str| predicate::parse(text, &table.schema().fields).unwrap();
                // Both are planned on the same snapshot; the second finds its file gone and plans again.
                let (first, second) = futures::future::join(
                    modify::delete_where(&table, parse("id < 3"), false),
                    modify::delete_where(&table, parse("id > 17"), false),
                )
                .await;
                assert_eq!((first.unwrap().rows, second.unwrap().rows), (3, 2));
                let left: Vec<i64> = read(&table, None).await.into_iter().map(|row| row.1).collect();
                assert_eq!(left, (3..18).collect::<Vec<_>>(), "{vectors:?} {buckets}");
                let latest = table.snapshots().latest().await.unwrap().unwrap();
                assert_eq!((latest.id, latest.commit_kind), (3, CommitKind::Overwrite));
                assert_eq!(latest.operation.as_deref(), Some("DELETE"));
            });
        }
    }
}

#[test]
fn merges_refuse_what_is_not_clear() {
    block_on(async {
        for kind in [Kind::Keyed, Kind::Append { buckets: false, partitions: false, vectors: Some(false) }] {
            let table = create(kind).await;
            insert(&table, &[row(1, "a"), row(2, "b")]).await;
            let merge = |rows: &[Row]| {
                let mut merge = table.merge_into(fields());
                merge.add_source(&batch(rows)).unwrap();
                merge
            };
            let refuse = async |merge: modify::MergeInto, message: &str| {
                let error = merge.run().await.unwrap_err().to_string();
                assert!(error.contains(message), "{error}");
            };
            let twice = || merge(&[row(1, "x"), row(1, "y")]).on("t.id = s.id");
            refuse(twice().when_matched("UPDATE SET name = s.name"), "more than one row of the source").await;
            refuse(twice().when_matched("DELETE"), "more than one row of the source").await;
            let one = || merge(&[row(1, "x")]);
            refuse(one().when_matched("DELETE"), "ON").await;
            refuse(one().on("t.id > s.id").when_matched("DELETE"), "to equal one of the source").await;
            refuse(one().on("t.id = s.id"), "at least one WHEN").await;
            refuse(one().on("id = s.id").when_matched("DELETE"), "in both tables").await;
            refuse(one().on("t.id = s.id").when_matched("INSERT *"), "expected UPDATE or DELETE").await;
            refuse(one().on("t.id = s.id").when_not_matched("AND t.n = 1 THEN INSERT *"), "unknown").await;
            refuse(one().on("t.id = s.id").when_not_matched_by_source("UPDATE SET n = s.n"), "unknown").await;
            let two = one().on("t.id = s.id").when_matched("DELETE").when_matched("UPDATE SET n = 1");
            refuse(two, "only the last").await;
            if kind == Kind::Keyed {
                refuse(one().on("t.id = s.id").when_matched("UPDATE *"), "primary key").await;
                refuse(one().on("t.id = s.id").when_matched("UPDATE SET id = 4"), "primary key").await;
            }
            // Rows that match twice are fine where nothing is to be done with them.
            let report = twice().when_not_matched("INSERT *").run().await.unwrap();
            assert_eq!((report.rows(), report.snapshot_id), (0, None));
            assert_eq!(read(&table, None).await, [row(1, "a"), row(2, "b")]);
        }
    });
}

#[test]
fn tables_refuse_what_java_refuses() {
    block_on(async {
        let table = create(Kind::Keyed).await;
        insert(&table, &[row(1, "a")]).await;
        let with = |pairs: &[(&str, &str)]| {
            let mut schema = table.schema().as_ref().clone();
            schema.options.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            table.at_schema(schema.into()).unwrap()
        };
        let set = |text: &str| Assignment::parse_list(text, &table.schema().fields);
        let update = |text: &str| modify::update_where(&table, set(text).unwrap(), Predicate::True, false);
        assert!(update("id = id + 1").await.unwrap_err().to_string().contains("primary key"));
        assert!(update("part = 1").await.unwrap_err().to_string().contains("primary key"));
        for (text, message) in [
            ("nothing = 1", "unknown column"),
            ("n = 'x' || name", "expected a value of type INT"),
            ("n = 1, N = 2", "set twice"),
            ("n = ", "expected a value"),
            ("n = 1 name = 2", "expected the end"),
        ] {
            // Text is cast to numbers, so only what no text can become is refused at once.
            match set(text) {
                Err(error) => assert!(error.to_string().contains(message), "{text}: {error}"),
                Ok(_) => assert_eq!(text, "n = 'x' || name"),
            }
        }
        assert!(update("n = 'x' || name").await.is_err());
        let filter = || predicate::parse("id = 1", &table.schema().fields).unwrap();
        let ignoring = with(&[("ignore-delete", "true")]);
        let error = modify::delete_where(&ignoring, filter(), false).await.unwrap_err();
        assert!(error.to_string().contains("ignore-delete"), "{error}");
        assert_eq!(read(&table, None).await, [row(1, "a")]);
        assert_eq!(table.snapshots().latest().await.unwrap().unwrap().id, 1, "nothing was committed");
    });
}
