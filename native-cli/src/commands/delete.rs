//! `cenote delete`

use cenote_core::{modify::delete_where, predicate};

use super::report;
use crate::{
    cli::DeleteArgs,
    error::{Failure, Result},
    progress::Progress,
    session::Session,
};

/// Deletes the rows that match.
pub(super) async fn run(session: &Session, args: DeleteArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let filter =
        predicate::parse(&args.filter, &table.schema().fields).map_err(|error| Failure::argument("--where", error))?;
    let progress = Progress::start("looking for rows");
    let done = delete_where(&table, filter, args.report.dry_run).await?;
    progress.finish();
    if done.snapshot_id.is_some() {
        super::expire::after_commit(&table).await;
    }
    report::delete(&table, &done, args.report)
}
