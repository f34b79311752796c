//! One table: requests answered as JSON, scans and changes.

use cenote_core::{Error, Result, catalog::Identifier, io::Storage, table::Table as CoreTable};
use js_sys::{Function, Promise};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use crate::{
    abort::abortable,
    error::to_js,
    json::from_text,
    opened::{At, Opened},
    pager::Source,
    runtime::EventLoop,
    scan::ScanCursor,
    scan_request::ScanRequest,
    store::{self, StoreObject},
    system::SystemTable,
    view,
};
#[cfg(feature = "full")]
use crate::{changes_request::ChangesRequest, progress::Progress};

/// An open table.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Table(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Table(Opened),
    System(SystemTable),
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
    #[cfg(feature = "full")]
    Levels(view::insight::LevelsRequest),
    #[cfg(feature = "full")]
    SnapshotSizes(view::insight::SizesRequest),
    #[cfg(feature = "full")]
    FilesPage(view::insight::FilesPageRequest),
    #[cfg(feature = "full")]
    ManifestEntries(view::insight::ManifestRequest),
    #[cfg(feature = "full")]
    Footer(view::insight::FooterRequest),
    #[cfg(feature = "full")]
    Diff(view::insight::DiffRequest),
    #[cfg(feature = "full")]
    Branches(Empty),
    #[cfg(feature = "full")]
    Consumers(Empty),
    #[cfg(feature = "full")]
    OptionsInfo(Empty),
    #[cfg(feature = "full")]
    Pins(view::pins::PinsRequest),
    #[cfg(feature = "full")]
    PinsOf(view::pins::PinsOfRequest),
    #[cfg(feature = "full")]
    RowHistory(view::row_history::RowHistoryRequest),
    Explain(ScanRequest),
    Analyze(ScanRequest),
    #[cfg(feature = "full")]
    Doctor(view::health::DoctorRequest),
    #[cfg(feature = "full")]
    Compaction(view::health::CompactionRequest),
    #[cfg(feature = "full")]
    Verify(view::health::VerifyRequest),
}

/// What the reader answers. All else is for the full module: its variants of [`Request`] are `cfg(feature = "full")`, and so is what they
/// call, so that the reader stays small.
#[cfg(not(feature = "full"))]
const OF_READER: [&str; 8] = ["info", "snapshots", "tags", "schemas", "files", "manifests", "explain", "analyze"];

impl Request {
    /// Errors: `Invalid`; `Unsupported` for what only the full module answers.
    fn parse(text: &str) -> Result<Request> {
        #[cfg(not(feature = "full"))]
        {
            #[derive(Deserialize)]
            struct Named {
                method: String,
            }
            let Named { method } = from_text(text)?;
            if !OF_READER.contains(&method.as_str()) {
                return Err(Error::lacking("this request"));
            }
        }
        from_text(text)
    }
}

/// No parameters.
#[derive(Debug, Deserialize)]
struct Empty {}

/// Opens the table at the top of `store`; `label` names the place in messages. No listing is needed. `name` is what
/// messages call it, and may end in `$branch_b` and in a system table such as `$files`. With `hold` every answer is about
/// the moment of opening.
#[wasm_bindgen(js_name = openTable)]
pub async fn open_table(
    store: StoreObject,
    label: String,
    name: String,
    branch: Option<String>,
    aborted: Option<Promise>,
    hold: Option<bool>,
) -> Result<Table, JsValue> {
    let storage = store::storage(store, &label);
    let storage = if hold == Some(true) { storage.held() } else { storage };
    let runtime = std::sync::Arc::new(EventLoop);
    abortable(aborted, async move {
        let named = named(&name, branch)?;
        let table = match named.branch.as_str() {
            "main" => CoreTable::open(storage, named.table, runtime).await?,
            branch => CoreTable::open_branch(storage, named.table, branch, runtime).await?,
        };
        Table::opened(table, None, named.system.as_deref())
    })
    .await
}

/// Table, branch and system table of a name. Errors: `Invalid`, for two branches too.
fn named(name: &str, branch: Option<String>) -> Result<Identifier> {
    let table = name.split('$').next().unwrap_or_default();
    // Folders of tables may be called anything: only what follows is held to the rules of names.
    let rest = name.strip_prefix(table).unwrap_or_default();
    let parts = Identifier::new("path", &format!("table{rest}"))?;
    let branch = match branch {
        Some(branch) if parts.branch != "main" && parts.branch != branch => {
            return Err(Error::invalid(format!("{name:?} names another branch than {branch:?}")));
        }
        Some(branch) => branch,
        None => parts.branch,
    };
    Ok(Identifier { table: table.to_owned(), branch, ..parts })
}

impl Table {
    /// A table that was opened, or its system table. Errors: `NotFound` for system tables that are none.
    pub(crate) fn opened(table: CoreTable, database: Option<String>, system: Option<&str>) -> Result<Self> {
        let opened = Opened::new(table, database);
        Ok(Table(match system {
            Some(name) => Kind::System(SystemTable::of_table(opened, name)?),
            None => Kind::Table(opened),
        }))
    }

    /// A system table.
    pub(crate) fn of_system(table: SystemTable) -> Self {
        Table(Kind::System(table))
    }

    /// The table itself. Errors: `Invalid` for a system table, on which nobody can `what`.
    #[cfg(feature = "full")]
    pub(crate) fn plain(&self, what: &str) -> Result<Opened> {
        match &self.0 {
            Kind::Table(opened) => Ok(opened.clone()),
            Kind::System(table) => Err(Error::invalid(format!("cannot {what} a system table")).at(table.name())),
        }
    }

    fn storage(&self) -> &Storage {
        match &self.0 {
            Kind::Table(opened) => opened.table.storage(),
            Kind::System(table) => table.storage(),
        }
    }
}

async fn answer(opened: &Opened, request: Request, #[cfg(feature = "full")] progress: Progress) -> Result<String> {
    match request {
        Request::Info(depth) => view::info::of(opened, depth).await,
        Request::Snapshots(page) => view::snapshots::list(&opened.table, page).await,
        Request::Tags(Empty {}) => view::snapshots::tags(&opened.table).await,
        Request::Schemas(Empty {}) => view::schemas::list(&opened.table).await,
        Request::Files(at) => view::files::list(opened, at).await,
        Request::Manifests(at) => view::manifests::list(opened, at).await,
        #[cfg(feature = "full")]
        Request::Levels(asked) => view::insight::levels(opened, asked).await,
        #[cfg(feature = "full")]
        Request::SnapshotSizes(asked) => view::insight::snapshot_sizes(opened, asked, progress).await,
        #[cfg(feature = "full")]
        Request::FilesPage(asked) => view::insight::files_page(opened, asked).await,
        #[cfg(feature = "full")]
        Request::ManifestEntries(asked) => view::insight::manifest_entries(opened, asked).await,
        #[cfg(feature = "full")]
        Request::Footer(asked) => view::insight::footer(opened, asked).await,
        #[cfg(feature = "full")]
        Request::Diff(asked) => view::insight::diff(opened, asked).await,
        #[cfg(feature = "full")]
        Request::Branches(Empty {}) => view::insight::branches(opened).await,
        #[cfg(feature = "full")]
        Request::Consumers(Empty {}) => view::insight::consumers(opened).await,
        #[cfg(feature = "full")]
        Request::OptionsInfo(Empty {}) => view::insight::options(opened).await,
        #[cfg(feature = "full")]
        Request::Pins(asked) => view::pins::pins(opened, asked, progress).await,
        #[cfg(feature = "full")]
        Request::PinsOf(asked) => view::pins::pins_of(opened, asked, progress).await,
        #[cfg(feature = "full")]
        Request::RowHistory(asked) => view::row_history::of(opened, asked).await,
        Request::Explain(scan) => view::explain::of(opened, scan).await,
        Request::Analyze(scan) => view::explain::analyze(opened, scan).await,
        #[cfg(feature = "full")]
        Request::Doctor(asked) => view::health::doctor(opened, asked).await,
        #[cfg(feature = "full")]
        Request::Compaction(asked) => view::health::compaction(opened, asked).await,
        #[cfg(feature = "full")]
        Request::Verify(asked) => view::health::verify(opened, asked).await,
    }
}

#[wasm_bindgen]
impl Table {
    /// Answers `{"method": …, "params": …}` as JSON. Of a system table only `info` is known. Of what takes long `hear` hears how
    /// much is done of how much.
    pub async fn request(
        &self,
        request: String,
        hear: Option<Function>,
        aborted: Option<Promise>,
    ) -> Result<String, JsValue> {
        let kind = self.0.clone();
        #[cfg(not(feature = "full"))]
        drop(hear);
        #[cfg(feature = "full")]
        let progress = Progress::to(hear);
        abortable(aborted, async move {
            match (kind, Request::parse(&request)?) {
                #[cfg(feature = "full")]
                (Kind::Table(opened), request) => answer(&opened, request, progress).await,
                #[cfg(not(feature = "full"))]
                (Kind::Table(opened), request) => answer(&opened, request).await,
                (Kind::System(table), Request::Info(_)) => table.info().await,
                (Kind::System(table), _) => {
                    Err(Error::invalid("a system table has rows only; ask the table that it is about").at(table.name()))
                }
            }
        })
        .await
    }

    /// The system table `name` of this table. Errors: `not found` for other names.
    pub fn system(&self, name: &str) -> Result<Table, JsValue> {
        match &self.0 {
            Kind::Table(opened) => SystemTable::of_table(opened.clone(), name),
            Kind::System(table) => Err(Error::invalid("a system table has no system tables").at(table.name())),
        }
        .map(Table::of_system)
        .map_err(|error| to_js(&error))
    }

    /// Plans a scan and gives a cursor over its rows.
    pub async fn scan(&self, request: String, aborted: Option<Promise>) -> Result<ScanCursor, JsValue> {
        let kind = self.0.clone();
        abortable(aborted, async move {
            let request: ScanRequest = from_text(&request)?;
            match kind {
                Kind::Table(opened) => {
                    let plan = request.of_table(&opened)?.plan().await?;
                    let stream = plan.stream().await?;
                    Ok(ScanCursor::streaming((plan.fields(), stream), Source::Plan(Box::new(plan))))
                }
                Kind::System(table) => table.scan(request).await,
            }
        })
        .await
    }

    /// Plans a read of changes and gives a cursor over them; their kinds are the first column.
    #[cfg(feature = "full")]
    pub async fn changes(&self, request: String, aborted: Option<Promise>) -> Result<ScanCursor, JsValue> {
        let kind = self.0.clone();
        abortable(aborted, async move {
            let request: ChangesRequest = from_text(&request)?;
            match kind {
                Kind::Table(opened) => {
                    let plan = request.of_table(&opened.table)?.plan().await?;
                    let stream = plan.stream()?;
                    Ok(ScanCursor::streaming((plan.fields(), stream), Source::Changes(Box::new(plan))))
                }
                Kind::System(table) => table.changes(request).await,
            }
        })
        .await
    }

    /// Errors: always, for what this module lacks.
    #[cfg(not(feature = "full"))]
    pub async fn changes(&self, _request: String, _aborted: Option<Promise>) -> Result<ScanCursor, JsValue> {
        Err(to_js(&Error::lacking("changes")))
    }

    /// The request log: records whose number is above `since`, and sums, as JSON.
    pub fn io(&self, since: f64) -> Result<String, JsValue> {
        view::io::read(&self.storage().io(), since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_end_in_a_branch_and_a_system_table() {
        let of = |name: &str| named(name, None).map(|named| (named.table, named.branch, named.system));
        let some = |table: &str, branch: &str, system: Option<&str>| {
            (table.to_owned(), branch.to_owned(), system.map(str::to_owned))
        };
        assert_eq!(of("t").unwrap(), some("t", "main", None));
        assert_eq!(of("").unwrap(), some("", "main", None));
        assert_eq!(of("t$branch_b$files").unwrap(), some("t", "b", Some("files")));
        assert!(of("t$").is_err() && of("t$files$files").is_err());
        assert_eq!(named("t$files", Some("b".into())).unwrap().branch, "b");
        assert!(named("t$branch_a", Some("b".into())).is_err());
    }
}
