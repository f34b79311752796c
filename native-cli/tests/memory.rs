//! Memory of a scan: tables ten times as large as the limit of 200 MB, read by the binary, stay under it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_ipc::reader::StreamReader;
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    commit::CommitMessage,
    io::{InlineRuntime, Runtime, Storage},
    spec::data_file::DataFileMeta,
    table::Table,
    types::{DataField, DataType, TypeKind},
};

/// Most resident memory of `cenote read`.
const LIMIT: u64 = 200 << 20;
const ROWS: i64 = 20_000;
/// Characters of a row: 20 MB a file, uncompressed.
const WIDTH: usize = 1_000;
const FILES: usize = 100;
/// Runs that overlap in every bucket of the primary-key table.
const RUNS: usize = 5;
const BUCKETS: i32 = 20;

async fn create(warehouse: &Path, name: &str, primary_keys: Vec<String>, buckets: &str) -> Table {
    let runtime: Arc<dyn Runtime> = Arc::new(InlineRuntime::new(1, 1_700_000_000_000));
    let catalog = FileSystemCatalog::new(Storage::local(warehouse, runtime.clone()).unwrap(), runtime);
    catalog.create_database("d", true).await.unwrap();
    let options =
        [("bucket", buckets), ("file.compression", "none"), ("target-file-size", "1 gb"), ("write-only", "true")];
    let new = NewTable {
        fields: vec![
            DataField::new(0, "id", DataType::not_null(TypeKind::BigInt)),
            DataField::new(1, "payload", DataType::nullable(TypeKind::STRING)),
        ],
        primary_keys,
        partition_keys: vec![],
        options: options.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        comment: None,
    };
    catalog.create_table("d", name, new, false).await.unwrap();
    catalog.get_table("d", name).await.unwrap()
}

/// One file of `ROWS` rows in each bucket that turns up.
async fn write(table: &Table) -> Vec<CommitMessage> {
    let text = |id: i64| format!("{id:08}-{}", "x".repeat(WIDTH));
    let batch = RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from_iter_values(0..ROWS)) as _),
        ("payload", Arc::new(StringArray::from_iter_values((0..ROWS).map(text))) as _),
    ]);
    let mut write = table.new_write().unwrap();
    write.write(batch.unwrap(), None).await.unwrap();
    write.prepare_commit().await.unwrap()
}

/// The file again in a bucket's folder: a hard link, so that 2 GB cost 20 MB of disk.
fn link(from: &Path, file: &DataFileMeta, bucket: &Path, copy: usize) -> DataFileMeta {
    let file_name = format!("data-copy-{copy}-0.parquet");
    fs::create_dir_all(bucket).unwrap();
    fs::hard_link(from.join(&file.file_name), bucket.join(&file_name)).unwrap();
    DataFileMeta { file_name, ..file.clone() }
}

/// Rows that `cenote read` gives, and its peak resident memory in bytes.
fn read(warehouse: &Path, name: &str) -> (usize, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cenote"))
        .args(["read", name, "-o", "arrow", "--warehouse"])
        .arg(warehouse)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (mut rows, mut peak) = (0, 0);
    for batch in StreamReader::try_new(child.stdout.take().unwrap(), None).unwrap() {
        rows += batch.unwrap().num_rows();
        peak = peak.max(peak_of(&fs::read_to_string(&status).unwrap()));
    }
    assert!(child.wait().unwrap().success());
    (rows, peak)
}

/// `VmHWM` of a process's status file, in bytes.
fn peak_of(status: &str) -> u64 {
    let fields: BTreeMap<_, _> = status.lines().filter_map(|line| line.split_once(':')).collect();
    fields.get("VmHWM").map_or(0, |value| value.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10)
}

#[test]
fn an_append_scan_of_two_gigabytes_stays_under_the_limit() {
    let warehouse = tempfile::tempdir().unwrap();
    futures::executor::block_on(async {
        let table = create(warehouse.path(), "append", vec![], "-1").await;
        let mut messages = write(&table).await;
        let bucket = warehouse.path().join("d.db/append/bucket-0");
        let file = messages[0].new_files[0].clone();
        messages[0].new_files.extend((1..FILES).map(|copy| link(&bucket, &file, &bucket, copy)));
        table.new_commit(None).commit(1, &messages).await.unwrap();
    });
    let (rows, peak) = read(warehouse.path(), "d.append");
    println!("append: {rows} rows, peak {} MB", peak >> 20);
    assert_eq!(rows, ROWS as usize * FILES);
    assert!(peak > 0 && peak < LIMIT, "peak {} MB", peak >> 20);
}

#[test]
fn a_merge_of_two_gigabytes_stays_under_the_limit() {
    let warehouse = tempfile::tempdir().unwrap();
    futures::executor::block_on(async {
        let staged = create(warehouse.path(), "staged", vec!["id".into()], "1").await;
        let table = create(warehouse.path(), "upsert", vec!["id".into()], &BUCKETS.to_string()).await;
        let from = warehouse.path().join("d.db/staged/bucket-0");
        for run in 0..RUNS {
            let messages = write(&staged).await;
            let file = &messages[0].new_files[0];
            let copies = (0..BUCKETS).map(|bucket| {
                let folder = warehouse.path().join(format!("d.db/upsert/bucket-{bucket}"));
                let mut message = CommitMessage::new(messages[0].partition.clone(), bucket, BUCKETS);
                message.new_files.push(link(&from, file, &folder, run));
                message
            });
            table.new_commit(None).commit(run as i64, &copies.collect::<Vec<_>>()).await.unwrap();
            staged.new_commit(None).commit(run as i64, &messages).await.unwrap();
        }
    });
    let (rows, peak) = read(warehouse.path(), "d.upsert");
    println!("merge: {rows} rows, peak {} MB", peak >> 20);
    assert_eq!(rows, ROWS as usize * BUCKETS as usize);
    assert!(peak > 0 && peak < LIMIT, "peak {} MB", peak >> 20);
}
