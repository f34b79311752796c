//! A crash, a refusal or a lost reply at every changing call of every operation: afterwards the table is in the old or
//! in the new state, never in between, and the next write works.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::sync::Arc;

use cenote_core::{
    Result,
    commit::OverwriteTarget,
    compact::{self, CompactOptions},
    io::Storage,
    modify, predicate,
    table::Table,
};
use cenote_tests::fault_store::{Fault, FaultStore};
use futures::executor::block_on;
use object_store::{memory::InMemory, path::Path};
use support::{Model, Row, apply, catalog, create, read, runtime};

#[derive(Clone, Copy, Debug)]
enum Operation {
    Upsert,
    Delete,
    Overwrite,
    Compact,
    Tag,
}

const OPERATIONS: [Operation; 5] =
    [Operation::Upsert, Operation::Delete, Operation::Overwrite, Operation::Compact, Operation::Tag];

fn rows(from: i64, to: i64, text: &str) -> Vec<Row> {
    (from..to).map(|id| ((id % 2) as i32, id, Some(format!("{text}{id}")))).collect()
}

async fn run(table: &Table, operation: Operation) -> Result<()> {
    match operation {
        Operation::Upsert => support::write(table, &rows(10, 30, "new")).await,
        Operation::Delete => {
            let filter = predicate::parse("id < 7", &table.schema().fields)?;
            modify::delete_where(table, filter, false).await.map(drop)
        }
        Operation::Overwrite => {
            let messages = table.new_write()?.ignore_previous_files().prepare_commit().await?;
            let filter = predicate::parse("part = 1", &table.schema().fields)?;
            let target = OverwriteTarget::Partitions(filter);
            table.new_commit(None).overwrite(i64::MAX, &messages, target).await.map(drop)
        }
        Operation::Compact => {
            compact::run(table, &CompactOptions { full: true, ..CompactOptions::default() }).await.map(drop)
        }
        Operation::Tag => table.tags().create("kept", None).await.map(drop),
    }
}

fn expected(operation: Operation, old: &Model) -> Model {
    let mut new = old.clone();
    match operation {
        Operation::Upsert => apply(&mut new, &rows(10, 30, "new")),
        Operation::Delete => new.retain(|(_, id), _| *id >= 7),
        Operation::Overwrite => new.retain(|(part, _), _| *part != 1),
        Operation::Compact | Operation::Tag => {}
    }
    new
}

/// Three overlapping runs a bucket.
async fn prepare(store: &FaultStore) -> Model {
    let storage = Storage::new(Arc::new(store.clone()), Path::ROOT, runtime(1));
    let table = create(storage, "2").await;
    let mut model = Model::new();
    for (from, to, text) in [(0, 20, "a"), (5, 15, "b"), (0, 3, "c")] {
        support::write(&table, &rows(from, to, text)).await.unwrap();
        apply(&mut model, &rows(from, to, text));
    }
    model
}

/// As a new process would see it: nothing cached, other ids.
async fn reopen(store: &FaultStore, seed: u64) -> Table {
    let storage = Storage::new(Arc::new(store.clone()), Path::ROOT, runtime(seed));
    catalog(storage).get_table("db", "t").await.unwrap()
}

async fn check(operation: Operation, fault: Fault) {
    let store = FaultStore::new(Arc::new(InMemory::new()));
    let old = prepare(&store).await;
    let new = expected(operation, &old);
    let table = reopen(&store, 2).await;
    store.set(fault);
    let result = run(&table, operation).await;
    store.revive();

    let table = reopen(&store, 3).await;
    let found = read(&table, None, None).await;
    assert!(found == old || found == new, "{operation:?} with {fault:?}: neither the old nor the new rows");
    if result.is_ok() {
        assert!(found == new, "{operation:?} with {fault:?}: reported done, but is not");
    }
    let latest = table.snapshots().latest().await.unwrap().unwrap().id;
    for id in 1..=latest {
        read(&table, Some(id), None).await;
    }
    for (name, _) in table.tags().list().await.unwrap() {
        assert_eq!(name, "kept");
        assert_eq!(table.tags().get(&name).await.unwrap().snapshot.id, 3);
    }

    let mut after = found;
    let more = rows(100, 104, "later");
    support::write(&table, &more).await.unwrap();
    apply(&mut after, &more);
    assert_eq!(read(&table, None, None).await, after, "{operation:?} with {fault:?}: the next write");
}

#[test]
fn every_fault_leaves_the_old_or_the_new_state() {
    let mut points = 0;
    for operation in OPERATIONS {
        let calls = block_on(async {
            let store = FaultStore::new(Arc::new(InMemory::new()));
            prepare(&store).await;
            let table = reopen(&store, 2).await;
            store.revive();
            run(&table, operation).await.unwrap();
            store.calls()
        });
        assert!(calls > 0);
        for call in 0..calls {
            for fault in
                [Fault::Refuse(call), Fault::LoseReply(call), Fault::CrashBefore(call), Fault::CrashAfter(call)]
            {
                block_on(check(operation, fault));
                points += 1;
            }
        }
    }
    println!("{points} faults tried");
}
