//! Collects cells into batches of the table's columns: shared by the text formats.

use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_select::filter::filter;
use cenote_core::types::{RowKind, TypeKind, arrow};
use serde_json::Value;

use super::{InputBatch, InputOptions, bad_rows::Problem, column::ColumnBuilder, is_stdin};
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
    /// Given as null.
    Null,
    /// Not given: the column's default, or null.
    Missing,
}

/// A batch in the making.
#[derive(Debug)]
pub(super) struct RowCollector {
    options: InputOptions,
    columns: Vec<ColumnBuilder>,
    kinds: Option<Vec<RowKind>>,
    rows: usize,
    /// Rows that are not in the batch.
    abandoned: Vec<usize>,
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
        Ok(RowCollector { options, columns, kinds, rows: 0, abandoned: Vec::new() })
    }

    /// What was asked for.
    pub(super) fn options(&self) -> &InputOptions {
        &self.options
    }

    /// Whether arrays and objects become texts in this column: a table that follows its input has no types for them.
    pub(super) fn takes_nested_as_text(&self, column: usize) -> bool {
        let kind = self.options.fields.get(column).map(|field| &field.data_type.kind);
        self.options.nested_as_text && kind == Some(&TypeKind::STRING)
    }

    /// Adds a cell of the table column `column`. Errors: what is wrong with it; then [`RowCollector::abandon`] the row.
    pub(super) fn push(&mut self, column: usize, cell: Cell<'_>) -> Result<(), Problem> {
        let (Some(builder), Some(field)) = (self.columns.get_mut(column), self.options.fields.get(column)) else {
            return Ok(());
        };
        let pushed = match (cell, &field.default_value) {
            (Cell::Text(text), _) => builder.push_text(text),
            (Cell::Json(value), _) => builder.push_json(value),
            (Cell::Missing, Some(default)) => builder.push_default(default),
            // The engine puts defaults for nulls, where null is allowed.
            (Cell::Missing | Cell::Null, _) => builder.push_null(),
        };
        pushed.map_err(|problem| {
            let found = match cell {
                Cell::Text(text) => format!(", found {:?}", shortened(text)),
                Cell::Json(value) => format!(", found {}", shortened(&value.to_string())),
                Cell::Missing | Cell::Null => String::new(),
            };
            format!("column {:?}: {problem}{found}", field.name).into()
        })
    }

    /// Notes the kind of the row.
    pub(super) fn push_kind(&mut self, text: Option<&str>) -> Result<(), Problem> {
        let Some(kinds) = &mut self.kinds else { return Ok(()) };
        let name = self.options.rowkind_field.as_deref().unwrap_or_default();
        let kind = match text {
            Some(text) => RowKind::parse(text).map_err(|error| error.message().to_owned()),
            None => Err("expected a row kind +I, -U, +U or -D, found null".to_owned()),
        };
        kinds.push(kind.map_err(|error| format!("column {name:?}: {error}"))?);
        Ok(())
    }

    /// Ends a row in the middle: what was pushed of it will not be in the batch.
    pub(super) fn abandon(&mut self) {
        self.columns.iter_mut().for_each(|column| column.fill_up_to(self.rows + 1));
        if let Some(kinds) = &mut self.kinds {
            kinds.truncate(self.rows);
            kinds.push(RowKind::Insert);
        }
        self.abandoned.push(self.rows);
        self.rows += 1;
    }

    /// Ends a row; true when the batch is full.
    pub(super) fn end_row(&mut self) -> bool {
        self.rows += 1;
        self.rows >= self.options.batch_rows
    }

    /// The batch, `None` where it has no rows; collecting starts anew.
    pub(super) fn take(&mut self) -> Result<Option<InputBatch>> {
        let (rows, abandoned) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.abandoned));
        if rows == 0 {
            return Ok(None);
        }
        let internal = |error: String| Failure::error(format!("internal: a column was built wrong: {error}"));
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect::<Result<Vec<ArrayRef>, String>>();
        let mut arrays = arrays.map_err(internal)?;
        let mut kinds = self.kinds.as_mut().map(std::mem::take);
        if !abandoned.is_empty() {
            let mut kept = vec![true; rows];
            abandoned.iter().filter_map(|row| kept.get_mut(*row).map(|kept| *kept = false)).for_each(drop);
            if let Some(kinds) = &mut kinds {
                let mut keeps = kept.iter();
                kinds.retain(|_| keeps.next().is_some_and(|kept| *kept));
            }
            let mask = BooleanArray::from(kept);
            let filtered = arrays.iter().map(|array| filter(array, &mask).map_err(|error| internal(error.to_string())));
            arrays = filtered.collect::<Result<_>>()?;
            if mask.true_count() == 0 {
                return Ok(Some(InputBatch {
                    batch: RecordBatch::new_empty(arrow::schema(&self.options.fields)),
                    kinds,
                }));
            }
        }
        let batch = RecordBatch::try_new(arrow::schema(&self.options.fields), arrays)
            .map_err(|error| internal(error.to_string()))?;
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
            let Problem { text, hint } = self.unknown_name(unknown);
            return Err(Failure::error(format!("{}: {text}", self.display_name())).hint(hint.unwrap_or_default()));
        }
        let origin = |name: &String| match self.constants.get(name) {
            Some(text) => Origin::Constant(text.clone()),
            None => names.iter().position(|other| other == name).map_or(Origin::Missing, Origin::Input),
        };
        Ok(self.fields.iter().map(|field| origin(&field.name)).collect())
    }

    /// The input has a column that the table lacks.
    pub(super) fn unknown_name(&self, name: &str) -> Problem {
        let columns = self.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
        let hint = "rename the column, pass --ignore-unknown to leave it out, or --evolve to add it to the table";
        Problem { text: format!("the table has no column {name:?}; its columns: {columns}"), hint: Some(hint.into()) }
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
