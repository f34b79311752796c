use proptest::prelude::*;

use super::*;
use crate::{
    spec::{binary_row::BinaryRow, stats::SimpleStats},
    types::{DatumRow, TypeKind},
};

fn key(value: i64) -> BinaryRow {
    BinaryRow::encode(&[DataType::not_null(TypeKind::BigInt)], &[Some(Datum::BigInt(value))]).unwrap()
}

fn file(min: i64, max: i64) -> DataFileMeta {
    DataFileMeta {
        file_name: format!("{min}-{max}"),
        file_size: 1,
        row_count: 1,
        min_key: key(min),
        max_key: key(max),
        key_stats: SimpleStats::empty(),
        value_stats: SimpleStats::empty(),
        min_sequence_number: 0,
        max_sequence_number: 0,
        schema_id: 0,
        level: 0,
        extra_files: Vec::new(),
        creation_time_millis: None,
        delete_row_count: None,
        embedded_index: None,
        file_source: None,
        value_stats_cols: None,
        external_path: None,
        first_row_id: None,
        write_cols: None,
        write_cols_sequences: None,
    }
}

fn partition(ranges: &[(i64, i64)]) -> Vec<Section> {
    let files = ranges.iter().map(|(min, max)| file(*min, *max)).collect();
    sections(files, &[DataType::not_null(TypeKind::BigInt)]).unwrap()
}

/// Sections as `runs | of | files`, runs sorted by text.
fn text(sections: &[Section]) -> Vec<String> {
    let run =
        |files: &Vec<DataFileMeta>| files.iter().map(|file| file.file_name.as_str()).collect::<Vec<_>>().join(" ");
    let section = |section: &Section| {
        let mut runs: Vec<String> = section.runs.iter().map(run).collect();
        runs.sort();
        runs.join(" | ")
    };
    sections.iter().map(section).collect()
}

#[test]
fn disjoint_files_are_sections_of_one_run() {
    assert_eq!(text(&partition(&[(5, 9), (1, 4)])), ["1-4", "5-9"]);
}

#[test]
fn a_shared_bound_is_an_overlap() {
    assert_eq!(text(&partition(&[(1, 4), (4, 9)])), ["1-4 | 4-9"]);
}

#[test]
fn files_join_the_run_that_ends_first() {
    assert_eq!(text(&partition(&[(1, 10), (2, 3), (4, 5), (6, 20)])), ["1-10 | 2-3 4-5 6-20"]);
}

#[test]
fn no_files_are_no_sections() {
    assert!(partition(&[]).is_empty());
}

#[test]
fn keys_that_do_not_decode_name_the_file() {
    let mut broken = file(1, 2);
    broken.max_key = BinaryRow::from_serialized(bytes::Bytes::from_static(b"\0\0\0\x01"));
    let error = sections(vec![broken], &[DataType::not_null(TypeKind::BigInt)]).err().unwrap();
    assert_eq!(error.path(), Some("1-2"));
}

#[test]
fn null_keys_come_first() {
    let types = [DataType::nullable(TypeKind::BigInt)];
    let row: DatumRow = vec![None];
    let mut first = file(0, 3);
    first.min_key = BinaryRow::encode(&types, &row).unwrap();
    let found = sections(vec![file(-9, 1), first], &types).unwrap();
    assert_eq!(found[0].runs.len(), 2);
}

/// The largest number of ranges over one point: no fewer runs can hold them.
fn depth(ranges: &[(i64, i64)]) -> usize {
    let over = |point: i64| ranges.iter().filter(|(min, max)| (*min..=*max).contains(&point)).count();
    ranges.iter().map(|(min, _)| over(*min)).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn sections_are_disjoint_and_runs_minimal(ranges in prop::collection::vec((0i64..60, 0i64..15), 0..30)) {
        let ranges: Vec<(i64, i64)> = ranges.into_iter().map(|(min, len)| (min, min + len)).collect();
        let bounds = |file: &DataFileMeta| {
            let mut parts = file.file_name.splitn(2, '-').map(|part| part.parse::<i64>().unwrap());
            (parts.next().unwrap(), parts.next().unwrap())
        };
        let found = partition(&ranges);
        let mut seen: Vec<(i64, i64)> = Vec::new();
        let mut last_max = i64::MIN;
        for section in &found {
            let files: Vec<(i64, i64)> = section.files().map(bounds).collect();
            prop_assert!(files.iter().all(|(min, _)| *min > last_max));
            last_max = files.iter().map(|(_, max)| *max).max().unwrap();
            prop_assert_eq!(section.runs.len(), depth(&files));
            for run in &section.runs {
                prop_assert!(run.windows(2).all(|pair| bounds(&pair[0]).1 < bounds(&pair[1]).0));
            }
            // No section could be cut in two: each key but the last is within a file, or two files meet after it.
            let min = files.iter().map(|(min, _)| *min).min().unwrap();
            let separates = |point: i64| files.iter().all(|(min, max)| *max <= point || *min > point);
            prop_assert!(!(min..last_max).any(separates));
            seen.extend(files);
        }
        let mut all = ranges.clone();
        all.sort_unstable();
        seen.sort_unstable();
        prop_assert_eq!(seen, all);
    }
}
