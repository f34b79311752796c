//! Orphan cleaning finds what was planted, all of it and nothing else, whatever else goes on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "orphans/hooked.rs"]
mod hooked;
#[path = "orphans/lab.rs"]
mod lab;
#[path = "orphans/races.rs"]
mod races;
#[path = "orphans/size.rs"]
mod size;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod support;

use std::{alloc::System, collections::BTreeSet};

use cap::Cap;
use cenote_core::{
    compact::{self, CompactOptions},
    error::ErrorKind,
    maintain::orphans::{self, OrphanOptions},
};
use cenote_tests::fault_store::{Fault, FaultStore};
use futures::executor::block_on;
use lab::{Lab, Seeded};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

const DELETE: OrphanOptions =
    OrphanOptions { older_than_millis: orphans::DEFAULT_AGE_MILLIS, allow_young: false, external: false, delete: true };
const LOOK: OrphanOptions = OrphanOptions { delete: false, ..DELETE };

/// Names of what a cleaning finds.
async fn found(lab: &Lab, options: &OrphanOptions) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let table = lab.open().await;
    let mut add = |file: &orphans::OrphanFile| assert!(names.insert(file.path.clone()), "{} came twice", file.path);
    let report = orphans::clean(&table, options, &mut add).await.unwrap();
    assert_eq!(report.total().files, names.len() as u64);
    assert_eq!(report.deleted, options.delete);
    names
}

#[test]
fn seeded_histories_lose_exactly_what_was_planted() {
    for seed in 0..12 {
        block_on(async {
            let lab = Lab::new(seed);
            let history = Seeded::run(&lab, seed).await;
            let live = lab.files();
            let planted = lab.plant(seed);
            let unknown = lab.plant_unknown();
            lab.age(48);
            let before = lab.states(&history).await;
            assert_eq!(found(&lab, &LOOK).await, planted, "seed {seed}");
            assert_eq!(lab.files().len(), live.len() + planted.len() + unknown, "a look removes nothing");
            assert_eq!(found(&lab, &DELETE).await, planted, "seed {seed}");
            assert!(lab.files().is_superset(&live), "seed {seed}");
            assert_eq!(lab.files().len(), live.len() + unknown, "seed {seed}");
            assert_eq!(lab.states(&history).await, before, "seed {seed}");
            assert_eq!(found(&lab, &DELETE).await, BTreeSet::new(), "seed {seed}: nothing is left");
        });
    }
}

#[test]
fn what_a_lost_snapshot_kept_is_found() {
    block_on(async {
        let lab = Lab::new(1);
        let table = lab.create(&[]).await;
        support::write(&table, &[(1, 1, Some("a".to_owned()))]).await.unwrap();
        let before = lab.files();
        support::write(&table, &[(1, 1, Some("b".to_owned()))]).await.unwrap();
        compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
        let mut lost: BTreeSet<String> = lab.files().difference(&before).cloned().collect();
        for id in [2, 3] {
            lab.remove(&format!("snapshot/snapshot-{id}"));
            assert!(lost.remove(&format!("snapshot/snapshot-{id}")));
        }
        lab.age(48);
        assert_eq!(found(&lab, &LOOK).await, lost);
    });
}

#[test]
fn files_of_a_writer_that_has_not_committed_stay_until_they_are_old() {
    block_on(async {
        let lab = Lab::new(2);
        let table = lab.create(&[]).await;
        support::write(&table, &[(1, 1, Some("a".to_owned()))]).await.unwrap();
        lab.age(48);
        let before = lab.files();
        let messages = lab.prepare(&table, 1, 2).await;
        assert_eq!(found(&lab, &DELETE).await, BTreeSet::new());
        table.new_commit(None).commit(7, &messages).await.unwrap();
        assert_eq!(support::read(&table, None, None).await.len(), 2);
        let abandoned = lab.files();
        drop(lab.prepare(&table, 1, 3).await);
        let abandoned: BTreeSet<String> = lab.files().difference(&abandoned).cloned().collect();
        lab.age(48);
        assert_eq!(found(&lab, &DELETE).await, abandoned);
        assert!(lab.files().is_superset(&before));
    });
}

#[test]
fn a_missing_manifest_stops_it_before_anything_is_removed() {
    block_on(async {
        let lab = Lab::new(3);
        let table = lab.create(&[]).await;
        support::write(&table, &[(1, 1, Some("a".to_owned()))]).await.unwrap();
        support::write(&table, &[(1, 2, Some("b".to_owned()))]).await.unwrap();
        lab.plant(3);
        let latest = table.snapshots().latest().await.unwrap().unwrap();
        lab.remove(&format!("manifest/{}", latest.delta_manifest_list));
        lab.age(48);
        let before = lab.files();
        let error = orphans::clean(&lab.open().await, &DELETE, &mut |_| {}).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert!(error.to_string().contains("nothing was deleted"), "{error}");
        assert_eq!(lab.files(), before);
    });
}

#[test]
fn ages_that_writers_may_need_are_refused() {
    block_on(async {
        let lab = Lab::new(4);
        let table = lab.create(&[]).await;
        let young = OrphanOptions { older_than_millis: 60_000, ..DELETE };
        let error = orphans::clean(&table, &young, &mut |_| {}).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        lab.plant(4);
        lab.age(1);
        let forced = OrphanOptions { older_than_millis: 60_000, allow_young: true, ..DELETE };
        assert!(!found(&lab, &forced).await.is_empty());
    });
}

#[test]
fn a_clock_that_is_ahead_removes_nothing_young() {
    block_on(async {
        let lab = Lab::new(5);
        lab.create(&[]).await;
        let planted = lab.plant(5);
        lab.advance_days(30);
        assert_eq!(found(&lab, &DELETE).await, BTreeSet::new(), "the store knows better");
        lab.age(48);
        assert_eq!(found(&lab, &DELETE).await, planted);
    });
}

#[test]
fn external_folders_are_looked_at_only_where_asked_for() {
    block_on(async {
        let lab = Lab::new(7);
        let folder = format!("file://{}", lab.external().display());
        let options =
            [("data-file.external-paths", folder.as_str()), ("data-file.external-paths.strategy", "round-robin")];
        let table = lab.create(&options).await;
        support::write(&table, &[(1, 1, Some("a".to_owned())), (2, 2, Some("b".to_owned()))]).await.unwrap();
        assert!(!lab.files().iter().any(|name| name.starts_with("part=")), "data is elsewhere");
        let planted = lab.external().join("part=1/bucket-0/data-9150d0db-8cc0-490b-80d6-b403e05b6f80-0.parquet");
        std::fs::create_dir_all(planted.parent().unwrap()).unwrap();
        std::fs::write(&planted, "planted").unwrap();
        lab.age(48);
        assert_eq!(found(&lab, &DELETE).await, BTreeSet::new());
        let names = found(&lab, &OrphanOptions { external: true, ..DELETE }).await;
        assert_eq!(names, BTreeSet::from([planted.to_str().unwrap().to_owned()]));
        assert!(!planted.exists());
        assert_eq!(support::read(&table, None, None).await.len(), 2);
    });
}

#[test]
fn a_crash_anywhere_leaves_every_state_readable() {
    block_on(async {
        let run = async |fault: Option<Fault>| {
            let lab = Lab::new(6);
            let history = Seeded::run(&lab, 6).await;
            lab.plant(6);
            lab.age(48);
            let before = lab.states(&history).await;
            let faults = FaultStore::new(lab.object_store());
            fault.into_iter().for_each(|fault| faults.set(fault));
            let table = lab.open_over(&faults).await;
            let opening = faults.reads();
            let ended = match table {
                Ok(table) => orphans::clean(&table, &DELETE, &mut |_| {}).await.map(drop),
                Err(error) => Err(error),
            };
            assert_eq!(lab.states(&history).await, before, "{fault:?}");
            // The next one finishes the work, and finds what the dead one left of itself.
            lab.age(48);
            found(&lab, &DELETE).await;
            assert_eq!(lab.states(&history).await, before, "{fault:?}");
            (faults.calls(), opening..faults.reads(), ended.is_ok())
        };
        let (calls, reads, ended) = run(None).await;
        assert!(ended && calls > 10 && reads.len() > 20);
        for call in (0..calls).step_by(5) {
            run(Some(Fault::CrashAfter(call))).await;
            run(Some(Fault::CrashBefore(call))).await;
        }
        for read in reads.step_by(19) {
            let (.., ended) = run(Some(Fault::FailRead(read))).await;
            assert!(!ended, "read {read} failed, and nobody said so");
        }
    });
}
