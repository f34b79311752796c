//! `cenote read`

use cenote_core::{
    scan::{Plan, ScanBuilder},
    table::Table,
};

use super::system_table;
use crate::{
    cli::{ReadArgs, StateArgs},
    error::{Failure, Result},
    output::{self, Flow},
    session::{Opened, Session},
};

/// Prints rows.
pub(super) async fn run(session: &Session, args: ReadArgs) -> Result<()> {
    if args.incremental.is_some() {
        return Err(Failure::error(
            "unsupported: --incremental (reading the changes between snapshots) is not there yet",
        )
        .hint("read both states with --snapshot and compare them"));
    }
    match session.open_any(&args.table.table).await? {
        Opened::Table(table) => read_table(&args, scan_as_asked(&table, &args)).await,
        // The table itself, with two more columns.
        Opened::System(table, name) if name == "row_tracking" => {
            read_table(&args, scan_as_asked(&table, &args).row_tracking()).await
        }
        Opened::System(table, name) => system_table::run(&table, &name, &args).await,
        Opened::Global(name) => system_table::run_global(session, &name, &args).await,
    }
}

fn scan_as_asked(table: &Table, args: &ReadArgs) -> ScanBuilder {
    scan(table, &args.columns, args.filter.as_deref(), &args.state)
}

async fn read_table(args: &ReadArgs, scan: ScanBuilder) -> Result<()> {
    let scan = match args.limit {
        Some(rows) => scan.limit(rows),
        None => scan,
    };
    let plan = plan(scan).await?;
    let mut sink = output::open(&args.output, &plan.fields())?;
    let mut left = args.limit.unwrap_or(usize::MAX);
    let mut batches = plan.stream().await?;
    while left > 0
        && let Some(batch) = batches.next().await
    {
        let batch = batch?;
        let batch = batch.slice(0, batch.num_rows().min(left));
        left -= batch.num_rows();
        if sink.write(&batch)? == Flow::Enough {
            break;
        }
    }
    sink.finish()
}

/// A read as the arguments describe it.
pub(super) fn scan(table: &Table, columns: &[String], filter: Option<&str>, state: &StateArgs) -> ScanBuilder {
    let mut scan = table.scan();
    if let Some(id) = state.snapshot {
        scan = scan.snapshot(id);
    } else if let Some(tag) = &state.tag {
        scan = scan.tag(tag);
    } else if let Some(millis) = state.timestamp {
        scan = scan.timestamp_millis(millis);
    }
    if !columns.is_empty() {
        scan = scan.columns(columns.iter().map(|name| name.trim()));
    }
    if let Some(text) = filter {
        scan = scan.filter_text(text);
    }
    scan
}

/// Plans a read. Errors: usage, for columns and conditions that do not fit the table; not found, for its state.
pub(super) async fn plan(scan: ScanBuilder) -> Result<Plan> {
    scan.plan().await.map_err(|error| Failure::argument("the read", error))
}
