//! The state of the page, one plain value: actions change it (`reduce`), and what must be loaded follows from it
//! (`needs`). No browser, no engine, no clock in here.

mod action;
mod ask;
mod needs;
mod reduce;
mod scan;
mod slot;

pub use action::{Action, Answer};
pub use ask::{Ask, Asks};
pub use needs::{AtKey, Need, ScanKey, Source, TableKey, at_params, needs};
pub use scan::{KEPT_BYTES, Row, Scan};
pub use slot::{Shown, Slot};

use crate::{
    export::ExportFormat,
    history::kinds,
    model::{IoTotals, OpenedTable, Progress, RequestInfo, SnapshotInfo, TagInfo, WarehouseInfo},
    place::{Access, Place},
    route::{At, Route, Tab},
    shared::Shared,
    system,
};

/// What the inspector shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// A data file, by its path.
    File(String),
    /// A bucket, as `BucketId::print` names it.
    Bucket(String),
    /// A snapshot.
    Snapshot(i64),
    /// A manifest, by its name.
    Manifest(String),
    /// A cell of the grid.
    Cell {
        /// Row of the scan.
        row: usize,
        /// Column of the scan.
        column: usize,
    },
    /// A column, by its id.
    Field(i32),
}

/// What lies over the page on a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sheet {
    /// Nothing.
    #[default]
    None,
    /// The warehouse tree.
    Tree,
    /// The inspector.
    Inspector,
}

/// What lies over the page anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlay {
    /// Nothing.
    #[default]
    None,
    /// The keys.
    Help,
    /// Requests and bytes.
    Io,
    /// Snapshots and tags to travel to.
    TimeTravel,
    /// Columns to show.
    Columns,
    /// Branches to look at.
    Branches,
}

/// A call that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// The call's id.
    pub id: u32,
    /// Method.
    pub method: String,
    /// How far it is.
    pub progress: Progress,
}

/// An export that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Format.
    pub format: ExportFormat,
    /// The call that does it: its progress is among the activities.
    pub call: u32,
    /// Lines written, where it is a list that the page writes itself.
    pub lines: usize,
}

/// Requests and bytes so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IoState {
    /// Sums since the page was opened.
    pub totals: IoTotals,
    /// The newest requests, oldest first; bounded.
    pub requests: Shared<Vec<RequestInfo>>,
    /// Number of the last request before this view.
    pub mark: i64,
}

impl IoState {
    /// Number of the newest request known.
    #[must_use]
    pub fn last_seq(&self) -> i64 {
        self.requests.last().map_or(0, |request| request.seq)
    }

    /// Requests of this view.
    #[must_use]
    pub fn of_view(&self) -> &[RequestInfo] {
        let start = self.requests.partition_point(|request| request.seq <= self.mark);
        self.requests.get(start..).unwrap_or_default()
    }
}

/// The whole page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Where the user is.
    pub route: Route,
    /// Credentials of places opened in this session: memory only.
    pub access: Shared<Vec<(Place, Access)>>,
    /// Folders picked in this session.
    pub folders: Shared<Vec<String>>,
    /// Address of the warehouse that the page's own server offers, if it does.
    pub served: Option<String>,
    /// Places opened before, newest first, without secrets: printed routes.
    pub recent: Shared<Vec<String>>,
    /// Counts openings and reloads: what was loaded by an earlier one is stale.
    pub opening: u32,
    /// The warehouse.
    pub warehouse: Slot<u32, WarehouseInfo>,
    /// The table.
    pub table: Slot<TableKey, OpenedTable>,
    /// Its snapshots, newest first.
    pub snapshots: Slot<TableKey, Vec<SnapshotInfo>>,
    /// Its tags.
    pub tags: Slot<TableKey, Vec<TagInfo>>,
    /// What single views want to know besides.
    pub asks: Asks,
    /// Rows.
    pub scan: Scan,
    /// Columns of the grid that the user made wider or narrower, in pixels.
    pub widths: Shared<Vec<(String, f64)>>,
    /// Requests and bytes.
    pub io: IoState,
    /// Row counts of tables seen in this opening, by `database/table`.
    pub counts: Shared<Vec<(String, i64)>>,
    /// What the inspector shows.
    pub selection: Option<Selection>,
    /// What lies over the page on a phone.
    pub sheet: Sheet,
    /// What lies over the page anywhere.
    pub overlay: Overlay,
    /// Calls that run.
    pub activities: Shared<Vec<Activity>>,
    /// The export that runs.
    pub export: Option<Export>,
    /// A short notice, and its number.
    pub toast: Option<(u32, String)>,
    /// Whether the inspector is a sheet: then choosing something opens it.
    pub narrow: bool,
}

impl State {
    /// Snapshots asked for at once.
    pub const SNAPSHOT_LIMIT: usize = 100;
    /// Requests kept for the meter.
    pub const REQUEST_LIMIT: usize = 500;

    /// A page at a route.
    #[must_use]
    pub fn at(route: Route) -> State {
        State { route, opening: 1, ..State::default() }
    }

    /// Credentials for the place opened, empty ones where none were given.
    #[must_use]
    pub fn access(&self) -> Access {
        let place = self.route.place.as_ref();
        self.access.iter().find(|(known, _)| Some(known) == place).map(|(_, access)| access.clone()).unwrap_or_default()
    }

    /// Whether the place needs a folder that is not at hand.
    #[must_use]
    pub fn misses_folder(&self) -> bool {
        let folder = self.route.place.as_ref().and_then(Place::folder);
        folder.is_some_and(|root| !self.folders.iter().any(|known| known == root))
    }

    /// The key of the table looked at.
    #[must_use]
    pub fn table_key(&self) -> Option<TableKey> {
        self.route.shows_table().then(|| TableKey { opening: self.opening, name: self.route.table.clone() })
    }

    /// The table looked at, once opened.
    #[must_use]
    pub fn opened(&self) -> Option<&Shared<OpenedTable>> {
        self.table.ready(self.table_key().as_ref()?)
    }

    /// The key of what hangs on a snapshot; none while the newest snapshots, which tell most times, are awaited. What they do not
    /// tell, the engine does.
    #[must_use]
    pub fn at_key(&self) -> Option<AtKey> {
        let table = self.table_key()?;
        let at = match &self.route.at {
            At::Time(millis) => {
                let snapshots = self.snapshots.ready(&table)?;
                let found = snapshots.iter().find(|snapshot| snapshot.time_millis <= *millis);
                found.map_or(At::Time(*millis), |snapshot| At::Snapshot(snapshot.id))
            }
            other => other.clone(),
        };
        Some(AtKey { table, at })
    }

    /// The key of the rows looked at. Changes and system tables are of the whole history: no state, filter or column of
    /// the Data view touches them.
    #[must_use]
    pub fn scan_key(&self) -> Option<ScanKey> {
        let source = match self.route.tab {
            Tab::Changelog => Source::Changes(self.route.range.clone()),
            Tab::System => Source::System(system::shown(self.route.system.as_deref()).to_owned()),
            _ => Source::Table,
        };
        if source != Source::Table {
            let at = AtKey { table: self.table_key()?, at: At::Latest };
            let own = |name| self.route.focus(name).unwrap_or_default();
            let filter = match source {
                Source::Changes(_) => kinds::filter(own("where"), own("kinds")),
                _ => String::new(),
            };
            return Some(ScanKey { source, at, columns: Vec::new(), filter });
        }
        let at = self.at_key()?;
        Some(ScanKey { source, at, columns: self.route.columns.clone(), filter: self.route.filter.trim().to_owned() })
    }

    /// The snapshot that the page shows, where it is known.
    #[must_use]
    pub fn snapshot(&self) -> Option<&SnapshotInfo> {
        let opened = self.opened()?;
        let known = self.table_key().and_then(|key| self.snapshots.ready(&key));
        let find = |id: i64| known.and_then(|known| known.iter().find(|snapshot| snapshot.id == id));
        match self.at_key()?.at {
            At::Latest => opened.info.latest_snapshot.as_ref(),
            At::Snapshot(id) => find(id).or(opened.info.latest_snapshot.as_ref().filter(|latest| latest.id == id)),
            At::Tag(name) => {
                let tags = self.tags.ready(&self.table_key()?)?;
                find(tags.iter().find(|tag| tag.name == name)?.snapshot_id)
            }
            At::Watermark(_) | At::Version(_) => find(self.travelled(known?)?),
            At::Time(_) => None,
        }
    }

    /// The snapshot that a watermark or a version means, where what is known tells.
    fn travelled(&self, known: &[SnapshotInfo]) -> Option<i64> {
        match &self.route.at {
            // An older one may have it, too, where not all are known.
            At::Watermark(mark) if known.len() < State::SNAPSHOT_LIMIT => {
                let reached = |snapshot: &&SnapshotInfo| snapshot.watermark.is_some_and(|watermark| watermark >= *mark);
                known.iter().rev().find(reached).map(|snapshot| snapshot.id)
            }
            At::Version(version) => {
                let tags = self.tags.ready(&self.table_key()?)?;
                let tagged = tags.iter().find(|tag| tag.name == *version).map(|tag| tag.snapshot_id);
                tagged.or_else(|| version.parse().ok())
            }
            _ => None,
        }
    }

    /// Whether a view or overlay shows history.
    #[must_use]
    pub fn shows_history(&self) -> bool {
        matches!(self.route.tab, Tab::Overview | Tab::Changelog | Tab::Snapshots | Tab::Schema)
            || self.overlay == Overlay::TimeTravel
            || !matches!(self.route.at, At::Latest | At::Snapshot(_))
    }
}

#[cfg(test)]
mod tests;
