//! System tables that are as large as the table itself: they are read like one, not collected.

use super::{audit_log, binlog};
use crate::{
    changes::{ChangesBound, ChangesMode},
    error::{Error, Result},
    scan::{RecordBatchStream, ScanBuilder, SnapshotChoice},
    table::Table,
    types::DataField,
};

/// Names that [`StreamedTable::of`] takes.
pub const STREAMED_NAMES: [&str; 4] = ["audit_log", "binlog", "ro", "row_tracking"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AuditLog,
    Binlog,
    ReadOptimized,
    RowTracking,
}

/// A read of a system table with the rows of `table` in another guise.
#[derive(Clone, Debug)]
pub struct StreamedTable {
    pub(super) kind: Kind,
    pub(super) table: Table,
    pub(super) state: Option<SnapshotChoice>,
    pub(super) options: Vec<(String, String)>,
    pub(super) range: Option<(ChangesBound, ChangesBound, ChangesMode)>,
    pub(super) columns: Option<Vec<String>>,
    pub(super) filter: Option<String>,
    pub(super) limit: Option<usize>,
}

impl StreamedTable {
    /// The system table `name` of `table`; `None` for other names.
    pub fn of(table: &Table, name: &str) -> Option<Self> {
        let kind = match name {
            "audit_log" => Kind::AuditLog,
            "binlog" => Kind::Binlog,
            "ro" => Kind::ReadOptimized,
            "row_tracking" => Kind::RowTracking,
            _ => return None,
        };
        let table = table.clone();
        Some(StreamedTable {
            kind,
            table,
            state: None,
            options: Vec::new(),
            range: None,
            columns: None,
            filter: None,
            limit: None,
        })
    }

    /// Reads this state; see [`ScanBuilder::at`].
    #[must_use]
    pub fn at(mut self, choice: SnapshotChoice) -> Self {
        self.state = Some(choice);
        self
    }

    /// Options of this read; see [`ScanBuilder::options`].
    #[must_use]
    pub fn options(mut self, options: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>) -> Self {
        self.options.extend(options.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Reads the changes of a range instead of a state; see [`Table::changes`]. For `audit_log` and `binlog`.
    #[must_use]
    pub fn changes(mut self, from: impl Into<ChangesBound>, to: impl Into<ChangesBound>, mode: ChangesMode) -> Self {
        self.range = Some((from.into(), to.into(), mode));
        self
    }

    /// Reads these columns, in this order.
    #[must_use]
    pub fn columns(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.columns = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Keeps only rows that match a SQL expression over the columns of the system table.
    #[must_use]
    pub fn filter_text(mut self, expression: impl Into<String>) -> Self {
        self.filter = Some(expression.into());
        self
    }

    /// Reads at most so many rows.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Chooses the files. The columns are known then, and the rows follow.
    ///
    /// Errors: those of [`ScanBuilder::plan`] and [`crate::changes::ChangesBuilder::plan`]; `Invalid` for changes of a
    /// table that shows states only.
    pub async fn open(&self) -> Result<(Vec<DataField>, RecordBatchStream)> {
        if self.range.is_some() && matches!(self.kind, Kind::ReadOptimized | Kind::RowTracking) {
            return Err(Error::invalid("this system table shows states, not changes").at(self.table.name()));
        }
        let scan = match self.kind {
            Kind::AuditLog => return audit_log::open(self).await,
            Kind::Binlog => return binlog::open(self).await,
            Kind::ReadOptimized => self.scan().read_optimized(),
            Kind::RowTracking => self.scan().row_tracking(),
        };
        let scan = match &self.columns {
            Some(columns) => scan.columns(columns),
            None => scan,
        };
        let scan = match &self.filter {
            Some(text) => scan.filter_text(text),
            None => scan,
        };
        let scan = match self.limit {
            Some(rows) => scan.limit(rows),
            None => scan,
        };
        let plan = scan.plan().await?;
        Ok((plan.fields(), plan.stream().await?))
    }

    /// A scan of the chosen state, of all its rows and columns.
    pub(super) fn scan(&self) -> ScanBuilder {
        let scan = self.table.scan().options(self.options.iter().cloned());
        match &self.state {
            Some(choice) => scan.at(choice.clone()),
            None => scan,
        }
    }
}
