//! How planning narrows a table down.

use cenote_core::Result;

use crate::{
    json::to_text,
    opened::{Opened, ScanRequest},
};

/// The steps of planning a scan, and what is left to read.
pub(crate) async fn of(opened: &Opened, scan: ScanRequest) -> Result<String> {
    to_text(&opened.scan(scan).plan().await?.explain)
}
