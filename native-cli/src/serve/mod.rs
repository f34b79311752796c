//! An HTTP server: the explorer, and the files of a warehouse with ranges. It only reads. By itself it listens to this
//! machine alone and lets nobody else's pages read (`origin`); reached from elsewhere, it wants a token (`gate`).
//!
//! ```text
//! /                          the explorer's files, open to all: they tell nothing of the warehouse
//! /_cenote/enter             where a token is exchanged for a cookie, by POST to /_cenote/session
//! /wh/<path>                 a file of the warehouse; /<database>.db/<path> is the same
//! /_cenote/warehouse.json    databases and tables, for clients that cannot list; below /wh/ too, where the engine looks
//! /wh/<folder>/_cenote/list.json    what is in a folder, for the same
//! ```

mod assets;
mod gate;
mod headers;
mod listing;
mod object;
mod origin;
mod page;
mod path;
mod range;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
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
use headers::{Kind, text};

pub(crate) use assets::Explorer;
pub(crate) use gate::Gate;
pub(crate) use object::Source;
pub(crate) use origin::Origins;

/// What is served, and to whom.
pub(crate) struct Site {
    /// The files of the warehouse.
    pub(crate) warehouse: Source,
    /// The same, as databases and tables.
    pub(crate) catalog: Arc<FileSystemCatalog>,
    /// What people call the warehouse.
    pub(crate) title: String,
    /// The explorer, where there is one.
    pub(crate) explorer: Option<Explorer>,
    /// Who may read; `None` for all who reach the server by its address.
    pub(crate) gate: Option<Gate>,
    /// Whose pages may read.
    pub(crate) origins: Origins,
}

/// Seconds that open answers have to end after a Ctrl-C.
const GRACE: Duration = Duration::from_secs(2);
/// Time that a wrong token costs.
const WRONG_TOKEN: Duration = Duration::from_millis(500);
/// More bytes than a token has.
const LONGEST_TOKEN: usize = 4096;

/// Listens at an address of this machine; port 0 picks a free one. Errors: the port is taken, the address is not ours.
pub(crate) async fn listen(address: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr)> {
    let wanted = SocketAddr::new(address, port);
    let listener = TcpListener::bind(wanted).await.map_err(|error| {
        Failure::error(format!("cannot listen on {wanted}: {error}")).hint("--port 0 picks a free port")
    })?;
    let at = listener.local_addr().map_err(|error| Failure::error(format!("cannot listen: {error}")))?;
    Ok((listener, at))
}

/// Serves until an interrupt.
pub(crate) async fn run(listener: TcpListener, site: Site, interrupts: &mut Interrupts) -> Result<()> {
    let router = Router::new().fallback(respond).with_state(Arc::new(site));
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

async fn respond(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (request, body) = request.into_parts();
    let (kind, mut response) = site.answer(&request, body).await;
    headers::add_common(response.headers_mut(), kind);
    site.origins.add(&request.headers, response.headers_mut());
    response
}

impl Site {
    async fn answer(&self, request: &Parts, body: Body) -> (Kind, Response) {
        // With a gate the secret proves who asks, by whatever name.
        if self.gate.is_none() && !origin::is_addressed_honestly(&request.uri, &request.headers) {
            return (Kind::File, misdirected());
        }
        let path = request.uri.path();
        match request.method {
            Method::GET | Method::HEAD => self.get(&request.method, path, &request.headers).await,
            Method::OPTIONS => (Kind::File, StatusCode::NO_CONTENT.into_response()),
            Method::POST if path == "/_cenote/session" => (Kind::File, self.let_in(body).await),
            _ => {
                let allowed = [(header::ALLOW, "GET, HEAD, OPTIONS")];
                let refused = (StatusCode::METHOD_NOT_ALLOWED, allowed, "this server only reads\n").into_response();
                (Kind::File, refused)
            }
        }
    }

    /// Exchanges a ticket or the token for a cookie.
    async fn let_in(&self, body: Body) -> Response {
        let shown = to_bytes(body, LONGEST_TOKEN).await.unwrap_or_default();
        let shown = std::str::from_utf8(&shown).unwrap_or_default();
        let Some(gate) = &self.gate else { return StatusCode::NO_CONTENT.into_response() };
        match gate.let_in(shown) {
            Some(cookie) => {
                let headers = [(header::SET_COOKIE, cookie), (header::CACHE_CONTROL, "no-store".to_owned())];
                (StatusCode::NO_CONTENT, headers).into_response()
            }
            None => {
                tokio::time::sleep(WRONG_TOKEN).await;
                unauthorized()
            }
        }
    }

    async fn get(&self, method: &Method, path: &str, request: &HeaderMap) -> (Kind, Response) {
        let Some(segments) = path::segments(path) else { return (Kind::File, not_found(path)) };
        let names = segments.iter().map(String::as_str).collect::<Vec<_>>();
        let is_in = self.gate.as_ref().is_none_or(|gate| gate.admits(request));
        match names.as_slice() {
            ["_cenote", name] if page::of_entrance(name).is_some() => {
                (Kind::Own, page::of_entrance(name).unwrap_or_else(|| not_found(path)))
            }
            ["wh" | "_cenote", ..] if !is_in => (Kind::File, unauthorized()),
            ["wh" | "_cenote", ..] => (Kind::File, self.of_warehouse(method, path, &segments, request).await),
            // The server's own address, as people paste it, is the warehouse as well.
            [database, ..] if database.ends_with(".db") => {
                if !is_in {
                    return (Kind::File, unauthorized());
                }
                let segments = [&["wh".to_owned()], segments.as_slice()].concat();
                (Kind::File, self.of_warehouse(method, path, &segments, request).await)
            }
            // Whoever comes by hand is asked for the token before the page loads.
            [] | ["index.html"] if !is_in => {
                let there = [(header::LOCATION, "/_cenote/enter"), (header::CACHE_CONTROL, "no-store")];
                (Kind::Own, (StatusCode::SEE_OTHER, there).into_response())
            }
            _ => match self.of_explorer(&segments, method, request).await {
                Some(found) => (if self.explorer.is_some() { Kind::Explorer } else { Kind::Own }, found),
                None => (Kind::File, not_found(path)),
            },
        }
    }

    async fn of_warehouse(&self, method: &Method, path: &str, segments: &[String], request: &HeaderMap) -> Response {
        let names = segments.iter().map(String::as_str).collect::<Vec<_>>();
        match names.as_slice() {
            ["_cenote", "warehouse.json"] | ["wh", "_cenote", "warehouse.json"] => {
                as_document(page::warehouse_json(&self.catalog, &self.title).await)
            }
            ["_cenote", "list.json"] => as_document(listing::json(&self.warehouse, &[]).await),
            ["wh", folder @ .., "_cenote", "list.json"] => {
                let folder = segments.get(1..=folder.len()).unwrap_or_default();
                as_document(listing::json(&self.warehouse, folder).await)
            }
            ["wh", ..] => {
                let segments = segments.get(1..).unwrap_or_default();
                let caching = headers::warehouse_caching(segments);
                let found = object::answer(&self.warehouse, segments, method, request, caching).await;
                found_or_broken(found, method, path).unwrap_or_else(|| not_found(path))
            }
            _ => not_found(path),
        }
    }

    /// A file of the explorer; pages that it makes up itself are all its index.
    async fn of_explorer(&self, segments: &[String], method: &Method, request: &HeaderMap) -> Option<Response> {
        let Some(explorer) = &self.explorer else {
            return segments.is_empty().then(|| page::without_explorer(&self.title));
        };
        let path = segments.join("/");
        if let Some(found) = found_or_broken(explorer.answer(segments, method, request).await, method, &path) {
            return Some(found);
        }
        if !segments.is_empty() && !text(request, header::ACCEPT).contains("text/html") {
            return None;
        }
        let index = explorer.answer(&["index.html".to_owned()], method, request).await;
        found_or_broken(index, method, &path)
    }
}

/// The answer, `None` where there is no such file; a file that cannot be read is told to who runs the server.
fn found_or_broken(
    found: std::result::Result<Option<Response>, object::Fault>,
    method: &Method,
    path: &str,
) -> Option<Response> {
    found.unwrap_or_else(|error| {
        notice::notice(&format!("{method} {path}: {error}"));
        Some((StatusCode::BAD_GATEWAY, "the file cannot be read\n").into_response())
    })
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

fn unauthorized() -> Response {
    let headers = [(header::WWW_AUTHENTICATE, "Bearer"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::UNAUTHORIZED, headers, "this server wants its token: open /_cenote/enter in a browser, or send it\n")
        .into_response()
}

fn misdirected() -> Response {
    let said = "this server answers to its address and to localhost only; start it with --token for other names\n";
    (StatusCode::MISDIRECTED_REQUEST, [(header::CACHE_CONTROL, "no-store")], said).into_response()
}

fn not_found(path: &str) -> Response {
    let mut response = Response::new(Body::from(format!("no such file: {path}\n")));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // Snapshots are found by asking for ids that are not there yet.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
