//! Compactions as jobs: beside writers and other compactors, killed and run again, spread over workers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{
    collections::{BTreeSet, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use cenote_core::{
    ErrorKind,
    commit::{CommitMessage, read_prepared, write_prepared},
    compact::{self, CompactOptions, CompactPlan, CompactProgress, OnProgress, Reason, commit_rewritten},
    io::{InlineRuntime, Runtime, Storage},
    predicate, scan,
    table::Table,
};
use cenote_tests::fault_store::{Fault, FaultStore};
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};
use support::{Model, Row, apply, create, read, runtime, write};

const FULL: CompactOptions = CompactOptions {
    full: true,
    partitions: None,
    buckets: None,
    cluster: None,
    bucket_numbers: None,
    partition_idle_time: None,
    without_changelog: false,
    dry_run: false,
    max_attempts: None,
    commit_bytes: None,
    memory_bytes: None,
    parallelism: None,
    progress: None,
};

fn rows(round: i64) -> Vec<Row> {
    let row = |n: i64| {
        let value = (n % 5 != round % 5).then(|| format!("v{round}-{n}"));
        (i32::try_from(n % 2).unwrap(), (n * 7 + round) % 40, value)
    };
    // Each key once: which of two rows of a commit wins is not what is tested here.
    let mut seen = BTreeSet::new();
    (0..40).map(row).filter(|row| seen.insert((row.0, row.1))).collect()
}

/// Three commits into two partitions of two buckets.
async fn history(table: &Table) -> Model {
    let mut model = Model::new();
    for round in 0..3 {
        write(table, &rows(round)).await.unwrap();
        apply(&mut model, &rows(round));
    }
    model
}

async fn reopened(table: &Table) -> Table {
    Table::open(table.storage().clone(), "db.t", table.runtime().clone()).await.unwrap()
}

/// Levels of the live files by bucket.
async fn shape(table: &Table) -> Vec<(String, Vec<(i32, i64)>)> {
    let Some(snapshot) = table.snapshots().latest().await.unwrap() else { return Vec::new() };
    let buckets = scan::data_files(table, &snapshot).await.unwrap();
    let mut shape: Vec<_> = buckets
        .into_iter()
        .map(|bucket| {
            let mut files: Vec<(i32, i64)> = bucket.files.iter().map(|file| (file.level, file.row_count)).collect();
            files.sort_unstable();
            (bucket.bucket_path, files)
        })
        .collect();
    shape.sort();
    shape
}

/// Data files in the store, and those that a snapshot names.
async fn stored_and_named(table: &Table) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut stored, mut named) = (BTreeSet::new(), BTreeSet::new());
    for id in 1.. {
        let Some(snapshot) = table.snapshots().get_opt(id).await.unwrap() else { break };
        for bucket in scan::data_files(table, &snapshot).await.unwrap() {
            named.extend(bucket.files.iter().map(|file| format!("{}/{}", bucket.bucket_path, file.file_name)));
            let listed = table.storage().list_all(&bucket.bucket_path).await.unwrap();
            stored.extend(listed.into_iter().map(|entry| format!("{}/{}", bucket.bucket_path, entry.name)));
        }
    }
    (stored, named)
}

async fn rewrite_all(table: &Table, plan: &CompactPlan) -> Vec<CommitMessage> {
    let mut results = Vec::new();
    for task in &plan.tasks {
        results.push(compact::rewrite(table, task).await.unwrap());
    }
    results
}

fn only(table: &Table, filter: &str) -> CompactOptions {
    let filter = predicate::parse(filter, &table.schema().partition_fields()).unwrap();
    CompactOptions { partitions: Some(filter), ..FULL }
}

#[test]
fn compactors_of_different_buckets_both_succeed() {
    block_on(async {
        let table = create(Storage::memory(runtime(1)), "2").await;
        let model = history(&table).await;
        let (first, second) = (reopened(&table).await, reopened(&table).await);
        let one = compact::plan(&first, &only(&table, "part = 0")).await.unwrap();
        let two = compact::plan(&second, &only(&table, "part = 1")).await.unwrap();
        assert_eq!((one.tasks.len(), two.tasks.len()), (2, 2));
        let (ours, theirs) = (rewrite_all(&first, &one).await, rewrite_all(&second, &two).await);
        assert_eq!(commit_rewritten(&first, &one, &ours).await.unwrap().snapshot_id, Some(4));
        assert_eq!(commit_rewritten(&second, &two, &theirs).await.unwrap().snapshot_id, Some(5));
        assert_eq!(read(&table, None, None).await, model);
        assert!(shape(&table).await.iter().all(|(_, files)| files.iter().all(|file| file.0 == 5)));
    });
}

#[test]
fn of_two_compactors_of_a_bucket_one_gives_up_cleanly() {
    block_on(async {
        let table = create(Storage::memory(runtime(2)), "2").await;
        let model = history(&table).await;
        let other = reopened(&table).await;
        // The other one only has partition 1.
        let (one, two) = (compact::plan(&table, &FULL).await.unwrap(), only(&table, "part = 1"));
        let two = compact::plan(&other, &two).await.unwrap();
        let (ours, theirs) = (rewrite_all(&table, &one).await, rewrite_all(&other, &two).await);
        assert_eq!(commit_rewritten(&other, &two, &theirs).await.unwrap().committed, [0, 1]);
        let published = commit_rewritten(&table, &one, &ours).await.unwrap();
        assert_eq!((published.committed.len(), published.stale.len()), (2, 2));
        assert_eq!(read(&table, None, None).await, model);
        let void: Vec<CommitMessage> = published.stale.iter().map(|place| ours[*place].clone()).collect();
        assert_eq!(table.new_commit(None).abort(&void).await.unwrap().deleted.len(), 2);
        let (stored, named) = stored_and_named(&table).await;
        assert_eq!(stored, named);
        // Again there is nothing new in them.
        let again = commit_rewritten(&table, &one, &void).await.unwrap();
        assert_eq!((again.snapshot_id, again.stale.len()), (None, 2));
    });
}

/// Does something once, after the first task of a job: on a thread, for this one has an executor.
fn meanwhile(table: &Table, work: impl Fn(&Table) + Send + Sync + 'static) -> OnProgress {
    let (table, work, done) = (table.clone(), Arc::new(work), AtomicBool::new(false));
    OnProgress::new(move |progress: CompactProgress| {
        if progress.tasks_done == 1 && !done.swap(true, Ordering::Relaxed) {
            let (table, work) = (table.clone(), work.clone());
            thread::spawn(move || work(&table)).join().unwrap();
        }
    })
}

#[test]
fn what_another_compactor_did_is_not_done_again() {
    block_on(async {
        let table = create(Storage::memory(runtime(3)), "2").await;
        let model = history(&table).await;
        let progress = meanwhile(&table, |table| {
            block_on(compact::run(table, &only(table, "part = 0"))).unwrap();
        });
        let report = compact::run(&table, &CompactOptions { progress: Some(progress), ..FULL }).await.unwrap();
        assert_eq!((report.commits, report.stale, report.buckets.len()), (1, 2, 2));
        assert_eq!(read(&table, None, None).await, model);
        let (stored, named) = stored_and_named(&table).await;
        assert_eq!(stored, named);
    });
}

#[test]
fn rows_written_meanwhile_stay() {
    block_on(async {
        for (seed, full) in [(4, true), (5, false)] {
            let table = create(Storage::memory(runtime(seed)), "2").await;
            let mut model = history(&table).await;
            for round in 3..5 {
                write(&table, &rows(round)).await.unwrap();
                apply(&mut model, &rows(round));
            }
            let progress = meanwhile(&table, |table| block_on(write(table, &rows(9))).unwrap());
            apply(&mut model, &rows(9));
            let options = CompactOptions { full, progress: Some(progress), ..FULL };
            let report = compact::run(&table, &options).await.unwrap();
            assert_eq!((report.commits, report.stale), (1, 0));
            assert_eq!(read(&table, None, None).await, model);
            assert!(shape(&table).await.iter().all(|(_, files)| files.first().is_some_and(|file| file.0 == 0)));
        }
    });
}

#[test]
fn a_partition_dropped_meanwhile_stays_dropped() {
    block_on(async {
        let table = create(Storage::memory(runtime(6)), "2").await;
        let mut model = history(&table).await;
        let progress = meanwhile(&table, |table| {
            let filter = predicate::parse("part = 1", &table.schema().partition_fields()).unwrap();
            block_on(table.new_commit(None).truncate(i64::MAX, Some(filter))).unwrap();
        });
        let report = compact::run(&table, &CompactOptions { progress: Some(progress), ..FULL }).await.unwrap();
        assert_eq!((report.commits, report.stale), (1, 2));
        model.retain(|key, _| key.0 == 0);
        assert_eq!(read(&table, None, None).await, model);
    });
}

async fn on_faults(seed: u64) -> (FaultStore, Table, Model) {
    let faults = FaultStore::new(Arc::new(InMemory::new()));
    let table = create(Storage::new(Arc::new(faults.clone()), Path::ROOT, runtime(seed)), "2").await;
    let model = history(&table).await;
    (faults, table, model)
}

#[test]
fn a_killed_job_is_run_again_and_does_what_is_left() {
    block_on(async {
        let each = CompactOptions { commit_bytes: Some(1), ..FULL };
        let (faults, table, _) = on_faults(7).await;
        let before = faults.calls();
        assert_eq!(compact::run(&table, &each).await.unwrap().commits, 4);
        let calls = faults.calls() - before;
        let twin = shape(&table).await;
        let mut resumed = BTreeSet::new();
        for call in 0..calls {
            let fault = if call % 2 == 0 { Fault::CrashBefore(call) } else { Fault::CrashAfter(call) };
            let (faults, table, model) = on_faults(7).await;
            faults.set(fault);
            let _ = compact::run(&table, &each).await;
            faults.revive();
            let table = reopened(&table).await;
            assert_eq!(read(&table, None, None).await, model, "after call {call}");
            resumed.insert(compact::run(&table, &each).await.unwrap().commits);
            assert_eq!(read(&table, None, None).await, model, "again after call {call}");
            assert_eq!(shape(&table).await, twin, "after call {call}");
        }
        assert_eq!(resumed, BTreeSet::from([0, 1, 2, 3, 4]));
    });
}

#[test]
fn a_lost_reply_never_costs_a_file_that_is_referred_to() {
    block_on(async {
        let (faults, table, _) = on_faults(8).await;
        let before = faults.calls();
        compact::run(&table, &FULL).await.unwrap();
        let calls = faults.calls() - before;
        for call in 0..calls {
            let (faults, table, model) = on_faults(8).await;
            faults.set(Fault::LoseReply(call));
            let _ = compact::run(&table, &FULL).await;
            faults.revive();
            let table = reopened(&table).await;
            assert_eq!(read(&table, None, None).await, model, "after call {call}");
            let (stored, named) = stored_and_named(&table).await;
            assert!(named.is_subset(&stored), "after call {call}");
        }
    });
}

#[test]
fn plans_carried_out_by_workers_equal_a_run() {
    block_on(async {
        for full in [true, false] {
            let options = CompactOptions { full, ..FULL };
            let (ours, twin) =
                (create(Storage::memory(runtime(9)), "2").await, create(Storage::memory(runtime(9)), "2").await);
            for table in [&ours, &twin] {
                for round in 0..6 {
                    write(table, &rows(round)).await.unwrap();
                }
            }
            let json = compact::plan(&ours, &options).await.unwrap().to_json(&ours).unwrap();
            let worker = reopened(&ours).await;
            let mut results = Vec::new();
            let tasks = CompactPlan::from_json(&worker, &json).unwrap().tasks;
            for task in tasks.iter().rev() {
                let result = compact::rewrite(&worker, task).await.unwrap();
                results.push(write_prepared("db.t", &[result]).unwrap());
            }
            let committer = reopened(&ours).await;
            let plan = CompactPlan::from_json(&committer, &json).unwrap();
            let results: Vec<CommitMessage> =
                results.iter().flat_map(|bytes| read_prepared("db.t", bytes).unwrap()).collect();
            let published = commit_rewritten(&committer, &plan, &results).await.unwrap();
            assert_eq!((published.committed.len(), published.snapshot_id), (4, Some(7)));
            compact::run(&twin, &options).await.unwrap();
            assert_eq!(shape(&ours).await, shape(&twin).await);
            assert_eq!(read(&ours, None, None).await, read(&twin, None, None).await);
        }
    });
}

#[test]
fn results_of_something_else_are_refused() {
    block_on(async {
        let table = create(Storage::memory(runtime(10)), "2").await;
        let model = history(&table).await;
        let plan = compact::plan(&table, &FULL).await.unwrap();
        let results = rewrite_all(&table, &plan).await;
        let first_alone = CompactPlan { snapshot_id: plan.snapshot_id, tasks: plan.tasks[..1].to_vec() };
        for (plan, results) in [(&first_alone, results.clone()), (&plan, vec![results[0].clone(), results[0].clone()])]
        {
            assert_eq!(commit_rewritten(&table, plan, &results).await.unwrap_err().kind(), ErrorKind::Invalid);
        }
        let mut with_rows = results.clone();
        with_rows[0].new_files = with_rows[0].compact_after.clone();
        assert_eq!(commit_rewritten(&table, &plan, &with_rows).await.unwrap_err().kind(), ErrorKind::Invalid);
        assert_eq!(table.snapshots().latest().await.unwrap().unwrap().id, 3);
        assert_eq!(read(&table, None, None).await, model);
    });
}

#[test]
fn reports_tell_why_and_what_reads_gain() {
    block_on(async {
        let table = create(Storage::memory(runtime(11)), "2").await;
        history(&table).await;
        let dry = compact::run(&table, &CompactOptions { dry_run: true, ..FULL }).await.unwrap();
        assert_eq!((dry.buckets_seen, dry.buckets.len(), dry.snapshot_id), (4, 4, None));
        let done = compact::run(&table, &FULL).await.unwrap();
        for (dry, done) in dry.buckets.iter().zip(&done.buckets) {
            assert_eq!((dry.reason, dry.runs_before, dry.runs_after, dry.files_in), (Reason::Full, 3, 1, 3));
            assert_eq!((dry.overlap_before, dry.overlap_after, dry.output_level), (3, 1, 5));
            assert_eq!((done.files_out, done.runs_after, done.overlap_after), (1, 1, 1));
        }
    });
}

#[test]
fn buckets_and_idle_partitions_are_chosen() {
    block_on(async {
        let clock = Arc::new(InlineRuntime::new(12, 1_700_000_000_000));
        let table = create(Storage::memory(clock.clone() as Arc<dyn Runtime>), "2").await;
        history(&table).await;
        clock.advance(Duration::from_secs(3600));
        write(&table, &[(1, 3, Some("new".into()))]).await.unwrap();
        let paths = |options: CompactOptions| {
            let table = table.clone();
            async move {
                let report = compact::run(&table, &CompactOptions { dry_run: true, ..options }).await.unwrap();
                report.buckets.into_iter().map(|bucket| bucket.bucket_path).collect::<BTreeSet<_>>()
            }
        };
        let idle = |secs| CompactOptions { partition_idle_time: Some(Duration::from_secs(secs)), ..FULL };
        assert_eq!(paths(idle(1800)).await, BTreeSet::from(["part=0/bucket-0".into(), "part=0/bucket-1".into()]));
        assert_eq!(paths(idle(7200)).await, BTreeSet::new());
        let numbers = CompactOptions { bucket_numbers: Some(HashSet::from([1])), ..FULL };
        assert_eq!(paths(numbers).await, BTreeSet::from(["part=0/bucket-1".into(), "part=1/bucket-1".into()]));
    });
}

#[test]
fn tasks_run_one_by_one_where_memory_is_short() {
    block_on(async {
        let table = create(Storage::memory(runtime(13)), "2").await;
        let model = history(&table).await;
        let options = CompactOptions { memory_bytes: Some(1), parallelism: Some(8), ..FULL };
        assert_eq!(compact::run(&table, &options).await.unwrap().buckets.len(), 4);
        assert_eq!(read(&table, None, None).await, model);
    });
}

#[test]
fn what_cannot_be_rewritten_is_refused_before_anything_is_touched() {
    block_on(async {
        let faults = FaultStore::new(Arc::new(InMemory::new()));
        let table = create(Storage::new(Arc::new(faults.clone()), Path::ROOT, runtime(14)), "2").await;
        history(&table).await;
        let plan = compact::plan(&table, &FULL).await.unwrap();
        let (name, value) = ("pk-clustering-override", "true");
        let mut schema = cenote_core::spec::table_schema::TableSchema::clone(table.schema());
        schema.options.insert(name.to_owned(), value.to_owned());
        let strange = table.at_schema(Arc::new(schema)).unwrap();
        let before = faults.calls();
        for error in [
            compact::run(&strange, &FULL).await.unwrap_err(),
            compact::plan(&strange, &FULL).await.unwrap_err(),
            compact::rewrite(&strange, &plan.tasks[0]).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains(name), "{error}");
        }
        assert_eq!(faults.calls(), before);
    });
}
