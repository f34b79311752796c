//! Tables with branches: which partitions come from where, and travelling in time.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{
    Array, Int32Array, Int64Array, RecordBatch, StringArray,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};

use crate::{
    catalog::NewTable,
    error::ErrorKind,
    io::{
        InlineRuntime, Storage,
        tests::{
            refusing_store::{Refusals, RefusingStore},
            runtime,
        },
    },
    scan::{ScanBuilder, SnapshotChoice},
    spec::{snapshot::Snapshot, table_schema::TableSchema},
    table::{SchemaManager, Table},
    types::{DataField, DataType, RowKind, TypeKind},
};

fn schema(options: &[(&str, &str)]) -> TableSchema {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let new = NewTable {
        fields: vec![
            DataField::new(0, "part", DataType::not_null(TypeKind::Int)),
            DataField::new(1, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(2, "value", DataType::nullable(TypeKind::STRING)),
        ],
        primary_keys: vec!["part".into(), "id".into()],
        partition_keys: vec!["part".into()],
        options: options.chain([("bucket".to_owned(), "1".to_owned())]).collect::<BTreeMap<_, _>>(),
        comment: None,
    };
    new.into_schema(0).unwrap()
}

/// An empty table (part, id, value) with these options.
pub(super) async fn made(options: &[(&str, &str)]) -> Table {
    let storage = Storage::new(Arc::new(InMemory::new()), Path::from("t"), runtime());
    SchemaManager::new(storage.clone(), "main").commit_next(&schema(options)).await.unwrap();
    Table::open(storage, "t", runtime()).await.unwrap()
}

/// A branch of it with its own schema.
async fn branch_of(table: &Table, branch: &str, options: &[(&str, &str)]) -> Table {
    let storage = table.storage().clone();
    SchemaManager::new(storage.clone(), branch).commit_next(&schema(options)).await.unwrap();
    // Other random numbers, or files of both branches would have the same names.
    let runtime = Arc::new(InlineRuntime::new(99, 1_700_000_000_000));
    Table::open_branch(storage, "t", branch, runtime).await.unwrap()
}

/// The same files, copied to a store that cannot list.
pub(super) async fn without_listing(table: &Table) -> Table {
    let store = Arc::new(InMemory::new());
    let copy = Storage::new(store.clone(), Path::from("t"), runtime());
    for file in table.storage().list_all("").await.unwrap() {
        copy.put(&file.name, table.storage().get(&file.name).await.unwrap()).await.unwrap();
    }
    let refusals = Refusals { list: true, ..Refusals::default() };
    let storage = Storage::new(Arc::new(RefusingStore { inner: store, refusals }), Path::from("t"), runtime());
    Table::open(storage, "t", runtime()).await.unwrap()
}

/// Writes rows in one commit; the value `-` deletes.
pub(super) async fn write(table: &Table, rows: &[(i32, i64, &str)]) {
    let batch = RecordBatch::try_from_iter([
        ("part", Arc::new(Int32Array::from_iter_values(rows.iter().map(|row| row.0))) as Arc<dyn Array>),
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)))),
        ("value", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.2)))),
    ])
    .unwrap();
    let kind = |value: &str| if value == "-" { RowKind::Delete } else { RowKind::Insert };
    let kinds: Vec<RowKind> = rows.iter().map(|row| kind(row.2)).collect();
    let mut write = table.new_write().unwrap();
    write.write(batch, Some(&kinds)).await.unwrap();
    let messages = write.prepare_commit().await.unwrap();
    table.new_commit(None).commit(Snapshot::BATCH_IDENTIFIER, &messages).await.unwrap();
}

/// `part/id=value` of all rows, sorted.
async fn rows(scan: ScanBuilder) -> String {
    let mut rows = Vec::new();
    for batch in scan.stream().await.unwrap().collect().await.unwrap() {
        let (parts, ids) = (batch.column(0).as_primitive::<Int32Type>(), batch.column(1).as_primitive::<Int64Type>());
        let values = batch.column(2).as_string::<i32>();
        rows.extend((0..batch.num_rows()).map(|i| format!("{}/{}={}", parts.value(i), ids.value(i), values.value(i))));
    }
    rows.sort();
    rows.join(" ")
}

#[test]
fn fallback_branch_fills_up_missing_partitions() {
    block_on(async {
        let main = made(&[("scan.fallback-branch", "b")]).await;
        write(&main, &[(1, 1, "main")]).await;
        // Java goes on without a branch that is not there.
        assert_eq!(rows(main.scan()).await, "1/1=main");
        let branch = branch_of(&main, "b", &[]).await;
        assert_eq!(rows(main.scan()).await, "1/1=main");
        write(&branch, &[(1, 1, "b"), (1, 2, "b"), (2, 1, "b")]).await;
        assert_eq!(rows(main.scan()).await, "1/1=main 2/1=b");
        assert_eq!(rows(branch.scan()).await, "1/1=b 1/2=b 2/1=b");
        // A partition is there although the filter leaves nothing of it.
        assert_eq!(rows(main.scan().filter_text("id = 2")).await, "");
        assert_eq!(rows(main.scan().filter_text("part = 2 AND id = 1")).await, "2/1=b");
        assert_eq!(rows(main.scan().limit(1)).await.split(' ').count(), 1);
        write(&main, &[(2, 9, "main")]).await;
        assert_eq!(rows(main.scan()).await, "1/1=main 2/9=main");
    });
}

#[test]
fn primary_branch_comes_first() {
    block_on(async {
        let main = made(&[("scan.primary-branch", "b")]).await;
        let branch = branch_of(&main, "b", &[]).await;
        write(&main, &[(1, 1, "main"), (2, 1, "main")]).await;
        write(&branch, &[(2, 5, "b"), (3, 1, "b")]).await;
        assert_eq!(rows(main.scan()).await, "1/1=main 2/5=b 3/1=b");
        let explain = main.scan().plan().await.unwrap().explain;
        assert_eq!(explain.splits, 4);
    });
}

#[test]
fn branches_with_other_columns_do_not_fill_up() {
    block_on(async {
        let main = made(&[("scan.fallback-branch", "b")]).await;
        let mut other = schema(&[]);
        other.fields[2].data_type = DataType::nullable(TypeKind::BigInt);
        SchemaManager::new(main.storage().clone(), "b").commit_next(&other).await.unwrap();
        assert_eq!(main.scan().plan().await.unwrap_err().kind(), ErrorKind::Invalid);
    });
}

#[test]
fn options_name_a_state() {
    block_on(async {
        let table = made(&[]).await;
        for id in 1..=3 {
            write(&table, &[(0, id, "x")]).await;
        }
        table.tags().create("2", Some(1)).await.unwrap();
        table.tags().create("watermark-1", Some(3)).await.unwrap();
        let count = async |options: &[(&str, &str)]| {
            let plan = table.scan().options(options.iter().copied()).plan().await?;
            Ok::<_, crate::Error>(plan.snapshot.map_or(0, |snapshot| snapshot.id))
        };
        assert_eq!(count(&[]).await.unwrap(), 3);
        for (name, value, expected) in [
            ("scan.snapshot-id", "2", 2),
            ("scan.tag-name", "2", 1),
            ("scan.version", "2", 1),
            ("scan.version", "3", 3),
            ("scan.version", "watermark-1", 3),
            ("scan.mode", "latest", 3),
            ("scan.mode", "FULL", 3),
            ("scan.mode", "compacted-full", 3),
            ("scan.timestamp-millis", "99999999999999", 3),
            ("scan.timestamp", "3000-01-01 00:00:00", 3),
        ] {
            assert_eq!(count(&[(name, value)]).await.unwrap(), expected, "{name}={value}");
        }
        for (name, value, kind) in [
            ("scan.snapshot-id", "9", ErrorKind::NotFound),
            ("scan.snapshot-id", "x", ErrorKind::Invalid),
            ("scan.tag-name", "3", ErrorKind::NotFound),
            ("scan.version", "x", ErrorKind::NotFound),
            ("scan.version", "watermark-7", ErrorKind::NotFound),
            ("scan.watermark", "1", ErrorKind::NotFound),
            ("scan.timestamp", "1970-01-02", ErrorKind::NotFound),
            ("scan.timestamp", "yesterday", ErrorKind::Invalid),
            ("scan.mode", "from-snapshot", ErrorKind::Invalid),
            ("scan.mode", "latest-delta", ErrorKind::Unsupported),
            ("scan.mode", "from-file-creation-time", ErrorKind::Unsupported),
            ("incremental-between", "1,2", ErrorKind::Unsupported),
        ] {
            assert_eq!(count(&[(name, value)]).await.unwrap_err().kind(), kind, "{name}={value}");
        }
        let both = [("scan.snapshot-id", "1"), ("scan.tag-name", "2")];
        assert_eq!(count(&both).await.unwrap_err().kind(), ErrorKind::Invalid);
        let given = table.scan().options([("scan.snapshot-id", "1")]).at(SnapshotChoice::Latest);
        assert_eq!(given.plan().await.unwrap().snapshot.unwrap().id, 3);
    });
}

#[test]
fn read_optimized_sees_the_top_level_only() {
    block_on(async {
        let table = made(&[]).await;
        write(&table, &[(0, 1, "old")]).await;
        assert_eq!(rows(table.scan().read_optimized()).await, "");
        let options = crate::compact::CompactOptions { full: true, ..Default::default() };
        crate::compact::run(&table, &options).await.unwrap();
        write(&table, &[(0, 1, "new"), (0, 2, "new")]).await;
        assert_eq!(rows(table.scan().read_optimized()).await, "0/1=old");
        assert_eq!(rows(table.scan()).await, "0/1=new 0/2=new");
        let compacted = table.scan().options([("scan.mode", "compacted-full")]);
        assert_eq!(rows(compacted).await, "0/1=old");
    });
}
