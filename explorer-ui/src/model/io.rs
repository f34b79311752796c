//! What the store was asked for.

use serde::Deserialize;

use super::lenient;

/// Sums over all requests so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IoTotals {
    /// Requests sent.
    #[serde(deserialize_with = "lenient::int")]
    pub requests: i64,
    /// Bytes received.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// Answers from the cache.
    #[serde(deserialize_with = "lenient::int")]
    pub cache_hits: i64,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RequestInfo {
    /// Number of the request, growing.
    #[serde(deserialize_with = "lenient::int")]
    pub seq: i64,
    /// `GET`, `LIST` …
    #[serde(deserialize_with = "lenient::or_default")]
    pub method: String,
    /// File.
    #[serde(deserialize_with = "lenient::or_default")]
    pub path: String,
    /// First byte of a ranged request.
    #[serde(deserialize_with = "lenient::optional")]
    pub start: Option<i64>,
    /// Byte after the last of a ranged request.
    #[serde(deserialize_with = "lenient::optional")]
    pub end: Option<i64>,
    /// Bytes received.
    #[serde(deserialize_with = "lenient::int")]
    pub bytes: i64,
    /// When it was sent, on the engine's clock.
    #[serde(deserialize_with = "lenient::or_default")]
    pub start_millis: f64,
    /// How long it took.
    #[serde(deserialize_with = "lenient::or_default")]
    pub duration_millis: f64,
    /// `ok`, `absent` or what failed.
    #[serde(deserialize_with = "lenient::or_default")]
    pub outcome: String,
    /// Whether it never left this machine.
    #[serde(deserialize_with = "lenient::or_default")]
    pub cached: bool,
}

/// The request log since some number.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct IoReply {
    /// Sums.
    pub totals: IoTotals,
    /// Requests in order.
    #[serde(deserialize_with = "lenient::or_default")]
    pub requests: Vec<RequestInfo>,
}
