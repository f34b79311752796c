//! One call of a store object's method, from code that must be `Send`.

use std::{future::Future, pin::pin};

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{JsFailure, STORES, StoreObject};

#[wasm_bindgen]
extern "C" {
    type AbortController;

    #[wasm_bindgen(constructor)]
    fn new() -> AbortController;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> JsValue;

    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);
}

/// The object with number `id`. Errors: the store was closed.
pub(super) fn store(id: u32) -> object_store::Result<StoreObject> {
    let found = STORES.with_borrow(|registry| registry.stores.get(&id).cloned());
    found.ok_or_else(|| object_store::Error::Generic { store: "js", source: "the store was closed".into() })
}

/// Calls `method` with the object and an AbortSignal and reads what its promise gives. Dropping the future aborts the signal.
pub(super) fn run<T: Send + 'static>(
    id: u32,
    method: impl FnOnce(&StoreObject, &JsValue) -> Result<JsValue, JsValue> + Send + 'static,
    read: fn(JsValue) -> Result<T, JsFailure>,
) -> impl Future<Output = Result<T, JsFailure>> + Send {
    let (mut answer, wait) = oneshot::channel();
    spawn_local(async move {
        let controller = AbortController::new();
        let settled = {
            let call = pin!(settle(id, method, &controller, read));
            match select(call, answer.cancellation()).await {
                Either::Left((settled, _)) => Some(settled),
                Either::Right(_) => None,
            }
        };
        match settled {
            // The receiver may have gone in the meantime: nothing is left to do then.
            Some(settled) => drop(answer.send(settled)),
            None => controller.abort(),
        }
    });
    async move { wait.await.unwrap_or_else(|_| Err(JsFailure::new("internal", "the call was lost"))) }
}

async fn settle<T>(
    id: u32,
    method: impl FnOnce(&StoreObject, &JsValue) -> Result<JsValue, JsValue>,
    controller: &AbortController,
    read: fn(JsValue) -> Result<T, JsFailure>,
) -> Result<T, JsFailure> {
    let store = store(id).map_err(|error| JsFailure::new("internal", &error.to_string()))?;
    let promise = method(&store, &controller.signal()).map_err(|thrown| JsFailure::from_thrown(&thrown))?;
    let value = JsFuture::from(Promise::resolve(&promise)).await.map_err(|thrown| JsFailure::from_thrown(&thrown))?;
    read(value)
}
