//! Lets a stream run on its own while its reader is busy.

use std::sync::Arc;

use futures::{SinkExt, StreamExt, channel::mpsc, stream::BoxStream};

use crate::{error::Result, io::Runtime};

/// Items that wait for the reader; one more is being made.
const ITEMS_AHEAD: usize = 1;

/// The same items, made by a task of its own where the runtime has several threads. Ends when the reader drops it.
pub(super) fn run_ahead<T: Send + 'static>(
    runtime: &Arc<dyn Runtime>,
    mut source: BoxStream<'static, Result<T>>,
) -> BoxStream<'static, Result<T>> {
    if runtime.parallelism() <= 1 {
        return source;
    }
    let (mut sender, receiver) = mpsc::channel(ITEMS_AHEAD);
    let task = async move {
        while let Some(item) = source.next().await {
            if sender.send(item).await.is_err() {
                return;
            }
        }
    };
    match runtime.spawn(Box::pin(task)) {
        None => receiver.boxed(),
        // Not taken after all: the reader drives the task itself.
        Some(task) => futures::stream::select(receiver, task.into_stream_of_nothing()).boxed(),
    }
}

/// A future as a stream that gives nothing but makes progress when polled.
trait IntoStreamOfNothing {
    fn into_stream_of_nothing<T: Send + 'static>(self) -> BoxStream<'static, T>;
}

impl IntoStreamOfNothing for futures::future::BoxFuture<'static, ()> {
    fn into_stream_of_nothing<T: Send + 'static>(self) -> BoxStream<'static, T> {
        futures::stream::once(self).filter_map(|()| async { None }).boxed()
    }
}
