//! Files that compactions make have the format, codec, statistics and indexes that the options want of their level.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod rows;

use std::collections::BTreeMap;

use cenote_core::{
    compact::{self, CompactOptions},
    io::Storage,
    scan::data_files,
    spec::data_file::{DataFileMeta, FileSource},
    table::Table,
};
use futures::executor::block_on;
use rows::{Row, create, read, write};

fn rows_of(ids: std::ops::Range<i64>, a: i32) -> Vec<Row> {
    ids.map(|id| format!("+I 0 {id} {a} 1").parse().unwrap()).collect()
}

async fn compacted(options: &[(&str, &str)]) -> Table {
    let table = create(Storage::memory(rows::runtime(7)), &[&[("bucket", "1")], options].concat()).await;
    write(&table, &rows_of(0..40, 1)).await.unwrap();
    write(&table, &rows_of(20..60, 2)).await.unwrap();
    compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
    write(&table, &rows_of(30..50, 3)).await.unwrap();
    let snapshot = table.snapshots().latest().await.unwrap().unwrap();
    let rows = read(&table, snapshot.id).await;
    let expected: BTreeMap<_, _> = (0..60)
        .map(|id| ((0, id), (Some(if (30..50).contains(&id) { 3 } else { 1 + i32::from(id >= 20) }), Some(1))))
        .collect();
    assert_eq!(rows, expected);
    table
}

async fn files(table: &Table) -> BTreeMap<i32, DataFileMeta> {
    let snapshot = table.snapshots().latest().await.unwrap().unwrap();
    let files = data_files(table, &snapshot).await.unwrap().into_iter().flat_map(|bucket| bucket.files);
    files.map(|file| (file.level, file)).collect()
}

#[test]
fn each_level_has_its_format_codec_and_statistics() {
    block_on(async {
        let table = compacted(&[
            ("file.format.per.level", "0:avro,5:orc"),
            ("file.compression.per.level", "0:snappy,5:lz4"),
            ("metadata.stats-mode.per.level", "0:none,5:full"),
        ])
        .await;
        let files = files(&table).await;
        let (new, top) = (&files[&0], &files[&5]);
        assert!(new.file_name.ends_with(".avro") && top.file_name.ends_with(".orc"));
        assert_eq!((new.file_source, top.file_source), (Some(FileSource::Append), Some(FileSource::Compact)));
        let known = |file: &DataFileMeta| file.value_stats_cols.as_ref().is_none_or(|columns| !columns.is_empty());
        assert_eq!((known(new), known(top)), (false, true));
        let bytes = async |file: &DataFileMeta| {
            let path = format!("part=0/bucket-0/{}", file.file_name);
            table.storage().get(&path).await.unwrap()
        };
        let avro = bytes(new).await;
        let header = String::from_utf8_lossy(&avro[..avro.len().min(4096)]).into_owned();
        assert!(header.contains("avro.codec") && header.contains("snappy"));
        assert_eq!(&bytes(top).await[..3], b"ORC");
    });
}

#[test]
fn changelog_files_follow_the_level_or_their_own_options() {
    let check = |options: &'static [(&str, &str)], expected: &'static str| {
        block_on(async {
            let table = compacted(&[&[("changelog-producer", "full-compaction")], options].concat()).await;
            let names = table.storage().list("part=0/bucket-0").await.unwrap().files;
            let changelogs: Vec<_> = names.iter().filter(|file| file.name.starts_with("changelog-")).collect();
            assert!(!changelogs.is_empty() && changelogs.iter().all(|file| file.name.ends_with(expected)));
        });
    };
    check(&[], ".parquet");
    check(&[("file.format.per.level", "0:avro,5:orc")], ".orc");
    check(&[("file.format.per.level", "0:avro,5:orc"), ("changelog-file.format", "avro")], ".avro");
}

#[test]
fn file_indexes_are_made_anew() {
    block_on(async {
        let index = ("file-index.bloom-filter.columns", "a");
        let beside = compacted(&[index, ("file-index.in-manifest-threshold", "1 b")]).await;
        let top = files(&beside).await.remove(&5).unwrap();
        assert_eq!(top.extra_files, [format!("{}.index", top.file_name)]);
        let path = format!("part=0/bucket-0/{}", top.extra_files[0]);
        assert!(beside.storage().get(&path).await.is_ok());
        let items = ("file-index.bloom-filter.a.items", "10");
        let inside = compacted(&[index, items, ("file-index.in-manifest-threshold", "1 mb")]).await;
        let top = files(&inside).await.remove(&5).unwrap();
        assert!(top.embedded_index.is_some() && top.extra_files.is_empty());
    });
}

#[test]
fn row_groups_end_by_the_block_size_and_files_only_by_size() {
    block_on(async {
        let options = [("target-file-row-num", "5"), ("file.block-size", "1 b"), ("file.compression", "none")];
        let table = compacted(&options).await;
        let snapshot = table.snapshots().latest().await.unwrap().unwrap();
        let buckets = data_files(&table, &snapshot).await.unwrap();
        let levels: Vec<(i32, i64)> = buckets[0].files.iter().map(|file| (file.level, file.row_count)).collect();
        assert!(levels.contains(&(5, 60)), "{levels:?}");
        assert_eq!(levels.iter().filter(|level| **level == (0, 5)).count(), 4);
    });
}
