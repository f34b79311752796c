//! States of many files, made by hand.

use std::collections::HashMap;

use super::*;
use crate::{
    scan::{BucketFiles, DeletionFile, entries::tests::file},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta, index_manifest::DeletionVectorMeta},
    types::{DataType, Datum, TypeKind},
};

fn key_types() -> Vec<DataType> {
    vec![DataType::not_null(TypeKind::Int)]
}

fn keyed(name: String, level: i32, keys: (i32, i32), size: i64) -> DataFileMeta {
    let key = |key| BinaryRow::encode(&key_types(), &[Some(Datum::Int(key))]).unwrap();
    let mut file = DataFileMeta { file_size: size, row_count: size / 10, ..file(&name, level) };
    (file.min_key, file.max_key) = (key(keys.0), key(keys.1));
    file
}

/// `buckets` of `files` files each; the file with number n of a bucket has `n` hundred bytes and the keys n..=n + 2.
fn state(buckets: i32, files: i32) -> StateFiles {
    let bucket = |bucket: i32| {
        let one = |n: i32| keyed(format!("data-{bucket}-{n}.parquet"), 0, (n, n + 2), i64::from(n) * 100);
        let vector = DeletionVectorMeta {
            data_file: format!("data-{bucket}-1.parquet"),
            offset: 1,
            length: 9,
            cardinality: Some(4),
        };
        let deletion = DeletionFile { path: "index/index-0".into(), is_external: false, vector };
        state_files::StateBucket {
            partition: format!("dt={}", bucket % 10),
            files: BucketFiles {
                partition: BinaryRow::encode(&key_types(), &[Some(Datum::Int(bucket % 10))]).unwrap(),
                partition_values: vec![Some(Datum::Int(bucket % 10))],
                bucket,
                total_buckets: buckets,
                bucket_path: format!("dt={}/bucket-{bucket}", bucket % 10),
                files: (0..files).map(one).collect(),
            },
            deletions: HashMap::from([(format!("data-{bucket}-1.parquet"), deletion)]),
        }
    };
    StateFiles::made(7, key_types(), 250, (0..buckets).map(bucket).collect())
}

#[test]
fn buckets_come_in_pages_and_sums_are_of_all() {
    let all = levels(&state(4, 5), 0, None).unwrap();
    assert_eq!((all.bucket_count, all.buckets.len(), all.files, all.depth), (4, 4, 20, 3));
    assert_eq!((all.bytes, all.rows, all.small_files), (4 * 1000, 4 * 100, 4 * 3));
    assert_eq!((all.files_with_vectors, all.deleted_by_vectors), (4, 16));
    let page = levels(&state(4, 5), 2, Some(1)).unwrap();
    assert_eq!(page.buckets, all.buckets[2..3]);
    assert_eq!((page.offset, page.files, page.bucket_count), (2, 20, 4));
    assert_eq!(levels(&state(4, 5), 9, None).unwrap().buckets, []);
    assert!(levels(&state(12_000, 1), 0, Some(20_000)).unwrap().buckets.len() <= 10_000);
}

#[test]
fn a_page_holds_what_was_asked_in_order() {
    let state = state(3, 4);
    let names = |query: FilesQuery, offset, limit| -> Vec<String> {
        let selection = state.select(&query);
        state
            .page(&selection, offset, limit, false)
            .unwrap()
            .files
            .iter()
            .map(|paged| paged.file.name.to_owned())
            .collect()
    };
    let by_size = FilesQuery { sort: FilesSort::Size, descending: true, ..FilesQuery::default() };
    assert_eq!(names(by_size.clone(), 0, Some(2)), ["data-0-3.parquet", "data-1-3.parquet"]);
    assert_eq!(names(by_size, 11, None), ["data-2-0.parquet"]);
    let of = |filter: FilesFilter| names(FilesQuery { filter, ..FilesQuery::default() }, 0, None);
    assert_eq!(of(FilesFilter { deleted: Some(true), ..FilesFilter::default() }).len(), 3);
    assert_eq!(of(FilesFilter { bucket: Some(2), small: Some(false), ..FilesFilter::default() }), ["data-2-3.parquet"]);
    assert_eq!(of(FilesFilter { text: Some("DT=1/".into()), ..FilesFilter::default() }).len(), 4);
    assert_eq!(state.size_of("dt=2/bucket-2/data-2-3.parquet"), Some(300));
    assert_eq!(state.size_of("dt=2/bucket-2/data-2-4.parquet"), None);
}

#[test]
fn a_hundred_thousand_files_come_in_pages() {
    let state = state(100, 1000);
    assert_eq!(levels(&state, 0, None).unwrap().files, 100_000);
    let selection = state.select(&FilesQuery { sort: FilesSort::Name, ..FilesQuery::default() });
    assert_eq!(state.page(&selection, 99_900, Some(5000), false).unwrap().files.len(), 100);
    assert_eq!(state.page(&selection, 0, Some(5000), false).unwrap().files.len(), MAX_PAGE);
}
