//! Carries out what the state needs: asks the engine, turns answers into actions, stops what nobody waits for.

use std::{
    cell::{Cell as Flag, RefCell},
    rc::Rc,
};

use serde_json::{Value, json, value::RawValue};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use crate::{
    browser::{self, Folder},
    engine::{CallEvent, Engine, js, set},
    place::{Access, Location, Place},
    state::{Action, Answer, Need, ScanKey, Source, State, at_params, needs},
};

mod changes;
mod export;
mod list_export;

pub(crate) use changes::GivenUp;

/// Asks the engine for what the page needs.
pub(crate) struct Runner {
    engine: Engine,
    send: Callback<Action>,
    running: RefCell<Vec<(Need, u32)>>,
    folders: RefCell<Vec<Folder>>,
    cursor: RefCell<Value>,
    table: RefCell<Value>,
    state: RefCell<Rc<State>>,
    exporting: Flag<Option<u32>>,
    list_stopped: Flag<bool>,
    io_due: Flag<bool>,
}

impl Runner {
    /// A runner that reports to `send`.
    pub(crate) fn new(engine: Engine, send: Callback<Action>) -> Rc<Runner> {
        let runner = Rc::new(Runner {
            engine,
            send,
            running: RefCell::default(),
            folders: RefCell::default(),
            cursor: RefCell::default(),
            table: RefCell::default(),
            state: RefCell::default(),
            exporting: Flag::new(None),
            list_stopped: Flag::new(false),
            io_due: Flag::new(false),
        });
        let weak = Rc::downgrade(&runner);
        runner.engine.on_event(move |event| {
            if let Some(runner) = weak.upgrade() {
                runner.heard(event);
            }
        });
        runner
    }

    fn heard(self: &Rc<Self>, event: CallEvent) {
        match event {
            CallEvent::Began(id, method) => {
                if !matches!(method.as_str(), "io" | "scanClose" | "closeTable") {
                    self.send.emit(Action::CallBegan { id, method });
                }
            }
            CallEvent::Progress(id, progress) => self.send.emit(Action::CallProgress(id, progress)),
            CallEvent::Ended(id) => {
                self.send.emit(Action::CallEnded(id));
                self.clone().refresh_io();
            }
        }
    }

    /// The meter follows the calls, a little later and not for each of them.
    fn refresh_io(self: Rc<Self>) {
        if self.io_due.replace(true) {
            return;
        }
        spawn_local(async move {
            browser::sleep(150).await;
            if !self.engine.runs() {
                self.io_due.set(false);
                return;
            }
            let since = self.state.borrow().io.last_seq();
            let (_, reply) = self.engine.call("io", &js(&json!({ "since": since })));
            if let Ok(reply) = reply.await {
                self.send.emit(Action::Io(reply));
            }
            // Its own end must not ask again.
            self.io_due.set(false);
        });
    }

    /// Looks at a new state: stops what it does not wait for, asks for what it needs.
    pub(crate) fn follow(self: &Rc<Self>, state: &Rc<State>) {
        let before = self.state.replace(state.clone());
        if before.route.place.is_some() && before.route.place != state.route.place {
            self.close_place();
        }
        for (need, id) in self.running.borrow().iter() {
            if !state.waits_for(need) {
                self.engine.cancel(*id);
            }
        }
        let cursor = state.scan.opened.as_ref().map(|opened| opened.cursor.clone());
        self.replace(&self.cursor, cursor, "scanClose", "cursor");
        if state.table_key().is_none() || state.opened().is_some() {
            let table = state.opened().map(|opened| opened.table.clone());
            self.replace(&self.table, table, "closeTable", "table");
        }
        for need in needs(state) {
            if !self.running.borrow().iter().any(|(other, _)| *other == need) {
                self.ask(state, need);
            }
        }
    }

    /// The place is closed: the engine goes with all that it held, and so does its memory.
    fn close_place(&self) {
        self.cursor.take();
        self.table.take();
        self.running.borrow_mut().clear();
        self.engine.end();
    }

    /// Holds a handle in place of another one, which the engine may forget.
    fn replace(&self, held: &RefCell<Value>, next: Option<Value>, method: &'static str, name: &str) {
        let next = next.unwrap_or_default();
        let old = held.replace(next.clone());
        if !old.is_null() && old != next {
            let (_, closed) = self.engine.call::<Value>(method, &js(&json!({ name: old })));
            spawn_local(async move { drop(closed.await) });
        }
    }

    fn ask(self: &Rc<Self>, state: &State, need: Need) {
        self.send.emit(Action::Asked(need.clone()));
        match &need {
            Need::Warehouse(_) => self.run(need, "openWarehouse", &self.place_params(state), Answer::Warehouse),
            Need::Table(key) => {
                let params = match &key.name {
                    Some(name) => {
                        let warehouse = state.warehouse.ready(&state.opening).map(|info| info.warehouse.clone());
                        js(
                            &json!({ "warehouse": warehouse, "database": name.database, "table": name.table, "hold": true }),
                        )
                    }
                    None => {
                        let params = self.place_params(state);
                        set(&js_sys::Object::from(params.clone()), "hold", &JsValue::TRUE);
                        params
                    }
                };
                self.run(need, "openTable", &params, |table| Answer::Table(Box::new(table)));
            }
            Need::Snapshots(_) => {
                let params = table_params(state, json!({ "limit": State::SNAPSHOT_LIMIT }));
                self.run(need, "snapshots", &params, Answer::Snapshots);
            }
            Need::Tags(_) => self.run(need, "tags", &table_params(state, json!({})), Answer::Tags),
            Need::Ask(ask) => {
                let told = |text: Box<RawValue>| Answer::Told(String::from(Box::<str>::from(text)));
                self.run(need.clone(), ask.method, &table_params(state, ask.params.clone()), told);
            }
            Need::Scan(key) => {
                let params = table_params(state, scan_params(key));
                let method = opening(key);
                self.run(need, method, &params, Answer::Scan);
            }
            Need::Page(_, index) => {
                let cursor = state.scan.opened.as_ref().map(|opened| opened.cursor.clone());
                let rows = state.scan.page_rows();
                let params = json!({ "cursor": cursor, "offset": index * rows, "rows": rows });
                self.run(need, "scanRows", &js(&params), Answer::Page);
            }
        }
    }

    fn run<T: serde::de::DeserializeOwned + 'static>(
        self: &Rc<Self>,
        need: Need,
        method: &str,
        params: &JsValue,
        wrap: fn(T) -> Answer,
    ) {
        let (id, answer) = self.engine.call::<T>(method, params);
        self.running.borrow_mut().push((need.clone(), id));
        let runner = self.clone();
        spawn_local(async move {
            let answer = answer.await.map(wrap);
            runner.running.borrow_mut().retain(|(_, other)| *other != id);
            runner.send.emit(Action::Answered(need, answer));
        });
    }

    /// Stops every call that runs.
    pub(crate) fn cancel_all(&self) {
        self.cancel_export();
        for (_, id) in self.running.borrow().iter() {
            self.engine.cancel(*id);
        }
    }

    /// Stops answering the questions of a method.
    pub(crate) fn stop_asking(&self, method: &str) {
        let asks = |need: &Need| matches!(need, Need::Ask(ask) if ask.method == method);
        for (_, id) in self.running.borrow().iter().filter(|(need, _)| asks(need)) {
            self.engine.cancel(*id);
        }
    }

    /// Stops reading rows of the grid: those read on the way are lost, pages that are there stay.
    pub(crate) fn stop_reading(&self) {
        for (_, id) in self.running.borrow().iter().filter(|(need, _)| matches!(need, Need::Page(..))) {
            self.engine.cancel(*id);
        }
    }

    /// Keeps a picked folder's files at hand and opens it.
    pub(crate) fn open_folder(&self, folder: Folder) {
        let root = folder.root.clone();
        let place = if folder.is_table() { Place::LocalTable(root.clone()) } else { Place::Local(root.clone()) };
        let mut folders = self.folders.borrow_mut();
        folders.retain(|other| other.root != root);
        folders.push(folder);
        drop(folders);
        self.send.emit(Action::FolderPicked(place));
    }

    /// `{url, storage}` of the place opened.
    fn place_params(&self, state: &State) -> JsValue {
        let access = state.access();
        let object = |url: &str, storage: Value| {
            js(&json!({ "url": access.full_url.as_deref().unwrap_or(url), "storage": storage }))
        };
        match &state.route.place {
            None => JsValue::NULL,
            Some(Place::Served) => object(state.served.as_deref().unwrap_or_default(), json!({ "kind": "http" })),
            Some(Place::Warehouse(at) | Place::Table(at)) if at.url.starts_with("s3://") => object(
                &at.url,
                json!({
                    "kind": "s3",
                    "bucket": bucket_of(at),
                    "endpoint": at.endpoint,
                    "region": at.region,
                    "pathStyle": at.path_style,
                    "accessKeyId": access.access_key_id,
                    "secretAccessKey": access.secret_access_key,
                    "sessionToken": access.session_token,
                }),
            ),
            Some(Place::Warehouse(at) | Place::Table(at)) => match (&at.signer, at.url.strip_prefix("signed://")) {
                (Some(signer), Some(path)) => object(
                    path,
                    json!({
                        "kind": "presigned",
                        "sign": signer.url,
                        "by": if signer.by_get { "GET" } else { "POST" },
                        "headers": authorization(&access),
                    }),
                ),
                _ if at.url.starts_with("opfs:") => object(&at.url, json!({ "kind": "opfs" })),
                _ => object(&at.url, json!({ "kind": "http", "headers": authorization(&access) })),
            },
            Some(Place::Local(root) | Place::LocalTable(root)) => {
                let params = js_sys::Object::from(object(root, json!({})));
                let storage = js_sys::Object::from(js(&json!({ "kind": "files", "root": "" })));
                if let Some(folder) = self.folders.borrow().iter().find(|folder| folder.root == *root) {
                    set(&storage, "files", &folder.files);
                }
                set(&params, "storage", &storage);
                params.into()
            }
        }
    }
}

fn authorization(access: &Access) -> Value {
    access.authorization.as_ref().map_or_else(|| json!({}), |value| json!({ "Authorization": value }))
}

fn bucket_of(at: &Location) -> &str {
    at.url.trim_start_matches("s3://").split('/').next().unwrap_or_default()
}

fn table_params(state: &State, params: Value) -> JsValue {
    js(&of_table(state, params))
}

/// Parameters of a question about the table.
fn of_table(state: &State, mut params: Value) -> Value {
    if let (Some(object), Some(opened)) = (params.as_object_mut(), state.opened()) {
        object.insert("table".to_owned(), opened.table.clone());
        // Tables about the warehouse are asked of it.
        if object.get("system").and_then(Value::as_str).is_some_and(crate::system::is_global) {
            let warehouse = state.warehouse.ready(&state.opening).map(|info| info.warehouse.clone());
            object.insert("warehouse".to_owned(), warehouse.unwrap_or_default());
        }
    }
    params
}

/// The method that opens these rows.
fn opening(key: &ScanKey) -> &'static str {
    if matches!(key.source, Source::Changes(_)) { "changesOpen" } else { "scanOpen" }
}

fn scan_params(key: &ScanKey) -> Value {
    let mut params = at_params(&key.at.at);
    if let Some(object) = params.as_object_mut() {
        match &key.source {
            Source::Table => {}
            Source::System(name) => drop(object.insert("system".to_owned(), json!(name))),
            Source::Changes(range) => {
                let ends = [("from", &range.from), ("to", &range.to), ("mode", &range.mode)];
                object.extend(
                    ends.into_iter().filter(|(_, text)| !text.is_empty()).map(|(k, text)| (k.to_owned(), json!(text))),
                );
            }
        }
        if !key.columns.is_empty() {
            object.insert("columns".to_owned(), json!(key.columns));
        }
        if !key.filter.is_empty() {
            object.insert("filter".to_owned(), json!(key.filter));
        }
    }
    params
}
