//! Files that other implementations wrote, and broken ones.

use crate::{
    error::ErrorKind,
    format::{
        ReadRequest, ReadStep,
        fixtures::{self, Fixture},
        golden,
    },
    types::{DataField, DataType, TypeKind},
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
        let (read, of) = counters.get(ReadStep::RowGroupsByStatistics);
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
