//! A crash, a refusal, a lost request or reply, a failed read or a full disk at every call of every operation: afterwards the
//! table is in the old or in the new state, never in between, nothing of its past is gone, and a second try works.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod operations;
mod state;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use cenote_core::{io::Storage, table::Table};
use cenote_tests::fault_store::{Fault, FaultStore};
use futures::{TryStreamExt, executor::block_on};
use object_store::{ObjectStore, memory::InMemory, path::Path};
use operations::{Operation, operations};
use state::{State, catalog, rows_at, runtime};

/// Fewer points than this mean that operations or faults went missing.
const LEAST_POINTS: usize = 2_000;

/// A table on which the operation is to run, and what is known of it.
struct Prepared {
    inner: InMemory,
    old: State,
    new: State,
    /// Rows at each snapshot.
    past: Vec<(i64, Vec<state::Row>)>,
    files: BTreeSet<Path>,
    /// Snapshots that the operation makes where nothing fails.
    snapshots: i64,
    calls: usize,
    reads: usize,
}

/// As a new process would see it: nothing cached, other ids.
async fn reopen(store: &FaultStore, seed: u64) -> Table {
    let storage = Storage::new(Arc::new(store.clone()), Path::ROOT, runtime(seed));
    catalog(storage).get_table("db", "t").await.unwrap()
}

async fn files(store: &FaultStore) -> BTreeSet<Path> {
    store.list(None).map_ok(|meta| meta.location).try_collect().await.unwrap()
}

async fn latest(table: &Table) -> i64 {
    table.snapshots().latest().await.unwrap().map_or(0, |snapshot| snapshot.id)
}

async fn past(table: &Table) -> Vec<(i64, Vec<state::Row>)> {
    let mut past = Vec::new();
    for id in 1..=latest(table).await {
        if table.snapshots().get_opt(id).await.unwrap().is_some() {
            past.push((id, rows_at(table, id).await));
        }
    }
    past
}

/// Runs the operation without a fault, on a copy, to learn how many calls it makes and what comes out.
async fn prepare(operation: &Operation) -> Prepared {
    let inner = InMemory::new();
    let store = FaultStore::new(Arc::new(inner.fork()));
    operation.prepare(Storage::new(Arc::new(store.clone()), Path::ROOT, runtime(1))).await;
    let inner = copy(&store).await;
    let store = FaultStore::new(Arc::new(inner.fork()));
    let table = reopen(&store, 2).await;
    let old = State::of(&table).await;
    let (past, files) = (past(&table).await, files(&store).await);
    let new = operation.expected(&old);
    let table = reopen(&store, 3).await;
    store.revive();
    let done = operation.run(&table).await;
    assert!(done.is_ok(), "{}: {done:?}", operation.name);
    let (calls, reads) = (store.calls(), store.reads());
    let table = reopen(&store, 4).await;
    assert_eq!(State::of(&table).await, new, "{}: the model and the table differ without any fault", operation.name);
    let snapshots = latest(&table).await - past.last().map_or(0, |(id, _)| *id);
    Prepared { inner, old, new, past, files, snapshots, calls, reads }
}

/// The objects of a store in a store of its own.
async fn copy(store: &FaultStore) -> InMemory {
    let to = InMemory::new();
    for path in files(store).await {
        let body = object_store::ObjectStoreExt::get(store, &path).await.unwrap().bytes().await.unwrap();
        object_store::ObjectStoreExt::put(&to, &path, body.into()).await.unwrap();
    }
    to
}

async fn check(operation: &Operation, prepared: &Prepared, fault: Fault) {
    let what = format!("{} with {fault:?}", operation.name);
    let store = FaultStore::new(Arc::new(prepared.inner.fork()));
    let table = reopen(&store, 2).await;
    store.set(fault);
    let result = operation.run(&table).await;
    store.revive();

    let table = reopen(&store, 3).await;
    let found = State::of(&table).await;
    assert!(found == prepared.old || found == prepared.new, "{what}: neither the old nor the new state: {found:?}");
    if result.is_ok() {
        assert!(found == prepared.new, "{what}: reported done, but is not");
    }
    let made = latest(&table).await - prepared.past.last().map_or(0, |(id, _)| *id);
    assert!(made <= prepared.snapshots.max(0), "{what}: {made} snapshots instead of {}", prepared.snapshots);
    for (id, rows) in &prepared.past {
        if operation.forgets && table.snapshots().get_opt(*id).await.unwrap().is_none() {
            continue;
        }
        assert_eq!(rows_at(&table, *id).await, *rows, "{what}: snapshot {id} shows other rows than before");
    }
    let left = files(&store).await;
    let gone: Vec<_> = prepared.files.difference(&left).filter(|path| !operation.removes(path)).collect();
    assert!(gone.is_empty(), "{what}: took away {gone:?}");

    let again = operation.run(&table).await;
    if let Err(error) = &again {
        assert!(found == prepared.new && operation.refuses_twice, "{what}: the second try: {error}");
    }
    let wanted = if again.is_ok() { operation.expected(&found) } else { found };
    let table = reopen(&store, 4).await;
    assert_eq!(State::of(&table).await, wanted, "{what}: after the second try");
    if !operation.forgets {
        assert_eq!(past(&table).await.len() as i64, latest(&table).await, "{what}: a snapshot is unreadable");
    }
}

fn faults(prepared: &Prepared) -> Vec<Fault> {
    let at_call =
        [Fault::Refuse, Fault::LoseReply, Fault::LoseRequest, Fault::NoSpace, Fault::CrashBefore, Fault::CrashAfter];
    let at_read = [Fault::FailRead, Fault::CrashAtRead];
    let mut faults: Vec<Fault> = (0..prepared.calls).flat_map(|call| at_call.map(|fault| fault(call))).collect();
    faults.extend((0..prepared.reads).flat_map(|read| at_read.map(|fault| fault(read))));
    faults
}

/// Tries every fault of one operation; gives their number.
fn try_all(operation: &Operation) -> usize {
    let prepared = block_on(prepare(operation));
    assert!(prepared.calls > 0, "{}: no calls", operation.name);
    let faults = faults(&prepared);
    for fault in &faults {
        block_on(check(operation, &prepared, *fault));
    }
    println!(
        "{:<28} {:>3} changing calls {:>3} reads {:>4} points",
        operation.name,
        prepared.calls,
        prepared.reads,
        faults.len()
    );
    faults.len()
}

#[test]
fn every_fault_leaves_the_old_or_the_new_state() {
    // `CENOTE_FAULTS` keeps the operations whose names contain it.
    let part = std::env::var("CENOTE_FAULTS").unwrap_or_default();
    let operations: Vec<_> = operations().into_iter().filter(|operation| operation.name.contains(&part)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut points = 0;
        while let Some(operation) = operations.get(next.fetch_add(1, Ordering::Relaxed)) {
            points += try_all(operation);
        }
        points
    };
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let points: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    println!("{points} points of {} operations tried", operations.len());
    assert!(!part.is_empty() || points >= LEAST_POINTS, "only {points} points tried, expected {LEAST_POINTS} or more");
}
