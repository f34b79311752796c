//! How planning narrows a table down.

use cenote_core::{Result, table::Table};

use crate::{json::to_text, table::ScanRequest};

/// The steps of planning a scan, and what is left to read.
pub(crate) async fn of(table: &Table, scan: ScanRequest) -> Result<String> {
    to_text(&scan.scan(table).plan().await?.explain)
}
