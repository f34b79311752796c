//! What JavaScript hands over to be written, as batches with the kinds of their rows.

use std::io::Cursor;

use arrow_array::{Array, RecordBatch, cast::AsArray};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::ArrowError;
use cenote_core::{
    Error, Result,
    spec::table_schema::TableSchema,
    table::Table,
    types::{DataField, RowKind, json_datums::batch_from_json_columns},
};

use crate::json::from_text;

/// How the file format begins; the stream format has no magic.
const FILE_MAGIC: &[u8] = b"ARROW1";

/// Column of a batch with the kinds of its rows.
const ROW_KIND: &str = "_rowkind";

/// Rows to be written.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) batch: RecordBatch,
    pub(super) kinds: Option<Vec<RowKind>>,
}

/// Columns of JSON cells: `names` is a list of columns, `cells` a list of lists of cells, `kinds` two characters a row.
///
/// Errors: `Invalid`, with column and row where a cell is no value of its type.
pub(super) fn of_json(
    schema: &TableSchema,
    names: &str,
    cells: &str,
    rows: usize,
    kinds: Option<&str>,
) -> Result<Rows> {
    let names: Vec<String> = from_text(names)?;
    let fields = names.iter().map(|name| column(schema, name)).collect::<Result<Vec<_>>>()?;
    let batch = batch_from_json_columns(cells.as_bytes(), &fields, rows)?;
    let kinds = kinds.map(|text| parse_kinds(text, rows)).transpose()?;
    Ok(Rows { batch, kinds })
}

/// Batches of Arrow IPC, a stream or a file. A column `_rowkind` that the table lacks holds the kinds of the rows.
///
/// Errors: `Invalid` for other bytes.
pub(super) fn of_ipc(schema: &TableSchema, bytes: Vec<u8>) -> Result<impl Iterator<Item = Result<Rows>> + use<>> {
    let unreadable = |error: ArrowError| Error::invalid("not readable as Arrow IPC").because(error);
    let is_file = bytes.starts_with(FILE_MAGIC);
    let input = Cursor::new(bytes);
    let batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>> = match is_file {
        true => Box::new(FileReader::try_new(input, None).map_err(unreadable)?),
        false => Box::new(StreamReader::try_new(input, None).map_err(unreadable)?),
    };
    let has_own = schema.field(ROW_KIND).is_some();
    Ok(batches.map(move |batch| {
        let rows = Rows { batch: batch.map_err(unreadable)?, kinds: None };
        if has_own { Ok(rows) } else { rows.take_kinds() }
    }))
}

/// Columns that a row to be deleted by its key must have: those that find it, those that say which row wins, and those
/// that no file may lack.
pub(super) fn needed_to_delete(table: &Table) -> Vec<&str> {
    let schema = table.schema();
    let needs = |field: &&DataField| {
        let never_null = !field.data_type.nullable && field.default_value.is_none();
        never_null || schema.primary_keys.contains(&field.name) || table.options().sequence_field.contains(&field.name)
    };
    schema.fields.iter().filter(needs).map(|field| field.name.as_str()).collect()
}

impl Rows {
    /// The same rows, to be deleted by their keys. Errors: `Invalid` where a column is missing that this needs.
    pub(super) fn marked_deleted(mut self, table: &Table) -> Result<Self> {
        for name in needed_to_delete(table) {
            let wrong = || Error::invalid("the row to delete must have this column").with("column", name);
            let column = self.batch.column_by_name(name).ok_or_else(wrong)?;
            if let Some(row) = (0..column.len()).find(|row| column.is_null(*row)) {
                return Err(wrong().with("row", row));
            }
        }
        self.kinds = Some(vec![RowKind::Delete; self.batch.num_rows()]);
        Ok(self)
    }

    fn take_kinds(mut self) -> Result<Self> {
        let Ok(place) = self.batch.schema().index_of(ROW_KIND) else { return Ok(self) };
        let column = self.batch.remove_column(place);
        let wrong = |problem: String| Error::invalid(problem).with("column", ROW_KIND);
        let text = arrow_select::concat::concat(&[&column])?;
        let text = text.as_string_opt::<i32>().ok_or_else(|| {
            wrong(format!("expected row kinds as text, found a column of Arrow type {}", column.data_type()))
        })?;
        let kind = |(row, text): (usize, Option<&str>)| {
            let kind = RowKind::parse(text.unwrap_or("null"));
            kind.map_err(|error| wrong(error.message().to_owned()).with("row", row))
        };
        self.kinds = Some(text.iter().enumerate().map(kind).collect::<Result<_>>()?);
        Ok(self)
    }
}

fn column(schema: &TableSchema, name: &str) -> Result<DataField> {
    schema.field(name).cloned().ok_or_else(|| Error::invalid(format!("the table has no column {name:?}")))
}

fn parse_kinds(text: &str, rows: usize) -> Result<Vec<RowKind>> {
    let pairs = text.as_bytes().chunks(2).map(|pair| RowKind::parse(std::str::from_utf8(pair).unwrap_or_default()));
    let kinds = pairs.collect::<Result<Vec<_>>>()?;
    match kinds.len() == rows {
        true => Ok(kinds),
        false => Err(Error::invalid(format!("expected {rows} row kinds, found {}", kinds.len()))),
    }
}
