//! The live data files of a snapshot, with keys and statistics.

use cenote_core::Result;

use crate::{
    json::answer_text,
    opened::{At, Opened},
};

/// Live files of a snapshot; none for a table without snapshots.
pub(crate) async fn list(opened: &Opened, at: At) -> Result<String> {
    match opened.snapshot(at).await? {
        Some(snapshot) => answer_text(&opened.held.files(&opened.table, &snapshot).await?.files.records()?),
        None => answer_text(&[(); 0]),
    }
}
