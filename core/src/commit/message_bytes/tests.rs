//! Messages survive the way to bytes and back; hostile bytes are errors.

use bytes::Bytes;

use super::*;
use crate::{
    ErrorKind,
    spec::{
        data_file::FileSource,
        index_manifest::{DeletionVectorMeta, GlobalIndexMeta},
        stats::SimpleStats,
    },
    types::{Datum, TypeKind},
};

fn key(value: i32) -> BinaryRow {
    BinaryRow::encode(&[DataType::not_null(TypeKind::Int)], &[Some(Datum::Int(value))]).unwrap()
}

fn file(name: &str) -> DataFileMeta {
    DataFileMeta {
        file_name: name.into(),
        file_size: 1234,
        row_count: 10,
        min_key: key(1),
        max_key: key(9),
        key_stats: SimpleStats { min_values: key(1), max_values: key(9), null_counts: vec![Some(0)] },
        value_stats: SimpleStats { min_values: key(1), max_values: key(9), null_counts: vec![None] },
        min_sequence_number: 3,
        max_sequence_number: 12,
        schema_id: 2,
        level: 4,
        extra_files: vec!["a-rather-long-name.index".into(), "b".into()],
        creation_time_millis: Some(1_700_000_000_123),
        delete_row_count: Some(2),
        embedded_index: Some(Bytes::from_static(b"index")),
        file_source: Some(FileSource::Compact),
        value_stats_cols: Some(vec!["k".into()]),
        external_path: Some("s3://elsewhere/file".into()),
        first_row_id: Some(77),
        write_cols: Some(vec!["k".into(), "v".into()]),
        write_cols_sequences: None,
    }
}

fn bare(name: &str) -> DataFileMeta {
    DataFileMeta {
        creation_time_millis: None,
        delete_row_count: None,
        embedded_index: None,
        file_source: None,
        value_stats_cols: None,
        external_path: None,
        first_row_id: None,
        write_cols: None,
        extra_files: vec![],
        min_key: BinaryRow::empty(),
        max_key: BinaryRow::empty(),
        key_stats: SimpleStats::empty(),
        ..file(name)
    }
}

fn index(name: &str) -> IndexFileMeta {
    let vector =
        |name: &str, cardinality| DeletionVectorMeta { data_file: name.into(), offset: 1, length: 22, cardinality };
    IndexFileMeta {
        index_type: "DELETION_VECTORS".into(),
        file_name: name.into(),
        file_size: 44,
        row_count: 2,
        deletion_vectors: Some(vec![vector("data-1.parquet", Some(5)), vector("d", None)]),
        external_path: Some("s3://elsewhere/index".into()),
        global_index: None,
    }
}

fn global(name: &str, source: Option<&'static [u8]>) -> IndexFileMeta {
    IndexFileMeta {
        index_type: "btree".into(),
        deletion_vectors: None,
        external_path: None,
        global_index: Some(GlobalIndexMeta {
            row_range_start: 5,
            row_range_end: 9,
            index_field_id: 3,
            extra_field_ids: Some(vec![4, 5]),
            index_meta: Some(Bytes::from_static(b"meta of the index")),
            source_meta: source.map(Bytes::from_static),
        }),
        ..index(name)
    }
}

fn message() -> CommitMessage {
    let mut message = CommitMessage::new(key(7), 3, 5);
    message.new_files = vec![file("new-1"), bare("new-2")];
    message.deleted_files = vec![file("deleted")];
    message.changelog_files = vec![bare("changelog")];
    message.new_index_files = vec![index("index-1"), global("index-2", None)];
    message.deleted_index_files = vec![index("index-0")];
    message.compact_before = vec![file("before-1"), file("before-2")];
    message.compact_after = vec![file("after")];
    message.compact_changelog_files = vec![file("compact-changelog")];
    message.compact_new_index_files = vec![index("index-3")];
    message.compact_deleted_index_files = vec![index("index-4")];
    message
}

#[test]
fn messages_come_back_as_they_were() {
    for version in CommitMessage::OLDEST_VERSION..=CommitMessage::VERSION {
        for message in [message(), CommitMessage::new(BinaryRow::empty(), 0, CommitMessage::TABLE_BUCKETS)] {
            let bytes = message.to_bytes(version).unwrap();
            assert_eq!(CommitMessage::from_bytes(version, &bytes).unwrap(), message, "version {version}");
        }
    }
}

#[test]
fn what_came_later_does_not_fit_into_older_versions() {
    let mut with_sequences = message();
    with_sequences.new_files[0].write_cols_sequences = Some(vec![1, 2]);
    let bytes = with_sequences.to_bytes(13).unwrap();
    assert_eq!(CommitMessage::from_bytes(13, &bytes).unwrap(), with_sequences);
    assert_eq!(with_sequences.to_bytes(12).unwrap_err().kind(), ErrorKind::Unsupported);
    let mut with_source = message();
    with_source.new_index_files = vec![global("index", Some(b"source"))];
    let bytes = with_source.to_bytes(12).unwrap();
    assert_eq!(CommitMessage::from_bytes(12, &bytes).unwrap(), with_source);
    assert_eq!(with_source.to_bytes(11).unwrap_err().kind(), ErrorKind::Unsupported);
    for version in [10, 14] {
        assert_eq!(message().to_bytes(version).unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(CommitMessage::from_bytes(version, &[]).unwrap_err().kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn cut_and_flipped_bytes_give_a_value_or_an_error() {
    let mut bytes = message().to_bytes(13).unwrap();
    for length in 0..bytes.len() {
        assert_eq!(CommitMessage::from_bytes(13, &bytes[..length]).unwrap_err().kind(), ErrorKind::Corrupt);
    }
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xFF] {
            bytes[at] ^= flip;
            let _ = CommitMessage::from_bytes(13, &bytes);
            bytes[at] ^= flip;
        }
    }
    bytes.push(0);
    assert_eq!(CommitMessage::from_bytes(13, &bytes).unwrap_err().kind(), ErrorKind::Corrupt);
}
