//! The files that the demo loads, as batches of a table's columns.

use std::{
    collections::{BTreeMap, VecDeque},
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{Array, BooleanArray, Int32Array, RecordBatch, new_null_array};
use arrow_select::filter::filter_record_batch;
use cenote_core::{
    table::Table,
    types::{DataField, RowKind},
};

use crate::{
    cli::InputFormat,
    error::{Failure, Result},
    input::{self, InputBatch, InputOptions, OnError, Source},
    progress::Progress,
};

/// The folder with the files: the one that was named, else `examples/data/nycflights13` in the working folder or above
/// it or above the binary. Errors: not found.
pub(super) fn folder(named: Option<&Path>) -> Result<PathBuf> {
    let is_there = |folder: &PathBuf| folder.join("flights.parquet").is_file();
    if let Some(folder) = named.map(Path::to_owned) {
        return Some(folder.clone())
            .filter(is_there)
            .ok_or_else(|| Failure::not_found(format!("{}: no flights.parquet there", folder.display())));
    }
    let here = env::current_dir().unwrap_or_default();
    let binary = env::current_exe().unwrap_or_default();
    let mut folders = here.ancestors().chain(binary.ancestors()).map(|folder| folder.join(FOLDER));
    folders.find(is_there).ok_or_else(|| {
        Failure::not_found(format!("the demo's data ({FOLDER}) is neither here nor near the binary"))
            .hint("run it in a checkout of cenote, or name the folder with --data")
    })
}

const FOLDER: &str = "examples/data/nycflights13";

/// All rows of a file with the columns `fields`; columns that are not among them are left out.
pub(super) fn read(file: &Path, fields: &[DataField]) -> Result<Vec<RecordBatch>> {
    let options = InputOptions {
        file: file.to_owned(),
        format: if file.extension().is_some_and(|extension| extension == "csv") {
            InputFormat::Csv
        } else {
            InputFormat::Parquet
        },
        fields: fields.to_vec(),
        constants: BTreeMap::new(),
        rowkind_field: None,
        null_value: String::new(),
        delimiter: b',',
        ignore_unknown: true,
        batch_rows: 65_536,
        nested_as_text: false,
        on_error: OnError::Fail,
    };
    let mut source = input::open(options, &Progress::silent())?;
    let mut batches = Vec::new();
    while let Some(input) = source.next_batch()? {
        batches.push(input.batch);
    }
    Ok(batches)
}

/// The rows whose INT column `name` has a value that is wanted; null is not.
pub(super) fn rows_where(batch: &RecordBatch, name: &str, wanted: impl Fn(i32) -> bool) -> Result<RecordBatch> {
    let mask = integers(batch, name)?.iter().map(|value| Some(value.is_some_and(&wanted))).collect();
    filtered(batch, &mask)
}

/// The rows whose column `name` is null.
pub(super) fn rows_without(batch: &RecordBatch, name: &str) -> Result<RecordBatch> {
    let column = integers(batch, name)?;
    filtered(batch, &(0..column.len()).map(|row| Some(column.is_null(row))).collect())
}

/// The batch with null in these columns.
pub(super) fn without_values(batch: &RecordBatch, names: &[&str]) -> Result<RecordBatch> {
    let schema = batch.schema();
    let column = |(field, column): (&arrow_schema::FieldRef, &Arc<dyn Array>)| match field.name().as_str() {
        name if names.contains(&name) => new_null_array(field.data_type(), batch.num_rows()),
        _ => Arc::clone(column),
    };
    let columns = schema.fields().iter().zip(batch.columns()).map(column).collect();
    RecordBatch::try_new(Arc::clone(&schema), columns).map_err(wrong)
}

fn integers<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int32Array> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref());
    column.ok_or_else(|| Failure::error(format!("the demo's data has no INT column {name:?}")))
}

fn filtered(batch: &RecordBatch, mask: &BooleanArray) -> Result<RecordBatch> {
    filter_record_batch(batch, mask).map_err(wrong)
}

fn wrong(error: arrow_schema::ArrowError) -> Failure {
    Failure::error(format!("the demo's data cannot be prepared: {error}"))
}

/// Batches that are there already.
#[derive(Debug, Default)]
pub(super) struct Batches(VecDeque<InputBatch>);

impl Batches {
    /// Adds rows of one kind.
    pub(super) fn push(&mut self, batch: RecordBatch, kind: RowKind) {
        if batch.num_rows() > 0 {
            let kinds = (kind != RowKind::Insert).then(|| vec![kind; batch.num_rows()]);
            self.0.push_back(InputBatch { batch, kinds });
        }
    }

    /// Commits them to `table` as one snapshot.
    pub(super) async fn commit(self, table: &Table, progress: &Progress) -> Result<()> {
        crate::commands::load(table, Box::new(self), None, progress).await.map(|_| ())
    }
}

impl Source for Batches {
    fn next_batch(&mut self) -> Result<Option<InputBatch>> {
        Ok(self.0.pop_front())
    }
}
