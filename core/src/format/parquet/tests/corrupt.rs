//! Hostile files: an error that names the file, or rows; never a panic.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    StructArray, TimestampMicrosecondArray,
    builder::{Int32Builder, ListBuilder, MapBuilder, StringBuilder},
};
use bytes::Bytes;
use parquet::{
    arrow::ArrowWriter,
    basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel},
    file::properties::{WriterProperties, WriterVersion},
};

use super::{golden::field_of, read_bytes};
use crate::{
    error::{ErrorKind, Result},
    format::{ReadRequest, fixtures},
    predicate::{Column, CompareOp, Predicate},
    types::{DataField, DataType, Datum, TypeKind},
};

/// A few rows of many types.
fn batch() -> RecordBatch {
    let mut lists = ListBuilder::new(Int32Builder::new());
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    for row in 0..64 {
        (0..row % 4).for_each(|value| lists.values().append_option((value % 3 != 0).then_some(value)));
        lists.append(row % 5 != 0);
        maps.keys().append_value(format!("k{row}"));
        maps.values().append_option((row % 3 != 0).then_some(row));
        maps.append(row % 7 != 0).unwrap();
    }
    let texts = (0..64).map(|row| (row % 6 != 0).then(|| format!("text {}", row % 9))).collect::<StringArray>();
    let ints = (0..64).map(|row| (row % 4 != 0).then_some(row)).collect::<Int32Array>();
    let nested = StructArray::from(vec![(
        Arc::new(arrow_schema::Field::new("x", arrow_schema::DataType::Int32, true)),
        Arc::new(ints.clone()) as ArrayRef,
    )]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("i", Arc::new(ints)),
        ("l", Arc::new(Int64Array::from_iter_values(0..64))),
        ("s", Arc::new(texts)),
        ("b", Arc::new((0..64).map(|row| Some(row % 3 == 0)).collect::<BooleanArray>())),
        ("f", Arc::new((0..64).map(f64::from).collect::<Float64Array>())),
        ("d", Arc::new((0..64).map(i128::from).collect::<Decimal128Array>().with_precision_and_scale(30, 2).unwrap())),
        ("t", Arc::new(TimestampMicrosecondArray::from_iter_values(0..64))),
        ("a", Arc::new(lists.finish())),
        ("m", Arc::new(maps.finish())),
        ("r", Arc::new(nested)),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn file(version: WriterVersion, compression: Compression) -> (Bytes, Vec<DataField>) {
    let batch = batch();
    let properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(compression)
        .set_max_row_group_row_count(Some(40))
        .set_data_page_row_count_limit(8)
        .set_write_batch_size(8)
        .build();
    let options = parquet::arrow::arrow_writer::ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    let fields = batch.schema().fields().iter().enumerate().map(|(id, field)| field_of(id as i32, field)).collect();
    (writer.into_inner().unwrap().into(), fields)
}

/// Reads everything, with and without a filter; the answer is rows or an error about the file.
fn read_hostile(file: Bytes, fields: &[DataField]) -> Result<usize> {
    let column = Column { id: 1, name: "l".into(), data_type: DataType::nullable(TypeKind::BigInt) };
    let predicate = Predicate::Compare { column, op: CompareOp::Gt, literal: Datum::BigInt(30) };
    let mut rows = Ok(0);
    for predicate in [Some(predicate), None] {
        let request = ReadRequest::new(fields.to_vec()).with_predicate(predicate).with_batch_rows(16);
        rows = read_bytes(&file, request).map(|batches| batches.iter().map(|batch| batch.num_rows()).sum());
        if let Err(error) = &rows {
            assert!(matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Unsupported), "{error}");
            assert!(error.to_string().contains("file.parquet"), "{error}");
        }
    }
    rows
}

const VARIANTS: [(WriterVersion, Compression); 3] = [
    (WriterVersion::PARQUET_1_0, Compression::UNCOMPRESSED),
    (WriterVersion::PARQUET_2_0, Compression::UNCOMPRESSED),
    (WriterVersion::PARQUET_1_0, Compression::SNAPPY),
];

#[test]
fn every_codec_is_read() {
    let codecs = [
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ];
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        let (plain, fields) = file(version, Compression::UNCOMPRESSED);
        let expected = read_bytes(&plain, ReadRequest::new(fields.clone())).unwrap();
        for codec in codecs {
            let (file, _) = file(version, codec);
            assert_eq!(read_bytes(&file, ReadRequest::new(fields.clone())).unwrap(), expected, "{codec} {version:?}");
        }
    }
}

#[test]
fn a_truncated_file_is_corrupt() {
    for (version, compression) in VARIANTS {
        let (file, fields) = file(version, compression);
        assert_eq!(read_hostile(file.clone(), &fields).unwrap(), 64);
        for length in (0..file.len()).step_by(64) {
            read_hostile(file.slice(..length), &fields).unwrap_err();
        }
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let masks = [0xFF, 0x01, 0x80, 0x10, 0x04, 0x40];
    let step = if fixtures::long() { 1 } else { 11 };
    for (version, compression) in VARIANTS {
        let (file, fields) = file(version, compression);
        for (count, position) in (0..file.len()).step_by(step).enumerate() {
            for mask in masks.iter().skip(count % masks.len()).step_by(step) {
                let mut flipped = file.to_vec();
                flipped[position] ^= mask;
                let _ = read_hostile(flipped.into(), &fields);
            }
        }
    }
}
