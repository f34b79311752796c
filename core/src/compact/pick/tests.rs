use std::collections::{BTreeMap, HashSet};

use super::*;
use crate::{
    scan::entries::tests::file,
    spec::binary_row::BinaryRow,
    types::{Datum, TypeKind},
};

/// What Java picks of random trees: classes compiled from the head of its sources, the newest rules, which Paimon 2.0.0
/// and 1.4.2 have in part. `tests/interop/java/Picks.java` says how to read a line, and makes more:
/// `Picks 5 2000`.
const GOLDEN: &str = include_str!("../testdata/picks.txt");

fn key_types() -> [DataType; 1] {
    [DataType::not_null(TypeKind::Int)]
}

fn options(pairs: &[(&str, String)]) -> CoreOptions {
    let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    CoreOptions::parse(&pairs.collect::<BTreeMap<_, _>>()).unwrap()
}

/// Files of a golden line, and the names of those that have a deletion vector.
fn files(text: &str) -> (Vec<DataFileMeta>, HashSet<String>) {
    let mut marked = HashSet::new();
    let key = |text: &str| BinaryRow::encode(&key_types(), &[Some(Datum::Int(text.parse().unwrap()))]).unwrap();
    let one = |(place, text): (usize, &str)| {
        let fields: Vec<&str> = text.trim_end_matches('*').split(':').collect();
        let mut file = file(&format!("f{place:03}"), fields[0].parse().unwrap());
        file.file_size = fields[1].parse().unwrap();
        let (min, max) = fields[2].split_once('-').unwrap();
        (file.min_sequence_number, file.max_sequence_number) = (min.parse().unwrap(), max.parse().unwrap());
        let (first, last) = fields[3].split_once('-').unwrap();
        (file.min_key, file.max_key) = (key(first), key(last));
        if text.ends_with('*') {
            marked.insert(file.file_name.clone());
        }
        file
    };
    (text.split_whitespace().enumerate().map(one).collect(), marked)
}

/// What we pick for a golden line, written as Java's pick.
fn ours(rules: &str, text: &str) -> String {
    let (files, marked) = files(text);
    let rules: Vec<&str> = rules.split(' ').collect();
    let mut pairs = vec![
        ("num-sorted-run.compaction-trigger", rules[0].to_owned()),
        ("compaction.max-size-amplification-percent", rules[1].to_owned()),
        ("compaction.size-ratio", rules[2].to_owned()),
        ("compaction.offpeak.start.hour", "0".to_owned()),
        ("compaction.offpeak.end.hour", "24".to_owned()),
        ("compaction.offpeak-ratio", rules[3].to_owned()),
        ("compaction.force-up-level-0", (rules[4] == "u").to_string()),
        ("num-levels", rules[8].to_owned()),
        ("compaction.force-rewrite-all-files", (rules[10] == "a").to_string()),
        ("deletion-vectors.enabled", (rules[11] == "v").to_string()),
        // Deletion vectors alone would take level 0 up as well.
        ("lookup-compact", "gentle".to_owned()),
        ("lookup-compact.max-interval", i32::MAX.to_string()),
    ];
    for (name, value) in
        [("compaction.total-size-threshold", rules[6]), ("compaction.incremental-size-threshold", rules[7])]
    {
        if value != "-" {
            pairs.push((name, format!("{value} b")));
        }
    }
    let options = options(&pairs);
    let tree = Tree::new(&options, &files, &key_types()).unwrap();
    let must_rewrite = |file: &DataFileMeta| marked.contains(&file.file_name).then_some(Reason::DeletionVectors);
    let full = rules[9] == "f";
    let picked = match full {
        true => tree.pick(&Occasion { full, local_millis: 0, must_rewrite: &must_rewrite }),
        false => tree.pick_by(&UniversalOptions {
            is_full_due: rules[5] == "d",
            force_up_level_0: (rules[4] == "u").then_some(Reason::ForceUpLevel0),
            ..tree.rules(0)
        }),
    };
    let Some(pick) = picked else { return "-".to_owned() };
    let mut places: Vec<usize> = pick.unit.files.iter().map(|file| file.file_name[1..].parse().unwrap()).collect();
    places.sort_unstable();
    let places: Vec<String> = places.iter().map(usize::to_string).collect();
    let flags = (if pick.drop_deletes { "d" } else { "-" }, if pick.one_by_one { "r" } else { "-" });
    format!("{} {}{} {}", pick.unit.output_level, flags.0, flags.1, places.join(","))
}

/// Lines of which we pick something else, and the lines looked at.
fn compare(golden: &str) -> (Vec<String>, usize) {
    let mut wrong = Vec::new();
    for line in golden.lines() {
        let [rules, files, theirs] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        let ours = ours(rules, files);
        if ours != theirs {
            wrong.push(format!("{line} but we pick {ours}"));
        }
    }
    (wrong, golden.lines().count())
}

#[test]
fn picks_are_those_of_java() {
    let (wrong, lines) = compare(GOLDEN);
    assert_eq!(lines, 2000);
    assert!(wrong.is_empty(), "{} of {lines}: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}

#[test]
fn full_compactions_are_due_by_the_age_of_the_top_level() {
    let options = options(&[("compaction.optimization-interval", "1 h".to_owned())]);
    let due = |created: Option<i64>, now: i64| {
        let (mut files, _) = files("0:1:0-0:1-2 0:1:1-1:1-2 5:100:0-0:1-2");
        files[2].creation_time_millis = created;
        let tree = Tree::new(&options, &files, &key_types()).unwrap();
        let pick = tree.pick(&Occasion { full: false, local_millis: now, must_rewrite: &|_| None });
        pick.map(|pick| pick.unit.reason)
    };
    assert_eq!(due(Some(0), MILLIS_PER_HOUR), None);
    assert_eq!(due(Some(0), MILLIS_PER_HOUR + 1), Some(Reason::FullInterval));
    assert_eq!(due(None, 0), Some(Reason::FullInterval));
}

#[test]
fn level_0_is_looked_up_at_once_or_when_enough_waits() {
    let due = |mode: &str, waiting: usize| {
        let mode = [("deletion-vectors.enabled", "true"), ("lookup-compact", mode)];
        let options = options(&mode.map(|(name, value)| (name, value.to_owned())));
        let text: Vec<String> = (0..waiting).map(|n| format!("0:1:{n}-{n}:1-2")).collect();
        let (files, _) = files(&format!("{} 5:99999999:0-0:1-2", text.join(" ")));
        let tree = Tree::new(&options, &files, &key_types()).unwrap();
        let rules = UniversalOptions { trigger: 100, ..tree.rules(0) };
        tree.pick_by(&rules).map(|pick| pick.unit.reason)
    };
    assert_eq!(due("radical", 1), Some(Reason::Lookup));
    assert_eq!([1, 9, 10].map(|waiting| due("gentle", waiting)), [None, None, Some(Reason::Lookup)]);
}
