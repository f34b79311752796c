//! One table: requests answered as JSON, and scans.

use cenote_core::{Result, table::Table as CoreTable};
use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::{
    abort::abortable,
    json::from_text,
    opened::{At, Opened, ScanRequest},
    runtime::EventLoop,
    scan::ScanCursor,
    store::{self, StoreObject},
    view,
};

/// An open table.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Table(Opened);

/// What JavaScript asks about a table.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "camelCase")]
enum Request {
    Info(view::info::Depth),
    Snapshots(view::snapshots::Page),
    Tags(Empty),
    Schemas(Empty),
    Files(At),
    Manifests(At),
    Explain(ScanRequest),
}

/// No parameters.
#[derive(Debug, Deserialize)]
struct Empty {}

/// Opens the table at the top of `store`; `label` names the place in messages. No listing is needed.
#[wasm_bindgen(js_name = openTable)]
pub async fn open_table(
    store: StoreObject,
    label: String,
    name: String,
    branch: Option<String>,
    aborted: Option<Promise>,
) -> Result<Table, JsValue> {
    let storage = store::storage(store, &label);
    let runtime = std::sync::Arc::new(EventLoop);
    abortable(aborted, async move {
        let table = match branch.filter(|branch| branch != "main") {
            Some(branch) => CoreTable::open_branch(storage, name, &branch, runtime).await?,
            None => CoreTable::open(storage, name, runtime).await?,
        };
        Ok(Table::new(table, None))
    })
    .await
}

impl Table {
    pub(crate) fn new(table: CoreTable, database: Option<String>) -> Self {
        Table(Opened::new(table, database))
    }
}

async fn answer(opened: &Opened, request: Request) -> Result<String> {
    match request {
        Request::Info(depth) => view::info::of(opened, depth).await,
        Request::Snapshots(page) => view::snapshots::list(&opened.table, page).await,
        Request::Tags(Empty {}) => view::snapshots::tags(&opened.table).await,
        Request::Schemas(Empty {}) => view::schemas::list(&opened.table).await,
        Request::Files(at) => view::files::list(opened, at).await,
        Request::Manifests(at) => view::manifests::list(opened, at).await,
        Request::Explain(scan) => view::explain::of(opened, scan).await,
    }
}

#[wasm_bindgen]
impl Table {
    /// Answers `{"method": …, "params": …}` as JSON.
    pub async fn request(&self, request: String, aborted: Option<Promise>) -> Result<String, JsValue> {
        let opened = self.0.clone();
        abortable(aborted, async move { answer(&opened, from_text(&request)?).await }).await
    }

    /// Plans a scan and gives a cursor over its rows.
    pub async fn scan(&self, request: String, aborted: Option<Promise>) -> Result<ScanCursor, JsValue> {
        let opened = self.0.clone();
        abortable(aborted, async move {
            let plan = opened.scan(from_text(&request)?).plan().await?;
            ScanCursor::start(&plan).await
        })
        .await
    }

    /// The request log: records whose number is above `since`, and sums, as JSON.
    pub fn io(&self, since: f64) -> Result<String, JsValue> {
        view::io::read(&self.0.table.storage().io(), since)
    }
}
