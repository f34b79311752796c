//! Rules over invented facts: what is found of a table, and with which command.

use std::sync::Arc;

use super::{
    Finding, Severity,
    facts::{BucketFacts, Facts, Hints, ManifestFacts, TagFacts},
    history, settings, shape,
};
use crate::{
    maintain::orphans::OrphanTotal,
    spec::{
        options::CoreOptions,
        snapshot::{CommitKind, Snapshot},
        table_schema::TableSchema,
    },
    table::Consumer,
};

const GB: u64 = 1 << 30;
const DAY: i64 = 86_400_000;
const NOW: i64 = 1_000 * DAY;

fn snapshot(id: i64, kind: CommitKind) -> Snapshot {
    let text = format!(
        r#"{{"version":3,"id":{id},"schemaId":0,"baseManifestList":"b","deltaManifestList":"d","commitUser":"u",
        "commitIdentifier":1,"commitKind":"APPEND","timeMillis":{},"totalRecordCount":10}}"#,
        NOW - DAY + id
    );
    Snapshot { commit_kind: kind, ..Snapshot::from_json(text.as_bytes()).unwrap() }
}

/// A keyed table `d.t` of `latest` snapshots, in good shape.
fn facts(options: &[(&str, &str)], latest: i64) -> Facts {
    let listed: Vec<String> = options.iter().map(|(name, value)| format!(r#""{name}":"{value}""#)).collect();
    let text = format!(
        r#"{{"version":3,"id":0,"fields":[{{"id":0,"name":"k","type":"BIGINT NOT NULL"}},
        {{"id":1,"name":"dt","type":"STRING NOT NULL"}}],"highestFieldId":1,"partitionKeys":["dt"],
        "primaryKeys":["k","dt"],"options":{{{}}},"timeMillis":0}}"#,
        listed.join(",")
    );
    let schema = TableSchema::from_json(text.as_bytes()).unwrap();
    let recent: Vec<Snapshot> = (1..=latest).rev().take(50).map(|id| snapshot(id, CommitKind::Append)).collect();
    Facts {
        address: "d.t".to_owned(),
        options: CoreOptions::parse(&schema.options).unwrap(),
        schema: Arc::new(schema),
        now_millis: NOW,
        snapshot: Some(snapshot(latest, CommitKind::Append)),
        earliest: Some(snapshot(1, CommitKind::Append)),
        buckets: vec![bucket("a", 0, GB / 2)],
        manifests: ManifestFacts { count: 3, bytes: 3 << 20 },
        oldest_in_time: None,
        recent,
        tags: Some(Vec::new()),
        consumers: Some(Vec::new()),
        hints: Hints { latest: Some(latest.to_string()), earliest: Some("1".to_owned()) },
        orphans: None,
        not_looked_at: Vec::new(),
    }
}

fn bucket(dt: &str, bucket: i32, bytes: u64) -> BucketFacts {
    BucketFacts {
        partition: format!("dt={dt}"),
        partition_values: Some(vec![format!("dt={dt}")]),
        bucket,
        total_buckets: 4,
        files: 1,
        bytes,
        rows: 1000,
        runs: 1,
        ..BucketFacts::default()
    }
}

#[track_caller]
fn check(facts: &Facts, expected: &[(&str, Severity, &str)]) {
    let mut found: Vec<Finding> = Vec::new();
    shape::rules(facts, &mut found);
    history::rules(facts, &mut found);
    settings::rules(facts, &mut found);
    let found: Vec<_> = found.iter().map(|f| (f.rule, f.severity, f.command.as_deref().unwrap_or("-"))).collect();
    assert_eq!(found, expected);
}

use Severity::{Critical, Note, Warning};

const FOUR: &[(&str, &str)] = &[("bucket", "4")];

#[test]
fn a_table_in_good_shape_has_no_findings() {
    check(&facts(FOUR, 5), &[]);
}

#[test]
fn runs_cost_reads_and_then_writes() {
    let mut facts = facts(FOUR, 5);
    facts.buckets[0].runs = 5;
    check(&facts, &[("read-amplification", Warning, "cenote compact d.t --partition dt=a")]);
    facts.buckets[0].runs = 8;
    facts.buckets.push(BucketFacts { runs: 9, ..bucket("b", 1, GB / 2) });
    check(&facts, &[("read-amplification", Critical, "cenote compact d.t")]);
}

#[test]
fn sizes_of_buckets_are_held_against_each_other() {
    let mut facts = facts(FOUR, 5);
    facts.buckets = (0..4).map(|number| bucket("a", number, if number == 2 { GB } else { GB / 8 })).collect();
    check(&facts, &[("bucket-skew", Note, "-")]);
    facts.buckets = (0..4).map(|number| bucket("a", number, 6 * GB)).collect();
    let advice = "cenote table alter d.t \"SET ('bucket' = '24')\" && cenote rescale d.t";
    check(&facts, &[("bucket-count", Note, advice)]);
    facts.buckets = (0..4).map(|number| BucketFacts { total_buckets: 2, ..bucket("it's", number, GB) }).collect();
    check(&facts, &[("other-bucket-count", Warning, "cenote rescale d.t --partition 'dt=it'\\''s'")]);
}

#[test]
fn deletes_manifests_and_orphans_are_counted() {
    let mut facts = facts(FOUR, 5);
    facts.buckets[0].delete_rows = 300;
    facts.buckets[0].hidden_rows = 400;
    facts.manifests = ManifestFacts { count: 80, bytes: 80 << 10 };
    facts.orphans = Some(OrphanTotal { files: 3, bytes: 5 });
    check(
        &facts,
        &[
            ("delete-rows", Note, "cenote compact d.t --full"),
            ("deletion-vectors", Note, "cenote compact d.t --full --partition dt=a"),
            ("small-manifests", Note, "cenote compact d.t --full"),
            ("orphans", Note, "cenote orphans d.t"),
        ],
    );
}

#[test]
fn history_beyond_its_retention_is_found_with_who_holds_it() {
    let mut facts = facts(FOUR, 300);
    // All are younger than an hour: nothing is late.
    check(&facts, &[]);
    facts.oldest_in_time = Some(295);
    check(&facts, &[("unexpired-history", Warning, "cenote expire d.t --max-deletes 290")]);
    facts.consumers = Some(vec![Consumer { id: "job".to_owned(), next_snapshot: 2 }]);
    check(
        &facts,
        &[
            ("unexpired-history", Warning, "cenote expire d.t --max-deletes 290"),
            ("slow-consumer", Warning, "cenote consumer delete d.t job"),
        ],
    );
}

#[test]
fn old_tags_and_wrong_hints_are_found() {
    let mut facts = facts(FOUR, 12);
    let tag = |name: &str, millis, expires| TagFacts {
        name: name.to_owned(),
        snapshot_id: 0,
        snapshot_millis: millis,
        expires,
    };
    facts.tags = Some(vec![
        tag("young", NOW - DAY, false),
        tag("ends", NOW - 90 * DAY, true),
        tag("old", NOW - 40 * DAY, false),
    ]);
    facts.hints.latest = Some("11".to_owned());
    check(&facts, &[("old-tags", Note, "cenote tag delete d.t old"), ("hints", Note, "cenote repair d.t")]);
    facts.hints = Hints { latest: Some("7".to_owned()), earliest: None };
    facts.tags = None;
    // The first snapshot is there: a missing EARLIEST is what writers leave that never expire.
    check(&facts, &[("hints", Warning, "cenote repair d.t")]);
    facts.hints.latest = Some("12".to_owned());
    check(&facts, &[]);
}

#[test]
fn jobs_that_do_not_run_are_missed() {
    let options = [("bucket", "4"), ("write-only", "true"), ("changelog-producer", "full-compaction")];
    let mut facts = facts(&options, 20);
    check(
        &facts,
        &[
            ("changelog-lag", Warning, "cenote compact d.t --full"),
            ("no-compactor", Warning, "cenote compact d.t"),
            ("full-compaction-never", Note, "cenote compact d.t --full"),
        ],
    );
    facts.recent[2].commit_kind = CommitKind::Compact;
    check(&facts, &[("full-compaction-never", Note, "cenote compact d.t --full")]);
}

#[test]
fn retention_that_cannot_be_is_critical() {
    let facts = facts(&[("bucket", "4"), ("snapshot.num-retained.min", "5"), ("snapshot.num-retained.max", "3")], 5);
    check(&facts, &[("retention", Critical, "cenote table alter d.t \"SET ('snapshot.num-retained.min' = '3')\"")]);
}
