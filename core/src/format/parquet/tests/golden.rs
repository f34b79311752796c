//! Files that other implementations wrote, where the golden tables are at hand.

use std::{fs, path::PathBuf};

use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::read_bytes;
use crate::{
    format::ReadRequest,
    types::{DataField, DataType, TypeKind},
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
