//! Requests to the store: what kind of file each is about, which click caused it, and all of them as a HAR file.

use serde_json::{Value, json};

use crate::{format, model::RequestInfo};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// Snapshots, their hints, tags, branches and consumers.
    Snapshot,
    /// Versions of the schema.
    Schema,
    /// Manifest lists.
    ManifestList,
    /// Manifests and index manifests.
    Manifest,
    /// Deletion vectors and other indexes.
    Index,
    /// Footers of data files: the end of a file, read first.
    Footer,
    /// Rows.
    Data,
    /// Listings of folders.
    Listing,
    /// Anything else.
    Other,
}

impl FileKind {
    /// All kinds.
    pub const ALL: [FileKind; 9] = [
        FileKind::Snapshot,
        FileKind::Schema,
        FileKind::ManifestList,
        FileKind::Manifest,
        FileKind::Index,
        FileKind::Footer,
        FileKind::Data,
        FileKind::Listing,
        FileKind::Other,
    ];

    /// In words.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            FileKind::Snapshot => "snapshot",
            FileKind::Schema => "schema",
            FileKind::ManifestList => "manifest list",
            FileKind::Manifest => "manifest",
            FileKind::Index => "index",
            FileKind::Footer => "footer",
            FileKind::Data => "data",
            FileKind::Listing => "listing",
            FileKind::Other => "other",
        }
    }

    /// The kind of a request. The first range asked of a data file is its footer, which is at the end.
    #[must_use]
    pub fn of(request: &RequestInfo, is_first: bool) -> FileKind {
        if request.method.eq_ignore_ascii_case("list") {
            return FileKind::Listing;
        }
        let (folder, name) = request.path.rsplit_once('/').unwrap_or(("", &request.path));
        let folder = folder.rsplit('/').next().unwrap_or_default();
        let is_data = [".parquet", ".orc", ".avro"].iter().any(|ending| name.ends_with(ending));
        match folder {
            "snapshot" | "tag" | "branch" | "consumer" | "changelog" => FileKind::Snapshot,
            "schema" => FileKind::Schema,
            "manifest" if name.starts_with("manifest-list") => FileKind::ManifestList,
            "manifest" => FileKind::Manifest,
            "index" => FileKind::Index,
            _ if name.ends_with(".index") || name.starts_with("index-") => FileKind::Index,
            _ if is_data && is_first && request.start.is_some_and(|start| start > 0) => FileKind::Footer,
            _ if is_data => FileKind::Data,
            _ => FileKind::Other,
        }
    }
}

/// Kinds of requests in their order.
#[must_use]
pub fn kinds(requests: &[RequestInfo]) -> Vec<FileKind> {
    let mut seen = std::collections::HashSet::new();
    requests.iter().map(|request| FileKind::of(request, seen.insert(request.path.as_str()))).collect()
}

/// Requests of one click: none began long after all before had ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// Number of the first request.
    pub first: usize,
    /// Number behind the last.
    pub end: usize,
    /// When it began, milliseconds since 1970.
    pub start_millis: f64,
    /// How long it took.
    pub millis: f64,
}

/// A pause longer than this ends what one click caused, milliseconds.
const CLICK_PAUSE: f64 = 400.0;

/// Requests grouped by the clicks that caused them, as far as pauses tell; they are in the order in which they began.
#[must_use]
pub fn bursts(requests: &[RequestInfo]) -> Vec<Burst> {
    let mut bursts: Vec<Burst> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let end = request.start_millis + request.duration_millis.max(0.0);
        match bursts.last_mut() {
            Some(last) if request.start_millis - (last.start_millis + last.millis) <= CLICK_PAUSE => {
                last.end = index + 1;
                last.millis = last.millis.max(end - last.start_millis);
            }
            _ => bursts.push(Burst {
                first: index,
                end: index + 1,
                start_millis: request.start_millis,
                millis: end - request.start_millis,
            }),
        }
    }
    bursts
}

/// Sums over requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Requests that left this machine.
    pub requests: usize,
    /// Bytes received.
    pub bytes: i64,
    /// Answers from the cache.
    pub cached: usize,
    /// Requests that failed; what is absent is an answer.
    pub failed: usize,
    /// Requests for a file and range that had failed just before.
    pub retries: usize,
}

/// Whether an outcome is neither success nor absence.
#[must_use]
pub fn is_failure(outcome: &str) -> bool {
    !matches!(outcome, "ok" | "" | "absent" | "not found" | "404")
}

/// Sums over `requests`.
#[must_use]
pub fn sums(requests: &[RequestInfo]) -> Sums {
    let mut sums = Sums::default();
    let mut failed: Vec<(&str, Option<i64>)> = Vec::new();
    for request in requests {
        sums.bytes = sums.bytes.saturating_add(request.bytes);
        sums.cached += usize::from(request.cached);
        sums.requests += usize::from(!request.cached);
        let what = (request.path.as_str(), request.start);
        if failed.contains(&what) {
            sums.retries += 1;
            failed.retain(|other| *other != what);
        }
        if is_failure(&request.outcome) {
            sums.failed += 1;
            failed.push(what);
        }
    }
    sums
}

/// Requests as an HTTP archive (HAR 1.2), as far as the engine knows them: no headers, and so no credentials.
#[must_use]
pub fn har(requests: &[RequestInfo], base: &str) -> Value {
    let entry = |request: &RequestInfo| {
        #[allow(clippy::cast_possible_truncation)]
        let started = format::utc(request.start_millis as i64).replacen(' ', "T", 1);
        let range = request.start.zip(request.end).map(|(start, end)| format!("bytes={start}-{}", end - 1));
        let status = match (request.outcome.as_str(), &range) {
            ("ok" | "", Some(_)) => 206,
            ("ok" | "", None) => 200,
            ("absent" | "not found" | "404", _) => 404,
            _ => 0,
        };
        let headers: Vec<Value> = range.iter().map(|range| json!({ "name": "Range", "value": range })).collect();
        let none: Vec<Value> = Vec::new();
        json!({
            "startedDateTime": format!("{started}Z"),
            "time": request.duration_millis,
            "request": {
                "method": request.method, "url": format!("{base}{}", request.path), "httpVersion": "", "cookies": none,
                "headers": headers, "queryString": none, "headersSize": -1, "bodySize": 0,
            },
            "response": {
                "status": status, "statusText": request.outcome, "httpVersion": "", "cookies": none, "headers": none,
                "content": { "size": request.bytes, "mimeType": "application/octet-stream" },
                "redirectURL": "", "headersSize": -1, "bodySize": request.bytes,
            },
            "cache": {},
            "timings": { "send": 0, "wait": request.duration_millis, "receive": 0 },
            "_fromCache": request.cached.then_some("memory"),
        })
    };
    json!({ "log": {
        "version": "1.2",
        "creator": { "name": "cenote", "version": env!("CARGO_PKG_VERSION") },
        "entries": requests.iter().map(entry).collect::<Vec<_>>(),
    } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, start: Option<i64>, at: f64) -> RequestInfo {
        let end = start.map(|start| start + 10);
        RequestInfo {
            path: path.into(),
            start,
            end,
            start_millis: at,
            duration_millis: 20.0,
            bytes: 10,
            method: "GET".into(),
            ..RequestInfo::default()
        }
    }

    #[test]
    fn files_are_told_apart_by_their_folders_and_the_first_range() {
        let requests = [
            request("t/snapshot/LATEST", None, 0.0),
            request("t/manifest/manifest-list-1-0", None, 0.0),
            request("t/manifest/manifest-1", None, 0.0),
            request("t/bucket-0/data-1.parquet", Some(5000), 0.0),
            request("t/bucket-0/data-1.parquet", Some(4), 0.0),
            request("t/index/index-1", Some(1), 0.0),
        ];
        use FileKind::*;
        assert_eq!(kinds(&requests), [Snapshot, ManifestList, Manifest, Footer, Data, Index]);
        let list = RequestInfo { method: "LIST".into(), ..RequestInfo::default() };
        assert_eq!(kinds(&[list]), [Listing]);
    }

    #[test]
    fn a_pause_ends_what_a_click_caused() {
        let requests = [0.0, 10.0, 300.0, 5000.0].map(|at| request("x", None, at));
        let bursts = bursts(&requests);
        assert_eq!(bursts.iter().map(|burst| (burst.first, burst.end)).collect::<Vec<_>>(), [(0, 3), (3, 4)]);
        assert!((bursts[0].millis - 320.0).abs() < 1e-9);
    }

    #[test]
    fn retries_are_counted_once_each() {
        let mut requests = [0.0, 1.0, 2.0, 3.0].map(|at| request("x", Some(4), at));
        requests[0].outcome = "unavailable".into();
        requests[1].outcome = "ok".into();
        requests[3].cached = true;
        assert_eq!(sums(&requests), Sums { requests: 3, bytes: 40, cached: 1, failed: 1, retries: 1 });
    }

    #[test]
    fn the_archive_has_ranges_and_no_secrets() {
        let archive = har(&[request("t/a.parquet", Some(4), 1500.0)], "https://h/");
        let entry = &archive["log"]["entries"][0];
        assert_eq!(entry["request"]["url"], "https://h/t/a.parquet");
        assert_eq!(entry["request"]["headers"][0]["value"], "bytes=4-13");
        assert_eq!(
            (&entry["response"]["status"], &entry["startedDateTime"]),
            (&json!(206), &json!("1970-01-01T00:00:01Z"))
        );
    }
}
