//! The live data files of a snapshot, with keys and statistics.

use cenote_core::{Result, insight::StateFiles};

use crate::{
    json::answer_text,
    opened::{At, Opened},
};

/// Live files of a snapshot; none for a table without snapshots.
pub(crate) async fn list(opened: &Opened, at: At) -> Result<String> {
    match opened.snapshot(at).await? {
        Some(snapshot) => answer_text(&StateFiles::read(&opened.table, &snapshot).await?.records()?),
        None => answer_text(&[(); 0]),
    }
}
