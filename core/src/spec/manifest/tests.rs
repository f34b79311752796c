use proptest::prelude::*;

use super::*;
use crate::spec::{data_file::FileSource, stats::SimpleStats};

const JAVA: &[u8] = include_bytes!("../testdata/java-2.0.manifest");
const OTHERS: [&[u8]; 3] = [
    include_bytes!("../testdata/java-0.9.manifest"),
    include_bytes!("../testdata/python-2.1.manifest"),
    include_bytes!("../testdata/rust-0.4.manifest"),
];

#[test]
fn java_manifest_decodes() {
    let entries = decode(JAVA).unwrap();
    let first = entries.first().unwrap();
    assert_eq!((first.kind, first.bucket, first.total_buckets), (FileKind::Add, 0, -1));
    assert!(first.file.file_name.ends_with(".parquet"), "{}", first.file.file_name);
    assert_eq!(first.file.file_source, Some(FileSource::Append));
    assert_eq!((&first.file.min_key, &first.file.key_stats), (&BinaryRow::empty(), &SimpleStats::empty()));
    assert_eq!(first.file.row_count, first.file.max_sequence_number - first.file.min_sequence_number + 1);
    assert_eq!(first.file.delete_row_count, Some(0));
}

#[test]
fn schema_is_javas_with_the_newest_field() {
    let newest = r#",{"name":"_WRITE_COLS_SEQUENCES","type":["null",{"type":"array","items":"long"}],"default":null}"#;
    let older = SCHEMA.replace(newest, "");
    assert_ne!(older, SCHEMA);
    assert!(JAVA.windows(older.len()).any(|window| window == older.as_bytes()));
}

#[test]
fn manifests_of_other_writers_decode_and_survive_a_rewrite() {
    for bytes in OTHERS {
        let entries = decode(bytes).unwrap();
        assert!(!entries.is_empty());
        assert_eq!(decode(&encode(&entries, Codec::Zstandard).unwrap()).unwrap(), entries);
    }
}

#[test]
fn every_flipped_byte_gives_entries_or_an_error() {
    let plain = encode(&decode(JAVA).unwrap()[..1], Codec::Null).unwrap();
    for original in [JAVA, &plain] {
        let mut bytes = original.to_vec();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xFF] {
                bytes[at] ^= flip;
                let _ = decode(&bytes);
                bytes[at] ^= flip;
            }
        }
        for length in 0..bytes.len() {
            let _ = decode(&bytes[..length]);
        }
    }
}

#[test]
fn other_record_version_is_unsupported() {
    let entries = decode(JAVA).unwrap();
    let mut bytes = encode(&entries[..1], Codec::Null).unwrap().to_vec();
    // The first byte of the block: _VERSION 2 as a zig-zag number, behind the marker, a byte of count and two of size.
    let sync: Vec<u8> = bytes[bytes.len() - 16..].to_vec();
    let header = bytes.windows(16).position(|window| window == sync).unwrap() + 16;
    let version = header + 1 + 2;
    assert_eq!(bytes[version], 4);
    bytes[version] = 6;
    assert_eq!(decode(&bytes).unwrap_err().kind(), crate::ErrorKind::Unsupported);
}

#[test]
fn no_entries_are_a_file_without_blocks() {
    assert_eq!(decode(&encode(&[], Codec::Zstandard).unwrap()).unwrap(), []);
}

/// Entries with every member set or absent.
fn entry() -> impl Strategy<Value = ManifestEntry> {
    let names = || proptest::collection::vec(".{0,5}", 0..3);
    let number = || proptest::option::of(any::<i64>());
    let head = (any::<bool>(), any::<i32>(), any::<i32>(), ".{0,9}", 0..i64::MAX, 0..i64::MAX, any::<[i64; 3]>());
    let tail = (
        any::<i32>(),
        names(),
        [number(), number(), number()],
        proptest::option::of(proptest::collection::vec(any::<u8>(), 0..5)),
        proptest::option::of(any::<bool>()),
        [proptest::option::of(names()), proptest::option::of(names())],
        proptest::option::of(".{0,5}"),
        proptest::option::of(proptest::collection::vec(any::<i64>(), 0..3)),
        proptest::collection::vec(number(), 0..4),
    );
    (head, tail).prop_map(|(head, tail)| {
        let mut entry = blank();
        let (add, bucket, total_buckets, file_name, file_size, row_count, numbers) = head;
        entry.kind = if add { FileKind::Add } else { FileKind::Delete };
        (entry.bucket, entry.total_buckets) = (bucket, total_buckets);
        let file = &mut entry.file;
        (file.file_name, file.file_size, file.row_count) = (file_name, file_size, row_count);
        [file.min_sequence_number, file.max_sequence_number, file.schema_id] = numbers;
        let (level, extra_files, optional, index, compacted, columns, external_path, sequences, null_counts) = tail;
        (file.level, file.extra_files) = (level, extra_files);
        [file.creation_time_millis, file.delete_row_count, file.first_row_id] = optional;
        file.embedded_index = index.map(Bytes::from);
        file.file_source = compacted.map(|compacted| if compacted { FileSource::Compact } else { FileSource::Append });
        [file.value_stats_cols, file.write_cols] = columns;
        (file.external_path, file.write_cols_sequences) = (external_path, sequences);
        file.value_stats.null_counts = null_counts;
        entry
    })
}

proptest! {
    #[test]
    fn decode_undoes_encode(
        entries in proptest::collection::vec(entry(), 0..6),
        codec in proptest::sample::select(vec![Codec::Null, Codec::Deflate, Codec::Snappy, Codec::Zstandard]),
    ) {
        prop_assert_eq!(decode(&encode(&entries, codec).unwrap()).unwrap(), entries);
    }
}
