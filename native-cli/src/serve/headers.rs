//! Headers of every answer: types, caching, and leave for pages of other origins to read.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a page of another origin needs to read ranges.
const CROSS_ORIGIN: [(HeaderName, &str); 7] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "Range, If-Match, If-None-Match, If-Range, Content-Type, Cache-Control"),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Content-Range, Content-Length, Content-Type, ETag, Accept-Ranges, Date"),
    (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    (HeaderName::from_static("timing-allow-origin"), "*"),
];

/// Adds what all answers carry.
pub(super) fn add_common(headers: &mut HeaderMap) {
    for (name, value) in CROSS_ORIGIN {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// How long a file of a warehouse may be kept without asking again. Data files, manifests and index files are never
/// changed once written; hints change all the time; the rest can be replaced after a rollback or a re-creation.
pub(super) fn warehouse_caching(segments: &[String]) -> &'static str {
    let folder = segments.len().checked_sub(2).and_then(|at| segments.get(at)).map_or("", String::as_str);
    let name = segments.last().map_or("", String::as_str);
    match (folder, name) {
        (_, "LATEST" | "EARLIEST") => "no-store",
        ("manifest" | "index" | "statistics", _) => IMMUTABLE,
        (folder, _) if folder.starts_with("bucket-") => IMMUTABLE,
        _ => "no-cache",
    }
}

/// Never asked for again.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// The media type that a file's extension says.
pub(super) fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "parquet" => "application/vnd.apache.parquet",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caching_follows_the_layout() {
        let caching = |path: &str| warehouse_caching(&path.split('/').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(caching("a.db/t/snapshot/LATEST"), "no-store");
        assert_eq!(caching("a.db/t/snapshot/snapshot-1"), "no-cache");
        assert_eq!(caching("a.db/t/dt=1/bucket-0/data-1.parquet"), IMMUTABLE);
        assert_eq!(caching("a.db/t/manifest/manifest-1"), IMMUTABLE);
        assert_eq!(caching("x"), "no-cache");
    }
}
