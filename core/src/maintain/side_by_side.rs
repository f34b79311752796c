//! The same work on many items, some at a time, in order.

use std::future::Future;

use futures::{StreamExt, stream};

use crate::error::Result;

/// Items whose work is made ready at a time: bounds memory.
const AHEAD: usize = 1024;

/// Does the work of each item, `parallel` at a time. Gives the results in the order of the items.
pub(super) async fn each<T, R, F>(items: Vec<T>, parallel: usize, work: impl Fn(T) -> F) -> Vec<Result<R>>
where
    F: Future<Output = Result<R>>,
{
    let mut results = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    loop {
        let ready: Vec<F> = items.by_ref().take(AHEAD).map(&work).collect();
        if ready.is_empty() {
            return results;
        }
        let mut done = stream::iter(ready).buffered(parallel);
        while let Some(result) = done.next().await {
            results.push(result);
        }
    }
}

/// As [`each`]. Errors: the first one, after all were tried.
pub(super) async fn all<T, R, F>(items: Vec<T>, parallel: usize, work: impl Fn(T) -> F) -> Result<Vec<R>>
where
    F: Future<Output = Result<R>>,
{
    each(items, parallel, work).await.into_iter().collect()
}
