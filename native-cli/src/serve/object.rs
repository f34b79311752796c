//! One object of a folder or a store, as an answer with ranges.

use std::{io::SeekFrom, ops::Range, path::PathBuf, sync::Arc, time::UNIX_EPOCH};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, response::Builder},
    response::Response,
};
use cenote_core::io::Storage;
use futures::{Stream, stream};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

use super::{
    headers::media_type,
    path,
    range::{Asked, asked},
};

/// Where objects come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A local folder, absolute and without links.
    Folder(Arc<PathBuf>),
    /// Any store.
    Store(Storage),
}

/// An object that is there.
struct Object {
    name: String,
    size: u64,
    etag: String,
    content: Content,
}

enum Content {
    File(PathBuf),
    Stored(Storage, String),
}

/// Bytes read from disk at a time.
const FILE_CHUNK: usize = 256 << 10;
/// Bytes asked of a store at a time.
const STORE_CHUNK: u64 = 4 << 20;

/// What goes wrong while an answer is made; the text is for the log of whoever runs the server.
pub(super) type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Answers GET and HEAD for the object that `segments` name. `None` where there is none.
pub(super) async fn answer(
    source: &Source,
    segments: &[String],
    method: &Method,
    request: &HeaderMap,
    caching: &'static str,
) -> Result<Option<Response>, Fault> {
    let Some(object) = find(source, segments).await? else { return Ok(None) };
    let header = |name| request.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let response = Response::builder()
        .header(header::ETAG, object.etag.as_str())
        .header(header::CACHE_CONTROL, caching)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CONTENT_TYPE, media_type(&object.name));
    if header(header::IF_NONE_MATCH).is_some_and(|tags| names_tag(tags, &object.etag)) {
        return Ok(Some(response.status(StatusCode::NOT_MODIFIED).body(Body::empty())?));
    }
    // A range of another version is of no use: then the whole object is sent.
    let is_same = header(header::IF_RANGE).is_none_or(|tag| tag == object.etag);
    let range = header(header::RANGE).filter(|_| is_same);
    Ok(Some(match asked(range, object.size) {
        Asked::Whole => {
            let range = 0..object.size;
            body(response.status(StatusCode::OK), object, range, method).await?
        }
        Asked::Part(range) => {
            let shown = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), object.size);
            let response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, shown);
            body(response, object, range, method).await?
        }
        Asked::Unsatisfiable => response
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .header(header::CONTENT_RANGE, format!("bytes */{}", object.size))
            .body(Body::empty())?,
    }))
}

/// Whether a list of tags, as in If-None-Match, has this one.
pub(super) fn names_tag(tags: &str, etag: &str) -> bool {
    tags.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == "*" || tag == etag)
}

async fn find(source: &Source, segments: &[String]) -> Result<Option<Object>, Fault> {
    let Some(name) = segments.last().cloned() else { return Ok(None) };
    match source {
        Source::Folder(root) => {
            let Some(path) = path::find(root, segments).await? else { return Ok(None) };
            let metadata = tokio::fs::metadata(&path).await?;
            if !metadata.is_file() {
                return Ok(None);
            }
            let changed = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
            let etag = format!("\"{:x}-{changed:x}\"", metadata.len());
            Ok(Some(Object { name, size: metadata.len(), etag, content: Content::File(path) }))
        }
        Source::Store(storage) => {
            let path = segments.join("/");
            let Some(entry) = storage.stat(&path).await? else { return Ok(None) };
            let etag = format!("\"{:x}-{:x}\"", entry.size, entry.modified_millis);
            Ok(Some(Object { name, size: entry.size, etag, content: Content::Stored(storage.clone(), path) }))
        }
    }
}

async fn body(response: Builder, object: Object, range: Range<u64>, method: &Method) -> Result<Response, Fault> {
    let response = response.header(header::CONTENT_LENGTH, range.end - range.start);
    if method == Method::HEAD {
        return Ok(response.body(Body::empty())?);
    }
    Ok(response.body(match object.content {
        Content::File(path) => {
            let mut file = File::open(path).await?;
            file.seek(SeekFrom::Start(range.start)).await?;
            Body::from_stream(file_chunks(file, range.end - range.start))
        }
        Content::Stored(storage, path) => Body::from_stream(store_chunks(storage, path, range)),
    })?)
}

/// The next `left` bytes of a file.
fn file_chunks(file: File, left: u64) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold((file, left), |(mut file, left)| async move {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(FILE_CHUNK);
        if wanted == 0 {
            return Ok(None);
        }
        let mut chunk = vec![0; wanted];
        // A file that shrank meanwhile ends the connection: the length was promised.
        file.read_exact(&mut chunk).await?;
        Ok(Some((Bytes::from(chunk), (file, left - wanted as u64))))
    })
}

/// A range of a stored object, piece by piece.
fn store_chunks(storage: Storage, path: String, range: Range<u64>) -> impl Stream<Item = cenote_core::Result<Bytes>> {
    stream::try_unfold((storage, path, range), |(storage, path, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let end = range.end.min(range.start + STORE_CHUNK);
        let chunk = storage.get_range(&path, range.start..end).await?;
        Ok(Some((chunk, (storage, path, end..range.end))))
    })
}
