//! Files that other implementations wrote, where the golden tables are at hand.

use std::{fs, path::PathBuf};

use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use serde_json::Value;

use super::read_bytes;
use crate::{
    format::ReadRequest,
    spec::table_schema::TableSchema,
    types::{DataField, DataType, TypeKind, json_rows},
};

/// The golden tables, if they are there.
fn golden() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    ["../shared/golden", "../../shared/golden"].iter().map(|path| root.join(path)).find(|path| path.is_dir())
}

fn data_files(folder: PathBuf, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            data_files(path, found);
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            found.push(path);
        }
    }
}

/// A Paimon type that a file's own type can be read as.
fn type_of(data_type: &arrow_schema::DataType) -> DataType {
    use arrow_schema::{DataType as Arrow, TimeUnit};
    let child = |field: &arrow_schema::FieldRef| Box::new(type_of(field.data_type()));
    DataType::nullable(match data_type {
        Arrow::Boolean => TypeKind::Boolean,
        Arrow::Int8 => TypeKind::TinyInt,
        Arrow::Int16 => TypeKind::SmallInt,
        Arrow::Int32 => TypeKind::Int,
        Arrow::Int64 => TypeKind::BigInt,
        Arrow::Float32 => TypeKind::Float,
        Arrow::Float64 => TypeKind::Double,
        Arrow::Utf8 => TypeKind::STRING,
        Arrow::Binary => TypeKind::BYTES,
        Arrow::Date32 => TypeKind::Date,
        Arrow::Time32(_) | Arrow::Time64(_) => TypeKind::Time(3),
        Arrow::Timestamp(unit, zone) => {
            let precision = match unit {
                TimeUnit::Second | TimeUnit::Millisecond => 3,
                TimeUnit::Microsecond => 6,
                TimeUnit::Nanosecond => 9,
            };
            if zone.is_some() { TypeKind::TimestampLtz(precision) } else { TypeKind::Timestamp(precision) }
        }
        Arrow::Decimal128(precision, scale) => TypeKind::Decimal { precision: *precision, scale: *scale as u8 },
        Arrow::List(element) => TypeKind::Array(child(element)),
        Arrow::Map(entries, _) => {
            let Arrow::Struct(fields) = entries.data_type() else { panic!("{entries}") };
            TypeKind::Map { key: child(&fields[0]), value: child(&fields[1]) }
        }
        Arrow::Struct(fields) => TypeKind::Row(fields.iter().map(|field| field_of(0, field)).collect()),
        other => panic!("no test for {other}"),
    })
}

pub(super) fn field_of(id: i32, field: &arrow_schema::Field) -> DataField {
    DataField::new(id, field.name(), type_of(field.data_type()))
}

#[test]
fn every_parquet_file_of_the_golden_tables_reads() {
    let Some(golden) = golden() else { return };
    let mut files = Vec::new();
    data_files(golden, &mut files);
    for file in files {
        let bytes = Bytes::from(fs::read(&file).unwrap());
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load(&bytes, options).unwrap();
        let fields = metadata.schema().fields().iter().map(|field| field_of(0, field)).collect::<Vec<_>>();
        let batches = read_bytes(&bytes, ReadRequest::new(fields.clone())).unwrap_or_else(|e| panic!("{file:?}: {e}"));
        let rows: usize = batches.iter().map(|batch| batch.num_rows()).sum();
        assert_eq!(rows as i64, metadata.metadata().file_metadata().num_rows(), "{file:?}");
        for batch in batches {
            assert_eq!(batch.schema(), crate::types::arrow::schema(&fields), "{file:?}");
        }
    }
}

/// The rows of an append table of one schema as its files have them, against what other implementations read.
fn check_rows(case: &str) {
    let Some(golden) = golden() else { return };
    let case = golden.join(case);
    let expect: Value = serde_json::from_slice(&fs::read(case.join("expect.json")).unwrap()).unwrap();
    let table = |key: &str| expect[key].as_str().unwrap().to_owned();
    let table = case.join("warehouse").join(table("database") + ".db").join(table("table"));
    let schema = TableSchema::from_json(&fs::read(table.join("schema/schema-0")).unwrap()).unwrap();
    let mut files = Vec::new();
    data_files(table, &mut files);
    let mut found = Vec::new();
    for file in files {
        let bytes = Bytes::from(fs::read(&file).unwrap());
        let request = ReadRequest::new(schema.fields.clone()).with_batch_rows(7);
        for batch in read_bytes(&bytes, request).unwrap_or_else(|error| panic!("{file:?}: {error}")) {
            json_rows::write_ndjson(&batch, &schema.fields, &mut found).unwrap();
        }
    }
    let found = String::from_utf8(found).unwrap();
    let sorted = |rows: Vec<Value>| {
        let mut rows = rows.iter().map(Value::to_string).collect::<Vec<_>>();
        rows.sort();
        rows
    };
    let found = sorted(found.lines().map(|row| serde_json::from_str(row).unwrap()).collect());
    let expected = sorted(expect["latest"]["rows"].as_array().unwrap().clone());
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected, "{case:?}");
    }
}

#[test]
fn all_types_of_java() {
    check_rows("types_parquet");
}

#[test]
fn all_types_of_java_0_9() {
    check_rows("j09_types_parquet");
}

#[test]
fn all_types_of_python() {
    check_rows("py_types_parquet");
}

#[test]
fn all_types_of_rust() {
    check_rows("rs_types_parquet");
}

#[test]
fn multisets() {
    check_rows("multiset_parquet");
}

#[test]
fn variants() {
    check_rows("variant");
}

#[test]
fn all_codecs_of_java() {
    check_rows("compress_parquet");
}

#[test]
fn a_written_schema_is_that_of_java() {
    let Some(golden) = golden() else { return };
    let table = golden.join("types_parquet/warehouse/golden.db/types_parquet");
    let schema = TableSchema::from_json(&fs::read(table.join("schema/schema-0")).unwrap()).unwrap();
    let mut files = Vec::new();
    data_files(table, &mut files);
    let bytes = Bytes::from(fs::read(&files[0]).unwrap());
    let java = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new()).unwrap();
    let ours = crate::format::parquet::schema::file_schema(&schema.fields).unwrap();
    let describe = |schema: &parquet::schema::types::Type| {
        let mut text = Vec::new();
        parquet::schema::printer::print_schema(&mut text, schema);
        // Java marks the pairs of a map with an old annotation.
        String::from_utf8(text).unwrap().replace("key_value (MAP_KEY_VALUE)", "key_value")
    };
    assert_eq!(describe(&ours), describe(java.metadata().file_metadata().schema()));
}
