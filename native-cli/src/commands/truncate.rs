//! `cenote truncate`

use cenote_core::modify;

use super::report;
use crate::{cli::TruncateArgs, error::Result, session::Session};

/// Takes all rows of a table away.
pub(super) async fn run(session: &Session, args: TruncateArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let done = modify::truncate(&table, args.report.dry_run).await?;
    if done.snapshot_id.is_some() {
        super::expire::after_commit(&table).await;
    }
    report::truncate(&table, &done, args.report)
}
