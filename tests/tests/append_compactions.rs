//! Histories of inserts, deletes, compactions and clusterings of append tables: whatever is rewritten, every row stays what
//! it was, its id and sequence number included.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod spilling;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use cenote_core::{
    ErrorKind,
    catalog::{FileSystemCatalog, NewTable},
    compact::{self, ClusterBy, CompactOptions, CompactPlan, Strategy as Curve},
    io::{InlineRuntime, Runtime, Storage},
    modify,
    predicate::{self, Predicate},
    spec::snapshot::CommitKind,
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::executor::block_on;
use proptest::prelude::*;

/// id of the row, and what it says: part, a, name, `_ROW_ID` and `_SEQUENCE_NUMBER` where the table has these.
type State = BTreeMap<i64, (i32, Option<i32>, Option<String>, Option<(i64, i64)>)>;
/// part, id, a, name
type Row = (i32, i64, Option<i32>, Option<String>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Kind {
    /// Whether they are ordered, where there are buckets.
    buckets: Option<bool>,
    partitions: bool,
    vectors: bool,
    tracking: bool,
    /// `clustering.incremental`
    incremental: bool,
}

fn kinds() -> impl Strategy<Value = Kind> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (proptest::option::weighted(0.4, any::<bool>()), flags).prop_map(|(buckets, flags)| {
        let (partitions, vectors, tracking, incremental) = flags;
        Kind {
            buckets,
            partitions,
            vectors,
            tracking: tracking && buckets.is_none(),
            incremental: incremental && buckets != Some(true) && !(vectors && buckets.is_some()),
        }
    })
}

impl Kind {
    fn options(self) -> Vec<(&'static str, &'static str)> {
        let mut options = vec![("compaction.min.file-num", "3"), ("file-index.bloom-filter.columns", "name")];
        if let Some(ordered) = self.buckets {
            let ordered = if ordered { "true" } else { "false" };
            options.extend([("bucket", "2"), ("bucket-key", "id"), ("bucket-append-ordered", ordered)]);
        }
        if self.vectors {
            options.extend([("deletion-vectors.enabled", "true"), ("deletion-vector.index-file.target-size", "60 b")]);
        }
        if self.tracking {
            options.push(("row-tracking.enabled", "true"));
        }
        if self.incremental {
            options.extend([("clustering.incremental", "true"), ("clustering.columns", "a,name")]);
            options.push(("num-sorted-run.compaction-trigger", "3"));
        }
        options
    }

    /// Rows of tables that track them can only be deleted by vectors.
    fn deletes(self) -> bool {
        self.vectors || !self.tracking
    }

    fn clusters(self) -> bool {
        self.buckets != Some(true) && !self.incremental
    }
}

async fn create(runtime: Arc<dyn Runtime>, partitions: bool, options: &[(&str, &str)]) -> Table {
    let catalog = FileSystemCatalog::new(Storage::memory(Arc::clone(&runtime)), runtime);
    catalog.create_database("db", false).await.unwrap();
    let new = NewTable {
        fields: vec![
            DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
            DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(2, "a", DataType::nullable(TypeKind::Int)),
            DataField::new(3, "name", DataType::nullable(TypeKind::STRING)),
        ],
        primary_keys: Vec::new(),
        partition_keys: if partitions { vec!["part".to_owned()] } else { Vec::new() },
        options: options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        comment: None,
    };
    catalog.create_table("db", "t", new, false).await.unwrap();
    catalog.get_table("db", "t").await.unwrap()
}

fn inline() -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(11, 1_700_000_000_000))
}

async fn insert(table: &Table, rows: &[Row]) {
    insert_files(table, &[rows]).await;
}

/// Files of one commit.
async fn insert_files(table: &Table, files: &[&[Row]]) {
    let mut messages = Vec::new();
    for rows in files {
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.0))) as Arc<dyn Array>, false),
            ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1))), false),
            ("a", Arc::new(rows.iter().map(|row| row.2).collect::<Int32Array>()), true),
            ("name", Arc::new(rows.iter().map(|row| row.3.clone()).collect::<StringArray>()), true),
        ]);
        let mut write = table.new_write().unwrap();
        write.write(batch.unwrap(), None).await.unwrap();
        messages.extend(write.prepare_commit().await.unwrap());
    }
    table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
}

/// All rows in the order in which they are read.
async fn rows_in_order(
    table: &Table,
    tracking: bool,
) -> Vec<(i64, (i32, Option<i32>, Option<String>, Option<(i64, i64)>))> {
    let scan = if tracking { table.scan().row_tracking() } else { table.scan() };
    let mut rows = Vec::new();
    for batch in scan.stream().await.unwrap().collect().await.unwrap() {
        let (parts, ids) = (batch.column(0).as_primitive::<Int32Type>(), batch.column(1).as_primitive::<Int64Type>());
        let (a, names) = (batch.column(2).as_primitive::<Int32Type>(), batch.column(3).as_string::<i32>());
        for row in 0..batch.num_rows() {
            let number = |column: usize| batch.column(column).as_primitive::<Int64Type>().value(row);
            let tracked = tracking.then(|| (number(4), number(5)));
            let name = names.is_valid(row).then(|| names.value(row).to_owned());
            rows.push((ids.value(row), (parts.value(row), a.is_valid(row).then(|| a.value(row)), name, tracked)));
        }
    }
    rows
}

async fn read(table: &Table, tracking: bool) -> State {
    let rows = rows_in_order(table, tracking).await;
    let state: State = rows.iter().cloned().collect();
    assert_eq!(state.len(), rows.len(), "a row came twice");
    state
}

fn filter(table: &Table, text: &str) -> Predicate {
    predicate::parse(text, &table.schema().fields).unwrap()
}

#[derive(Clone, Debug)]
enum Step {
    Insert(Vec<(i32, Option<i32>, Option<String>)>),
    Delete(i64, i64),
    Compact { full: bool },
    Cluster(Vec<&'static str>, &'static str),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let row = (0..2i32, proptest::option::weighted(0.8, -9..9i32), proptest::option::weighted(0.8, "[a-cß]{0,3}"));
    let columns = proptest::sample::subsequence(vec!["id", "a", "name"], 1..=3).prop_shuffle();
    let step = prop_oneof![
        5 => proptest::collection::vec(row, 1..20).prop_map(Step::Insert),
        2 => (0..80i64, 0..20i64).prop_map(|(from, count)| Step::Delete(from, count)),
        2 => any::<bool>().prop_map(|full| Step::Compact { full }),
        2 => (columns, proptest::sample::select(vec!["auto", "order", "zorder", "hilbert"]))
            .prop_map(|(columns, curve)| Step::Cluster(columns, curve)),
    ];
    proptest::collection::vec(step, 1..14)
}

fn cluster_by(columns: &[&str], curve: &str) -> CompactOptions {
    let strategy = Curve::parse(curve, columns.len()).unwrap();
    let columns = columns.iter().map(|column| (*column).to_owned()).collect();
    CompactOptions { cluster: Some(ClusterBy { columns, strategy }), ..CompactOptions::default() }
}

/// Compacts by way of a plan in JSON, as workers elsewhere would.
async fn compact_elsewhere(table: &Table, options: &CompactOptions) {
    let plan = compact::plan(table, options).await.unwrap();
    if plan.tasks.is_empty() {
        return;
    }
    let read = CompactPlan::from_json(table, &plan.to_json(table).unwrap()).unwrap();
    assert_eq!(read, plan);
    let mut results = Vec::new();
    for task in &read.tasks {
        results.push(compact::rewrite(table, task).await.unwrap());
    }
    let published = compact::commit_rewritten(table, &plan, &results).await.unwrap();
    assert_eq!(published.stale, [0; 0]);
}

async fn check(kind: Kind, steps: Vec<Step>, elsewhere: bool) {
    let table = create(inline(), kind.partitions, &kind.options()).await;
    let (mut next, mut state) = (0, State::new());
    for step in steps {
        match step {
            Step::Insert(new) => {
                let rows: Vec<Row> =
                    new.into_iter().zip(next..).map(|((part, a, name), id)| (part, id, a, name)).collect();
                insert(&table, &rows).await;
                next += rows.len() as i64;
                let now = read(&table, kind.tracking).await;
                assert_eq!(now.len(), state.len() + rows.len());
                assert!(state.iter().all(|(id, row)| now.get(id) == Some(row)));
                for (part, id, a, name) in rows {
                    let row = &now[&id];
                    assert_eq!((row.0, row.1, &row.2), (part, a, &name));
                }
                state = now;
            }
            Step::Delete(from, count) if kind.deletes() => {
                let predicate = filter(&table, &format!("id >= {from} AND id < {}", from + count));
                modify::delete_where(&table, predicate, false).await.unwrap();
                state.retain(|id, _| !(from..from + count).contains(id));
            }
            Step::Compact { full } => {
                let options = CompactOptions { full, ..CompactOptions::default() };
                if elsewhere {
                    compact_elsewhere(&table, &options).await;
                } else {
                    compact::run(&table, &options).await.unwrap();
                }
                if full {
                    let splits = table.scan().plan().await.unwrap().splits;
                    assert!(splits.iter().all(|split| split.deletions.is_empty()));
                }
            }
            Step::Cluster(columns, curve) if kind.clusters() && !(curve == "hilbert" && columns.len() == 1) => {
                let options = cluster_by(&columns, curve);
                if elsewhere {
                    compact_elsewhere(&table, &options).await;
                } else {
                    compact::run(&table, &options).await.unwrap();
                }
            }
            Step::Delete(..) | Step::Cluster(..) => {}
        }
        assert_eq!(read(&table, kind.tracking).await, state);
        if kind.buckets == Some(true) {
            let mut last = BTreeMap::new();
            for split in table.scan().plan().await.unwrap().splits {
                for file in &split.files {
                    let before = last.insert((split.partition.clone(), split.bucket), file.max_sequence_number);
                    assert!(before.is_none_or(|before| before < file.min_sequence_number), "files out of order");
                }
            }
        }
    }
    // Every state before is still there.
    if let Some(snapshot) = table.snapshots().latest().await.unwrap() {
        for id in 1..snapshot.id {
            table.scan().snapshot(id).stream().await.unwrap().collect().await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn rows_survive(kind in kinds(), steps in steps(), elsewhere in any::<bool>()) {
        block_on(check(kind, steps, elsewhere));
    }
}

/// Scattered numbers below 65536.
fn scattered(number: i64) -> i32 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x2545_f491_4f6c_dd1d);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0x369d_ea0f_31a5_3f85);
    (mixed >> 33 & 0xffff) as i32
}

/// `files` files of `rows` rows each.
async fn fill(table: &Table, files: i64, rows: i64) {
    let row = |id: i64| (scattered(id + 1_000_000), id, Some(scattered(id)), Some(format!("{:05}", scattered(-id))));
    let all: Vec<Row> = (0..files * rows).map(row).collect();
    insert_files(table, &all.chunks(rows as usize).collect::<Vec<_>>()).await;
}

#[test]
fn rows_are_sorted_over_all_files_and_more_than_memory() {
    block_on(async {
        let (runtime, spilled) = spilling::runtime(5);
        let options = [("target-file-size", "20 kb"), ("write-buffer-size", "1 mb"), ("row-tracking.enabled", "true")];
        let table = create(runtime, false, &options).await;
        fill(&table, 6, 10_000).await;
        let before = read(&table, true).await;
        let report = compact::run(&table, &cluster_by(&["a", "name"], "order")).await.unwrap();
        assert!(spilled.load(Ordering::Relaxed) > 1 << 18, "nothing was spilled");
        assert!(report.buckets[0].files_out > 10, "{report:?}");
        let mut files: Vec<_> =
            table.scan().plan().await.unwrap().splits.into_iter().flat_map(|split| split.files).collect();
        let number = |name: &str| name.rsplit_once('-').unwrap().1.split('.').next().unwrap().parse::<u32>().unwrap();
        files.sort_by_key(|file| number(&file.file_name));
        assert!(files.iter().all(|file| file.first_row_id.is_none() && file.min_sequence_number >= 1));
        for file in &files {
            // Columns of row tracking are stored, and have no statistics.
            assert_eq!(file.value_stats_cols.clone().unwrap(), ["part", "id", "a", "name"]);
            assert_eq!(file.write_cols.clone().unwrap()[4..], ["_ROW_ID", "_SEQUENCE_NUMBER"]);
        }
        assert_eq!(read(&table, true).await, before);
        let rows = rows_in_order(&table, true).await;
        // Splits keep files in the order of their names only by chance, so rows are compared within files.
        let descents = rows.windows(2).filter(|pair| (pair[0].1.1, &pair[0].1.2) > (pair[1].1.1, &pair[1].1.2)).count();
        assert!(descents < files.len(), "{descents} descents in {} files", files.len());
        let snapshot = table.snapshots().latest().await.unwrap().unwrap();
        assert_eq!((snapshot.commit_kind, snapshot.next_row_id), (CommitKind::Compact, Some(60_000)));
    });
}

/// Files, and rows of them, that a filter leaves to read.
async fn cost(table: &Table, filter: &str) -> (u64, u64) {
    let mut plan = table.scan().filter_text(filter).plan().await.unwrap();
    plan.analyze().await.unwrap();
    (plan.explain.files, plan.explain.rows)
}

#[test]
fn filters_skip_files_of_a_clustered_table() {
    block_on(async {
        let mut figures = Vec::new();
        for curve in ["", "order", "zorder", "hilbert"] {
            let table = create(inline(), false, &[("target-file-size", "10 kb")]).await;
            fill(&table, 100, 300).await;
            if !curve.is_empty() {
                compact::run(&table, &cluster_by(&["a", "part"], curve)).await.unwrap();
            }
            let files = table.scan().plan().await.unwrap().explain.files;
            let of_a = cost(&table, "a BETWEEN 1000 AND 1500").await.0;
            let of_part = cost(&table, "part BETWEEN 1000 AND 1500").await.0;
            figures.push((curve, files, of_a, of_part));
        }
        let [none, order, zorder, hilbert] = figures[..] else { panic!() };
        println!("curve, files, for a filter on a, for a filter on part: {figures:?}");
        assert_eq!((none.1, none.2), (100, 100), "every file has all values");
        assert!(order.2 <= 2 && order.3 == order.1, "{figures:?}");
        for curve in [zorder, hilbert] {
            assert!(curve.2 * 2 <= curve.1 && curve.3 * 2 <= curve.1, "{figures:?}");
        }
    });
}

#[test]
fn clustering_goes_step_by_step() {
    block_on(async {
        let columns = [("clustering.incremental", "true"), ("clustering.columns", "a")];
        let table = create(inline(), false, &[&columns[..], &[("num-levels", "6")]].concat()).await;
        let levels = async || {
            let splits = table.scan().plan().await.unwrap().splits;
            let mut levels: Vec<i32> = splits.iter().flat_map(|split| &split.files).map(|file| file.level).collect();
            levels.sort_unstable();
            levels
        };
        let compact = async |full: bool| {
            let options = CompactOptions { full, ..CompactOptions::default() };
            compact::run(&table, &options).await.unwrap().buckets.len()
        };
        fill(&table, 4, 2000).await;
        assert_eq!((compact(false).await, levels().await), (0, vec![0; 4]), "four runs are not many");
        fill(&table, 1, 2000).await;
        assert_eq!((compact(false).await, levels().await), (1, vec![5]));
        fill(&table, 2, 5).await;
        assert_eq!((compact(false).await, levels().await), (0, vec![0, 0, 5]));
        fill(&table, 3, 5).await;
        assert_eq!((compact(false).await, levels().await), (1, vec![4, 5]), "the great run stays");
        assert_eq!((compact(true).await, levels().await), (1, vec![5]));
        assert_eq!((compact(true).await, levels().await), (0, vec![5]));
        let refused = compact::run(&table, &cluster_by(&["name"], "order")).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
        let rows = rows_in_order(&table, false).await;
        assert_eq!(rows.len(), 10_025);
        assert!(rows.is_sorted_by_key(|row| row.1.1));
    });
}

#[test]
fn what_cannot_be_clustered_is_refused_before_anything_is_written() {
    block_on(async {
        let refused = |options: &'static [(&'static str, &'static str)],
                       columns: &'static [&'static str],
                       curve: &'static str| async move {
            let table = create(inline(), true, options).await;
            insert(&table, &[(0, 1, Some(1), None), (1, 2, None, None)]).await;
            let error = compact::run(&table, &cluster_by(columns, curve)).await.unwrap_err();
            assert_eq!(table.snapshots().latest().await.unwrap().unwrap().id, 1);
            (error.kind(), error.to_string())
        };
        let ordered: &[_] = &[("bucket", "2"), ("bucket-key", "id")];
        for (options, columns, curve, kind, says) in [
            (ordered, &["a"][..], "order", ErrorKind::Unsupported, "bucket-append-ordered"),
            (&[], &["part"], "order", ErrorKind::Invalid, "partition"),
            (&[], &["zz"], "order", ErrorKind::Invalid, "zz"),
            (&[], &["a", "a"], "zorder", ErrorKind::Invalid, "twice"),
            (&[], &["a"], "hilbert", ErrorKind::Invalid, "two columns"),
            (&[], &[], "order", ErrorKind::Invalid, "columns"),
        ] {
            let (found, message) = refused(options, columns, curve).await;
            assert_eq!(found, kind, "{message}");
            assert!(message.contains(says), "{message}");
        }
    });
}
