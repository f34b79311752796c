//! One table: requests answered as JSON, and scans.

use cenote_core::{
    Error, Result,
    scan::{ScanBuilder, SnapshotChoice},
    spec::snapshot::Snapshot,
    table::Table as CoreTable,
};
use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::{
    abort::abortable,
    json::from_text,
    runtime::EventLoop,
    scan::ScanCursor,
    store::{self, StoreObject},
    view,
};

/// An open table.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Table {
    table: CoreTable,
    database: Option<String>,
}

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

/// Which state of the table; the latest when nothing is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct At {
    snapshot: Option<i64>,
    tag: Option<String>,
    timestamp_millis: Option<i64>,
}

/// What to read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScanRequest {
    #[serde(flatten)]
    at: At,
    columns: Option<Vec<String>>,
    filter: Option<String>,
    limit: Option<usize>,
}

impl At {
    fn choice(self) -> SnapshotChoice {
        match self {
            At { snapshot: Some(id), .. } => SnapshotChoice::Id(id),
            At { tag: Some(name), .. } => SnapshotChoice::Tag(name),
            At { timestamp_millis: Some(millis), .. } => SnapshotChoice::TimestampMillis(millis),
            At { .. } => SnapshotChoice::Latest,
        }
    }

    /// The snapshot; `None` for the latest of a table without any.
    pub(crate) async fn snapshot(self, table: &CoreTable) -> Result<Option<Snapshot>> {
        let snapshots = table.snapshots();
        match self.choice() {
            SnapshotChoice::Latest => snapshots.latest().await,
            SnapshotChoice::Id(id) => snapshots.get(id).await.map(Some),
            SnapshotChoice::Tag(name) => Ok(Some(table.tags().get(&name).await?.snapshot)),
            SnapshotChoice::TimestampMillis(millis) => {
                let none = || Error::not_found(format!("no snapshot is as old as timestamp {millis}")).at(table.name());
                snapshots.at_or_before(millis).await?.ok_or_else(none).map(Some)
            }
        }
    }

    /// A scan of this state with nothing left out.
    pub(crate) fn scan(self, table: &CoreTable) -> ScanBuilder {
        table.scan().at(self.choice())
    }
}

impl ScanRequest {
    pub(crate) fn scan(self, table: &CoreTable) -> ScanBuilder {
        let mut scan = self.at.scan(table);
        if let Some(columns) = self.columns {
            scan = scan.columns(columns);
        }
        if let Some(filter) = self.filter.filter(|text| !text.trim().is_empty()) {
            scan = scan.filter_text(filter);
        }
        match self.limit {
            Some(rows) => scan.limit(rows),
            None => scan,
        }
    }
}

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
        Table { table, database }
    }

    async fn answer(table: CoreTable, database: Option<String>, request: Request) -> Result<String> {
        match request {
            Request::Info(depth) => view::info::of(&table, database.as_deref(), depth).await,
            Request::Snapshots(page) => view::snapshots::list(&table, page).await,
            Request::Tags(Empty {}) => view::snapshots::tags(&table).await,
            Request::Schemas(Empty {}) => view::schemas::list(&table).await,
            Request::Files(at) => view::files::list(&table, at).await,
            Request::Manifests(at) => view::manifests::list(&table, at).await,
            Request::Explain(scan) => view::explain::of(&table, scan).await,
        }
    }
}

#[wasm_bindgen]
impl Table {
    /// Answers `{"method": …, "params": …}` as JSON.
    pub async fn request(&self, request: String, aborted: Option<Promise>) -> Result<String, JsValue> {
        let (table, database) = (self.table.clone(), self.database.clone());
        abortable(aborted, async move { Table::answer(table, database, from_text(&request)?).await }).await
    }

    /// Plans a scan and gives a cursor over its rows.
    pub async fn scan(&self, request: String, aborted: Option<Promise>) -> Result<ScanCursor, JsValue> {
        let table = self.table.clone();
        abortable(aborted, async move {
            let plan = from_text::<ScanRequest>(&request)?.scan(&table).plan().await?;
            ScanCursor::start(&plan).await
        })
        .await
    }

    /// The request log: records whose number is above `since`, and sums, as JSON.
    pub fn io(&self, since: f64) -> Result<String, JsValue> {
        view::io::read(&self.table.storage().io(), since)
    }
}
