//! Calls that JavaScript can end early: dropping the work also drops, and so aborts, the requests it waits for.

use std::{future::Future, pin::pin};

use cenote_core::{Error, Result};
use futures::future::{Either, select};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::error::to_js;

/// Runs `work` until it ends or the promise `aborted` is kept.
pub(crate) async fn abortable<T>(
    aborted: Option<Promise>,
    work: impl Future<Output = Result<T>>,
) -> Result<T, JsValue> {
    let Some(aborted) = aborted else {
        return work.await.map_err(|error| to_js(&error));
    };
    match select(pin!(work), JsFuture::from(aborted)).await {
        Either::Left((result, _)) => result.map_err(|error| to_js(&error)),
        Either::Right(_) => Err(to_js(&Error::cancelled("the call was cancelled"))),
    }
}
