//! Work done side by side where the runtime has more than one thread, in place where it has not.

use std::{collections::VecDeque, future::Future, sync::Arc};

use futures::{
    StreamExt,
    channel::oneshot,
    stream::{self, BoxStream},
};

use super::{
    Runtime,
    queue::{Receiver, bounded_by_bytes},
};
use crate::error::{Error, Result};

/// Runs `future` as a task of its own and gives its result. Errors: `Internal` where the runtime dropped the task.
pub async fn spawn_value<T: Send + 'static>(
    runtime: Arc<dyn Runtime>,
    future: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let (sender, receiver) = oneshot::channel();
    let task = async move {
        // A closed receiver means that nobody waits for the value any more.
        let _ = sender.send(future.await);
    };
    if let Some(task) = runtime.spawn(Box::pin(task)) {
        task.await;
    }
    receiver.await.map_err(|_| Error::internal("the runtime dropped a task"))?
}

/// Bytes that wait for the reader of [`concat_ordered`], of all its streams together.
const BYTES_AHEAD: usize = 48 << 20;

/// Concatenates streams in order while the next ones already run, each as a task of its own. `bytes` is what an item takes
/// in memory.
///
/// Memory: at most `per_thread` × parallelism streams run; about 48 MB wait for the reader, or one item a stream, and
/// each stream is at one more. Streams are made only when they start.
pub fn concat_ordered<T: Send + 'static>(
    runtime: Arc<dyn Runtime>,
    per_thread: usize,
    bytes: fn(&T) -> usize,
    streams: impl Iterator<Item = BoxStream<'static, Result<T>>> + Send + 'static,
) -> BoxStream<'static, Result<T>> {
    if runtime.parallelism() <= 1 {
        return stream::iter(streams).flatten().boxed();
    }
    let window = runtime.parallelism() * per_thread.max(1);
    let limit = BYTES_AHEAD / window;
    let state = (runtime, streams, VecDeque::<Receiver<Result<T>>>::new());
    stream::unfold(state, move |(runtime, mut streams, mut running)| async move {
        loop {
            while running.len() < window {
                let Some(stream) = streams.next() else { break };
                running.push_back(run_ahead(&runtime, stream, bytes, limit));
            }
            let item = running.front_mut()?.next().await;
            match item {
                Some(item) => return Some((item, (runtime, streams, running))),
                None => drop(running.pop_front()),
            }
        }
    })
    .boxed()
}

fn run_ahead<T: Send + 'static>(
    runtime: &Arc<dyn Runtime>,
    mut source: BoxStream<'static, Result<T>>,
    bytes: fn(&T) -> usize,
    limit: usize,
) -> Receiver<Result<T>> {
    let (mut sender, receiver) = bounded_by_bytes(limit);
    let task = async move {
        while let Some(item) = source.next().await {
            if !sender.send(item.as_ref().map_or(0, bytes), item).await {
                break; // the reader is gone
            }
        }
    };
    // A runtime with parallelism takes every task; one that hands it back would deadlock the reader, so drop the
    // sender with it and let the reader see the end of the stream as an error below.
    if let Some(task) = runtime.spawn(Box::pin(task)) {
        drop(task);
    }
    receiver
}
