//! `cenote read`

use cenote_core::{
    changes::ChangesBound,
    scan::{Plan, RecordBatchStream, ScanBuilder, SnapshotChoice},
    system::StreamedTable,
    table::Table,
    types::DataField,
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
    match session.open_any(&args.table.table).await? {
        Opened::Global(name) => system_table::run_global(session, &name, &args).await,
        Opened::Table(table) if args.incremental.is_some() => read_changes(&table, &args).await,
        Opened::Table(table) => {
            let plan = plan(limited(scan(&table, &args.columns, args.filter.as_deref(), &args.state)?, &args)).await?;
            let fields = plan.fields();
            print(&args, &fields, plan.stream().await?).await
        }
        Opened::System(table, name) => match StreamedTable::of(&table, &name) {
            Some(streamed) => read_streamed(&table, streamed, &args).await,
            None => system_table::run(&table, &name, &args).await,
        },
    }
}

fn limited(scan: ScanBuilder, args: &ReadArgs) -> ScanBuilder {
    match args.limit {
        Some(rows) => scan.limit(rows),
        None => scan,
    }
}

async fn read_changes(table: &Table, args: &ReadArgs) -> Result<()> {
    let (from, to) = range(args)?;
    let mut changes = table.changes().from(from).to(to).mode(args.incremental_mode);
    if !args.columns.is_empty() {
        changes = changes.columns(args.columns.iter().map(|name| name.trim()));
    }
    if let Some(text) = &args.filter {
        changes = changes.filter_text(text);
    }
    if let Some(rows) = args.limit {
        changes = changes.limit(rows);
    }
    let plan = changes.plan().await.map_err(|error| Failure::argument("the read", error))?;
    print(args, &plan.fields(), plan.stream()?).await
}

async fn read_streamed(table: &Table, mut streamed: StreamedTable, args: &ReadArgs) -> Result<()> {
    if let Some(choice) = choice(table, &args.state)? {
        streamed = streamed.at(choice);
    }
    streamed = streamed.options(args.state.option.iter().map(|option| (&option.key, &option.value)));
    if args.incremental.is_some() {
        let (from, to) = range(args)?;
        streamed = streamed.changes(from, to, args.incremental_mode);
    }
    if !args.columns.is_empty() {
        streamed = streamed.columns(args.columns.iter().map(|name| name.trim()));
    }
    if let Some(text) = &args.filter {
        streamed = streamed.filter_text(text);
    }
    if let Some(rows) = args.limit {
        streamed = streamed.limit(rows);
    }
    let (fields, rows) = streamed.open().await.map_err(|error| Failure::argument("the read", error))?;
    print(args, &fields, rows).await
}

/// The two ends of `--incremental A,B`.
fn range(args: &ReadArgs) -> Result<(ChangesBound, ChangesBound)> {
    let text = args.incremental.as_deref().unwrap_or_default();
    let bound = |text: &str| match text.trim() {
        "" => ChangesBound::Open,
        text => ChangesBound::Text(text.to_owned()),
    };
    match text.split_once(',') {
        Some((from, to)) if !to.contains(',') => Ok((bound(from), bound(to))),
        _ => Err(Failure::usage(format!("--incremental: expected A,B, found {text:?}"))),
    }
}

async fn print(args: &ReadArgs, fields: &[DataField], mut rows: RecordBatchStream) -> Result<()> {
    let mut sink = output::open(&args.output, fields)?;
    let mut left = args.limit.unwrap_or(usize::MAX);
    while left > 0
        && let Some(batch) = rows.next().await
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

/// The state that the arguments name; `None` where they name none.
pub(super) fn choice(table: &Table, state: &StateArgs) -> Result<Option<SnapshotChoice>> {
    if let Some(text) = &state.timestamp {
        let millis = table.parse_time_millis(text).map_err(|error| Failure::argument("--timestamp", error))?;
        return Ok(Some(SnapshotChoice::TimestampMillis(millis)));
    }
    let by_id = state.snapshot.map(SnapshotChoice::Id);
    let by_tag = state.tag.clone().map(SnapshotChoice::Tag);
    let by_version = state.version_as_of.clone().map(SnapshotChoice::Version);
    Ok(by_id.or(by_tag).or(state.watermark.map(SnapshotChoice::Watermark)).or(by_version))
}

/// A read as the arguments describe it. Errors: usage, for a time that is none.
pub(super) fn scan(table: &Table, columns: &[String], filter: Option<&str>, state: &StateArgs) -> Result<ScanBuilder> {
    let mut scan = table.scan().options(state.option.iter().map(|option| (&option.key, &option.value)));
    if let Some(choice) = choice(table, state)? {
        scan = scan.at(choice);
    }
    if !columns.is_empty() {
        scan = scan.columns(columns.iter().map(|name| name.trim()));
    }
    if let Some(text) = filter {
        scan = scan.filter_text(text);
    }
    Ok(scan)
}

/// Plans a read. Errors: usage, for columns and conditions that do not fit the table; not found, for its state.
pub(super) async fn plan(scan: ScanBuilder) -> Result<Plan> {
    scan.plan().await.map_err(|error| Failure::argument("the read", error))
}
