//! Files that other implementations wrote, and broken ones.

use proptest::prelude::*;

use crate::{
    error::ErrorKind,
    format::{
        FileFormat, ReadRequest, WriterOptions,
        any_rows::{any_type, batch_of, memory, read_file, table_of, write},
        fixtures::Fixture,
        golden,
    },
    types::{DataField, DataType, Datum, TypeKind},
};

const CODECS: [&str; 6] = ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"];

fn types() -> [Fixture; 2] {
    ["java2_types", "java09_types"].map(|name| Fixture::load(&format!("{name}.avro"), name, name))
}

fn codec(name: &str) -> Fixture {
    let name = format!("codec_{name}");
    Fixture::load(&format!("{name}.avro"), "codec", &name)
}

#[test]
fn golden_avro_files_hold_the_expected_rows() {
    for case in ["types_avro", "j09_types_avro", "py_types_avro", "rs_types_avro", "compress_avro"] {
        if !golden::check(case, "avro") {
            return;
        }
    }
}

#[test]
fn every_type_and_codec_is_read() {
    types().iter().for_each(|fixture| fixture.check(fixture.request()));
    CODECS.iter().map(|name| codec(name)).for_each(|fixture| fixture.check(fixture.request().with_batch_rows(7)));
}

#[test]
fn ranges_of_rows_are_read_alone() {
    let mut fixture = codec("snappy");
    let mut request = fixture.request().with_batch_rows(3);
    request.rows = Some(vec![1..2, 4..9, 19..40]);
    fixture.rows = [1, 4, 5, 6, 7, 8, 19].map(|row| fixture.rows[row].clone()).to_vec();
    fixture.check(request);
}

#[test]
fn columns_are_chosen_by_name() {
    let fixture = codec("null");
    let fields = [3, 0].map(|index: usize| fixture.fields[index].clone());
    let missing = DataField::new(90, "absent", DataType::not_null(TypeKind::Int));
    let request = ReadRequest::new([fields.to_vec(), vec![missing]].concat());
    let rows = golden::read_cells(&fixture.name, &fixture.bytes, request).unwrap();
    for (row, whole) in rows.iter().zip(&fixture.rows) {
        assert_eq!(row.as_slice(), [whole[3].clone(), whole[0].clone(), serde_json::Value::Null]);
    }
    assert_eq!(rows.len(), fixture.rows.len());
    let batches = golden::read_bytes(&fixture.name, &fixture.bytes, ReadRequest::new(Vec::new())).unwrap();
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), fixture.rows.len());
}

#[test]
fn a_type_that_does_not_fit_is_corrupt() {
    let mut fixture = codec("null");
    fixture.fields[1].data_type = DataType::nullable(TypeKind::BigInt);
    let error = golden::read_cells(&fixture.name, &fixture.bytes, fixture.request()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("txt"), "{error}");
}

#[test]
fn truncated_files_are_corrupt() {
    CODECS.iter().map(|name| codec(name)).for_each(|fixture| fixture.refuse_truncations());
}

#[test]
fn mutated_files_are_survived() {
    types().iter().for_each(|fixture| fixture.survive_mutations(300));
    CODECS.iter().map(|name| codec(name)).for_each(|fixture| fixture.survive_mutations(700));
}

#[test]
fn flipped_bytes_are_survived() {
    types().iter().for_each(|fixture| fixture.survive_flips());
    CODECS.iter().map(|name| codec(name)).for_each(|fixture| fixture.survive_flips());
}

/// Whether Avro files hold values of this type.
fn is_held(data_type: &DataType) -> bool {
    match &data_type.kind {
        TypeKind::Time(4..) | TypeKind::Timestamp(7..) | TypeKind::TimestampLtz(7..) => false,
        TypeKind::Variant | TypeKind::Blob => false,
        TypeKind::Array(part) | TypeKind::Vector { element: part, .. } | TypeKind::Multiset(part) => is_held(part),
        TypeKind::Map { key, value } => is_held(key) && is_held(value),
        TypeKind::Row(fields) => fields.iter().all(|field| is_held(&field.data_type)),
        _ => true,
    }
}

const WRITTEN: [&str; 5] = ["zstd", "snappy", "deflate", "bzip2", "null"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn all_types_survive(
        (fields, columns) in table_of(any_type().prop_filter("not in avro", is_held).boxed()),
        (slice, batch_rows) in (1..20usize, 1..20usize),
        codec in 0..WRITTEN.len(),
    ) {
        let batch = batch_of(&fields, &columns);
        let storage = memory();
        let compression = WRITTEN[codec].to_owned();
        let options = WriterOptions { format: FileFormat::Avro, compression, zstd_level: 3, ..WriterOptions::default() };
        let summary = write(&storage, &fields, &batch, slice, options).unwrap();
        prop_assert_eq!(summary.row_count, batch.num_rows() as u64);
        let request = ReadRequest::new(fields.clone()).with_batch_rows(batch_rows);
        let found = read_file(&storage, FileFormat::Avro, summary.file_size, request).unwrap();
        for (index, field) in fields.iter().enumerate() {
            prop_assert_eq!(found.column(index), batch.column(index), "{:?}", field);
            let nulls = columns[index].iter().filter(|value| value.is_none()).count() as i64;
            prop_assert_eq!(summary.columns[index].null_count, Some(nulls));
            let order = |a: &&Datum, b: &&Datum| a.try_cmp(b).unwrap_or(std::cmp::Ordering::Equal);
            let least = columns[index].iter().flatten().min_by(order);
            let found = summary.columns[index].min.as_ref();
            prop_assert!(found.is_none() || found == least, "{:?}", field);
        }
    }
}
