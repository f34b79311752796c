//! Files to load, as batches of the table's columns.
//!
//! ```text
//! csv, ndjson   text cells -> column builders -> batch       errors name the line
//! parquet, arrow   batches -> renamed, cast, filled up       errors name the column
//! ```

mod arrow;
mod column;
mod columnar;
mod csv;
mod csv_record;
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

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, RowKind};

use crate::{
    cli::InputFormat,
    error::{Failure, Result},
    progress::Progress,
};

/// What to load and how.
#[derive(Debug)]
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
    /// The next batch, never empty; `None` at the end.
    fn next_batch(&mut self) -> Result<Option<InputBatch>>;
}

/// Opens a file to load; `progress` counts the bytes that are read.
pub(crate) fn open(options: InputOptions, progress: &Progress) -> Result<Box<dyn Source>> {
    Ok(match options.format {
        InputFormat::Csv => Box::new(csv::CsvSource::open(text(&options, progress)?, options)?),
        InputFormat::Ndjson => Box::new(ndjson::NdjsonSource::open(text(&options, progress)?, options)?),
        InputFormat::Parquet => Box::new(parquet::open(options)?),
        InputFormat::Arrow => Box::new(arrow::open(options)?),
        InputFormat::Avro => {
            return Err(Failure::error("unsupported: loading Avro files is not there yet")
                .hint("convert the file to Parquet, NDJSON or CSV first"));
        }
    })
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
                .hint("pass --format csv, ndjson, parquet or arrow"));
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
