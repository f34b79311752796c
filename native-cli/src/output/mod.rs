//! Rows to standard output, in the format that was asked for.
//!
//! Every command that prints rows prints Arrow batches of Paimon types, so that each format works for each command.
//! Commands that print one thing (a snapshot, a plan) print a [`document`].

mod arrow;
mod csv;
pub(crate) mod document;
mod json;
mod listing;
mod ndjson;
mod parquet;
mod table;

use std::io::{self, BufWriter, IsTerminal, Stdout, Write, stdout};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use cenote_core::types::DataField;

use crate::{
    cli::{OutputArgs, OutputFormat},
    error::{Failure, Result},
};

pub(crate) use listing::Listing;

/// Standard output, written in large pieces.
pub(crate) type Output = BufWriter<Stdout>;

/// Whether a sink wants more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Yes.
    More,
    /// What follows would not be shown: reading can stop.
    Enough,
}

/// Takes batches and prints them.
pub(crate) trait RowSink {
    /// Takes a batch; prints it at once or at the end.
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow>;

    /// Prints what is left.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Standard output.
pub(crate) fn standard_output() -> Output {
    BufWriter::with_capacity(1 << 16, stdout())
}

/// The format, with `auto` decided.
pub(crate) fn resolve(format: OutputFormat) -> OutputFormat {
    match format {
        OutputFormat::Auto if stdout().is_terminal() => OutputFormat::Table,
        OutputFormat::Auto => OutputFormat::Ndjson,
        other => other,
    }
}

/// A sink for rows of these columns.
pub(crate) fn open(args: &OutputArgs, fields: &[DataField]) -> Result<Box<dyn RowSink>> {
    let output = standard_output();
    let fields = fields.to_vec();
    Ok(match resolve(args.output) {
        OutputFormat::Auto | OutputFormat::Ndjson => Box::new(ndjson::NdjsonSink::new(output, fields)),
        OutputFormat::Json => Box::new(json::JsonSink::new(output, fields)),
        OutputFormat::Csv => Box::new(csv::CsvSink::new(output, fields)?),
        OutputFormat::Table => Box::new(table::TableSink::new(output, fields, args.max_rows)),
        OutputFormat::Arrow => {
            refuse_terminal("arrow")?;
            Box::new(arrow::ArrowSink::new(output, &fields)?)
        }
        OutputFormat::Parquet => {
            refuse_terminal("parquet")?;
            Box::new(parquet::ParquetSink::new(output, &fields)?)
        }
    })
}

/// Prints a batch in one go.
pub(crate) fn print(args: &OutputArgs, fields: &[DataField], batch: &RecordBatch) -> Result<()> {
    let mut sink = open(args, fields)?;
    sink.write(batch)?;
    sink.finish()
}

/// Binary data on a terminal helps nobody.
fn refuse_terminal(format: &str) -> Result<()> {
    if stdout().is_terminal() {
        return Err(Failure::usage(format!("-o {format} is binary and standard output is a terminal"))
            .hint(format!("send it to a file: … -o {format} > rows.{format}")));
    }
    Ok(())
}

fn write_all(output: &mut impl Write, bytes: &[u8]) -> Result<()> {
    output.write_all(bytes).map_err(|error| Failure::output(&error))
}

fn flush(output: &mut impl Write) -> Result<()> {
    output.flush().map_err(|error| Failure::output(&error))
}

/// An error of an Arrow or Parquet writer: mostly a closed pipe.
fn arrow_failure(error: ArrowError) -> Failure {
    match error {
        ArrowError::IoError(_, error) => Failure::output(&error),
        other => Failure::error(format!("cannot write the output: {other}")),
    }
}

/// Finds the input or output error inside another error.
fn io_cause<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<io::Error>() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
