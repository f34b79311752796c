//! Data files as the options of a table want them: where they roll, where they go, what stands beside them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::{Array, Int64Array, RecordBatch, StringArray, cast::AsArray, types::Int64Type};
use cenote_core::{
    Result,
    catalog::{FileSystemCatalog, NewTable},
    commit::CommitMessage,
    error::ErrorKind,
    io::{InlineRuntime, Runtime, Storage},
    spec::data_file::DataFileMeta,
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::{executor::block_on, future::BoxFuture};

fn runtime(seed: u64) -> Arc<dyn Runtime> {
    Arc::new(InlineRuntime::new(seed, 1_700_000_000_000))
}

async fn create(storage: &Storage, options: &[(&str, &str)], keyed: bool) -> Table {
    try_create(storage, options, keyed).await.unwrap()
}

async fn try_create(storage: &Storage, options: &[(&str, &str)], keyed: bool) -> Result<Table> {
    let catalog = FileSystemCatalog::new(storage.clone(), storage.runtime().clone());
    catalog.create_database("db", true).await.unwrap();
    let id = DataType { kind: TypeKind::BigInt, nullable: !keyed };
    let mut options: BTreeMap<String, String> =
        options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    if keyed {
        options.insert("bucket".into(), "1".into());
    }
    let new = NewTable {
        fields: vec![DataField::new(0, "id", id), DataField::new(1, "s", DataType::nullable(TypeKind::STRING))],
        primary_keys: if keyed { vec!["id".into()] } else { vec![] },
        partition_keys: vec![],
        options,
        comment: None,
    };
    catalog.create_table("db", "t", new, false).await?;
    catalog.get_table("db", "t").await
}

fn rows(ids: std::ops::Range<i64>) -> RecordBatch {
    let texts: StringArray = ids.clone().map(|id| (id % 7 != 0).then(|| format!("text {}", id % 10))).collect();
    let ids: Arc<dyn Array> = Arc::new(Int64Array::from_iter_values(ids));
    RecordBatch::try_from_iter([("id", ids), ("s", Arc::new(texts))]).unwrap()
}

async fn prepare(table: &Table, ids: std::ops::Range<i64>) -> Vec<CommitMessage> {
    let mut write = table.new_write().unwrap();
    write.write(rows(ids), None).await.unwrap();
    write.prepare_commit().await.unwrap()
}

async fn commit(table: &Table, ids: std::ops::Range<i64>) -> Vec<DataFileMeta> {
    let messages = prepare(table, ids).await;
    table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
    messages.into_iter().flat_map(|message| message.new_files).collect()
}

async fn ids(table: &Table, filter: Option<&str>) -> Vec<i64> {
    let mut scan = table.scan();
    if let Some(filter) = filter {
        scan = scan.filter_text(filter);
    }
    let batches = scan.stream().await.unwrap().collect().await.unwrap();
    let mut ids: Vec<i64> =
        batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn every_format_is_written_and_files_roll_by_rows() {
    for format in ["parquet", "avro", "orc"] {
        for keyed in [false, true] {
            let storage = Storage::memory(runtime(1));
            block_on(async {
                let table = create(&storage, &[("file.format", format), ("target-file-row-num", "30")], keyed).await;
                let files = commit(&table, 0..100).await;
                let counts: Vec<i64> = files.iter().map(|file| file.row_count).collect();
                assert_eq!(counts, [30, 30, 30, 10], "{format}");
                assert!(files.iter().all(|file| file.file_name.ends_with(format)));
                assert_eq!(ids(&table, None).await, (0..100).collect::<Vec<_>>(), "{format}");
                assert_eq!(ids(&table, Some("id >= 95 AND s IS NOT NULL")).await, [95, 96, 97, 99], "{format}");
            });
        }
    }
}

#[test]
fn levels_have_formats_of_their_own() {
    let storage = Storage::memory(runtime(1));
    block_on(async {
        let options = [("file.format.per.level", "0:avro"), ("file.compression.per.level", "0:snappy")];
        let table = create(&storage, &options, true).await;
        let files = commit(&table, 0..10).await;
        assert!(files.iter().all(|file| file.file_name.ends_with(".avro")));
        assert_eq!(ids(&table, None).await.len(), 10);
    });
}

#[test]
fn small_indexes_stand_in_the_manifest_and_large_ones_beside_the_file() {
    let storage = Storage::memory(runtime(1));
    block_on(async {
        let small = [("file-index.bitmap.columns", "s"), ("file-index.in-manifest-threshold", "1 mb")];
        let table = create(&storage, &small, false).await;
        let files = commit(&table, 0..1000).await;
        assert!(files[0].embedded_index.is_some() && files[0].extra_files.is_empty());
        assert_eq!(ids(&table, Some("s = 'text 3'")).await.len(), 86);
    });
    let storage = Storage::memory(runtime(1));
    block_on(async {
        let large = [("file-index.bitmap.columns", "s"), ("file-index.bloom-filter.columns", "id")];
        let table = create(&storage, &large, true).await;
        let files = commit(&table, 0..1000).await;
        assert_eq!(files[0].extra_files, [format!("{}.index", files[0].file_name)]);
        let side_car = format!("bucket-0/{}", files[0].extra_files[0]);
        assert!(table.storage().get_immutable(&side_car).await.is_ok());
        assert_eq!(ids(&table, Some("id = 77")).await, [77]);
        // What was not committed goes with its side-cars.
        let mut write = table.new_write().unwrap();
        write.write(rows(0..10), None).await.unwrap();
        let messages = write.prepare_commit().await.unwrap();
        let file = &messages[0].new_files[0];
        let paths = [&file.file_name, &file.extra_files[0]].map(|name| format!("bucket-0/{name}"));
        assert!(table.storage().get_immutable(&paths[1]).await.is_ok());
        write.abort().await;
        for path in paths {
            assert!(table.storage().get(&path).await.is_err(), "{path}");
        }
    });
}

#[test]
fn files_go_to_external_paths_in_turn() {
    let storage = Storage::memory(runtime(1));
    block_on(async {
        let options = [
            ("data-file.external-paths", "memory:/ext/a, memory:/ext/b/"),
            ("data-file.external-paths.strategy", "round-robin"),
            ("target-file-row-num", "10"),
            ("file-index.bitmap.columns", "s"),
            ("file-index.in-manifest-threshold", "0 b"),
        ];
        let warehouse = storage.child("wh").unwrap();
        let table = create(&warehouse, &options, false).await;
        let files = commit(&table, 0..40).await;
        let folder = |file: &DataFileMeta| file.external_path.clone().unwrap().rsplit_once('/').unwrap().0.to_owned();
        let folders: Vec<String> = files.iter().map(folder).collect();
        assert_eq!(folders[0], folders[2]);
        assert_ne!(folders[0], folders[1]);
        assert!(folders.contains(&"memory:/ext/b/bucket-0".to_owned()), "{folders:?}");
        assert_eq!(ids(&table, None).await, (0..40).collect::<Vec<_>>());
        assert_eq!(ids(&table, Some("s = 'text 3'")).await, [3, 13, 23, 33]);

        let mut write = table.new_write().unwrap();
        write.write(rows(0..10), None).await.unwrap();
        let messages = write.prepare_commit().await.unwrap();
        let file = &messages[0].new_files[0];
        let path = file.external_path.clone().unwrap().trim_start_matches("memory:/").to_owned();
        assert!(storage.get(&path).await.is_ok() && storage.get(&format!("{path}.index")).await.is_ok());
        write.abort().await;
        assert!(storage.get(&path).await.is_err() && storage.get(&format!("{path}.index")).await.is_err());
    });
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is() {
    for (options, kind) in [
        (&[("file-index.token.columns", "s")][..], ErrorKind::Unsupported),
        (&[("file-index.bitmap.columns", "gone")], ErrorKind::Invalid),
        (
            &[("data-file.external-paths", "s3://x/y"), ("data-file.external-paths.strategy", "round-robin")],
            ErrorKind::Unsupported,
        ),
        (
            &[("data-file.external-paths", "/no/scheme"), ("data-file.external-paths.strategy", "round-robin")],
            ErrorKind::Invalid,
        ),
    ] {
        let storage = Storage::memory(runtime(1));
        block_on(async {
            // Some of it is refused when the table is made, the rest when it is written to.
            let error = match try_create(&storage, options, false).await {
                Ok(table) => table.new_write().unwrap_err(),
                Err(error) => error,
            };
            assert_eq!(error.kind(), kind, "{options:?}: {error}");
        });
    }
}

/// A thread a task, so that files are cut into tasks.
#[derive(Debug)]
struct Threads(InlineRuntime);

impl Runtime for Threads {
    fn now_millis(&self) -> i64 {
        self.0.now_millis()
    }
    fn random_u64(&self) -> u64 {
        self.0.random_u64()
    }
    fn sleep(&self, duration: std::time::Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        std::thread::spawn(|| block_on(task));
        None
    }
    fn parallelism(&self) -> usize {
        4
    }
}

#[test]
fn a_large_row_group_read_in_parts_gives_all_rows_in_order() {
    let storage = Storage::memory(Arc::new(Threads(InlineRuntime::new(1, 1_700_000_000_000))));
    block_on(async {
        let table = create(&storage, &[], false).await;
        // Values that do not compress: the one row group is larger than a task.
        let scattered = |id: i64| id.wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64);
        let written: Vec<i64> = (0..1_200_000).map(scattered).collect();
        let columns: [Arc<dyn Array>; 2] =
            [Arc::new(Int64Array::from(written.clone())), Arc::new(StringArray::new_null(written.len()))];
        let mut write = table.new_write().unwrap();
        let batch = RecordBatch::try_new(Arc::new(rows(0..1).schema().as_ref().clone()), columns.to_vec()).unwrap();
        write.write(batch, None).await.unwrap();
        let messages = write.prepare_commit().await.unwrap();
        table.new_commit(None).commit(i64::MAX, &messages).await.unwrap();
        let files: Vec<&DataFileMeta> = messages.iter().flat_map(|message| &message.new_files).collect();
        assert!(matches!(files.as_slice(), [file] if file.file_size > 8 << 20), "one file of several tasks");
        let batches = table.scan().stream().await.unwrap().collect().await.unwrap();
        let read = batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec());
        assert!(read.eq(written), "the rows as they were written");
    });
}
