//! The process dies at every changing call of what takes history away: all states that are left read as before, and a
//! second run gets where the first was going.

use std::{collections::BTreeMap, sync::Arc};

use cenote_core::{
    Result,
    compact::{self, CompactOptions},
    io::Storage,
    maintain::{
        branches,
        expire::{self, ExpireOptions},
        reachable::{self, Keeper},
        rollback::{self, RollbackTo},
        tags,
    },
    table::Table,
};
use cenote_tests::fault_store::{Fault, FaultStore};
use futures::{FutureExt, executor::block_on, future::BoxFuture};
use object_store::{memory::InMemory, path::Path};

use super::support::{Model, catalog, create, read, runtime, write};

type Run = for<'a> fn(&'a Table) -> BoxFuture<'a, Result<()>>;

fn expire_all(table: &Table) -> BoxFuture<'_, Result<()>> {
    async {
        let retain = ExpireOptions {
            retain_min: 2,
            retain_max: 1 << 30,
            older_than_millis: i64::MAX,
            max_deletes: 99,
            dry_run: false,
        };
        expire::expire_snapshots(table, &retain).await.map(drop)
    }
    .boxed()
}

fn roll_back(table: &Table) -> BoxFuture<'_, Result<()>> {
    async { rollback::rollback(table, &RollbackTo::Snapshot(3), false).await.map(drop) }.boxed()
}

fn untag(table: &Table) -> BoxFuture<'_, Result<()>> {
    async {
        match tags::delete(table, "old", false).await {
            Err(error) if error.is_not_found() => Ok(()),
            done => done.map(drop),
        }
    }
    .boxed()
}

fn forward(table: &Table) -> BoxFuture<'_, Result<()>> {
    async { branches::fast_forward(table, "b", false).await.map(drop) }.boxed()
}

/// Six writes and a compaction, a tag at snapshot 2, a branch of it with a write of its own.
async fn prepare(store: &FaultStore, first: Option<Run>) {
    let table = create(Storage::new(Arc::new(store.clone()), Path::ROOT, runtime(1)), "1").await;
    for round in 0..6 {
        write(&table, &super::rows(round, round + 6, &format!("r{round}x"))).await.unwrap();
        if round == 1 {
            table.tags().create("old", Some(2)).await.unwrap();
        }
        if round == 3 {
            compact::run(&table, &CompactOptions { full: true, ..CompactOptions::default() }).await.unwrap();
        }
    }
    branches::create(&table, "b", Some("old")).await.unwrap();
    let branch = Table::open_branch(table.storage().clone(), "t", "b", table.runtime().clone()).await.unwrap();
    write(&branch, &super::rows(20, 24, "branch")).await.unwrap();
    if let Some(first) = first {
        first(&table).await.unwrap();
    }
}

async fn reopen(store: &FaultStore, seed: u64) -> Table {
    catalog(Storage::new(Arc::new(store.clone()), Path::ROOT, runtime(seed))).get_table("db", "t").await.unwrap()
}

/// What each state of each branch shows.
async fn states(table: &Table) -> BTreeMap<String, Model> {
    let mut states = BTreeMap::new();
    for (branch, roots) in reachable::roots(table).await.unwrap() {
        for root in roots {
            let rows = match &root.keeper {
                Keeper::Tag(name) => {
                    let id = branch.tags().get(name).await.unwrap().snapshot.id;
                    // A tag shows what its snapshot showed.
                    match branch.snapshots().get_fresh(id).await.unwrap() {
                        Some(_) => read(&branch, Some(id), None).await,
                        None => continue,
                    }
                }
                _ => read(&branch, Some(root.snapshot.id), None).await,
            };
            states.insert(root.to_string(), rows);
        }
    }
    states
}

/// Tries a crash before and after each call; gives their number. With `rewrites`, states may be replaced by a branch's.
fn try_all(name: &str, first: Option<Run>, run: Run, rewrites: bool) -> usize {
    let inner = InMemory::new();
    let store = FaultStore::new(Arc::new(inner.fork()));
    block_on(prepare(&store, first));
    let whole = block_on(async {
        let inner = InMemory::new();
        let listed = reopen(&store, 2).await;
        for file in listed.storage().list_all("").await.unwrap() {
            let body = listed.storage().get(&file.name).await.unwrap();
            let path = Path::from(format!("db.db/t/{}", file.name));
            object_store::ObjectStoreExt::put(&inner, &path, body.into()).await.unwrap();
        }
        inner
    });
    let before = block_on(async { states(&reopen(&FaultStore::new(Arc::new(whole.fork())), 3).await).await });
    let store = FaultStore::new(Arc::new(whole.fork()));
    let (calls, after) = block_on(async {
        let table = reopen(&store, 4).await;
        store.revive();
        run(&table).await.unwrap();
        (store.calls(), states(&reopen(&store, 5).await).await)
    });
    assert!(calls > 0, "{name}: no calls");
    for call in 0..calls {
        for fault in [Fault::CrashBefore(call), Fault::CrashAfter(call)] {
            let what = format!("{name} with {fault:?}");
            let store = FaultStore::new(Arc::new(whole.fork()));
            block_on(async {
                let table = reopen(&store, 6).await;
                store.set(fault);
                let _ = run(&table).await;
                store.revive();
                for (state, rows) in states(&reopen(&store, 7).await).await {
                    let known = [before.get(&state), if rewrites { after.get(&state) } else { None }];
                    assert!(known.contains(&Some(&rows)), "{what}: {state} shows other rows");
                }
                run(&reopen(&store, 8).await).await.unwrap_or_else(|error| panic!("{what}: again: {error}"));
                assert_eq!(states(&reopen(&store, 9).await).await, after, "{what}: after a second run");
            });
        }
    }
    calls * 2
}

#[test]
fn a_crash_anywhere_leaves_states_that_read() {
    let tries = || {
        let points = try_all("expire", None, expire_all, false)
            + try_all("roll back", None, roll_back, false)
            + try_all("delete a tag", Some(expire_all), untag, false)
            + try_all("fast-forward", None, forward, true);
        println!("{points} points");
        assert!(points > 50, "{points}");
    };
    std::thread::Builder::new().stack_size(32 << 20).spawn(tries).unwrap().join().unwrap();
}
