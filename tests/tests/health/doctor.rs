//! What `doctor` says, and that its advice helps.

use std::fs;

use cenote_core::{
    compact::{self, CompactOptions},
    maintain::{
        doctor::{self, DoctorOptions, DoctorReport, Severity},
        preview, repair,
    },
};
use futures::executor::block_on;

use crate::{lab::Lab, support};

async fn examine(lab: &Lab, options: &DoctorOptions) -> DoctorReport {
    doctor::examine(&lab.open().await, options).await.unwrap()
}

fn rules(report: &DoctorReport) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.rule).collect()
}

async fn upserts(lab: &Lab, options: &[(&str, &str)], commits: i64) {
    let table = lab.create(options).await;
    for commit in 0..commits {
        support::write(&table, &[(1, commit % 3, Some(format!("{commit}")))]).await.unwrap();
    }
}

#[test]
fn many_runs_are_found_and_compaction_mends_them() {
    block_on(async {
        let lab = Lab::new(30);
        upserts(&lab, &[("bucket", "1")], 6).await;
        let before = examine(&lab, &DoctorOptions::default()).await;
        let finding = before.findings.iter().find(|finding| finding.rule == "read-amplification").unwrap();
        assert_eq!(finding.severity, Severity::Warning);
        assert_eq!(finding.evidence["worst_runs"], 6);
        assert_eq!(finding.command.as_deref(), Some("cenote compact db.t --partition part=1"));
        assert!((before.read_amplification - 6.0).abs() < 1e-9);

        let table = lab.open().await;
        let shown = preview::preview(&table, false).await.unwrap();
        let task = &shown.tasks[0];
        assert_eq!((task.partition.as_str(), task.bucket, task.runs_before, task.runs_after), ("part=1", 0, 6, 1));
        assert_eq!((task.files.len(), shown.files), (6, 6));

        let done = compact::run(&table, &CompactOptions::default()).await.unwrap();
        assert_eq!(done.buckets.len(), shown.tasks.len());
        let after = examine(&lab, &DoctorOptions::default()).await;
        assert!(!rules(&after).contains(&"read-amplification"), "{:?}", after.findings);
        assert!((after.read_amplification - 1.0).abs() < 1e-9);
        assert_eq!(preview::preview(&table, true).await.unwrap().tasks, []);
    });
}

#[test]
fn a_fresh_table_has_nothing_to_mend() {
    block_on(async {
        let lab = Lab::new(31);
        upserts(&lab, &[], 1).await;
        let report = examine(&lab, &DoctorOptions::default()).await;
        assert_eq!(report.findings, []);
        assert_eq!(report.not_looked_at, Vec::<String>::new());
    });
}

#[test]
fn history_hints_and_options_are_looked_at() {
    block_on(async {
        let lab = Lab::new(32);
        let retained = [("write-only", "true"), ("snapshot.num-retained.min", "1"), ("snapshot.num-retained.max", "3")];
        upserts(&lab, &retained, 30).await;
        fs::write(lab.path().join("snapshot/LATEST"), "12").unwrap();
        fs::create_dir_all(lab.path().join("consumer")).unwrap();
        fs::write(lab.path().join("consumer/consumer-slow one"), "{\"nextSnapshot\":2}").unwrap();
        let report = examine(&lab, &DoctorOptions::default()).await;
        let found = rules(&report);
        for rule in ["hints", "no-compactor", "slow-consumer", "unexpired-history", "read-amplification", "small-files"]
        {
            assert!(found.contains(&rule), "{rule}: {found:?}");
        }
        let slow = report.findings.iter().find(|finding| finding.rule == "slow-consumer").unwrap();
        assert_eq!(slow.command.as_deref(), Some("cenote consumer delete db.t 'slow one'"));
        let late = report.findings.iter().find(|finding| finding.rule == "unexpired-history").unwrap();
        assert_eq!(
            (late.evidence["beyond_retention"].as_i64(), late.evidence["earliest"].as_i64()),
            (Some(27), Some(1))
        );

        assert_eq!(repair::repair(&lab.open().await, false).await.unwrap().len(), 1);
        assert!(!rules(&examine(&lab, &DoctorOptions::default()).await).contains(&"hints"));
    });
}

#[test]
fn orphans_are_counted_where_asked_for() {
    block_on(async {
        let lab = Lab::new(33);
        upserts(&lab, &[], 1).await;
        let planted = lab.plant(33).len();
        lab.age(48);
        assert!(!rules(&examine(&lab, &DoctorOptions::default()).await).contains(&"orphans"));
        let report = examine(&lab, &DoctorOptions { orphans: true, ..DoctorOptions::default() }).await;
        let found = report.findings.iter().find(|finding| finding.rule == "orphans").unwrap();
        assert_eq!(found.evidence["files"].as_u64(), Some(planted as u64));
    });
}
