//! What must be loaded for what the page shows: a pure function of the state.

use super::{Ask, State};
use crate::{
    place::Place,
    route::{At, Range, Tab, TableName},
};
use serde_json::{Value, json};

/// A table of an opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableKey {
    /// The opening it belongs to.
    pub opening: u32,
    /// Its name in the warehouse; none where the place is the table.
    pub name: Option<TableName>,
}

/// A table at a point of its history: at a time only where the snapshots that the page knows do not tell which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtKey {
    /// The table.
    pub table: TableKey,
    /// The point.
    pub at: At,
}

/// What the rows are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// The table's.
    #[default]
    Table,
    /// What changed in a range, with a column of kinds in front.
    Changes(Range),
    /// Those of a system table.
    System(String),
}

/// Rows of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanKey {
    /// Which rows.
    pub source: Source,
    /// Table and point.
    pub at: AtKey,
    /// Columns; none means all.
    pub columns: Vec<String>,
    /// Filter, trimmed.
    pub filter: String,
}

/// Something to ask the engine for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Open the warehouse.
    Warehouse(u32),
    /// Open the table.
    Table(TableKey),
    /// List snapshots.
    Snapshots(TableKey),
    /// List tags.
    Tags(TableKey),
    /// Answer a question of a view.
    Ask(Ask),
    /// Open the scan.
    Scan(ScanKey),
    /// A page of the scan, by its number.
    Page(ScanKey, usize),
}

/// What the state lacks and nobody asked for yet, in the order in which to ask.
#[must_use]
pub fn needs(state: &State) -> Vec<Need> {
    let mut needs = Vec::new();
    let Some(place) = &state.route.place else { return needs };
    if state.misses_folder() || (*place == Place::Served && state.served.is_none()) {
        return needs;
    }
    if !place.is_table() && state.warehouse.lacks(&state.opening) {
        needs.push(Need::Warehouse(state.opening));
    }
    let Some(table) = state.table_key() else { return needs };
    let reachable = place.is_table() || state.warehouse.ready(&state.opening).is_some();
    if reachable && state.table.lacks(&table) {
        needs.push(Need::Table(table.clone()));
    }
    if state.table.ready(&table).is_none() {
        return needs;
    }
    table_needs(state, &table, &mut needs);
    needs
}

fn table_needs(state: &State, table: &TableKey, needs: &mut Vec<Need>) {
    let tab = state.route.tab;
    if state.shows_history() {
        if state.snapshots.lacks(table) {
            needs.push(Need::Snapshots(table.clone()));
        }
        if state.tags.lacks(table) {
            needs.push(Need::Tags(table.clone()));
        }
    }
    needs.extend(state.asks.lacking().filter(|ask| ask.table == *table).cloned().map(Need::Ask));
    let never_written = state.opened().is_some_and(|opened| opened.info.latest_snapshot.is_none());
    let Some(scan) = state.scan_key() else { return };
    if never_written && tab != Tab::System {
        return;
    }
    if matches!(tab, Tab::Data | Tab::Changelog | Tab::System) {
        if !state.scan.is_for(&scan) {
            needs.push(Need::Scan(scan));
        } else if let Some(index) = state.scan.wants_page() {
            needs.push(Need::Page(scan, index));
        }
    }
}

/// A point of a table's history as the engine is told it.
#[must_use]
pub fn at_params(at: &At) -> Value {
    match at {
        At::Latest => json!({}),
        At::Snapshot(id) => json!({ "snapshot": id }),
        At::Tag(name) => json!({ "tag": name }),
        At::Time(millis) => json!({ "timestampMillis": millis }),
        At::Watermark(millis) => json!({ "watermark": millis }),
        At::Version(version) => json!({ "version": version }),
    }
}

impl State {
    /// Whether anybody still waits for a need that was asked for; the engine may stop working on the others.
    #[must_use]
    pub fn waits_for(&self, need: &Need) -> bool {
        match need {
            Need::Warehouse(opening) => self.warehouse.waits_for(opening) && self.opening == *opening,
            Need::Table(key) => self.table.waits_for(key) && self.table_key().as_ref() == Some(key),
            Need::Snapshots(key) => self.snapshots.waits_for(key) && self.table_key().as_ref() == Some(key),
            Need::Tags(key) => self.tags.waits_for(key) && self.table_key().as_ref() == Some(key),
            Need::Ask(ask) => self.asks.waits_for(ask) && self.table_key().as_ref() == Some(&ask.table),
            Need::Scan(key) => self.scan.is_for(key) && self.scan_key().as_ref() == Some(key),
            Need::Page(key, index) => {
                self.scan.is_for(key) && self.scan_key().as_ref() == Some(key) && self.scan.is_near(*index)
            }
        }
    }
}
