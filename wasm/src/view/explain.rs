//! How planning narrows a table down.

use cenote_core::{Result, scan::ExplainStep};
use serde::Serialize;

use crate::{json::to_text, opened::Opened, scan_request::ScanRequest};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExplainView<'a> {
    steps: &'a [ExplainStep],
    splits: u64,
    merge_splits: u64,
    files: u64,
    bytes: u64,
    rows: u64,
}

/// The steps of planning a scan, and what is left to read.
pub(crate) async fn of(opened: &Opened, scan: ScanRequest) -> Result<String> {
    text(&scan.of_table(opened)?.plan().await?.explain)
}

/// The same, and what reading leaves out within the files: all rows are read for that, and thrown away.
pub(crate) async fn analyze(opened: &Opened, scan: ScanRequest) -> Result<String> {
    let mut plan = scan.of_table(opened)?.plan().await?;
    plan.analyze().await?;
    text(&plan.explain)
}

fn text(explain: &cenote_core::scan::Explain) -> Result<String> {
    to_text(&ExplainView {
        steps: &explain.steps,
        splits: explain.splits,
        merge_splits: explain.merge_splits,
        files: explain.files,
        bytes: explain.bytes,
        rows: explain.rows,
    })
}
