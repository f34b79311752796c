//! Time, randomness and tasks, passed in at the edge so that core names no runtime and a seed repeats a run.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;

use super::SpillArea;

/// What an embedding gives the engine besides storage.
pub trait Runtime: Send + Sync + fmt::Debug {
    /// Milliseconds since the epoch.
    fn now_millis(&self) -> i64;

    /// 64 random bits; file names and commit users are made of them, so they must not repeat across processes.
    fn random_u64(&self) -> u64;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Runs `task` to its end concurrently, or returns it where tasks cannot be spawned: the caller then polls it itself.
    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>>;

    /// Tasks that make progress at the same time; 1 where there is one thread.
    fn parallelism(&self) -> usize;

    /// Offset of local time from UTC at `millis`, in milliseconds: Paimon stores some times as local wall clock.
    fn local_offset_millis(&self, millis: i64) -> i64 {
        let _ = millis;
        0
    }

    /// Room on a disk for write buffers that are full; `None` where there is none.
    fn spill_area(&self) -> Option<Arc<dyn SpillArea>> {
        None
    }
}

impl dyn Runtime {
    /// A random UUID (version 4) in lower case, for file names and commit users.
    pub fn uuid(&self) -> String {
        let high = (self.random_u64() & !0xF000) | 0x4000;
        let low = (self.random_u64() & !(0b11 << 62)) | (0b10 << 62);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFFF,
            low >> 48,
            low & 0xFFFF_FFFF_FFFF
        )
    }
}

/// Runs everything on the caller's thread, from a seed and a clock that only moves when told or when sleeping.
///
/// For tests and for embeddings that drive the engine with a plain `block_on`.
#[derive(Debug)]
pub struct InlineRuntime {
    seed: AtomicU64,
    millis: AtomicU64,
}

impl InlineRuntime {
    /// A runtime whose ids follow from `seed` and whose clock stands at `now_millis`.
    pub fn new(seed: u64, now_millis: u64) -> Self {
        InlineRuntime { seed: AtomicU64::new(seed), millis: AtomicU64::new(now_millis) }
    }

    /// Moves the clock.
    pub fn advance(&self, duration: Duration) {
        self.millis.fetch_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Runtime for InlineRuntime {
    fn now_millis(&self) -> i64 {
        i64::try_from(self.millis.load(Ordering::Relaxed)).unwrap_or(i64::MAX)
    }

    fn random_u64(&self) -> u64 {
        // SplitMix64: one atomic step, well mixed.
        let state = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.advance(duration);
        Box::pin(async {})
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        Some(task)
    }

    fn parallelism(&self) -> usize {
        1
    }
}
