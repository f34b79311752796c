//! Collects cells into batches of the table's columns: shared by the text formats.

use arrow_array::{ArrayRef, RecordBatch};
use cenote_core::types::{RowKind, arrow};
use serde_json::Value;

use super::{InputBatch, InputOptions, column::ColumnBuilder, is_stdin};
use crate::error::{Failure, Result};

/// Where the cells of a table column come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The same text for every row.
    Constant(String),
    /// The column of the input with this position.
    Input(usize),
    /// Nowhere: the column's default, or null.
    Missing,
}

/// One value of the input.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    /// As text.
    Text(&'a str),
    /// As JSON.
    Json(&'a Value),
    /// Not given.
    Null,
}

/// A batch in the making.
#[derive(Debug)]
pub(super) struct RowCollector {
    options: InputOptions,
    columns: Vec<ColumnBuilder>,
    kinds: Option<Vec<RowKind>>,
    rows: usize,
}

impl RowCollector {
    /// An empty batch. Errors: columns that cannot be loaded from text.
    pub(super) fn new(options: InputOptions) -> Result<Self> {
        let column = |field: &cenote_core::types::DataField| {
            ColumnBuilder::new(&field.data_type)
                .map_err(|error| Failure::error(format!("unsupported: column {:?}: {error}", field.name)))
        };
        let columns = options.fields.iter().map(column).collect::<Result<_>>()?;
        let kinds = options.rowkind_field.is_some().then(Vec::new);
        Ok(RowCollector { options, columns, kinds, rows: 0 })
    }

    /// What was asked for.
    pub(super) fn options(&self) -> &InputOptions {
        &self.options
    }

    /// Adds a cell of the table column `column`.
    pub(super) fn push(&mut self, column: usize, cell: Cell<'_>, line: u64) -> Result<()> {
        let (Some(builder), Some(field)) = (self.columns.get_mut(column), self.options.fields.get(column)) else {
            return Ok(());
        };
        let pushed = match (cell, &field.default_value) {
            (Cell::Text(text), _) => builder.push_text(text),
            (Cell::Json(Value::Null) | Cell::Null, Some(default)) => builder.push_text(default),
            (Cell::Json(value), _) => builder.push_json(value),
            (Cell::Null, None) => builder.push_null(),
        };
        pushed.map_err(|problem| {
            let found = match cell {
                Cell::Text(text) => format!(", found {:?}", shortened(text)),
                Cell::Json(Value::Null) | Cell::Null => String::new(),
                Cell::Json(value) => format!(", found {}", shortened(&value.to_string())),
            };
            self.options.error_at(line, &format!("column {:?}: {problem}{found}", field.name))
        })
    }

    /// Notes the kind of the row.
    pub(super) fn push_kind(&mut self, text: Option<&str>, line: u64) -> Result<()> {
        let Some(kinds) = &mut self.kinds else { return Ok(()) };
        let name = self.options.rowkind_field.as_deref().unwrap_or_default();
        let kind = match text {
            Some(text) => RowKind::parse(text).map_err(|error| error.message().to_owned()),
            None => Err("expected a row kind +I, -U, +U or -D, found null".to_owned()),
        };
        kinds.push(kind.map_err(|error| self.options.error_at(line, &format!("column {name:?}: {error}")))?);
        Ok(())
    }

    /// Ends a row; true when the batch is full.
    pub(super) fn end_row(&mut self) -> bool {
        self.rows += 1;
        self.rows >= self.options.batch_rows
    }

    /// The batch, `None` where it has no rows; collecting starts anew.
    pub(super) fn take(&mut self) -> Result<Option<InputBatch>> {
        if self.rows == 0 {
            return Ok(None);
        }
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect::<Result<Vec<ArrayRef>, String>>();
        let arrays = arrays.map_err(|error| Failure::error(format!("internal: a column was built wrong: {error}")))?;
        let batch = RecordBatch::try_new(arrow::schema(&self.options.fields), arrays)
            .map_err(|error| Failure::error(format!("internal: a batch was built wrong: {error}")))?;
        let kinds = self.kinds.as_mut().map(std::mem::take);
        Ok(Some(InputBatch { batch, kinds }))
    }
}

impl InputOptions {
    /// What errors call the input.
    pub(super) fn display_name(&self) -> String {
        if is_stdin(&self.file) { "standard input".into() } else { self.file.display().to_string() }
    }

    /// An error about a line of the input.
    pub(super) fn error_at(&self, line: u64, problem: &str) -> Failure {
        Failure::error(format!("{}, line {line}: {problem}", self.display_name()))
            .hint("nothing was written; mend the line and run the command again")
    }

    /// Where the cells of each table column come from, given the names of the input's columns. Errors: names that the
    /// table lacks, unless they are to be left out; a row kind column that is not there.
    pub(super) fn origins(&self, names: &[String]) -> Result<Vec<Origin>> {
        if let Some(kind) = &self.rowkind_field
            && !names.contains(kind)
        {
            return Err(self.no_such_input_column(kind, names));
        }
        let known = |name: &String| {
            self.fields.iter().any(|field| field.name == *name) || self.rowkind_field.as_ref() == Some(name)
        };
        if let Some(unknown) = names.iter().find(|name| !known(name))
            && !self.ignore_unknown
        {
            return Err(self.unknown_column(unknown, None));
        }
        let origin = |name: &String| match self.constants.get(name) {
            Some(text) => Origin::Constant(text.clone()),
            None => names.iter().position(|other| other == name).map_or(Origin::Missing, Origin::Input),
        };
        Ok(self.fields.iter().map(|field| origin(&field.name)).collect())
    }

    /// The input has a column that the table lacks.
    pub(super) fn unknown_column(&self, name: &str, line: Option<u64>) -> Failure {
        let place = line.map(|line| format!(", line {line}")).unwrap_or_default();
        let columns = self.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        let input = self.display_name();
        Failure::error(format!("{input}{place}: the table has no column {name:?}; its columns: {columns}"))
            .hint("rename the column, pass --ignore-unknown to leave it out, or add it with `cenote schema add-column`")
    }

    fn no_such_input_column(&self, name: &str, names: &[String]) -> Failure {
        Failure::error(format!(
            "{}: the input has no column {name:?} for the row kind; its columns: {}",
            self.display_name(),
            names.join(", ")
        ))
    }
}

/// The beginning of a long text, for messages.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
