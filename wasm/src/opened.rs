//! An open table, and which state of it a request means.

use cenote_core::{
    Result,
    io::Runtime,
    scan::{ScanBuilder, SnapshotChoice},
    spec::snapshot::Snapshot,
    table::Table,
};
use serde::Deserialize;

use crate::runtime::EventLoop;

/// For so long after opening, what was the latest snapshot then is taken as the latest: whoever opens a table and reads
/// it at once saves three requests. Milliseconds.
const FRESH_MILLIS: i64 = 1000;

/// A table, what it belongs to, and when it was opened.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) table: Table,
    pub(crate) database: Option<String>,
    opened_millis: i64,
}

/// Which state of the table; the latest when nothing is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct At {
    snapshot: Option<i64>,
    tag: Option<String>,
    timestamp_millis: Option<i64>,
}

/// What to read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScanRequest {
    #[serde(flatten)]
    at: At,
    columns: Option<Vec<String>>,
    filter: Option<String>,
    limit: Option<usize>,
}

impl Opened {
    pub(crate) fn new(table: Table, database: Option<String>) -> Self {
        Opened { table, database, opened_millis: EventLoop.now_millis() }
    }

    /// The snapshot; `None` for the latest of a table without any.
    pub(crate) async fn snapshot(&self, at: At) -> Result<Option<Snapshot>> {
        match (at.choice(), self.fresh()) {
            (SnapshotChoice::Latest, Some(snapshot)) => Ok(Some(snapshot.clone())),
            (choice, _) => choice.snapshot(&self.table).await,
        }
    }

    /// The scan that is asked for.
    pub(crate) fn scan(&self, request: ScanRequest) -> ScanBuilder {
        let mut scan = self.table.scan().at(self.unless_fresh(request.at.choice()));
        if let Some(columns) = request.columns {
            scan = scan.columns(columns);
        }
        if let Some(filter) = request.filter.filter(|text| !text.trim().is_empty()) {
            scan = scan.filter_text(filter);
        }
        match request.limit {
            Some(rows) => scan.limit(rows),
            None => scan,
        }
    }

    /// The latest snapshot by its id where that is known and reads the same: with the latest schema.
    fn unless_fresh(&self, choice: SnapshotChoice) -> SnapshotChoice {
        let same_schema = |snapshot: &&Snapshot| snapshot.schema_id == self.table.schema().id;
        match (choice, self.fresh().filter(same_schema)) {
            (SnapshotChoice::Latest, Some(snapshot)) => SnapshotChoice::Id(snapshot.id),
            (choice, _) => choice,
        }
    }

    fn fresh(&self) -> Option<&Snapshot> {
        let age = EventLoop.now_millis() - self.opened_millis;
        self.table.snapshot_at_open().filter(|_| age < FRESH_MILLIS).map(AsRef::as_ref)
    }
}

impl At {
    fn choice(self) -> SnapshotChoice {
        match self {
            At { snapshot: Some(id), .. } => SnapshotChoice::Id(id),
            At { tag: Some(name), .. } => SnapshotChoice::Tag(name),
            At { timestamp_millis: Some(millis), .. } => SnapshotChoice::TimestampMillis(millis),
            At { .. } => SnapshotChoice::Latest,
        }
    }
}
