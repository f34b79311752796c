//! `cenote read`

use arrow_array::RecordBatch;
use arrow_select::filter::filter_record_batch;
use cenote_core::{predicate, scan::ScanBuilder, system, table::Table, types::DataField};
use futures::StreamExt;

use crate::{
    cli::{ReadArgs, StateArgs},
    error::{Failure, Result},
    output::{self, Flow},
    progress::Progress,
    session::{Opened, Session},
};

/// Prints rows.
pub(super) async fn run(session: &Session, args: ReadArgs) -> Result<()> {
    if args.incremental.is_some() {
        return Err(Failure::error("unsupported: --incremental (reading the changes between snapshots) is not there yet")
            .hint("read both states with --snapshot and compare them"));
    }
    match session.open_any(&args.table.table).await? {
        Opened::Table(table) => read_table(&table, &args).await,
        Opened::System(table, name) => read_system(&table, &name, &args).await,
    }
}

async fn read_table(table: &Table, args: &ReadArgs) -> Result<()> {
    let scan = scan(table, &args.columns, args.filter.as_deref(), &args.state)?;
    let scan = match args.limit {
        Some(rows) => scan.limit(rows),
        None => scan,
    };
    let plan = scan.plan().await?;
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

/// A read as the arguments describe it. Errors: usage, for columns and conditions that do not fit the table.
pub(super) fn scan(table: &Table, columns: &[String], filter: Option<&str>, state: &StateArgs) -> Result<ScanBuilder> {
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
    Ok(scan)
}

async fn read_system(table: &Table, name: &str, args: &ReadArgs) -> Result<()> {
    let state = &args.state;
    if state.snapshot.is_some() || state.tag.is_some() || state.timestamp.is_some() {
        return Err(Failure::usage(format!("time travel does not go with the system table ${name}")));
    }
    let progress = Progress::start(&format!("reading ${name}"));
    let (fields, mut batch) = system::read(table, name).await?;
    progress.finish();
    if let Some(text) = &args.filter {
        let filter = predicate::parse(text, &fields).map_err(|error| Failure::argument("--where", error))?;
        batch = filter_record_batch(&batch, &filter.evaluate(&batch)?)
            .map_err(|error| Failure::error(format!("--where: {error}")))?;
    }
    let batch = batch.slice(0, batch.num_rows().min(args.limit.unwrap_or(usize::MAX)));
    let (fields, batch) = project(fields, batch, &args.columns)?;
    output::print(&args.output, &fields, &batch)
}

fn project(fields: Vec<DataField>, batch: RecordBatch, names: &[String]) -> Result<(Vec<DataField>, RecordBatch)> {
    if names.is_empty() {
        return Ok((fields, batch));
    }
    let place = |name: &String| {
        fields.iter().position(|field| field.name == name.trim()).ok_or_else(|| {
            let known = fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            Failure::usage(format!("--columns: no column {name:?}; there are {known}"))
        })
    };
    let places = names.iter().map(place).collect::<Result<Vec<_>>>()?;
    let batch = batch.project(&places).map_err(|error| Failure::error(error.to_string()))?;
    Ok((places.iter().filter_map(|place| fields.get(*place).cloned()).collect(), batch))
}
