//! A plain thread pool as the engine's runtime: no tokio is needed for speed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cenote_core::io::Runtime;
use futures::{executor::ThreadPool, future::BoxFuture};

/// Threads, the system clock, and random bits of the standard library's hasher.
#[derive(Debug)]
pub(crate) struct Threads(ThreadPool);

impl Threads {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Threads(ThreadPool::new()?))
    }
}

impl Runtime for Threads {
    fn now_millis(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn random_u64(&self) -> u64 {
        use std::hash::{BuildHasher, Hasher, RandomState};
        RandomState::new().build_hasher().finish()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move { std::thread::sleep(duration) })
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        self.0.spawn_ok(task);
        None
    }

    fn parallelism(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }
}
