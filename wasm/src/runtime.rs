//! Clock, timers, tasks and randomness of the page, the worker or Node.

use std::time::Duration;

use cenote_core::io::Runtime;
use futures::{channel::oneshot, future::BoxFuture};
use js_sys::{Date, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: f64) -> JsValue;

    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill_random(bytes: &mut [u8]);
}

/// The event loop that we run on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventLoop;

impl Runtime for EventLoop {
    fn now_millis(&self) -> i64 {
        // Dates are whole milliseconds within ±8.64e15.
        Date::now() as i64
    }

    fn random_u64(&self) -> u64 {
        let mut bytes = [0; 8];
        fill_random(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let millis = duration.as_secs_f64() * 1000.0;
        let (woken, wait) = oneshot::channel::<()>();
        spawn_local(async move {
            let timer = Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, millis)));
            // A timer's promise is never broken, and nobody may be waiting any more.
            let _ = JsFuture::from(timer).await;
            let _ = woken.send(());
        });
        Box::pin(async move {
            let _ = wait.await;
        })
    }

    fn spawn(&self, task: BoxFuture<'static, ()>) -> Option<BoxFuture<'static, ()>> {
        spawn_local(task);
        None
    }

    fn parallelism(&self) -> usize {
        1
    }

    fn local_offset_millis(&self, millis: i64) -> i64 {
        let minutes_behind = Date::new(&JsValue::from_f64(millis as f64)).get_timezone_offset();
        -(minutes_behind * 60_000.0) as i64
    }
}
