//! An open table, and which state of it a request means.

use std::sync::atomic::{AtomicU64, Ordering};

use cenote_core::{Error, Result, io::Runtime, scan::SnapshotChoice, spec::snapshot::Snapshot, table::Table};
use serde::Deserialize;
use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(feature = "full")]
use crate::state_files::HeldState;
use crate::{json::Long, runtime::EventLoop};

/// For so long after opening, what was the latest snapshot then is taken as the latest: whoever opens a table and reads
/// it at once saves three requests. Milliseconds.
const FRESH_MILLIS: i64 = 1000;

/// Commits made by this module: each makes every table's first look at its latest snapshot old.
static COMMITS: AtomicU64 = AtomicU64::new(0);

/// Notes that a table was changed, from here or by the other module: reads from now on see the change.
#[wasm_bindgen(js_name = noteCommit)]
pub fn note_commit() {
    COMMITS.fetch_add(1, Ordering::Relaxed);
}

/// A table, what it belongs to, and when it was opened.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) table: Table,
    pub(crate) database: Option<String>,
    #[cfg(feature = "full")]
    pub(crate) held: HeldState,
    opened_millis: i64,
    commits_at_open: u64,
}

/// Which state of the table; the latest when nothing is named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct At {
    snapshot: Option<Long>,
    tag: Option<String>,
    timestamp_millis: Option<Long>,
    watermark: Option<Long>,
    version: Option<String>,
}

impl Opened {
    pub(crate) fn new(table: Table, database: Option<String>) -> Self {
        let commits_at_open = COMMITS.load(Ordering::Relaxed);
        Opened {
            table,
            database,
            #[cfg(feature = "full")]
            held: HeldState::default(),
            opened_millis: EventLoop.now_millis(),
            commits_at_open,
        }
    }

    /// The name within its database: catalogs open tables as `database.name`.
    pub(crate) fn short_name(&self) -> &str {
        let name = self.table.name();
        let inside = self.database.as_deref().and_then(|database| name.strip_prefix(database)?.strip_prefix('.'));
        inside.unwrap_or(name)
    }

    /// The table under its latest schema, which somebody may have changed since it was opened.
    #[cfg(feature = "full")]
    pub(crate) async fn latest_schema(&self) -> Result<Table> {
        match self.table.schemas().latest().await? {
            Some(schema) if schema.id != self.table.schema().id => self.table.at_schema(schema),
            _ => Ok(self.table.clone()),
        }
    }

    /// The snapshot; `None` for the latest of a table without any.
    pub(crate) async fn snapshot(&self, at: At) -> Result<Option<Snapshot>> {
        match (at.choice()?, self.fresh()) {
            (None, Some(snapshot)) => Ok(Some(snapshot.clone())),
            (choice, _) => choice.unwrap_or_default().snapshot(&self.table).await,
        }
    }

    /// The latest snapshot by its id where that is known and reads the same: with the latest schema, and with no option
    /// of the table that chooses another state or branch.
    pub(crate) fn latest_at_open(&self) -> Option<SnapshotChoice> {
        let chooses = |name: &String| name.starts_with("scan.");
        let snapshot = self.fresh().filter(|snapshot| snapshot.schema_id == self.table.schema().id)?;
        let plain = !self.table.schema().options.keys().any(chooses);
        plain.then_some(SnapshotChoice::Id(snapshot.id))
    }

    fn fresh(&self) -> Option<&Snapshot> {
        let age = EventLoop.now_millis() - self.opened_millis;
        let is_fresh = age < FRESH_MILLIS && self.commits_at_open == COMMITS.load(Ordering::Relaxed);
        self.table.snapshot_at_open().filter(|_| is_fresh).map(AsRef::as_ref)
    }
}

impl At {
    /// The state that is named, `None` where none is. Errors: `Invalid` for more than one.
    pub(crate) fn choice(self) -> Result<Option<SnapshotChoice>> {
        let named = [
            self.snapshot.map(|id| SnapshotChoice::Id(id.0)),
            self.tag.map(SnapshotChoice::Tag),
            self.timestamp_millis.map(|millis| SnapshotChoice::TimestampMillis(millis.0)),
            self.watermark.map(|mark| SnapshotChoice::Watermark(mark.0)),
            self.version.map(SnapshotChoice::Version),
        ];
        let mut named = named.into_iter().flatten();
        match (named.next(), named.next()) {
            (_, Some(_)) => Err(Error::invalid(
                "expected one of snapshot, tag, timestampMillis, watermark and version, found several",
            )),
            (choice, None) => Ok(choice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::from_text;

    fn choice(text: &str) -> Result<Option<SnapshotChoice>> {
        from_text::<At>(text)?.choice()
    }

    #[test]
    fn a_state_is_named_once() {
        assert_eq!(choice("{}").unwrap(), None);
        assert_eq!(choice(r#"{"snapshot": "7", "tag": null}"#).unwrap(), Some(SnapshotChoice::Id(7)));
        assert_eq!(choice(r#"{"watermark": -1}"#).unwrap(), Some(SnapshotChoice::Watermark(-1)));
        assert!(choice(r#"{"snapshot": 1, "version": "v"}"#).unwrap_err().to_string().contains("several"));
    }
}
