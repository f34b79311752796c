//! What can happen to the page.

use std::ops::Range;

use super::{Ask, Export, Need, Overlay, Selection, Sheet};
use crate::{
    model::{IoReply, OpenedTable, Problem, Progress, ScanOpened, ScanPage, SnapshotInfo, TagInfo, WarehouseInfo},
    place::{Access, Place},
    route::{At, Range as ChangeRange, Route, Tab, TableName},
};

/// What the engine answered to a need.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To `Need::Warehouse`.
    Warehouse(WarehouseInfo),
    /// To `Need::Table`.
    Table(Box<OpenedTable>),
    /// To `Need::Snapshots`.
    Snapshots(Vec<SnapshotInfo>),
    /// To `Need::Tags`.
    Tags(Vec<TagInfo>),
    /// To `Need::Ask`: JSON text.
    Told(String),
    /// To `Need::Scan`.
    Scan(ScanOpened),
    /// To `Need::Page`.
    Page(ScanPage),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// The address changed, by a link or the back button.
    Go(Route),
    /// The user opens a place.
    Open {
        /// Where.
        place: Place,
        /// Its secrets.
        access: Access,
    },
    /// A folder was picked or dropped, a warehouse or a table; its files are with the runner.
    FolderPicked(Place),
    /// The page's own server offers a warehouse at this URL.
    Served(String),
    /// Places opened before, as read at the start.
    Recent(Vec<String>),
    /// Another table of the warehouse.
    Table(TableName),
    /// Another view.
    Tab(Tab),
    /// Another point in time.
    TimeTravel(At),
    /// Another filter.
    Filter(String),
    /// Other columns.
    Columns(Vec<String>),
    /// The changes of a range, in the Changelog view.
    Changes(ChangeRange),
    /// A system table, in the System view.
    System(String),
    /// Another bucket in the LSM view.
    Bucket(Option<String>),
    /// Another value, or none, of what a view shows by this name.
    Focus(&'static str, Option<String>),
    /// A view begins to show the answer to a question.
    Show(Ask),
    /// A view that showed an answer is gone.
    Hide(Ask),
    /// Load everything anew.
    Reload,
    /// Ask again for what failed.
    Retry,
    /// A need was asked for.
    Asked(Need),
    /// A need was answered.
    Answered(Need, Result<Answer, Problem>),
    /// The grid shows these rows.
    Look(Range<usize>),
    /// The grid wants its last row, wherever that is.
    LookAtEnd,
    /// A column of the grid is made so wide; as wide as fits without a width.
    Width(String, Option<f64>),
    /// Select for the inspector.
    Select(Option<Selection>),
    /// The page became narrow or wide.
    Narrow(bool),
    /// Open or close a sheet.
    Sheet(Sheet),
    /// Open or, when it is open, close an overlay.
    Overlay(Overlay),
    /// Close whatever lies on top.
    Dismiss,
    /// A call began.
    CallBegan {
        /// Its id.
        id: u32,
        /// Its method.
        method: String,
    },
    /// A call is under way.
    CallProgress(u32, Progress),
    /// A call ended.
    CallEnded(u32),
    /// The request log grew.
    Io(IoReply),
    /// An export began.
    Exporting(Export),
    /// The export ended.
    ExportEnded,
    /// A short notice.
    Toast(String),
    /// The notice with this number has been up long enough.
    ToastOver(u32),
}
