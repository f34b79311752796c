//! Files to load, as batches of the table's columns.
//!
//! ```text
//! csv, ndjson            text cells -> column builders -> batch    errors name line and column
//! parquet, arrow, avro   batches -> columns of the table            errors name row and column
//! ```
//!
//! Bad rows go to [`bad_rows`]: stop, leave out, or keep in a file. Memory is bounded by a batch and the longest line.

mod arrow;
mod arrow_types;
mod avro;
mod avro_schema;
mod bad_rows;
mod column;
mod columnar;
mod csv;
mod csv_record;
mod json_line;
mod ndjson;
mod parquet;
mod rows;
mod scalar;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read, stdin},
    path::{Path, PathBuf},
};

pub(crate) use bad_rows::OnError;

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, DataType, RowKind, TypeKind};

use crate::{
    cli::InputFormat,
    error::{Failure, Result},
    progress::Progress,
};

/// What to load and how.
#[derive(Clone, Debug)]
pub(crate) struct InputOptions {
    /// The file; `-` is standard input.
    pub(crate) file: PathBuf,
    /// Its format.
    pub(crate) format: InputFormat,
    /// Columns of the table.
    pub(crate) fields: Vec<DataField>,
    /// Columns with one value for every row, as text.
    pub(crate) constants: BTreeMap<String, String>,
    /// Column of the input with the kind of each row.
    pub(crate) rowkind_field: Option<String>,
    /// Text of a CSV field that means null.
    pub(crate) null_value: String,
    /// Delimiter of CSV fields.
    pub(crate) delimiter: u8,
    /// Leave out columns that the table lacks.
    pub(crate) ignore_unknown: bool,
    /// Rows in a batch.
    pub(crate) batch_rows: usize,
    /// Take JSON arrays and objects for columns of texts, as JSON.
    pub(crate) nested_as_text: bool,
    /// What to do with rows that are no rows of the table.
    pub(crate) on_error: OnError,
}

/// Rows in the columns of the table.
#[derive(Debug)]
pub(crate) struct InputBatch {
    /// The columns.
    pub(crate) batch: RecordBatch,
    /// Kinds of the rows, where the input says them.
    pub(crate) kinds: Option<Vec<RowKind>>,
}

/// Rows of a file, a batch at a time. Reading blocks.
pub(crate) trait Source {
    /// The next batch; `None` at the end.
    fn next_batch(&mut self) -> Result<Option<InputBatch>>;

    /// Once the rows are committed: keeps the file of bad rows, and gives the number of rows that were left out. A source
    /// that goes away without this takes that file with it.
    fn finish(&mut self) -> Result<u64> {
        Ok(0)
    }
}

/// Opens a file to load; `progress` counts the bytes that are read.
pub(crate) fn open(options: InputOptions, progress: &Progress) -> Result<Box<dyn Source>> {
    Ok(match options.format {
        InputFormat::Csv => Box::new(csv::CsvSource::open(text(&options, progress)?, options)?),
        InputFormat::Ndjson => Box::new(ndjson::NdjsonSource::open(text(&options, progress)?, options)?),
        InputFormat::Parquet => Box::new(parquet::open(options)?),
        InputFormat::Arrow => Box::new(arrow::open(options)?),
        InputFormat::Avro => Box::new(avro::open(options)?),
    })
}

/// The columns of a file, for a table that is to follow it: texts for the columns of CSV and NDJSON that the table lacks.
/// NDJSON is read as a whole. Errors: standard input, which can be read only once.
pub(crate) fn columns(options: &InputOptions) -> Result<Vec<DataField>> {
    if is_stdin(&options.file) {
        return Err(
            Failure::usage("--evolve needs a file that can be read twice").hint("save standard input to a file")
        );
    }
    let text_of = |names: Vec<String>| {
        let column = |name: String| {
            let known = options.fields.iter().find(|field| field.name == name);
            known.cloned().unwrap_or_else(|| DataField::new(0, name, DataType::nullable(TypeKind::STRING)))
        };
        names.into_iter().map(column).collect::<Vec<_>>()
    };
    let progress = Progress::silent();
    let mut columns = match options.format {
        InputFormat::Csv => text_of(csv::names(text(options, &progress)?, options)?),
        InputFormat::Ndjson => text_of(ndjson::names(text(options, &progress)?, options)?),
        InputFormat::Parquet => arrow_types::fields(parquet::schema(options)?.as_ref()),
        InputFormat::Arrow => arrow_types::fields(arrow::schema(options)?.as_ref()),
        InputFormat::Avro => avro::columns(options)?,
    };
    columns.retain(|column| options.rowkind_field.as_ref() != Some(&column.name));
    Ok(columns)
}

/// The format that the name of a file says. Errors: usage, where it says none.
pub(crate) fn format_of(file: &Path) -> Result<InputFormat> {
    if is_stdin(file) {
        return Err(Failure::usage("--format is needed to read standard input").hint("for example: --format csv"));
    }
    let extension = file.extension().and_then(|text| text.to_str()).unwrap_or_default().to_ascii_lowercase();
    Ok(match extension.as_str() {
        "csv" | "tsv" => InputFormat::Csv,
        "ndjson" | "jsonl" | "json" => InputFormat::Ndjson,
        "parquet" => InputFormat::Parquet,
        "arrow" | "ipc" | "feather" | "arrows" => InputFormat::Arrow,
        "avro" => InputFormat::Avro,
        _ => {
            return Err(Failure::usage(format!("{}: the extension does not say the format", file.display()))
                .hint("pass --format csv, ndjson, parquet, arrow or avro"));
        }
    })
}

/// Whether the file is standard input.
pub(crate) fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Bytes of a file or of standard input, counted.
fn text(options: &InputOptions, progress: &Progress) -> Result<Box<dyn BufRead>> {
    const BUFFER: usize = 1 << 18;
    let reader: Box<dyn Read> = if is_stdin(&options.file) {
        Box::new(stdin())
    } else {
        let file = regular_file(&options.file)?;
        if let Ok(metadata) = file.metadata() {
            progress.expect_bytes(metadata.len());
        }
        Box::new(file)
    };
    Ok(Box::new(BufReader::with_capacity(BUFFER, progress.count_bytes(reader))))
}

/// Opens a file that is not a folder.
fn regular_file(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| Failure::file(path.display(), &error))?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            Err(Failure::error(format!("{} is a folder, expected a file", path.display())))
        }
        _ => Ok(file),
    }
}
