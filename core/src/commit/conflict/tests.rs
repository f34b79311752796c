//! Each rule of conflict detection, alone.

use super::*;
use crate::{
    ErrorKind,
    scan::entries::tests::entry,
    spec::index_manifest::{DeletionVectorMeta, IndexFileMeta},
    types::{Datum, TypeKind},
};

/// Entries from words `+name@level`.
fn files(text: &str) -> Vec<ManifestEntry> {
    text.split_whitespace().map(entry).collect()
}

/// Index entries from words `+name:data,data`.
fn vectors(text: &str) -> Vec<IndexManifestEntry> {
    let one = |word: &str| {
        let (kind, rest) = word.split_at(1);
        let (name, data_files) = rest.split_once(':').unwrap();
        let vector = |data_file: &str| DeletionVectorMeta {
            data_file: data_file.into(),
            offset: 1,
            length: 10,
            cardinality: Some(1),
        };
        IndexManifestEntry {
            kind: if kind == "+" { FileKind::Add } else { FileKind::Delete },
            partition: BinaryRow::empty(),
            bucket: 0,
            file: IndexFileMeta {
                index_type: "DELETION_VECTORS".into(),
                file_name: name.into(),
                file_size: 10,
                row_count: 1,
                deletion_vectors: Some(data_files.split(',').map(vector).collect()),
                external_path: None,
                global_index: None,
            },
        }
    };
    text.split_whitespace().map(one).collect()
}

fn outcome(rules: &Rules, base: (&str, &str), delta: (&str, &str)) -> Result<(), ErrorKind> {
    outcome_of(CommitKind::Overwrite, rules, base, delta)
}

fn outcome_of(kind: CommitKind, rules: &Rules, base: (&str, &str), delta: (&str, &str)) -> Result<(), ErrorKind> {
    let (base_files, base_index, delta_files, delta_index) =
        (files(base.0), vectors(base.1), files(delta.0), vectors(delta.1));
    let base = State { files: &base_files, index: &base_index };
    let delta = Delta { kind, files: &delta_files, index: &delta_index };
    check(rules, base, delta).map_err(|error| error.kind())
}

#[track_caller]
fn fits(base: &str, delta: &str) {
    assert_eq!(outcome(&Rules::default(), (base, ""), (delta, "")), Ok(()), "{base} then {delta}");
}

#[track_caller]
fn conflicts(base: &str, delta: &str) {
    assert_eq!(outcome(&Rules::default(), (base, ""), (delta, "")), Err(ErrorKind::Conflict), "{base} then {delta}");
}

#[test]
fn files_to_delete_must_be_there() {
    fits("+a@0 +b@0", "-a@0 +c@0");
    conflicts("+b@0", "-a@0 +c@0");
    conflicts("+a@5", "-a@0 +a@5");
    conflicts("+a@0", "-a@0 -a@0");
}

#[test]
fn a_file_is_added_once() {
    conflicts("+a@0", "+a@0");
    conflicts("", "+a@0 +a@0");
    conflicts("+a@0", "-a@0 +a@0");
    fits("+a@0", "-a@0 +a@5");
}

#[test]
fn files_that_are_there_are_left_out() {
    let left = without_present(&files("+a@0 +b@0"), &files("+a@0 +c@0 +b@1"));
    assert_eq!(left, files("+c@0 +b@1"));
}

#[test]
fn bucket_counts_agree_unless_overwriting() {
    let with_count = |text: &str, count| {
        let mut files = files(text);
        files.iter_mut().for_each(|entry| entry.total_buckets = count);
        files
    };
    let outcome = |kind, base, delta| {
        let (base, delta) = (with_count("+a@0", base), with_count("+b@0", delta));
        let delta = Delta { kind, files: &delta, index: &[] };
        check(&Rules::default(), State { files: &base, index: &[] }, delta).is_ok()
    };
    assert!(!outcome(CommitKind::Append, 2, 3));
    assert!(!outcome(CommitKind::Compact, 2, 3));
    assert!(outcome(CommitKind::Overwrite, 2, 3));
    assert!(outcome(CommitKind::Compact, 2, -1), "counts of -1 say nothing");
}

#[test]
fn files_of_a_level_do_not_overlap() {
    let key_types = vec![DataType::not_null(TypeKind::Int)];
    let key = |value| BinaryRow::encode(&key_types, &[Some(Datum::Int(value))]).unwrap();
    let file = |text: &str, min, max| {
        let mut entry = entry(text);
        (entry.file.min_key, entry.file.max_key) = (key(min), key(max));
        entry
    };
    let rules = Rules { key_types: Some(key_types.clone()), pair_vectors: false };
    let base = [file("+a@0", 1, 9), file("+b@0", 1, 9), file("+c@5", 1, 4)];
    let outcome = |delta: ManifestEntry| {
        let delta = Delta { kind: CommitKind::Compact, files: &[delta], index: &[] };
        check(&rules, State { files: &base, index: &[] }, delta).map_err(|error| error.kind())
    };
    assert_eq!(outcome(file("+d@5", 5, 9)), Ok(()));
    assert_eq!(outcome(file("+d@5", 4, 9)), Err(ErrorKind::Conflict), "the last key of one is the first of the other");
    assert_eq!(outcome(file("+d@5", 0, 2)), Err(ErrorKind::Conflict));
    assert_eq!(outcome(file("+d@4", 0, 2)), Ok(()), "another level");
    assert_eq!(outcome(file("+d@0", 0, 2)), Ok(()), "level 0 may overlap");
}

const PAIRED: Rules = Rules { key_types: None, pair_vectors: true };

#[test]
fn vectors_replace_the_one_that_the_commit_saw() {
    let paired = |base, delta| outcome(&PAIRED, base, delta);
    let conflict = Err(ErrorKind::Conflict);
    // The first vector of a file.
    assert_eq!(paired(("+a@0 +b@0", ""), ("", "+v:a")), Ok(()));
    assert_eq!(paired(("+a@0 +b@0", "+v:a"), ("", "+w:a")), conflict, "it has got one meanwhile");
    // A vector takes the place of another.
    assert_eq!(paired(("+a@0 +b@0", "+v:a"), ("", "-v:a +w:a")), Ok(()));
    assert_eq!(paired(("+a@0 +b@0", "+x:a"), ("", "-v:a +w:a")), conflict, "it is not the one that was seen");
    assert_eq!(paired(("+a@0 +b@0", ""), ("", "-v:a +w:a")), conflict);
    // A file of vectors is rewritten: those of other data files move.
    assert_eq!(paired(("+a@0 +b@0", "+v:a,b"), ("", "-v:a,b +w:a,b")), Ok(()));
    assert_eq!(paired(("+a@0 +b@0", "+v:a"), ("", "+w:b")), Ok(()));
    // The data file is gone.
    assert_eq!(paired(("+b@0", ""), ("", "+v:a")), conflict);
}

#[test]
fn files_are_deleted_with_their_vector() {
    let paired = |base, delta| outcome(&PAIRED, base, delta);
    let conflict = Err(ErrorKind::Conflict);
    assert_eq!(paired(("+a@0", "+v:a"), ("-a@0 +c@0", "-v:a")), Ok(()));
    assert_eq!(paired(("+a@0", ""), ("-a@0 +c@0", "")), Ok(()));
    assert_eq!(paired(("+a@0", "+v:a"), ("-a@0 +c@0", "")), conflict, "rows deleted meanwhile would come back");
    assert_eq!(paired(("+a@0", "+w:a"), ("-a@0 +c@0", "-v:a")), conflict);
    assert_eq!(paired(("+a@0", "+v:a"), ("-a@0", "-v:a +w:a")), conflict, "a deleted file with a new vector");
}

#[test]
fn tables_with_buckets_look_at_files_alone() {
    let outcome = |base, delta| outcome(&Rules::default(), base, delta);
    assert_eq!(outcome(("+a@0", "+v:a"), ("-a@0 +c@0", "")), Ok(()));
    assert_eq!(outcome(("+a@0", ""), ("", "+v:a")), Ok(()));
    assert_eq!(outcome(("+a@0", ""), ("", "+v:b")), Err(ErrorKind::Conflict), "about a file that is gone");
    assert_eq!(outcome(("+a@0", ""), ("", "-v:b +w:a,b")), Ok(()), "it had a vector, so it is there");
}

#[test]
fn compactions_of_buckets_know_the_vectors_of_files_that_go() {
    let outcome = |base, delta| outcome_of(CommitKind::Compact, &Rules::default(), base, delta);
    let marked = ("+a@4 +b@5", "+v:a");
    assert_eq!(outcome(marked, ("-a@4 -b@5 +c@5", "")), Err(ErrorKind::Conflict), "marked meanwhile");
    assert_eq!(outcome(marked, ("-a@4 -b@5 +c@5", "-v:a")), Ok(()));
    assert_eq!(outcome(marked, ("-a@4 -b@5 +c@5", "+w:b")), Err(ErrorKind::Conflict), "about a file that goes");
    assert_eq!(outcome(marked, ("-b@5 +c@5", "")), Ok(()), "the marked file stays");
    assert_eq!(outcome(marked, ("-a@4 +a@5", "")), Ok(()), "it moves up with its vector");
}

#[test]
fn two_vectors_of_one_file_are_corrupt() {
    assert_eq!(outcome(&PAIRED, ("+a@0", "+v:a +w:a"), ("+c@0", "")), Err(ErrorKind::Corrupt));
}
