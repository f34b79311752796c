//! `verify` finds each kind of damage and nothing on whole tables; `doctor` says what ails a table and what mends it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "health/doctor.rs"]
mod doctor;
#[path = "orphans/lab.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod lab;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::fs;

use cenote_core::{
    compact::{self, CompactOptions},
    maintain::verify::{self, Fault, VerifyLevel, VerifyOptions, VerifyReport, VerifyStates},
    spec::{avro::Codec, manifest, manifest_list},
    table::Table,
};
use futures::executor::block_on;
use lab::{Lab, Seeded};

async fn look(lab: &Lab, level: VerifyLevel, states: VerifyStates) -> VerifyReport {
    let table = lab.open().await;
    verify::verify(&table, &VerifyOptions { level, states }, &mut |_, _| {}).await.unwrap()
}

fn faults(report: &VerifyReport) -> Vec<Fault> {
    report.findings.iter().map(|finding| finding.fault).collect()
}

#[test]
fn whole_tables_have_no_findings() {
    for seed in 0..8 {
        block_on(async {
            let lab = Lab::new(seed);
            let history = Seeded::run(&lab, seed).await;
            for level in [VerifyLevel::Metadata, VerifyLevel::Files, VerifyLevel::Rows] {
                let report = look(&lab, level, VerifyStates::All).await;
                assert_eq!(report.findings, [], "seed {seed} {level:?}");
                assert!(report.states >= lab.states(&history).await.len() as u64, "seed {seed}");
                assert_eq!(report.rows > 0, level == VerifyLevel::Rows);
                assert_eq!(report.skipped, Vec::<String>::new(), "seed {seed}");
            }
        });
    }
}

/// A table with two runs and a deleted row.
async fn two_runs(seed: u64) -> (Lab, Table) {
    let lab = Lab::new(seed);
    let table = lab.create(&[("bucket", "1")]).await;
    let rows: Vec<support::Row> = (0..40).map(|id| (1, id, Some(format!("value {id}")))).collect();
    support::write(&table, &rows).await.unwrap();
    compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
    support::write(&table, &[(1, 5, None), (1, 50, Some("new".to_owned()))]).await.unwrap();
    (lab, table)
}

#[test]
fn damaged_files_are_found_at_the_level_that_looks_at_them() {
    block_on(async {
        let (lab, _) = two_runs(1).await;
        let latest = lab.open().await.snapshots().latest().await.unwrap().unwrap();
        let data = lab.files().into_iter().find(|name| name.ends_with(".parquet")).unwrap();
        let list = format!("manifest/{}", latest.delta_manifest_list);
        let check = async |name: &str, damage: &dyn Fn(&mut Vec<u8>), level, fault| {
            let path = lab.path().join(name);
            let whole = fs::read(&path).unwrap();
            let mut bytes = whole.clone();
            damage(&mut bytes);
            if bytes.is_empty() {
                fs::remove_file(&path).unwrap()
            } else {
                fs::write(&path, bytes).unwrap()
            }
            let report = look(&lab, level, VerifyStates::Latest).await;
            assert!(faults(&report).contains(&fault), "{name}: {:?}", report.findings);
            assert!(report.findings.iter().any(|found| found.path == name), "{name}: {:?}", report.findings);
            fs::write(&path, whole).unwrap();
            assert_eq!(faults(&look(&lab, VerifyLevel::Rows, VerifyStates::Latest).await), []);
        };
        let cut = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - 3);
        let flip = |bytes: &mut Vec<u8>| {
            let middle = bytes.len() / 3;
            bytes[4..middle].iter_mut().for_each(|byte| *byte ^= 0x5A);
        };
        check(&data, &cut, VerifyLevel::Files, Fault::WrongSize).await;
        check(&data, &flip, VerifyLevel::Rows, Fault::Undecodable).await;
        check(&data, &Vec::clear, VerifyLevel::Files, Fault::Missing).await;
        check(&list, &Vec::clear, VerifyLevel::Metadata, Fault::Missing).await;
        check(&list, &cut, VerifyLevel::Metadata, Fault::WrongSize).await;
        check(&list, &|bytes| bytes[2] ^= 0xFF, VerifyLevel::Metadata, Fault::Undecodable).await;
    });
}

/// Rewrites the only manifest of the latest delta.
async fn change_manifest(lab: &Lab, change: impl Fn(&mut manifest::ManifestEntry)) {
    let latest = lab.open().await.snapshots().latest().await.unwrap().unwrap();
    let list = fs::read(lab.path().join("manifest").join(&latest.delta_manifest_list)).unwrap();
    let name = manifest_list::decode(&list).unwrap()[0].file_name.clone();
    let path = lab.path().join("manifest").join(name);
    let mut entries = manifest::decode(&fs::read(&path).unwrap()).unwrap();
    entries.iter_mut().for_each(change);
    fs::write(path, manifest::encode(&entries, Codec::Zstandard).unwrap()).unwrap();
}

#[test]
fn metadata_that_lies_about_rows_is_found() {
    block_on(async {
        let check = async |change: &dyn Fn(&mut manifest::ManifestEntry), expected: &[Fault]| {
            let (lab, _) = two_runs(2).await;
            change_manifest(&lab, change).await;
            let mut found = faults(&look(&lab, VerifyLevel::Rows, VerifyStates::Latest).await);
            found.dedup();
            assert_eq!(found, expected);
        };
        // The count of the snapshot and that of the file.
        check(&|entry| entry.file.row_count += 1, &[Fault::WrongCount]).await;
        check(&|entry| entry.file.delete_row_count = Some(2), &[Fault::WrongCount]).await;
        check(&|entry| entry.file.max_sequence_number -= 1, &[Fault::SequenceRange]).await;
        check(&|entry| entry.file.max_key = entry.file.min_key.clone(), &[Fault::KeyRange]).await;
        check(&|entry| entry.file.level = 5, &[Fault::LevelOverlap]).await;
        check(
            &|entry| entry.file.value_stats.max_values = entry.file.value_stats.min_values.clone(),
            &[Fault::Statistics],
        )
        .await;
        check(&|entry| entry.file.value_stats.null_counts = vec![Some(7); 3], &[Fault::Statistics]).await;
        check(
            &|entry| entry.kind = manifest::FileKind::Delete,
            &[Fault::WrongCount, Fault::DanglingDelete, Fault::WrongCount],
        )
        .await;
    });
}

#[test]
fn deletion_vectors_are_looked_at() {
    block_on(async {
        let lab = Lab::new(3);
        let table = lab.create(&[("bucket", "1"), ("deletion-vectors.enabled", "true")]).await;
        support::write(&table, &[(1, 1, Some("a".to_owned())), (1, 2, Some("b".to_owned()))]).await.unwrap();
        compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
        assert_eq!(faults(&look(&lab, VerifyLevel::Rows, VerifyStates::All).await), []);
        support::write(&table, &[(1, 1, Some("c".to_owned()))]).await.unwrap();
        compact::run(&table, &CompactOptions::default()).await.unwrap();
        assert_eq!(faults(&look(&lab, VerifyLevel::Rows, VerifyStates::All).await), []);
        let index = lab.files().into_iter().find(|name| name.starts_with("index/")).unwrap();
        let path = lab.path().join(&index);
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        damaged[6] ^= 0xFF;
        fs::write(&path, damaged).unwrap();
        let report = look(&lab, VerifyLevel::Rows, VerifyStates::Latest).await;
        assert_eq!(faults(&report), [Fault::Undecodable]);
        assert_eq!(report.findings[0].path, index);
        lab.remove(&index);
        assert_eq!(faults(&look(&lab, VerifyLevel::Files, VerifyStates::Latest).await), [Fault::Missing]);
    });
}
