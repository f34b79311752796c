//! `cenote update`

use cenote_core::{
    modify::{Assignment, update_where},
    predicate::{self, Predicate},
};

use super::report;
use crate::{
    cli::UpdateArgs,
    error::{Failure, Result},
    progress::Progress,
    session::Session,
};

/// Updates the rows that match.
pub(super) async fn run(session: &Session, args: UpdateArgs) -> Result<()> {
    let table = session.table(&args.table.table).await?;
    let fields = &table.schema().fields;
    let filter = match &args.filter {
        Some(filter) => predicate::parse(filter, fields).map_err(|error| Failure::argument("--where", error))?,
        None => Predicate::True,
    };
    let assignments = Assignment::parse_list(&args.set.join(", "), fields);
    let assignments = assignments.map_err(|error| Failure::argument("--set", error))?;
    let progress = Progress::start("looking for rows");
    let done = update_where(&table, assignments, filter, args.report.dry_run).await?;
    progress.finish();
    if done.snapshot_id.is_some() {
        super::expire::after_commit(&table).await;
    }
    report::change(&table, &done, args.report)
}
