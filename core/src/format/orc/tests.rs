//! Files that other implementations wrote, and broken ones.

use proptest::prelude::*;

use crate::{
    error::ErrorKind,
    format::{
        FileFormat, ReadCount, ReadRequest, ReadStep, WriterOptions,
        any_rows::{any_type, batch_of, memory, read_file, table_of, write},
        fixtures::{self, Fixture},
        golden,
    },
    types::{DataField, DataType, Datum, TypeKind},
};

const ZONES: [&str; 4] = ["zone_shanghai", "zone_los_angeles", "zone_berlin", "zone_kolkata"];

const CODECS: [&str; 5] = ["lzo", "lz4", "snappy", "zlib", "zstd"];

fn all() -> Vec<Fixture> {
    let mut fixtures = vec![
        Fixture::load("java2_orc.orc", "java2_orc", "java2_orc"),
        Fixture::load("runs_v1.orc", "runs", "runs"),
        Fixture::load("runs_v2.orc", "runs", "runs"),
        Fixture::load("stripes.orc", "stripes", "stripes"),
    ];
    fixtures.extend(CODECS.map(|name| Fixture::load(&format!("codec_{name}.orc"), "codec_orc", "codec_orc")));
    fixtures.extend(ZONES.map(|name| Fixture::load(&format!("{name}.orc"), "zone", name)));
    fixtures
}

#[test]
fn golden_orc_files_hold_the_expected_rows() {
    for case in ["types_orc", "j09_types_orc", "py_types_orc", "rs_types_orc", "compress_orc"] {
        if !golden::check(case, "orc") {
            return;
        }
    }
}

#[test]
fn types_encodings_and_zones_are_read() {
    for fixture in all() {
        fixture.check(fixture.request());
        fixture.check(fixture.request().with_batch_rows(7));
    }
}

#[test]
fn stripes_that_cannot_match_are_skipped() {
    let fixture = Fixture::load("stripes.orc", "stripes", "stripes");
    let all = 0..1500;
    // A filter, the rows that match it, and how many of the 15 stripes are to be read.
    for (filter, matching, stripes) in [
        ("id = 777", 777..778, 1),
        ("id < 0", 0..0, 0),
        ("l > 700000000", 1400..1500, 2),
        ("l BETWEEN -700000000 AND -600000000", 0..100, 1),
        ("s = 'key001250'", 1250..1251, 1),
        ("s >= 'key0014'", 1400..1500, 2),
        ("day < DATE '1969-10-01'", 0..108, 2),
        ("n IS NULL", 0..900, 9),
        ("n IS NOT NULL AND id < 1000", 900..1000, 1),
        ("n = 5", 0..0, 0),
        ("id = 3 OR s = 'key000403'", 3..4, 2),
        ("id <> 7", all.clone(), 15),
    ] {
        let predicate = crate::predicate::parse(filter, &fixture.fields).unwrap();
        let request = fixture.request().with_predicate(Some(predicate));
        let counters = request.counters.clone();
        let rows = golden::read_cells(&fixture.name, &fixture.bytes, request).unwrap();
        let found = rows.iter().map(|row| row[0].as_u64().unwrap()).collect::<Vec<_>>();
        assert!(matching.clone().all(|id| found.contains(&id)), "{filter}");
        assert!(found.len() <= stripes * 100, "{filter}: {} rows", found.len());
        let ReadCount { kept: read, total: of, kept_bytes, total_bytes } =
            counters.get(ReadStep::RowGroupsByStatistics);
        assert!(kept_bytes <= total_bytes && (kept_bytes == 0) == (read == 0), "{kept_bytes} of {total_bytes}");
        assert_eq!((of, read <= stripes as u64), (15, true), "{filter}: {read}");
    }
    // Positions are those of the file, whatever is skipped.
    let predicate = crate::predicate::parse("id >= 500", &fixture.fields).unwrap();
    let mut request = fixture.request().with_predicate(Some(predicate));
    request.rows = Some(vec![3..5, 640..642]);
    let rows = golden::read_cells(&fixture.name, &fixture.bytes, request).unwrap();
    assert_eq!(rows.iter().map(|row| row[0].as_u64().unwrap()).collect::<Vec<_>>(), [640, 641]);
}

#[test]
fn instants_are_read_as_the_option_says() {
    let fixture = Fixture::load("zone_true_instant.orc", "zone", "zone_true_instant");
    let mut request = fixture.request();
    request.orc_legacy_timestamp_ltz = false;
    fixture.check(request);
}

#[test]
fn ranges_of_rows_are_read_alone() {
    let mut fixture = Fixture::load("runs_v2.orc", "runs", "runs");
    let wanted = [1..2, 4..9, 64..65, 150..900];
    let mut request = fixture.request().with_batch_rows(8);
    request.rows = Some(wanted.to_vec());
    let rows = std::mem::take(&mut fixture.rows).into_iter().enumerate();
    let is_wanted = |row: usize| wanted.iter().any(|range| range.contains(&(row as u64)));
    fixture.rows = rows.filter(|(row, _)| is_wanted(*row)).map(|(_, cells)| cells).collect();
    fixture.check(request);
}

#[test]
fn columns_are_chosen_by_name() {
    let fixture = Fixture::load("runs_v1.orc", "runs", "runs");
    let missing = DataField::new(90, "absent", DataType::not_null(TypeKind::Int));
    let request = ReadRequest::new(vec![fixture.fields[14].clone(), missing, fixture.fields[0].clone()]);
    let rows = golden::read_cells(&fixture.name, &fixture.bytes, request).unwrap();
    for (row, whole) in rows.iter().zip(&fixture.rows) {
        assert_eq!(row.as_slice(), [whole[14].clone(), serde_json::Value::Null, whole[0].clone()]);
    }
    let batches = golden::read_bytes(&fixture.name, &fixture.bytes, ReadRequest::new(Vec::new())).unwrap();
    assert_eq!(batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), fixture.rows.len());
}

#[test]
fn a_type_that_does_not_fit_is_corrupt() {
    let mut fixture = Fixture::load("runs_v1.orc", "runs", "runs");
    fixture.fields[7].data_type = DataType::nullable(TypeKind::BigInt);
    let error = golden::read_cells(&fixture.name, &fixture.bytes, fixture.request()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("column s"), "{error}");
}

#[test]
fn truncated_files_are_corrupt() {
    all().iter().for_each(|fixture| fixture.refuse_truncations());
}

#[test]
fn mutated_files_are_survived() {
    all().iter().for_each(|fixture| fixture.survive_mutations(if fixtures::long() { 3_000 } else { 300 }));
}

#[test]
fn flipped_bytes_are_survived() {
    all().iter().for_each(|fixture| fixture.survive_flips());
}

/// Whether ORC files hold values of this type.
fn is_held(data_type: &DataType) -> bool {
    match &data_type.kind {
        TypeKind::Vector { .. } | TypeKind::Variant | TypeKind::Blob => false,
        TypeKind::Array(part) | TypeKind::Multiset(part) => is_held(part),
        TypeKind::Map { key, value } => is_held(key) && is_held(value),
        TypeKind::Row(fields) => fields.iter().all(|field| is_held(&field.data_type)),
        _ => true,
    }
}

const WRITTEN: [&str; 5] = ["zstd", "zlib", "snappy", "lz4", "none"];

fn orc(compression: &str, block_rows: usize) -> WriterOptions {
    let compression = compression.to_owned();
    WriterOptions { format: FileFormat::Orc, compression, block_rows, ..WriterOptions::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn all_types_survive(
        (fields, columns) in table_of(any_type().prop_filter("not in orc", is_held).boxed()),
        (slice, block_rows, batch_rows) in (1..20usize, 1..30usize, 1..20usize),
        codec in 0..WRITTEN.len(),
    ) {
        let batch = batch_of(&fields, &columns);
        let storage = memory();
        let summary = write(&storage, &fields, &batch, slice, orc(WRITTEN[codec], block_rows)).unwrap();
        prop_assert_eq!(summary.row_count, batch.num_rows() as u64);
        let request = ReadRequest::new(fields.clone()).with_batch_rows(batch_rows);
        let found = read_file(&storage, FileFormat::Orc, summary.file_size, request).unwrap();
        for (index, field) in fields.iter().enumerate() {
            prop_assert_eq!(found.column(index), batch.column(index), "{:?}", field);
            let nulls = columns[index].iter().filter(|value| value.is_none()).count() as i64;
            prop_assert_eq!(summary.columns[index].null_count, Some(nulls), "{:?}", field);
        }
    }

    #[test]
    fn all_runs_survive(
        parts in proptest::collection::vec((any::<i64>(), 0..70usize, prop_oneof![Just(0), -3..4i64, any::<i64>()], 0..5u32), 0..20),
        codec in 0..WRITTEN.len(),
    ) {
        let mut values = Vec::new();
        for (first, count, step, shift) in parts {
            let first = first >> (shift * 14);
            values.extend((0..count as i64).map(|place| first.wrapping_add(step.wrapping_mul(place))));
        }
        let kinds = [TypeKind::BigInt, TypeKind::TinyInt, TypeKind::Boolean, TypeKind::STRING];
        let fields: Vec<_> = kinds
            .iter()
            .enumerate()
            .map(|(id, kind)| DataField::new(id as i32, format!("c{id}"), DataType::nullable(kind.clone())))
            .collect();
        let columns = [
            values.iter().map(|value| Some(Datum::BigInt(*value))).collect::<Vec<_>>(),
            values.iter().map(|value| Some(Datum::TinyInt(*value as i8 >> 5))).collect(),
            values.iter().map(|value| (value % 9 != 0).then_some(Datum::Boolean(value % 5 < 4))).collect(),
            values.iter().map(|value| Some(Datum::String("x".repeat((value & 3) as usize)))).collect(),
        ];
        let batch = batch_of(&fields, &columns);
        let storage = memory();
        let summary = write(&storage, &fields, &batch, 700, orc(WRITTEN[codec], 1 << 20)).unwrap();
        let found = read_file(&storage, FileFormat::Orc, summary.file_size, ReadRequest::new(fields)).unwrap();
        prop_assert_eq!(found, batch);
    }
}

#[test]
fn what_orc_cannot_hold_is_refused() {
    let refused = |kind: TypeKind, value: Datum, compression: &str| {
        let fields = [DataField::new(0, "col", DataType::nullable(kind))];
        let batch = batch_of(&fields, &[vec![Some(value)]]);
        write(&memory(), &fields, &batch, 1, orc(compression, 10)).unwrap_err()
    };
    let blank = || Datum::Variant { value: vec![0], metadata: vec![1, 0, 0] };
    let error = refused(TypeKind::Variant, blank(), "zstd");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("col"), "{error}");
    let before = Datum::Timestamp { millis: -1, nanos: 0 };
    assert_eq!(refused(TypeKind::Timestamp(3), before, "zstd").kind(), ErrorKind::Unsupported);
    assert_eq!(refused(TypeKind::Int, Datum::Int(1), "gzip").kind(), ErrorKind::Invalid);
    assert_eq!(refused(TypeKind::Int, Datum::Int(1), "brotli").kind(), ErrorKind::Unsupported);
}
