//! How far a call is, told to JavaScript while it runs.

use futures::{
    StreamExt,
    channel::mpsc::{UnboundedSender, unbounded},
};
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Tells a function of JavaScript how much is done of how much, where somebody listens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Option<UnboundedSender<(u64, u64)>>);

impl Progress {
    /// Calls `hear(done, total)` between the steps of the work. What core runs may leave its thread and functions of
    /// JavaScript may not, so the numbers go through a channel.
    pub(crate) fn to(hear: Option<Function>) -> Self {
        Progress(hear.map(|hear| {
            let (send, mut told) = unbounded::<(u64, u64)>();
            spawn_local(async move {
                while let Some((done, total)) = told.next().await {
                    #[allow(clippy::cast_precision_loss)]
                    let _ = hear.call2(&JsValue::UNDEFINED, &(done as f64).into(), &(total as f64).into());
                }
            });
            send
        }))
    }

    /// What core calls.
    pub(crate) fn teller(&self) -> impl FnMut(u64, u64) + Send + use<> {
        let send = self.0.clone();
        move |done, total| {
            if let Some(send) = &send {
                let _ = send.unbounded_send((done, total));
            }
        }
    }
}
