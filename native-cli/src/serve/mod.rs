//! An HTTP server on this machine: the explorer, and the files of a warehouse with ranges and leave for other origins.
//!
//! ```text
//! /                          the explorer's files
//! /wh/<path>                 a file of the warehouse
//! /_cenote/warehouse.json    databases and tables, for clients that cannot list; below /wh/ too, where the engine looks
//! /wh/<folder>/_cenote/list.json    what is in a folder, for the same
//! ```

mod headers;
mod listing;
mod object;
mod page;
mod path;
mod range;

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use cenote_core::catalog::FileSystemCatalog;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    error::{Failure, Result},
    interrupt::Interrupts,
    notice,
};

pub(crate) use object::Source;

/// What is served.
#[derive(Clone)]
pub(crate) struct Site {
    /// The files of the warehouse.
    pub(crate) warehouse: Source,
    /// The same, as databases and tables.
    pub(crate) catalog: Arc<FileSystemCatalog>,
    /// What people call the warehouse.
    pub(crate) title: String,
    /// Folder of the built explorer, where it was found.
    pub(crate) explorer: Option<PathBuf>,
}

/// Seconds that open answers have to end after a Ctrl-C.
const GRACE: Duration = Duration::from_secs(2);

/// Listens on a port of this machine alone; 0 picks a free one. Errors: the port is taken.
pub(crate) async fn listen(port: u16) -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        Failure::error(format!("cannot listen on 127.0.0.1:{port}: {error}")).hint("--port 0 picks a free port")
    })?;
    let address = listener.local_addr().map_err(|error| Failure::error(format!("cannot listen: {error}")))?;
    Ok((listener, format!("http://127.0.0.1:{}", address.port())))
}

/// Serves until an interrupt.
pub(crate) async fn run(listener: TcpListener, site: Site, interrupts: &mut Interrupts) -> Result<()> {
    let explorer = match &site.explorer {
        Some(folder) => {
            let folder = tokio::fs::canonicalize(folder).await.map_err(|e| Failure::file(folder.display(), &e))?;
            Some(Source::Folder(Arc::new(folder)))
        }
        None => None,
    };
    let router = Router::new().fallback(respond).with_state(Arc::new(Served { site, explorer }));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut asked_to_stop = stopped.clone();
    let shutdown = async move {
        // An error means that the sender is gone: stop as well.
        let _ = asked_to_stop.wait_for(|stop| *stop).await;
    };
    let mut server = tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(shutdown).into_future());
    tokio::select! {
        ended = &mut server => return ended.map_err(fault).and_then(|ended| ended.map_err(fault)),
        () = interrupts.next() => {}
    }
    notice::notice("stopping");
    let _ = stop.send(true);
    // Whoever still reads a large file must not keep us.
    let _ = tokio::time::timeout(GRACE, server).await;
    Ok(())
}

fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::error(format!("the server stopped: {error}"))
}

struct Served {
    site: Site,
    explorer: Option<Source>,
}

async fn respond(State(served): State<Arc<Served>>, method: Method, uri: Uri, request: HeaderMap) -> Response {
    let mut response = match method {
        Method::GET | Method::HEAD => served.get(&method, uri.path(), &request).await,
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => {
            let allowed = [(header::ALLOW, "GET, HEAD, OPTIONS")];
            (StatusCode::METHOD_NOT_ALLOWED, allowed, "this server only reads\n").into_response()
        }
    };
    headers::add_common(response.headers_mut());
    response
}

impl Served {
    async fn get(&self, method: &Method, path: &str, request: &HeaderMap) -> Response {
        let Some(segments) = path::segments(path) else { return not_found(path) };
        let names = segments.iter().map(String::as_str).collect::<Vec<_>>();
        match names.as_slice() {
            ["_cenote", "warehouse.json"] | ["wh", "_cenote", "warehouse.json"] => self.warehouse_json().await,
            ["wh", folder @ .., "_cenote", "list.json"] => {
                let depth = folder.len();
                let folder = segments.get(1..1 + depth).unwrap_or_default();
                as_document(listing::json(&self.site.warehouse, folder).await)
            }
            ["wh", ..] => {
                let segments = segments.get(1..).unwrap_or_default();
                let caching = headers::warehouse_caching(segments);
                self.file(&self.site.warehouse, segments, method, request, caching)
                    .await
                    .unwrap_or_else(|| not_found(path))
            }
            _ => self.explorer_file(&segments, method, request).await.unwrap_or_else(|| not_found(path)),
        }
    }

    /// A file of the explorer; pages that it makes up itself are all its index.
    async fn explorer_file(&self, segments: &[String], method: &Method, request: &HeaderMap) -> Option<Response> {
        let Some(explorer) = &self.explorer else {
            return segments.is_empty().then(|| page::without_explorer(&self.site.title));
        };
        if let Some(found) = self.file(explorer, segments, method, request, "no-cache").await {
            return Some(found);
        }
        let accepted = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !segments.is_empty() && !accepted.contains("text/html") {
            return None;
        }
        self.file(explorer, &["index.html".to_owned()], method, request, "no-cache").await
    }

    async fn file(
        &self,
        source: &Source,
        segments: &[String],
        method: &Method,
        request: &HeaderMap,
        caching: &'static str,
    ) -> Option<Response> {
        match object::answer(source, segments, method, request, caching).await {
            Ok(response) => response,
            Err(error) => {
                notice::notice(&format!("{method} {}: {error}", segments.join("/")));
                Some((StatusCode::BAD_GATEWAY, "the file cannot be read\n").into_response())
            }
        }
    }

    async fn warehouse_json(&self) -> Response {
        as_document(page::warehouse_json(&self.site.catalog, &self.site.title).await)
    }
}

/// JSON that is made for each request.
fn as_document(made: std::result::Result<Value, impl std::fmt::Display>) -> Response {
    match made {
        Ok(json) => {
            let types = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            (types, json.to_string()).into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error}\n")).into_response(),
    }
}

fn not_found(path: &str) -> Response {
    let mut response = Response::new(Body::from(format!("no such file: {path}\n")));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // Snapshots are found by asking for ids that are not there yet.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
