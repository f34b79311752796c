//! `cenote read 'db.t$files'` and `cenote read sys.tables`

use arrow_array::RecordBatch;
use arrow_select::filter::filter_record_batch;
use cenote_core::{predicate, system, table::Table, types::DataField};

use crate::{
    cli::ReadArgs,
    error::{Failure, Result},
    output,
    progress::Progress,
    session::Session,
};

/// Prints the rows of a system table.
pub(super) async fn run(table: &Table, name: &str, args: &ReadArgs) -> Result<()> {
    refuse_time_travel(&format!("${name}"), args)?;
    let progress = Progress::start(&format!("reading ${name}"));
    let (fields, batch) = system::read(table, name).await?;
    progress.finish();
    print(fields, batch, args)
}

/// Prints the rows of a table of the database `sys`.
pub(super) async fn run_global(session: &Session, name: &str, args: &ReadArgs) -> Result<()> {
    refuse_time_travel(&format!("sys.{name}"), args)?;
    let progress = Progress::start(&format!("reading sys.{name}"));
    let (fields, batch) = session.catalog()?.read_global_table(name, &session.catalog_options()?).await?;
    progress.finish();
    print(fields, batch, args)
}

fn refuse_time_travel(name: &str, args: &ReadArgs) -> Result<()> {
    if args.incremental.is_some() || args.state.is_given() {
        return Err(Failure::usage(format!("time travel does not go with the system table {name}")));
    }
    Ok(())
}

/// Filters, limits and projects.
fn print(fields: Vec<DataField>, mut batch: RecordBatch, args: &ReadArgs) -> Result<()> {
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
