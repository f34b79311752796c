//! A race of committers for the snapshots of one append table: threads on one storage, or processes of this very test.

use std::{
    collections::BTreeSet,
    env,
    hash::{BuildHasher, RandomState},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray, types::Int64Type};
use cenote_core::{
    Result,
    catalog::{FileSystemCatalog, NewTable},
    io::{Runtime, Storage},
    table::Table,
    types::{DataField, DataType, TypeKind},
};
use futures::future::BoxFuture;

/// A real clock and real pauses, so that committers who lose a race let the others go on.
#[derive(Debug, Default)]
pub(crate) struct Sleeping {
    seed: RandomState,
    drawn: AtomicU64,
}

impl Sleeping {
    pub(crate) fn start() -> Arc<dyn Runtime> {
        Arc::new(Sleeping::default())
    }
}

impl Runtime for Sleeping {
    fn now_millis(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
    }
    fn random_u64(&self) -> u64 {
        self.seed.hash_one((self.drawn.fetch_add(1, Ordering::Relaxed), std::process::id()))
    }
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        Some(task)
    }
    fn parallelism(&self) -> usize {
        1
    }
}

/// How many race, and for how many snapshots each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Race {
    pub committers: i64,
    pub rounds: i64,
}

/// Snapshots that were won, and commits that ended in an error.
#[derive(Debug, Default)]
pub(crate) struct Won {
    pub snapshots: Vec<i64>,
    pub failed: usize,
}

const WHO: &str = "CENOTE_COMMITTER";
const URL: &str = "CENOTE_COMMITTER_URL";
const OPTIONS: &str = "CENOTE_COMMITTER_OPTIONS";
const ROUNDS: &str = "CENOTE_COMMITTER_ROUNDS";
/// Stands before the id of a snapshot that a process has won.
const WON: &str = "won snapshot ";

impl Race {
    /// 16 × 100, or 64 × 300 with `CENOTE_LONG`.
    pub(crate) fn sized() -> Self {
        match env::var_os("CENOTE_LONG") {
            None => Race { committers: 16, rounds: 100 },
            Some(_) => Race { committers: 64, rounds: 300 },
        }
    }

    /// Creates the table `db.t` in the warehouse.
    pub(crate) async fn create_table(&self, storage: Storage) {
        let options = [
            ("commit.max-retries", "100000"),
            ("commit.min-retry-wait", "2 ms"),
            ("commit.max-retry-wait", "200 ms"),
            ("file.compression", "none"),
        ];
        let new = NewTable {
            fields: vec![DataField::new(0, "id", DataType::nullable(TypeKind::BigInt))],
            primary_keys: vec![],
            partition_keys: vec![],
            options: options.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            comment: None,
        };
        let catalog = FileSystemCatalog::new(storage, Sleeping::start());
        catalog.create_database("db", false).await.unwrap();
        catalog.create_table("db", "t", new, false).await.unwrap();
    }

    /// All committers as threads on one storage. Errors fail the test.
    pub(crate) fn threads(&self, storage: &Storage) -> Vec<i64> {
        let won = self.threads_that_may_fail(storage);
        assert_eq!(won.failed, 0, "no commit may fail");
        won.snapshots
    }

    pub(crate) fn threads_that_may_fail(&self, storage: &Storage) -> Won {
        let one = |who| move || run_here(on_this_thread(), storage, who, self.rounds);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.committers).map(|who| scope.spawn(one(who))).collect();
            threads.into_iter().fold(Won::default(), |mut all, thread| {
                let won = thread.join().unwrap();
                all.snapshots.extend(won.snapshots);
                all.failed += won.failed;
                all
            })
        })
    }

    /// All committers as processes: each runs the test `name` of this program, which calls [`run_as_process`].
    pub(crate) fn processes(&self, name: &str, url: &str, options: &[(&str, &str)]) -> Vec<i64> {
        let options = options.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n");
        let start = |who: i64| {
            let mut command = Command::new(env::current_exe().unwrap());
            command.args(["--exact", name, "--nocapture", "--test-threads=1"]);
            command.env(WHO, who.to_string()).env(URL, url).env(OPTIONS, &options).env(ROUNDS, self.rounds.to_string());
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = (0..self.committers).map(start).collect();
        let mut won = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
            // The test harness begins the first line.
            won.extend(text.lines().filter_map(|line| line.split_once(WON)?.1.parse::<i64>().ok()));
        }
        won
    }

    /// One winner a snapshot, no gap, every row once.
    pub(crate) fn settle(&self, won: Vec<i64>, storage: &Storage) {
        let total = self.committers * self.rounds;
        assert_eq!(won.len() as i64, total, "each commit won one snapshot");
        let distinct: BTreeSet<i64> = won.into_iter().collect();
        assert_eq!(distinct, (1..=total).collect(), "one winner a snapshot, no gap");
        let mut ids = on_this_thread().block_on(all_ids(storage));
        ids.sort_unstable();
        assert_eq!(ids, (0..total).collect::<Vec<_>>(), "every row once");
    }
}

fn on_this_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Commits as one of the processes that [`Race::processes`] starts; false where this process is none of them.
pub(crate) fn run_as_process() -> bool {
    let Ok(who) = env::var(WHO) else { return false };
    let options = env::var(OPTIONS).unwrap();
    let options = options.lines().filter_map(|line| line.split_once('='));
    let options = options.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let rounds = env::var(ROUNDS).unwrap().parse().unwrap();
    let runtime = on_this_thread();
    let storage = Storage::open_url(&env::var(URL).unwrap(), &options, Sleeping::start()).unwrap();
    let won = run_here(runtime, &storage, who.parse().unwrap(), rounds);
    assert_eq!(won.failed, 0, "no commit may fail");
    won.snapshots.iter().for_each(|id| println!("{WON}{id}"));
    true
}

fn run_here(runtime: tokio::runtime::Runtime, storage: &Storage, who: i64, rounds: i64) -> Won {
    runtime.block_on(async {
        let table = open(storage).await;
        let mut won = Won::default();
        for round in 0..rounds {
            match append(&table, who * rounds + round).await {
                Ok(id) => won.snapshots.push(id),
                Err(error) => {
                    eprintln!("{error}");
                    won.failed += 1;
                }
            }
        }
        won
    })
}

async fn open(storage: &Storage) -> Table {
    FileSystemCatalog::new(storage.clone(), storage.runtime().clone()).get_table("db", "t").await.unwrap()
}

async fn append(table: &Table, id: i64) -> Result<i64> {
    let batch = RecordBatch::try_from_iter([("id", Arc::new(Int64Array::from(vec![id])) as Arc<dyn Array>)]).unwrap();
    let mut write = table.new_write()?;
    write.write(batch, None).await?;
    let messages = write.prepare_commit().await?;
    Ok(table.new_commit(None).commit(i64::MAX, &messages).await?[0])
}

/// The rows of the table, in no order.
pub(crate) async fn all_ids(storage: &Storage) -> Vec<i64> {
    let batches = open(storage).await.scan().stream().await.unwrap().collect().await.unwrap();
    batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}
