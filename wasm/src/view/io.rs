//! The request log.

use cenote_core::io::{IoLog, RequestRecord};
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::{
    error::to_js,
    json::{Long, to_text},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Io<'a> {
    totals: Totals,
    requests: Vec<Request<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    requests: Long,
    bytes: Long,
    bytes_written: Long,
    cache_hits: Long,
    failures: Long,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    seq: Long,
    method: &'static str,
    path: &'a str,
    start: Option<Long>,
    end: Option<Long>,
    bytes: Long,
    start_millis: Long,
    duration_millis: Long,
    outcome: String,
    cached: bool,
}

/// Records whose number is above `since`, and sums of all.
pub(crate) fn read(log: &IoLog, since: f64) -> Result<String, JsValue> {
    // Numbers of records stay far below 2^53.
    let records = log.since(since as u64);
    let totals = log.totals();
    let answer = Io {
        totals: Totals {
            requests: totals.requests.into(),
            bytes: totals.bytes_read.into(),
            bytes_written: totals.bytes_written.into(),
            cache_hits: totals.cache_hits.into(),
            failures: totals.failures.into(),
        },
        requests: records.iter().map(Request::of).collect(),
    };
    to_text(&answer).map_err(|error| to_js(&error))
}

impl<'a> Request<'a> {
    fn of(record: &'a RequestRecord) -> Self {
        Request {
            seq: record.seq.into(),
            method: record.method.as_str(),
            path: &record.path,
            start: record.range.as_ref().map(|range| range.start.into()),
            end: record.range.as_ref().map(|range| range.end.into()),
            bytes: record.bytes.into(),
            start_millis: Long(record.start_millis),
            duration_millis: Long(record.duration_millis),
            outcome: record.outcome.to_string(),
            cached: record.cached,
        }
    }
}
