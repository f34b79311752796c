//! Bloom filters, in files of the parquet crate's own writer: they lose no row, and rule out what statistics cannot.

use std::sync::Arc;

use arrow_select::filter::filter_record_batch;
use futures::executor::block_on;
use parquet::{
    arrow::ArrowWriter,
    file::properties::{EnabledStatistics, WriterProperties},
};

use super::round_trip::{batch_of, memory, read_all};
use crate::{
    format::{ReadCounters, ReadRequest, ReadStep},
    io::Storage,
    predicate::{Column, CompareOp, Predicate},
    types::{DataField, DataType, Datum, TypeKind},
};

const ROWS: i64 = 400;
const GROUP_ROWS: i64 = 100;
const GROUPS: u64 = 4;

fn fields() -> Vec<DataField> {
    let kinds = [
        TypeKind::Int,
        TypeKind::BigInt,
        TypeKind::STRING,
        TypeKind::BYTES,
        TypeKind::Decimal { precision: 9, scale: 2 },
        TypeKind::Decimal { precision: 25, scale: 3 },
        TypeKind::Timestamp(3),
        TypeKind::Timestamp(6),
        TypeKind::Date,
        TypeKind::Float,
        TypeKind::Double,
    ];
    let field = |(id, kind): (i32, TypeKind)| DataField::new(id, format!("c{id}"), DataType::nullable(kind));
    (0..).zip(kinds).map(field).collect()
}

fn datum(kind: &TypeKind, value: i64) -> Datum {
    match kind {
        TypeKind::Int => Datum::Int(value as i32),
        TypeKind::BigInt => Datum::BigInt(value),
        TypeKind::Varchar(_) => Datum::String(format!("text {value:05}")),
        TypeKind::Varbinary(_) => Datum::Bytes(value.to_be_bytes().to_vec()),
        TypeKind::Decimal { scale, .. } => Datum::Decimal { unscaled: value.into(), scale: *scale },
        TypeKind::Timestamp(3) => Datum::Timestamp { millis: value, nanos: 0 },
        TypeKind::Timestamp(_) => Datum::Timestamp { millis: value, nanos: 7000 },
        TypeKind::Date => Datum::Date(value as i32),
        TypeKind::Float => Datum::Float(value as f32),
        _ => Datum::Double(value as f64),
    }
}

/// Of row `row`: the groups interleave from -800 to 2392, so that no group's statistics rule out a value in between. All
/// are multiples of eight.
fn value(row: i64) -> i64 {
    let (group, place) = (row / GROUP_ROWS, row % GROUP_ROWS);
    8 * (GROUPS.cast_signed() * place + group) - 800
}

fn file() -> (Storage, u64) {
    let fields = fields();
    let columns: Vec<Vec<Option<Datum>>> = fields
        .iter()
        .map(|field| (0..ROWS).map(|row| (row % 9 != 4).then(|| datum(&field.data_type.kind, value(row)))).collect())
        .collect();
    let batch = batch_of(&fields, &columns);
    let properties = WriterProperties::builder()
        .set_bloom_filter_enabled(true)
        .set_bloom_filter_fpp(0.001)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(GROUP_ROWS as usize))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let (storage, size) = (memory(), bytes.len() as u64);
    block_on(storage.put("f.parquet", bytes.into())).unwrap();
    (storage, size)
}

fn column(field: &DataField) -> Column {
    Column { id: field.id, name: field.name.clone(), data_type: field.data_type.clone() }
}

/// Rows that match, checked against filtering all rows; row groups that bloom filters kept, and were asked about.
fn matching(storage: &Storage, size: u64, predicate: &Predicate) -> (usize, (u64, u64)) {
    let all = read_all(storage, size, ReadRequest::new(fields())).unwrap();
    let expected = filter_record_batch(&all, &predicate.evaluate(&all).unwrap()).unwrap();
    let counters = Arc::new(ReadCounters::default());
    let mut request = ReadRequest::new(fields());
    (request.predicate, request.counters) = (Some(predicate.clone()), counters.clone());
    let read = read_all(storage, size, request).unwrap();
    let found = filter_record_batch(&read, &predicate.evaluate(&read).unwrap()).unwrap();
    assert_eq!(found, expected, "{predicate}");
    let counted = counters.get(ReadStep::RowGroupsByBloomFilter);
    assert!(
        counted.kept_bytes <= counted.total_bytes && (counted.kept_bytes == 0) == (counted.kept == 0),
        "{counted:?}"
    );
    (found.num_rows(), (counted.kept, counted.total))
}

#[test]
fn values_that_are_there_are_found_and_others_rule_groups_out() {
    let (storage, size) = file();
    for field in fields() {
        let (mut kept, mut asked, mut absent_kept, mut absent_asked) = (0, 0, 0, 0);
        for row in (0..ROWS).step_by(23).filter(|row| row % 9 != 4) {
            let equals = |value| {
                let literal = datum(&field.data_type.kind, value);
                Predicate::Compare { column: column(&field), op: CompareOp::Eq, literal }
            };
            let (rows, counts) = matching(&storage, size, &equals(value(row)));
            assert!(rows >= 1 || value(row) == 0, "{} row {row}", field.name);
            (kept, asked) = (kept + counts.0, asked + counts.1);
            let (_, counts) = matching(&storage, size, &equals(value(row) + 1001));
            (absent_kept, absent_asked) = (absent_kept + counts.0, absent_asked + counts.1);
        }
        assert!(asked > 20 && kept <= asked / 2, "{}: {kept} of {asked}", field.name);
        assert!(
            absent_asked > 10 && absent_kept <= absent_asked / 10,
            "{}: {absent_kept} of {absent_asked}",
            field.name
        );
    }
}

#[test]
fn lists_and_combinations_ask_every_filter() {
    let (storage, size) = file();
    let fields = fields();
    let list = |values: &[i64]| {
        let literals = values.iter().map(|value| datum(&fields[0].data_type.kind, *value)).collect();
        Predicate::In { column: column(&fields[0]), literals, negated: false }
    };
    let text = Predicate::Compare {
        column: column(&fields[2]),
        op: CompareOp::Eq,
        literal: datum(&TypeKind::STRING, value(101)),
    };
    assert_eq!(matching(&storage, size, &list(&[value(0), value(1)])), (2, (1, 4)));
    assert_eq!(matching(&storage, size, &list(&[value(1), value(101), 3])), (2, (2, 4)));
    assert_eq!(matching(&storage, size, &Predicate::And(vec![list(&[value(1)]), text.clone()])).0, 0);
    assert_eq!(matching(&storage, size, &Predicate::Or(vec![list(&[value(1)]), text])).0, 2);
    let not = Predicate::In { column: column(&fields[0]), literals: vec![Datum::Int(3)], negated: true };
    assert_eq!(matching(&storage, size, &not), (356, (0, 0)), "other tests ask no filter");
}
