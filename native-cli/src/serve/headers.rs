//! Headers of every answer: types, caching, and what a browser may do with it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What every answer carries. Pages of other origins that may read do so by CORS (`origin`), which does not ask for
/// Cross-Origin-Resource-Policy: that one keeps files out of foreign pages' `<img>` and `<script>`.
const COMMON: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// What the explorer may do: its own scripts and styles, reading from anywhere, nothing else. The page says the same of
/// itself for servers that say nothing; only a header can forbid frames.
pub(super) const EXPLORER_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
     connect-src *; img-src 'self' data: blob:; style-src 'self'; style-src-attr 'unsafe-inline'; manifest-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What the pages of the server itself may do.
const OWN_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a file of a warehouse may do when somebody opens it as a page.
const FILE_POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// What an answer is, for the policy it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The explorer.
    Explorer,
    /// A page of the server itself.
    Own,
    /// Bytes of a warehouse, errors, documents.
    File,
}

/// Adds what all answers carry, and the policy of this kind.
pub(super) fn add_common(headers: &mut HeaderMap, kind: Kind) {
    for (name, value) in COMMON {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = match kind {
        Kind::Explorer => EXPLORER_POLICY,
        Kind::Own => OWN_POLICY,
        Kind::File => FILE_POLICY,
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    if kind != Kind::File {
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    }
}

/// The text of a header, empty where there is none.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
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
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
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
    fn the_header_and_the_page_say_the_same() {
        let page = include_str!("../../../explorer-ui/static/index.html");
        let told = page.split("content=\"").find(|part| part.starts_with("default-src")).unwrap();
        let told = told.split('"').next().unwrap();
        assert_eq!(EXPLORER_POLICY.strip_suffix("; frame-ancestors 'none'"), Some(told));
    }

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
