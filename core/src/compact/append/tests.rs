//! Picks of Java 2.0.0 (`tests/interop/java/AppendPicks.java`, seed 3; packs of tables without buckets are sorted, as Java's
//! order of files in a pack is that of a hash table). Java 1.4.2 picks the same where `compaction.small-file-ratio` is 0.7,
//! the only ratio it knows.

use std::collections::BTreeMap;

use super::*;
use crate::{
    scan::{DeletionFile, entries::tests::file},
    spec::index_manifest::DeletionVectorMeta,
};

const CASES: &str = include_str!("../testdata/append_picks.txt");

/// `size` or `size@deleted/rows#index file`.
fn files(text: &str) -> (Vec<DataFileMeta>, BucketDeletions) {
    let mut vectors = BucketDeletions::new();
    let file = |(age, text): (usize, &str)| {
        let (size, deletion) = text.split_once('@').map_or((text, None), |(size, rest)| (size, Some(rest)));
        let mut file = file(size, 0);
        file.file_size = size.parse().unwrap();
        file.row_count = 100;
        file.min_sequence_number = age as i64;
        if let Some((counts, index)) = deletion.and_then(|deletion| deletion.split_once('#')) {
            let deleted = counts.split_once('/').unwrap().0.parse().unwrap();
            let vector =
                DeletionVectorMeta { data_file: size.to_owned(), offset: 1, length: 1, cardinality: Some(deleted) };
            let deletion = DeletionFile { path: index.to_owned(), is_external: false, vector };
            vectors.insert(size.to_owned(), deletion);
        }
        file
    };
    let files = text.split_whitespace().enumerate().map(file).collect();
    (files, vectors)
}

fn sizes(packs: &[Pack], sorted: bool) -> String {
    let one = |pack: &Pack| {
        let mut sizes: Vec<i64> = pack.files.iter().map(|file| file.file_size).collect();
        if sorted {
            sizes.sort_unstable();
        }
        sizes.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
    };
    let mut packs: Vec<String> = packs.iter().map(one).collect();
    if sorted {
        packs.sort();
    }
    packs.join(" ")
}

fn options(text: &str) -> AppendOptions {
    let options: BTreeMap<String, String> = text
        .split(' ')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    AppendOptions::new(&CoreOptions::parse(&options).unwrap())
}

#[test]
fn picks_are_those_of_java() {
    let mut with_packs = 0;
    for (number, line) in CASES.lines().enumerate() {
        let [mode, settings, shown, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (files, vectors) = files(shown);
        let (has_buckets, full) = (matches!(mode, "neighbours" | "full"), matches!(mode, "idle" | "full"));
        let packs = pick(&files, &vectors, &options(settings), has_buckets, full);
        with_packs += usize::from(!expected.is_empty());
        // Java rewrites a last file for nothing.
        let alone = matches!(packs.as_slice(), []) && mode == "full" && !expected.contains(',');
        if !alone || vectors.contains_key(expected) {
            assert_eq!(sizes(&packs, !has_buckets), expected, "line {number}: {line}");
        }
    }
    assert!(with_packs > 200, "{with_packs}");
}
