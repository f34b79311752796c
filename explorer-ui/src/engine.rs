//! The page's end of the worker protocol: calls with ids, answers as futures, progress, and cancelling.
//!
//! `{id, method, params}` goes out; `{id, json, blob}` (the answer as JSON text, and a file
//! where there is one), `{id, err}` and `{id, progress}` come back.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use js_sys::{Function, Object, Promise, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::model::{Problem, Progress};

/// What the page hears of a call besides its answer.
#[derive(Debug, Clone)]
pub(crate) enum CallEvent {
    /// It was sent.
    Began(u32, String),
    /// It is under way.
    Progress(u32, Progress),
    /// It was answered.
    Ended(u32),
}

type Handler<E> = RefCell<Option<Closure<dyn FnMut(E)>>>;
type Listener = Box<dyn Fn(CallEvent)>;

struct Inner {
    worker: RefCell<Option<Worker>>,
    pending: RefCell<HashMap<u32, (Function, Function)>>,
    last_id: RefCell<u32>,
    listener: RefCell<Option<Listener>>,
    on_message: Handler<MessageEvent>,
    on_error: Handler<web_sys::Event>,
}

/// The engine in its worker. Clones share it.
#[derive(Clone)]
pub(crate) struct Engine(Rc<Inner>);

impl Engine {
    /// Starts the worker.
    pub(crate) fn start() -> Result<Engine, JsValue> {
        let engine = Engine(Rc::new(Inner {
            worker: RefCell::default(),
            pending: RefCell::default(),
            last_id: RefCell::default(),
            listener: RefCell::default(),
            on_message: RefCell::default(),
            on_error: RefCell::default(),
        }));
        engine.worker()?;
        Ok(engine)
    }

    /// The worker, started anew where it was ended.
    fn worker(&self) -> Result<Worker, JsValue> {
        if let Some(worker) = &*self.0.worker.borrow() {
            return Ok(worker.clone());
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options("./worker.js", &options)?;
        self.listen(&worker);
        *self.0.worker.borrow_mut() = Some(worker.clone());
        Ok(worker)
    }

    /// Whether there is a worker.
    pub(crate) fn runs(&self) -> bool {
        self.0.worker.borrow().is_some()
    }

    /// Ends the worker and gives its memory back: a module's memory never shrinks while it lives. The next call starts
    /// another one, which knows nothing of what this one held open.
    pub(crate) fn end(&self) {
        if let Some(worker) = self.0.worker.borrow_mut().take() {
            worker.terminate();
        }
        self.reject_all("cancelled", "what it was about was closed");
    }

    /// Who hears of calls.
    pub(crate) fn on_event(&self, listener: impl Fn(CallEvent) + 'static) {
        *self.0.listener.borrow_mut() = Some(Box::new(listener));
    }

    fn listen(&self, worker: &Worker) {
        let engine = self.clone();
        let on_message = Closure::new(move |event: MessageEvent| engine.received(&event.data()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        *self.0.on_message.borrow_mut() = Some(on_message);
        let engine = self.clone();
        let on_error = Closure::new(move |_: web_sys::Event| engine.worker_failed());
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        *self.0.on_error.borrow_mut() = Some(on_error);
    }

    fn emit(&self, event: CallEvent) {
        if let Some(listener) = &*self.0.listener.borrow() {
            listener(event);
        }
    }

    fn received(&self, data: &JsValue) {
        let member = |name: &str| Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let Some(id) = member("id").as_f64().map(|id| id as u32) else { return };
        if let Some(progress) = member("progress").as_string() {
            self.emit(CallEvent::Progress(id, serde_json::from_str(&progress).unwrap_or_default()));
            return;
        }
        // The borrow ends before the promise wakes anybody who might call again.
        let pending = self.0.pending.borrow_mut().remove(&id);
        if let Some((resolve, reject)) = pending {
            let (wake, value) =
                if member("json").is_string() { (resolve, data.clone()) } else { (reject, member("err")) };
            let _ = wake.call1(&JsValue::NULL, &value);
            self.emit(CallEvent::Ended(id));
        }
    }

    /// The worker itself broke.
    fn worker_failed(&self) {
        self.reject_all("internal", "the engine's worker stopped");
    }

    /// Nobody waits for ever.
    fn reject_all(&self, kind: &str, message: &str) {
        let problem = serde_json::json!({ "kind": kind, "message": message, "hint": "Reload the page." }).to_string();
        let pending = std::mem::take(&mut *self.0.pending.borrow_mut());
        for (id, (_, reject)) in pending {
            let _ = reject.call1(&JsValue::NULL, &problem.as_str().into());
            self.emit(CallEvent::Ended(id));
        }
    }

    /// Sends a call; `params` is a plain JS object. Gives its id at once and its answer later.
    pub(crate) fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        params: &JsValue,
    ) -> (u32, impl Future<Output = Result<T, Problem>> + use<T>) {
        let (id, answer) = self.call_for_file(method, params);
        (id, async move { answer.await.map(|(value, _)| value) })
    }

    /// As [`Engine::call`], for an answer that may have a file beside it.
    pub(crate) fn call_for_file<T: DeserializeOwned>(
        &self,
        method: &str,
        params: &JsValue,
    ) -> (u32, impl Future<Output = Result<(T, Option<Blob>), Problem>> + use<T>) {
        let id = {
            let mut last = self.0.last_id.borrow_mut();
            *last = last.wrapping_add(1);
            *last
        };
        let promise = Promise::new(&mut |resolve, reject| {
            self.0.pending.borrow_mut().insert(id, (resolve, reject));
        });
        let message = Object::new();
        set(&message, "id", &id.into());
        set(&message, "method", &method.into());
        set(&message, "params", params);
        self.emit(CallEvent::Began(id, method.to_owned()));
        let sent = self.worker().and_then(|worker| worker.post_message(&message));
        if sent.is_err() {
            self.worker_failed();
        }
        let method = method.to_owned();
        let answer = async move {
            match JsFuture::from(promise).await {
                Ok(answer) => {
                    let member = |name: &str| Reflect::get(&answer, &name.into()).unwrap_or(JsValue::UNDEFINED);
                    let text = member("json").as_string().unwrap_or_default();
                    let value = serde_json::from_str(&text).map_err(|error| {
                        Problem::new("internal", format!("the engine's answer to {method} was not understood: {error}"))
                    })?;
                    Ok((value, member("blob").dyn_into::<Blob>().ok()))
                }
                Err(error) => Err(problem(&error)),
            }
        };
        (id, answer)
    }

    /// Asks the worker to stop a call; it will be answered as cancelled.
    pub(crate) fn cancel(&self, id: u32) {
        let message = Object::new();
        set(&message, "cancel", &id.into());
        if let Some(worker) = &*self.0.worker.borrow() {
            let _ = worker.post_message(&message);
        }
    }
}

fn problem(error: &JsValue) -> Problem {
    let parsed = error.as_string().and_then(|text| serde_json::from_str(&text).ok());
    parsed.unwrap_or_else(|| Problem::new("internal", "the engine failed without saying why"))
}

/// Sets a member of a JS object.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// A JSON value as a JS object.
pub(crate) fn js(value: &serde_json::Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::UNDEFINED)
}
