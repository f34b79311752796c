//! Tag file: a snapshot kept by name (Java `Tag`, format digest 15.1).

use super::snapshot::Snapshot;

/// A snapshot and the retention of its tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// The tagged snapshot.
    pub snapshot: Snapshot,
    /// Local wall-clock creation time, milliseconds as if UTC; given only with a retention.
    pub create_time_millis: Option<i64>,
    /// How long to keep it, in seconds.
    pub time_retained_seconds: Option<f64>,
}
