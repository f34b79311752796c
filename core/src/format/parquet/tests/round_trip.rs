//! What is written reads back the same, for all types.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_select::concat::concat_batches;
use futures::{TryStreamExt, executor::block_on};
use proptest::{collection::vec, option, prelude::*};

use crate::{
    error::{ErrorKind, Result},
    format::{FileSummary, FileWriter, ReadRequest, WriterOptions, read},
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
fn any_type() -> impl Strategy<Value = DataType> {
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
fn table() -> impl Strategy<Value = (Vec<DataField>, Vec<Vec<Option<Datum>>>)> {
    (vec(any_type(), 1..4), 0..40usize).prop_flat_map(|(types, rows)| {
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

/// Writes `batch` to `f.parquet` in slices of `slice` rows.
pub(super) fn write(
    storage: &Storage,
    fields: &[DataField],
    batch: &RecordBatch,
    slice: usize,
    options: WriterOptions,
) -> Result<FileSummary> {
    block_on(async {
        let mut writer = FileWriter::create(storage, "f.parquet", fields, options).await?;
        for start in (0..batch.num_rows()).step_by(slice) {
            writer.write(&batch.slice(start, slice.min(batch.num_rows() - start))).await?;
        }
        writer.finish().await
    })
}

pub(super) fn read_all(storage: &Storage, size: u64, request: ReadRequest) -> Result<RecordBatch> {
    let schema = types::arrow::schema(&request.fields);
    let batches: Vec<_> = block_on(async { read(storage, "f.parquet", size, request).await?.try_collect().await })?;
    Ok(concat_batches(&schema, &batches).unwrap())
}

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
    assert_eq!(summary.null_count, Some(column.iter().filter(|value| value.is_none()).count() as i64));
    let order = |a: &&Datum, b: &&Datum| a.try_cmp(b).unwrap();
    let nested = matches!(
        field.data_type.kind,
        TypeKind::Variant
            | TypeKind::Array(_)
            | TypeKind::Vector { .. }
            | TypeKind::Map { .. }
            | TypeKind::Multiset(_)
            | TypeKind::Row(_)
            | TypeKind::Timestamp(7..)
            | TypeKind::TimestampLtz(7..)
    );
    let values = || column.iter().flatten();
    if nested {
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
