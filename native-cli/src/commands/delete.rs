//! `cenote delete`

use cenote_core::{predicate, write::delete_where};

use crate::{
    cli::DeleteArgs,
    error::{Failure, Result},
    notice::notice,
    progress::Progress,
    session::Session,
};

/// Deletes the rows that match.
pub(super) async fn run(session: &Session, args: DeleteArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let filter =
        predicate::parse(&args.filter, &table.schema().fields).map_err(|error| Failure::argument("--where", error))?;
    let progress = Progress::start("looking for rows");
    let report = delete_where(&table, filter, args.dry_run).await?;
    progress.finish();
    notice(&match report.snapshot_id {
        Some(id) => format!("snapshot {id}: deleted {} rows of {}", report.rows, table.name()),
        None if args.dry_run => format!("would delete {} rows of {}", report.rows, table.name()),
        None => format!("no row of {} matches", table.name()),
    });
    Ok(())
}
