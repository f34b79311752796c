//! What is written reads back the same, for all types.

use arrow_array::RecordBatch;
use futures::{TryStreamExt, executor::block_on};
use proptest::prelude::*;

pub(super) use crate::format::any_rows::{batch_of, memory, read_all, write};
use crate::{
    error::ErrorKind,
    format::{FileSummary, ReadRequest, WriterOptions, any_rows::table, read},
    types::{DataField, DataType, Datum, TypeKind},
};

const CODECS: [&str; 6] = ["zstd", "snappy", "lz4", "gzip", "brotli", "none"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn all_types_survive(
        (fields, columns) in table(),
        (slice, block_rows, batch_rows) in (1..20usize, 1..30usize, 1..20usize),
        codec in 0..CODECS.len(),
        dictionary: bool,
    ) {
        let batch = batch_of(&fields, &columns);
        let storage = memory();
        let options = WriterOptions { compression: CODECS[codec].to_owned(), block_rows, dictionary, ..WriterOptions::default() };
        let summary = write(&storage, &fields, &batch, slice, options).unwrap();
        prop_assert_eq!(summary.row_count, batch.num_rows() as u64);
        let request = ReadRequest::new(fields.clone()).with_batch_rows(batch_rows);
        let found = read_all(&storage, summary.file_size, request).unwrap();
        for (field, column) in fields.iter().zip(&columns).enumerate().map(|(index, pair)| {
            assert_eq!(found.column(index), batch.column(index), "{:?}", pair.0);
            pair
        }) {
            check_summary(&summary, field, column);
        }
    }
}

/// Bounds are those of the values, where they are given at all.
fn check_summary(summary: &FileSummary, field: &DataField, column: &[Option<Datum>]) {
    let summary = &summary.columns[field.id as usize];
    let order = |a: &&Datum, b: &&Datum| a.try_cmp(b).unwrap();
    let nested = matches!(
        field.data_type.kind,
        TypeKind::Variant
            | TypeKind::Array(_)
            | TypeKind::Vector { .. }
            | TypeKind::Map { .. }
            | TypeKind::Multiset(_)
            | TypeKind::Row(_)
    );
    let nulls = column.iter().filter(|value| value.is_none()).count() as i64;
    assert_eq!(summary.null_count, (!nested).then_some(nulls));
    let unordered = matches!(field.data_type.kind, TypeKind::Timestamp(7..) | TypeKind::TimestampLtz(7..));
    let values = || column.iter().flatten();
    if nested || unordered {
        assert_eq!((&summary.min, &summary.max), (&None, &None));
    } else {
        let zero = |datum: &Datum| matches!(datum, Datum::Float(0.0) | Datum::Double(0.0));
        let (least, greatest) = (values().min_by(order), values().max_by(order));
        if !least.is_some_and(zero) && !greatest.is_some_and(zero) {
            assert_eq!((summary.min.as_ref(), summary.max.as_ref()), (least, greatest), "{field:?}");
        }
    }
}

#[test]
fn a_column_with_nan_has_no_bounds() {
    let fields = [DataField::new(0, "x", DataType::nullable(TypeKind::Double))];
    let column = [1.0, f64::NAN, 3.0].map(|value| Some(Datum::Double(value))).to_vec();
    let storage = memory();
    let summary = write(&storage, &fields, &batch_of(&fields, &[column]), 8, WriterOptions::default()).unwrap();
    assert_eq!((&summary.columns[0].min, &summary.columns[0].max), (&None, &None));
}

#[test]
fn an_empty_file_reads_as_no_rows() {
    let fields = [DataField::new(0, "x", DataType::not_null(TypeKind::Int))];
    let storage = memory();
    let summary = write(&storage, &fields, &batch_of(&fields, &[vec![]]), 1, WriterOptions::default()).unwrap();
    assert_eq!(read_all(&storage, summary.file_size, ReadRequest::new(fields.to_vec())).unwrap().num_rows(), 0);
}

#[test]
fn nulls_in_a_not_null_column_are_refused() {
    let nullable = [DataField::new(0, "x", DataType::nullable(TypeKind::Int))];
    let batch = batch_of(&nullable, &[vec![None]]);
    let fields = [DataField::new(0, "x", DataType::not_null(TypeKind::Int))];
    let error = write(&memory(), &fields, &batch, 1, WriterOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[test]
fn absent_columns_and_fields_are_null() {
    let row = |fields| DataType::nullable(TypeKind::Row(fields));
    let int = |id, name: &str| DataField::new(id, name, DataType::nullable(TypeKind::Int));
    let written = [int(0, "a"), DataField::new(1, "r", row(vec![int(2, "x")]))];
    let columns = [vec![Some(Datum::Int(1)), None], vec![Some(Datum::Row(vec![Some(Datum::Int(2))])), None]];
    let storage = memory();
    let summary = write(&storage, &written, &batch_of(&written, &columns), 8, WriterOptions::default()).unwrap();

    // A column, a field beside others, all fields of a row.
    for inner in [vec![int(3, "y"), int(2, "x")], vec![int(3, "y")]] {
        let asked = vec![int(4, "b"), DataField::new(1, "r", row(inner.clone())), int(0, "a")];
        let found = read_all(&storage, summary.file_size, ReadRequest::new(asked.clone())).unwrap();
        let value = inner.iter().map(|field| (field.name == "x").then_some(Datum::Int(2))).collect();
        let expected = [vec![None, None], vec![Some(Datum::Row(value)), None], columns[0].clone()];
        assert_eq!(found, batch_of(&asked, &expected));
    }
}

#[test]
fn a_not_null_column_that_is_absent_reads_as_null() {
    let written = [DataField::new(0, "a", DataType::not_null(TypeKind::Int))];
    let storage = memory();
    let batch = batch_of(&written, &[vec![Some(Datum::Int(1))]]);
    let summary = write(&storage, &written, &batch, 1, WriterOptions::default()).unwrap();
    let asked = vec![DataField::new(1, "b", DataType::not_null(TypeKind::Int)), written[0].clone()];
    let batches: Vec<RecordBatch> = block_on(async {
        read(&storage, "f.parquet", summary.file_size, ReadRequest::new(asked)).await?.try_collect().await
    })
    .unwrap();
    assert!(batches[0].schema().field(0).is_nullable());
    assert!(!batches[0].schema().field(1).is_nullable());
    assert_eq!(batches[0].column(0).null_count(), 1);
}
