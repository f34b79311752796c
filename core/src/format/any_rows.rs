//! Random columns of all types, and files of them in memory: for the tests that what is written reads back the same.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use futures::{TryStreamExt, executor::block_on};
use proptest::{collection::vec, option, prelude::*};

use super::{FileFormat, FileSummary, FileWriter, ReadRequest, WriterOptions, read};
use crate::{
    error::Result,
    io::{InlineRuntime, Storage},
    types::{self, DataField, DataType, Datum, TypeKind, datums_to_array},
};

/// Types without parts.
fn leaf_kind() -> impl Strategy<Value = TypeKind> {
    prop_oneof![
        Just(TypeKind::Boolean),
        Just(TypeKind::TinyInt),
        Just(TypeKind::SmallInt),
        Just(TypeKind::Int),
        Just(TypeKind::BigInt),
        Just(TypeKind::Float),
        Just(TypeKind::Double),
        (1..=38u8)
            .prop_flat_map(|precision| (0..=precision).prop_map(move |scale| TypeKind::Decimal { precision, scale })),
        Just(TypeKind::STRING),
        Just(TypeKind::Char(5)),
        Just(TypeKind::BYTES),
        Just(TypeKind::Date),
        (0..=9u8).prop_map(TypeKind::Time),
        (0..=9u8).prop_map(TypeKind::Timestamp),
        (0..=9u8).prop_map(TypeKind::TimestampLtz),
        Just(TypeKind::Variant),
    ]
}

fn data_type(kind: impl Strategy<Value = TypeKind>) -> impl Strategy<Value = DataType> {
    (kind, any::<bool>()).prop_map(|(kind, nullable)| DataType { kind, nullable })
}

/// Types with up to three levels of parts.
pub(super) fn any_type() -> impl Strategy<Value = DataType> {
    data_type(leaf_kind()).prop_recursive(3, 8, 3, |part| {
        let key = data_type(leaf_kind().prop_filter("no order", |kind| *kind != TypeKind::Variant))
            .prop_map(|key| Box::new(DataType::not_null(key.kind)))
            .boxed();
        let part = part.prop_map(Box::new);
        data_type(prop_oneof![
            part.clone().prop_map(TypeKind::Array),
            (part.clone(), 1..4u32).prop_map(|(element, length)| TypeKind::Vector { element, length }),
            key.clone().prop_map(TypeKind::Multiset),
            (key, part.clone()).prop_map(|(key, value)| TypeKind::Map { key, value }),
            vec(part, 1..4).prop_map(|parts| {
                let field = |(id, part): (usize, Box<DataType>)| DataField::new(id as i32, format!("f{id}"), *part);
                TypeKind::Row(parts.into_iter().enumerate().map(field).collect())
            }),
        ])
    })
}

fn value(data_type: &DataType) -> BoxedStrategy<Option<Datum>> {
    let value = non_null(&data_type.kind);
    if data_type.nullable { option::of(value).boxed() } else { value.prop_map(Some).boxed() }
}

fn non_null(kind: &TypeKind) -> BoxedStrategy<Datum> {
    let unit = |precision: u8| 10i64.pow(9 - u32::from(precision).next_multiple_of(3).min(9));
    match kind {
        TypeKind::Boolean => any::<bool>().prop_map(Datum::Boolean).boxed(),
        TypeKind::TinyInt => any::<i8>().prop_map(Datum::TinyInt).boxed(),
        TypeKind::SmallInt => any::<i16>().prop_map(Datum::SmallInt).boxed(),
        TypeKind::Int => any::<i32>().prop_map(Datum::Int).boxed(),
        TypeKind::BigInt => any::<i64>().prop_map(Datum::BigInt).boxed(),
        TypeKind::Float => any::<f32>().prop_map(Datum::Float).boxed(),
        TypeKind::Double => any::<f64>().prop_map(Datum::Double).boxed(),
        TypeKind::Decimal { precision, scale } => {
            let (limit, scale) = (10i128.pow((*precision).into()), *scale);
            (1 - limit..limit).prop_map(move |unscaled| Datum::Decimal { unscaled, scale }).boxed()
        }
        TypeKind::Char(_) | TypeKind::Varchar(_) => "[a-cé漢]{0,6}".prop_map(Datum::String).boxed(),
        TypeKind::Binary(_) | TypeKind::Varbinary(_) | TypeKind::Blob => {
            vec(any::<u8>(), 0..9).prop_map(Datum::Bytes).boxed()
        }
        TypeKind::Date => any::<i32>().prop_map(Datum::Date).boxed(),
        TypeKind::Time(_) => (0..86_400_000).prop_map(Datum::Time).boxed(),
        TypeKind::Timestamp(precision) | TypeKind::TimestampLtz(precision) => {
            let unit = unit(*precision);
            // Nanoseconds of 64 bits, before the epoch too.
            (i64::MIN / 2..i64::MAX / 2)
                .prop_map(move |nanos| {
                    let nanos = nanos - nanos.rem_euclid(unit);
                    let (millis, nanos) = (nanos.div_euclid(1_000_000), nanos.rem_euclid(1_000_000) as i32);
                    Datum::Timestamp { millis, nanos }
                })
                .boxed()
        }
        TypeKind::Variant => (vec(any::<u8>(), 0..5), vec(any::<u8>(), 0..5))
            .prop_map(|(value, metadata)| Datum::Variant { value, metadata })
            .boxed(),
        TypeKind::Array(element) => vec(value(element), 0..4).prop_map(Datum::Array).boxed(),
        TypeKind::Vector { element, length } => vec(value(element), *length as usize).prop_map(Datum::Array).boxed(),
        TypeKind::Multiset(element) => pairs(element, &DataType::not_null(TypeKind::Int)),
        TypeKind::Map { key, value } => pairs(key, value),
        TypeKind::Row(fields) => {
            fields.iter().map(|field| value(&field.data_type)).collect::<Vec<_>>().prop_map(Datum::Row).boxed()
        }
    }
}

fn pairs(key: &DataType, of: &DataType) -> BoxedStrategy<Datum> {
    vec((value(key), value(of)), 0..4)
        .prop_map(|pairs| {
            let (keys, values) = pairs.into_iter().unzip();
            Datum::Map(keys, values)
        })
        .boxed()
}

/// Columns of some types, with rows.
pub(super) fn table() -> impl Strategy<Value = (Vec<DataField>, Vec<Vec<Option<Datum>>>)> {
    table_of(any_type().boxed())
}

/// Columns of types of `types`, with rows.
pub(super) fn table_of(
    types: BoxedStrategy<DataType>,
) -> impl Strategy<Value = (Vec<DataField>, Vec<Vec<Option<Datum>>>)> {
    (vec(types, 1..4), 0..40usize).prop_flat_map(|(types, rows)| {
        let columns = types.iter().map(|data_type| vec(value(data_type), rows)).collect::<Vec<_>>();
        let field = |(id, data_type)| DataField::new(id as i32, format!("c{id}"), data_type);
        (Just(types.into_iter().enumerate().map(field).collect()), columns)
    })
}

pub(super) fn batch_of(fields: &[DataField], columns: &[Vec<Option<Datum>>]) -> RecordBatch {
    let arrays = fields.iter().zip(columns).map(|(field, column)| datums_to_array(column, &field.data_type).unwrap());
    RecordBatch::try_new(types::arrow::schema(fields), arrays.collect()).unwrap()
}

pub(super) fn memory() -> Storage {
    Storage::memory(Arc::new(InlineRuntime::new(1, 0)))
}

/// Name of the file of tests.
pub(super) fn file_name(format: FileFormat) -> String {
    format!("f.{format}")
}

/// Writes `batch` to [`file_name`] in slices of `slice` rows.
pub(super) fn write(
    storage: &Storage,
    fields: &[DataField],
    batch: &RecordBatch,
    slice: usize,
    options: WriterOptions,
) -> Result<FileSummary> {
    block_on(async {
        let mut writer = FileWriter::create(storage, &file_name(options.format), fields, options).await?;
        for start in (0..batch.num_rows()).step_by(slice) {
            writer.write(&batch.slice(start, slice.min(batch.num_rows() - start))).await?;
        }
        writer.finish().await
    })
}

/// All rows of the Parquet file that [`write`] wrote.
pub(super) fn read_all(storage: &Storage, size: u64, request: ReadRequest) -> Result<RecordBatch> {
    read_file(storage, FileFormat::Parquet, size, request)
}

/// All rows of the file that [`write`] wrote.
pub(super) fn read_file(storage: &Storage, format: FileFormat, size: u64, request: ReadRequest) -> Result<RecordBatch> {
    let schema = types::arrow::schema(&request.fields);
    let name = file_name(format);
    let batches: Vec<_> = block_on(async { read(storage, &name, size, request).await?.try_collect().await })?;
    Ok(concat_batches(&schema, &batches).unwrap())
}
