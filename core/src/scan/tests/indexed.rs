//! Tables with file indexes that Java wrote, in manifests and beside data files, over an evolved schema.

use std::{path::PathBuf, sync::Arc};

use futures::executor::block_on;
use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory, path::Path};

use super::{expected, filtered};
use crate::{
    error::ErrorKind,
    format::ReadStep,
    io::{Storage, tests::runtime},
    table::Table,
};

const FILTERS: [&str; 16] = [
    "id = 17",
    "id IN (3, 90, 1000)",
    "id = 500",
    "town = 'city3'",
    "town <> 'city3'",
    "town IS NULL",
    "town NOT IN ('city1', 'city2') AND price > 2000",
    "price = 1700",
    "price BETWEEN 1000 AND 1500",
    "price > 100000000000",
    "price < 300 OR price IS NULL",
    "qty = 2",
    "qty IS NULL",
    "qty IS NOT NULL AND town = 'city1'",
    "NOT (price >= 500 OR town = 'city0')",
    "town LIKE 'city%' AND id > 100",
];

/// The files of a table in memory.
async fn table(name: &str) -> (Arc<InMemory>, Table) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/scan/testdata/indexed").join(name);
    let store = Arc::new(InMemory::new());
    for group in std::fs::read_dir(folder).unwrap() {
        let group = group.unwrap();
        for file in std::fs::read_dir(group.path()).unwrap() {
            let file = file.unwrap();
            let path = format!("t/{}/{}", group.file_name().to_str().unwrap(), file.file_name().to_str().unwrap());
            store.put(&Path::from(path), std::fs::read(file.path()).unwrap().into()).await.unwrap();
        }
    }
    let table = open(&store).await;
    (store, table)
}

async fn open(store: &Arc<InMemory>) -> Table {
    Table::open(Storage::new(store.clone(), Path::from("t"), runtime()), "t", runtime()).await.unwrap()
}

#[test]
fn indexes_lose_no_row_of_any_schema_version() {
    block_on(async {
        for name in ["embedded", "side_car"] {
            let (_, table) = table(name).await;
            let (mut rows_left_out, mut files_left_out) = (0, 0);
            for filter in FILTERS {
                let (plan, rows) = filtered(&table, filter).await.unwrap();
                assert_eq!(rows, expected(&table, filter).await.unwrap(), "{name}: {filter}");
                let rows = plan.counters.get(ReadStep::RowsByFileIndex);
                rows_left_out += rows.total - rows.kept;
                let files = plan.counters.get(ReadStep::FilesByFileIndex);
                assert!(files.total_bytes <= plan.explain.bytes, "{name}: {filter} {files:?}");
                assert_eq!(files.kept_bytes == 0, files.kept == 0, "{name}: {filter} {files:?}");
                let planned = plan.explain.steps.iter().find(|step| step.name == "files by embedded file index");
                files_left_out += files.total - files.kept + planned.map_or(0, |step| step.total - step.kept);
            }
            assert!(rows_left_out > 300, "{name}: {rows_left_out}");
            assert!(files_left_out > 8, "{name}: {files_left_out}");
        }
    });
}

#[test]
fn a_lost_side_car_is_done_without_and_a_broken_one_is_named() {
    block_on(async {
        let (store, table) = table("side_car").await;
        let good = expected(&table, "town = 'city3'").await.unwrap();
        let path = side_car(&store).await;
        store.put(&path, bytes::Bytes::from_static(b"nonsense, but long enough").into()).await.unwrap();
        let error = filtered(&open(&store).await, "town = 'city3'").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(error.path().unwrap().ends_with(path.filename().unwrap()), "{error}");
        assert_eq!(expected(&open(&store).await, "town = 'city3'").await.unwrap(), good, "no filter asks no index");

        store.delete(&path).await.unwrap();
        assert_eq!(filtered(&open(&store).await, "town = 'city3'").await.unwrap().1, good);
    });
}

async fn side_car(store: &Arc<InMemory>) -> Path {
    let listed = store.list_with_delimiter(Some(&Path::from("t/bucket-0"))).await.unwrap();
    let mut paths = listed.objects.into_iter().map(|object| object.location);
    paths.find(|path| path.as_ref().ends_with(".index")).unwrap()
}
