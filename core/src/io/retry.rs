//! Again, later, when that may help: bounded, through the runtime's clock, for requests that are safe to repeat.
//!
//! The stores' own retries are off: they sleep through tokio, which aborts a wasm module. A conditional put is never
//! repeated here: its first attempt may have won, and only the committer can tell.

use std::{future::Future, time::Duration};

use super::{
    Runtime,
    store_error::{Fault, classify},
};

/// Attempts in all.
const ATTEMPTS: u32 = 4;
/// Pause before the second attempt; doubles each time, plus up to as much again at random.
const FIRST_PAUSE_MILLIS: u64 = 100;

/// Runs `attempt` until it ends otherwise than with a transient fault, at most four times.
pub(super) async fn with_retries<T, F>(
    runtime: &dyn Runtime,
    mut attempt: impl FnMut() -> F + Send,
) -> object_store::Result<T>
where
    T: Send,
    F: Future<Output = object_store::Result<T>> + Send,
{
    let mut tries = 1;
    loop {
        match attempt().await {
            Err(error) if tries < ATTEMPTS && classify(&error) == Fault::Transient => {
                runtime.sleep(pause(tries, runtime.random_u64())).await;
                tries += 1;
            }
            settled => return settled,
        }
    }
}

fn pause(tries: u32, random: u64) -> Duration {
    let base = FIRST_PAUSE_MILLIS << (tries - 1);
    Duration::from_millis(base + random % base)
}
