//! Skipping never loses a row, does skip, and asks the storage for no more than it needs.

use std::ops::Range;

use arrow_select::filter::filter_record_batch;
use futures::{StreamExt, executor::block_on};
use proptest::{collection::vec, option, prelude::*};

use super::round_trip::{batch_of, memory, read_all, write};
use crate::{
    format::{ReadRequest, WriterOptions, read, row_groups},
    io::Storage,
    predicate::{Column, CompareOp, Predicate},
    types::{DataField, DataType, Datum, TypeKind},
};

fn fields() -> Vec<DataField> {
    vec![
        DataField::new(0, "a", DataType::nullable(TypeKind::Int)),
        DataField::new(1, "b", DataType::nullable(TypeKind::STRING)),
        DataField::new(2, "c", DataType::nullable(TypeKind::Decimal { precision: 20, scale: 2 })),
        DataField::new(3, "d", DataType::nullable(TypeKind::Timestamp(6))),
        DataField::new(4, "e", DataType::nullable(TypeKind::Double)),
    ]
}

/// A value of column `column` that stands for `value`.
fn datum(column: usize, value: i64) -> Datum {
    match column {
        0 => Datum::Int(value as i32),
        1 => Datum::String(format!("{value:05}")),
        2 => Datum::Decimal { unscaled: value.into(), scale: 2 },
        3 => Datum::Timestamp { millis: value.div_euclid(1000), nanos: (value.rem_euclid(1000) * 1000) as i32 },
        _ if value % 13 == 5 => Datum::Double(f64::NAN),
        _ => Datum::Double(value as f64),
    }
}

fn compare(column: usize, op: CompareOp, value: i64) -> Predicate {
    let field = &fields()[column];
    let column_ = Column { id: field.id, name: field.name.clone(), data_type: field.data_type.clone() };
    Predicate::Compare { column: column_, op, literal: datum(column, value) }
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let op = prop_oneof![
        Just(CompareOp::Eq),
        Just(CompareOp::NotEq),
        Just(CompareOp::Lt),
        Just(CompareOp::LtEq),
        Just(CompareOp::Gt),
        Just(CompareOp::GtEq),
    ];
    let leaf = (0..5usize, op, -60..60i64).prop_map(|(column, op, value)| match (value + 60) % 7 {
        0 => match compare(column, op, value) {
            Predicate::Compare { column, .. } => Predicate::IsNull { column, negated: value > 0 },
            other => other,
        },
        _ => compare(column, op, value),
    });
    leaf.prop_recursive(2, 6, 3, |part| {
        prop_oneof![vec(part.clone(), 1..3).prop_map(Predicate::And), vec(part, 1..3).prop_map(Predicate::Or)]
    })
}

/// Values that come in runs, as in sorted files, with nulls.
fn rows() -> impl Strategy<Value = Vec<[Option<i64>; 5]>> {
    let start = (-50..50i64, 0..3i64, 1..60usize);
    vec((start, vec(option::weighted(0.8, 0..3i64), 5)), 1..6).prop_map(|runs| {
        let row = |start: i64, step: i64, index: usize, noise: &[Option<i64>]| {
            std::array::from_fn(|column| {
                let noise = noise[(column + index) % noise.len()];
                noise.map(|noise| start + step * index as i64 * (column as i64 - 1).signum() + noise)
            })
        };
        runs.iter()
            .flat_map(|((start, step, count), noise)| (0..*count).map(|index| row(*start, *step, index, noise)))
            .collect()
    })
}

fn ranges() -> impl Strategy<Value = Vec<Range<u64>>> {
    vec((0..40u64, 1..40u64), 0..5).prop_map(|gaps| {
        let mut position = 0;
        gaps.into_iter()
            .map(|(gap, length)| {
                let start = position + gap;
                position = start + length;
                start..position
            })
            .collect()
    })
}

fn file_of(storage: &Storage, rows: &[[Option<i64>; 5]], block_rows: usize) -> u64 {
    let column =
        |column: usize| rows.iter().map(|row| row[column].map(|value| datum(column, value))).collect::<Vec<_>>();
    let columns = (0..5).map(column).collect::<Vec<_>>();
    let options = WriterOptions { block_rows, page_rows: 8, ..WriterOptions::default() };
    write(storage, &fields(), &batch_of(&fields(), &columns), 8, options).unwrap().file_size
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn skipping_loses_no_row(
        rows in rows(),
        predicate in predicate(),
        kept in option::of(ranges()),
        block_rows in 10..200usize,
        first_rows in option::of(0..60u64),
        window_bytes in prop_oneof![Just(1u64), Just(4000), Just(1 << 20)],
    ) {
        let storage = memory();
        let size = file_of(&storage, &rows, block_rows);
        let mut request = ReadRequest::new(fields()).with_batch_rows(16);
        request.rows = kept.clone();
        let exact = |batch| {
            let mask = predicate.evaluate(&batch).unwrap();
            filter_record_batch(&batch, &mask).unwrap()
        };
        let all = read_all(&storage, size, request.clone()).unwrap();
        let expected_rows = |range: &Range<u64>| range.end.min(rows.len() as u64).saturating_sub(range.start);
        let expected = kept.map_or(rows.len() as u64, |kept| kept.iter().map(expected_rows).sum());
        prop_assert_eq!(all.num_rows() as u64, expected);
        let soon = request.clone().with_window_bytes(window_bytes).with_first_rows(first_rows);
        prop_assert_eq!(&read_all(&storage, size, soon.clone()).unwrap(), &all);
        let pruned = read_all(&storage, size, soon.with_predicate(Some(predicate.clone()))).unwrap();
        prop_assert_eq!(exact(pruned), exact(all));
    }
}

/// 1000 ascending rows in 4 row groups.
fn ascending(storage: &Storage) -> u64 {
    let rows = (0..1000).map(|row| [Some(row); 5]).collect::<Vec<_>>();
    file_of(storage, &rows, 256)
}

#[test]
fn row_groups_and_pages_are_skipped() {
    let storage = memory();
    let size = ascending(&storage);
    let read = |predicate| {
        let request = ReadRequest::new(fields()).with_predicate(Some(predicate));
        read_all(&storage, size, request).unwrap().num_rows()
    };
    for column in 0..4 {
        assert_eq!(read(compare(column, CompareOp::Eq, 600)), 8, "one page of column {column}");
        assert_eq!(read(compare(column, CompareOp::GtEq, 992)), 8, "the last page of column {column}");
        assert_eq!(read(compare(column, CompareOp::Eq, 5000)), 0, "nothing of column {column}");
    }
}

#[test]
fn a_file_is_shared_out_by_row_groups() {
    let storage = memory();
    let size = ascending(&storage);
    let layout = block_on(row_groups(&storage, "f.parquet", size)).unwrap();
    assert_eq!(layout.iter().map(|group| group.rows).collect::<Vec<_>>(), [256, 256, 256, 232]);
    let mut found = Vec::new();
    for group in 0..4 {
        let request = ReadRequest::new(fields()).with_row_groups(Some(group..group + 1));
        found.push(read_all(&storage, size, request).unwrap());
    }
    let all = read_all(&storage, size, ReadRequest::new(fields())).unwrap();
    assert_eq!(arrow_select::concat::concat_batches(&all.schema(), &found).unwrap(), all);
}

/// Requests and bytes that `request` takes.
fn traffic(storage: &Storage, size: u64, request: ReadRequest) -> (u64, u64) {
    storage.io().reset();
    read_all(storage, size, request).unwrap();
    let totals = storage.io().totals();
    (totals.requests, totals.bytes_read)
}

#[test]
fn a_small_file_takes_one_request_and_then_none() {
    let storage = memory();
    let size = ascending(&storage);
    let predicate = Some(compare(0, CompareOp::Gt, 5));
    let request = ReadRequest::new(fields()).with_predicate(predicate);
    assert_eq!(traffic(&storage, size, request.clone()), (1, size));
    assert_eq!(traffic(&storage, size, request), (0, 0));
}

/// A file with one row group of more than 6 MiB, behind dictionaries; gives its size.
fn large(storage: &Storage) -> u64 {
    let rows = (0..200_000i64).map(|row| [Some(row.wrapping_mul(2_654_435_761) >> 7); 5]).collect::<Vec<_>>();
    let column = |column: usize| rows.iter().map(|row| row[column].map(|value| datum(column, value))).collect();
    let columns = (0..5).map(column).collect::<Vec<Vec<_>>>();
    let batch = batch_of(&fields(), &columns);
    let options = WriterOptions { compression: "none".to_owned(), ..Default::default() };
    let size = write(storage, &fields(), &batch, 8192, options).unwrap().file_size;
    assert!(size > 6 << 20, "{size}");
    size
}

#[test]
fn windows_fetch_nothing_twice() {
    let storage = memory();
    let size = large(&storage);
    let (whole_requests, whole) = traffic(&storage, size, ReadRequest::new(fields()));
    let window = ReadRequest::new(fields()).with_window_bytes(1 << 20);
    let (requests, bytes) = traffic(&storage, size, window);
    assert!(requests > 2 * whole_requests, "{requests} requests: it was not cut");
    // What lies between two ranges and is less than a request is worth comes along.
    assert!(bytes < whole + whole / 20, "{bytes} bytes of {whole}");
}

#[test]
fn the_first_rows_of_a_large_row_group_come_alone() {
    let storage = memory();
    let size = large(&storage);
    let first = |request: ReadRequest| {
        storage.io().reset();
        let mut batches = block_on(read(&storage, "f.parquet", size, request)).unwrap();
        let first = block_on(batches.next()).unwrap().unwrap();
        (first.num_rows(), storage.io().totals().bytes_read)
    };
    let (few, few_bytes) = first(ReadRequest::new(fields()).with_first_rows(Some(100)));
    assert_eq!(few, 100);
    // Dictionaries come whole, whatever rows are wanted.
    let (many, many_bytes) = first(ReadRequest::new(fields()));
    assert!(many > 100 && many_bytes > 2 * few_bytes, "{many} rows for {many_bytes}");
}

#[test]
fn of_a_large_file_only_the_footer_and_the_columns_asked_are_fetched() {
    let storage = memory();
    let wide = |name: &str, id| DataField::new(id, name, DataType::nullable(TypeKind::BYTES));
    let fields = vec![wide("x", 0), DataField::new(1, "n", DataType::nullable(TypeKind::Int)), wide("y", 2)];
    let bytes = |row: u32| {
        (0..2000u32)
            .map(move |i| (row.wrapping_mul(2_654_435_761) ^ i.wrapping_mul(40_503).rotate_left(row % 31)) as u8)
    };
    let wide_column = (0..1000).map(|row| Some(Datum::Bytes(bytes(row).collect()))).collect::<Vec<_>>();
    let numbers = (0..1000).map(|row| Some(Datum::Int(row))).collect::<Vec<_>>();
    let batch = batch_of(&fields, &[wide_column.clone(), numbers, wide_column]);
    let options = WriterOptions { block_rows: 250, compression: "none".to_owned(), ..Default::default() };
    let size = write(&storage, &fields, &batch, 250, options).unwrap().file_size;
    assert!(size > 3 << 20);
    let request = ReadRequest::new(vec![fields[1].clone()]);
    let (requests, fetched) = traffic(&storage, size, request.clone());
    assert_eq!(requests, 1 + 4);
    assert!(fetched < (64 << 10) + 20_000, "{fetched}");
    let (requests, _) = traffic(&storage, size, request);
    assert_eq!(requests, 4, "the footer is kept");
}
