//! Each rule of combining index files.

use super::*;
use crate::{
    ErrorKind,
    spec::index_manifest::{DeletionVectorMeta, IndexFileMeta},
};

/// Entries from words `+type/bucket/name` or `+type/bucket/name:data,data`, type being H, D or a global index `first-last`.
fn entries(text: &str) -> Vec<IndexManifestEntry> {
    text.split_whitespace().map(entry).collect()
}

fn entry(word: &str) -> IndexManifestEntry {
    let (kind, rest) = word.split_at(1);
    let mut parts = rest.split('/');
    let (index_type, bucket, name) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let (name, data_files) = name.split_once(':').unwrap_or((name, ""));
    let vector =
        |data_file: &str| DeletionVectorMeta { data_file: data_file.into(), offset: 1, length: 10, cardinality: None };
    let data_files = data_files.split(',').filter(|name| !name.is_empty());
    IndexManifestEntry {
        kind: if kind == "+" { FileKind::Add } else { FileKind::Delete },
        partition: BinaryRow::empty(),
        bucket: bucket.parse().unwrap(),
        file: IndexFileMeta {
            index_type: match index_type {
                "H" => HASH_INDEX.into(),
                "D" => DELETION_VECTORS.into(),
                _ => "btree".into(),
            },
            file_name: name.into(),
            file_size: 1,
            row_count: 1,
            deletion_vectors: (index_type == "D").then(|| data_files.map(vector).collect()),
            external_path: None,
            global_index: index_type.split_once('-').map(|(first, last)| GlobalIndexMeta {
                row_range_start: first.parse().unwrap(),
                row_range_end: last.parse().unwrap(),
                index_field_id: 1,
                extra_field_ids: None,
                index_meta: None,
                source_meta: None,
            }),
        },
    }
}

fn combined(present: &str, change: &str, vectors: VectorFiles) -> Result<String, ErrorKind> {
    let combined = combine(&entries(present), &entries(change), vectors).map_err(|error| error.kind())?;
    assert!(combined.iter().all(|entry| entry.kind == FileKind::Add), "deletes do not stay");
    Ok(combined.iter().map(|entry| entry.file.file_name.as_str()).collect::<Vec<_>>().join(" "))
}

#[test]
fn a_bucket_has_one_file_of_each_type() {
    assert_eq!(combined("+H/0/a +H/1/b +D/0/d", "+H/0/c", VectorFiles::Replaced), Ok("b d c".into()));
    assert_eq!(combined("+H/0/a +D/0/d", "+D/0/e", VectorFiles::Replaced), Ok("a e".into()));
    assert_eq!(combined("+D/0/d", "-D/0/d +D/0/e", VectorFiles::Replaced), Ok("e".into()));
    assert_eq!(combined("", "+H/0/a +H/0/b", VectorFiles::Replaced), Ok("b".into()), "the last one of a commit");
    assert_eq!(combined("+H/0/a +D/0/d", "-D/0/d -H/0/a", VectorFiles::Replaced), Ok(String::new()));
}

#[test]
fn append_tables_replace_the_vectors_that_they_saw() {
    let combined = |present, change| combined(present, change, VectorFiles::One);
    assert_eq!(combined("", "+D/0/a:x"), Ok("a".into()));
    assert_eq!(combined("+D/1/a:x", "+D/0/b:y"), Ok("a b".into()), "another bucket");
    assert_eq!(combined("+D/0/a:x", "+D/0/b:y"), Err(ErrorKind::Conflict));
    assert_eq!(combined("+D/0/a:x", "-D/0/a:x +D/0/b:x,y"), Ok("b".into()));
}

#[test]
fn without_buckets_vector_files_are_told_apart_by_name() {
    assert_eq!(combined("+D/0/a:x", "+D/0/b:y", VectorFiles::Many), Ok("a b".into()));
    assert_eq!(combined("+D/0/a:x", "-D/0/a:x +D/0/b:x,y", VectorFiles::Many), Ok("b".into()));
    assert_eq!(combined("+D/0/a:x", "+D/0/a:y", VectorFiles::Many), Err(ErrorKind::Conflict), "there already");
    assert_eq!(combined("+D/0/a:x", "+D/0/b:x", VectorFiles::Many), Err(ErrorKind::Conflict), "a second vector of x");
    assert_eq!(
        combined("", "+D/0/a:x +D/0/b:x", VectorFiles::Many),
        Err(ErrorKind::Conflict),
        "two vectors of x at once"
    );
}

#[test]
fn files_to_remove_must_be_there() {
    for vectors in [VectorFiles::Many, VectorFiles::One, VectorFiles::Replaced] {
        assert_eq!(combined("+D/0/a:x", "-D/0/b:x +D/0/c:x", vectors), Err(ErrorKind::Conflict));
        assert_eq!(combined("", "-D/0/b:x", vectors), Err(ErrorKind::Conflict));
    }
    assert_eq!(combined("+0-9/0/a", "-0-9/0/b", VectorFiles::Many), Err(ErrorKind::Conflict));
}

#[test]
fn global_indexes_of_a_field_cover_rows_once() {
    assert_eq!(combined("+0-9/0/a", "+10-19/0/b", VectorFiles::Many), Ok("a b".into()));
    assert_eq!(combined("+0-9/0/a", "+9-19/0/b", VectorFiles::Many), Err(ErrorKind::Conflict));
    assert_eq!(combined("+0-9/0/a", "-0-9/0/a +9-19/0/b", VectorFiles::Many), Ok("b".into()));
    assert_eq!(combined("", "+0-9/0/a +0-9/0/b", VectorFiles::Many), Ok("a b".into()), "shards of one commit");
}

#[test]
fn global_indexes_made_from_files_may_overlap() {
    let from = |word: &str, source: &'static [u8]| {
        let mut entry = entry(word);
        entry.file.global_index.as_mut().unwrap().source_meta = Some(bytes::Bytes::from_static(source));
        entry
    };
    let outcome = |source| combine(&[from("+0-9/0/a", source)], &[from("+0-9/0/b", source)], VectorFiles::Many).is_ok();
    assert!(outcome(b"files"));
    assert!(!outcome(b"DEIX\0\0\0\x01"));
}
