//! Many committers, one table: exactly one wins each snapshot, every row is kept.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray, types::Int64Type};
use cenote_core::{
    catalog::{FileSystemCatalog, NewTable},
    io::{InlineRuntime, Runtime, Storage},
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::{executor::block_on, future::BoxFuture};

const COMMITTERS: i64 = 8;
const ROUNDS: i64 = 20;

/// Like [`InlineRuntime`], but sleeping really waits, so that threads that lose a race let the others go on.
#[derive(Debug)]
struct Sleeping(InlineRuntime);

static SEED: AtomicU64 = AtomicU64::new(1);

impl Sleeping {
    fn start() -> Arc<dyn Runtime> {
        let seed = SEED.fetch_add(0x1234_5678_9ABC, Ordering::Relaxed);
        Arc::new(Sleeping(InlineRuntime::new(seed << 20, 1_700_000_000_000)))
    }
}

impl Runtime for Sleeping {
    fn now_millis(&self) -> i64 {
        self.0.now_millis()
    }
    fn random_u64(&self) -> u64 {
        self.0.random_u64()
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move { std::thread::sleep(duration) })
    }
    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        Some(task)
    }
    fn parallelism(&self) -> usize {
        1
    }
}

fn new_table() -> NewTable {
    NewTable {
        fields: vec![DataField::new(0, "id", DataType::nullable(TypeKind::BigInt))],
        primary_keys: vec![],
        partition_keys: vec![],
        options: [
            ("commit.max-retries", "1000"),
            ("commit.min-retry-wait", "1 ms"),
            ("commit.max-retry-wait", "20 ms"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        comment: None,
    }
}

async fn append(table: &Table, id: i64) -> i64 {
    let batch = RecordBatch::try_from_iter([("id", Arc::new(Int64Array::from(vec![id])) as Arc<dyn Array>)]).unwrap();
    let mut write = table.new_write().unwrap();
    write.write(batch, None).await.unwrap();
    let messages = write.prepare_commit().await.unwrap();
    table.new_commit(None).commit(i64::MAX, &messages).await.unwrap()[0]
}

async fn all_ids(table: &Table) -> Vec<i64> {
    let batches = table.scan().stream().await.unwrap().collect().await.unwrap();
    batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

fn race(open: impl Fn() -> Table + Sync) {
    let snapshots: Vec<i64> = std::thread::scope(|scope| {
        let open = &open;
        let one = |who: i64| {
            scope.spawn(move || {
                let table = open();
                (0..ROUNDS).map(|round| block_on(append(&table, who * ROUNDS + round))).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..COMMITTERS).map(one).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let distinct: BTreeSet<i64> = snapshots.iter().copied().collect();
    assert_eq!(distinct, (1..=COMMITTERS * ROUNDS).collect(), "one winner a snapshot, no gap");
    let mut ids = block_on(all_ids(&open()));
    ids.sort_unstable();
    assert_eq!(ids, (0..COMMITTERS * ROUNDS).collect::<Vec<_>>(), "every row once");
}

#[test]
fn committers_in_memory_lose_no_row() {
    let catalog = FileSystemCatalog::new(Storage::memory(Sleeping::start()), Sleeping::start());
    block_on(async {
        catalog.create_database("db", false).await.unwrap();
        catalog.create_table("db", "t", new_table(), false).await.unwrap();
    });
    race(|| block_on(catalog.get_table("db", "t")).unwrap());
}

#[test]
fn committers_in_a_local_folder_lose_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let runtime = Sleeping::start();
        FileSystemCatalog::new(Storage::local(folder.path(), runtime.clone()).unwrap(), runtime)
    };
    block_on(async {
        open().create_database("db", false).await.unwrap();
        open().create_table("db", "t", new_table(), false).await.unwrap();
    });
    race(|| block_on(open().get_table("db", "t")).unwrap());
}
