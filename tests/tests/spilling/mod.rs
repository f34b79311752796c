//! A runtime with room for spilled rows.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use cenote_core::{
    Result,
    io::{InlineRuntime, Runtime, SpillArea, SpillFile},
};
use futures::future::BoxFuture;

/// The runtime, and the bytes that were put there.
pub(crate) fn runtime(seed: u64) -> (Arc<dyn Runtime>, Arc<AtomicUsize>) {
    let spilled = Arc::new(AtomicUsize::new(0));
    let runtime = Spilling { inner: InlineRuntime::new(seed, 1_700_000_000_000), spilled: spilled.clone() };
    (Arc::new(runtime), spilled)
}

#[derive(Debug)]
struct Spilling {
    inner: InlineRuntime,
    spilled: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Room(Vec<u8>, Arc<AtomicUsize>);

impl Runtime for Spilling {
    fn now_millis(&self) -> i64 {
        self.inner.now_millis()
    }

    fn random_u64(&self) -> u64 {
        self.inner.random_u64()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.inner.sleep(duration)
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        self.inner.spawn(task)
    }

    fn parallelism(&self) -> usize {
        1
    }

    fn spill_area(&self) -> Option<Arc<dyn SpillArea>> {
        Some(Arc::new(Area(self.spilled.clone())))
    }
}

#[derive(Debug)]
struct Area(Arc<AtomicUsize>);

impl SpillArea for Area {
    fn create(&self) -> Result<Box<dyn SpillFile>> {
        Ok(Box::new(Room(Vec::new(), self.0.clone())))
    }
}

impl SpillFile for Room {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.1.fetch_add(bytes.len(), Ordering::Relaxed);
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn read(&mut self, range: Range<u64>) -> Result<Bytes> {
        Ok(Bytes::copy_from_slice(&self.0[range.start as usize..range.end as usize]))
    }
}
