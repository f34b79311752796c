//! In place of `system` in the reader: it has no system tables, and says so, so that the full module shows them.

use std::convert::Infallible;

use cenote_core::{Error, Result, catalog::FileSystemCatalog, io::Storage};

use crate::{opened::Opened, scan::ScanCursor, scan_request::ScanRequest};

/// There is none.
#[derive(Clone, Debug)]
pub(crate) struct SystemTable(Infallible);

impl SystemTable {
    /// Errors: always, for what this module lacks.
    pub(crate) fn of_table(_: Opened, _: &str) -> Result<Self> {
        Err(Error::lacking("system tables"))
    }

    /// Errors: always, for what this module lacks.
    pub(crate) fn global(_: FileSystemCatalog, _: Storage, _: &str) -> Result<Self> {
        Err(Error::lacking("system tables"))
    }

    pub(crate) async fn scan(&self, _: ScanRequest) -> Result<ScanCursor> {
        match self.0 {}
    }

    pub(crate) async fn info(&self) -> Result<String> {
        match self.0 {}
    }

    pub(crate) fn name(&self) -> String {
        match self.0 {}
    }

    pub(crate) fn storage(&self) -> &Storage {
        match self.0 {}
    }
}
