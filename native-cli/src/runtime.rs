//! The engine's clock, randomness and tasks, on tokio.

use std::{
    hash::{BuildHasher, RandomState},
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use cenote_core::io::{Runtime, SpillArea};
use chrono::{Local, Offset, TimeZone, offset::LocalResult};
use futures::future::BoxFuture;

use crate::spill::TempFolder;

/// Runs tasks on the tokio runtime that started it.
#[derive(Debug, Default)]
pub(crate) struct TokioRuntime {
    seed: RandomState,
    drawn: AtomicU64,
}

impl Runtime for TokioRuntime {
    fn now_millis(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn random_u64(&self) -> u64 {
        // SipHash under keys that the operating system's random source gave this process; the fresh state added to each
        // draw keeps two processes with equal counters apart even if one of them were a fork of the other.
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        self.seed.hash_one((drawn, nanos, std::process::id()))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        tokio::spawn(task);
        None
    }

    fn parallelism(&self) -> usize {
        thread::available_parallelism().map_or(1, NonZeroUsize::get)
    }

    fn spill_area(&self) -> Option<Arc<dyn SpillArea>> {
        Some(Arc::new(TempFolder))
    }

    fn local_offset_millis(&self, millis: i64) -> i64 {
        match Local.timestamp_millis_opt(millis) {
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => {
                i64::from(time.offset().fix().local_minus_utc()) * 1000
            }
            LocalResult::None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn random_numbers_do_not_repeat() {
        let (one, other) = (TokioRuntime::default(), TokioRuntime::default());
        let drawn: HashSet<u64> = (0..1000).flat_map(|_| [one.random_u64(), other.random_u64()]).collect();
        assert_eq!(drawn.len(), 2000);
    }
}
