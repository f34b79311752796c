//! Updates the rows that match a filter.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::{
    expression::{Expression, ScopeColumn, assign},
    row_change::{self, ChangeReport, Decision, RowChange},
    rules::{check_changeable, check_updatable},
};
use crate::{
    error::{Error, Result},
    predicate::{Predicate, Tokens},
    table::Table,
    types::{self, DataField},
};

/// `column = expression` over the columns of a table.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// Place of the column.
    place: usize,
    name: String,
    value: Expression,
}

impl Assignment {
    /// Parses `a = expression, b = expression, …` over `fields`.
    ///
    /// Errors: `Invalid` with the position for unknown columns, a column twice, and values that cannot be cast to the type
    /// of their column.
    pub fn parse_list(text: &str, fields: &[DataField]) -> Result<Vec<Assignment>> {
        let scope = scope_of(fields, &[]);
        let mut tokens = Tokens::new(text, "the end")?;
        let assignments = parse_assignments(&mut tokens, fields, &scope)?;
        tokens.expect_end()?;
        Ok(assignments)
    }

    /// Name of the column.
    pub fn column(&self) -> &str {
        &self.name
    }

    pub(super) fn place(&self) -> usize {
        self.place
    }

    pub(super) fn value(&self) -> &Expression {
        &self.value
    }

    pub(super) fn new(place: usize, field: &DataField, value: Expression) -> Result<Self> {
        let value = assign(value, &field.data_type).map_err(|error| error.with("column", &field.name))?;
        Ok(Assignment { place, name: field.name.clone(), value })
    }
}

/// The columns of a table as a scope.
pub(super) fn scope_of(fields: &[DataField], tables: &[String]) -> Vec<ScopeColumn> {
    let column = |field: &DataField| ScopeColumn {
        tables: tables.to_vec(),
        name: field.name.clone(),
        data_type: field.data_type.clone(),
    };
    fields.iter().map(column).collect()
}

/// Assignments to columns of `fields` (which a table's name may stand before) with values over `scope`.
pub(super) fn parse_assignments(
    tokens: &mut Tokens<'_>,
    fields: &[DataField],
    scope: &[ScopeColumn],
) -> Result<Vec<Assignment>> {
    let mut assignments: Vec<Assignment> = Vec::new();
    loop {
        let mut name = tokens.name()?;
        if tokens.take_symbol(".") {
            name = tokens.name()?;
        }
        let place = place_of(&name, fields)?;
        let field = fields.get(place).ok_or_else(|| Error::internal("a column out of place"))?;
        if assignments.iter().any(|assignment| assignment.place == place) {
            return Err(Error::invalid(format!("column {:?} is set twice", field.name)));
        }
        tokens.expect_symbol("=")?;
        assignments.push(Assignment::new(place, field, tokens.expression(scope)?)?);
        if !tokens.take_symbol(",") {
            return Ok(assignments);
        }
    }
}

/// The place of a column by its name, which may differ in case where that leaves one.
pub(super) fn place_of(name: &str, fields: &[DataField]) -> Result<usize> {
    if let Some(place) = fields.iter().position(|field| field.name == name) {
        return Ok(place);
    }
    let mut similar = fields.iter().enumerate().filter(|(_, field)| field.name.eq_ignore_ascii_case(name));
    match (similar.next(), similar.next()) {
        (Some((place, _)), None) => Ok(place),
        _ => {
            let known = fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
            Err(Error::invalid(format!("unknown column {name:?}, the columns are {known}")))
        }
    }
}

/// Updates the rows of the latest snapshot that match, in one commit; `dry_run` only counts.
///
/// Tables with a primary key get the new rows as `+U`; append tables lose the old ones by deletion vectors or by rewriting
/// their files, and get the new ones. All values are computed from the old row.
///
/// Errors: `Unsupported` for kinds of tables that take no updates; `Invalid` for columns of a primary key, for values that
/// do not fit and for null in a NOT NULL column; `Conflict` where others rewrote the files again and again.
pub async fn update_where(
    table: &Table,
    assignments: Vec<Assignment>,
    predicate: Predicate,
    dry_run: bool,
) -> Result<ChangeReport> {
    check_changeable(table, true)?;
    check_updatable(table, assignments.iter().map(Assignment::column))?;
    if assignments.is_empty() {
        return Err(Error::invalid("expected a column to set").at(table.name()));
    }
    let fields = table.schema().fields.clone();
    row_change::run(table, &mut Update { fields, assignments, predicate }, dry_run).await
}

struct Update {
    fields: Vec<DataField>,
    assignments: Vec<Assignment>,
    predicate: Predicate,
}

impl RowChange for Update {
    fn operation(&self) -> &'static str {
        "UPDATE"
    }

    fn filter(&self) -> Predicate {
        self.predicate.clone()
    }

    fn deciding_columns(&self) -> Vec<String> {
        self.predicate.columns().iter().map(|column| column.name.clone()).collect()
    }

    fn decide(&mut self, rows: &RecordBatch) -> Result<Decision> {
        Ok(Decision::update(self.predicate.evaluate(rows)?.values().clone()))
    }

    fn update(&mut self, rows: &RecordBatch) -> Result<RecordBatch> {
        let column = |place: usize| {
            let field = self.fields.get(place).and_then(|field| rows.column_by_name(&field.name));
            field.cloned().ok_or_else(|| Error::internal("a column is missing in rows to update"))
        };
        let assigned = |place: usize| self.assignments.iter().find(|assignment| assignment.place == place);
        let mut columns = Vec::with_capacity(self.fields.len());
        for place in 0..self.fields.len() {
            columns.push(match assigned(place) {
                Some(assignment) => assignment.value.evaluate(&column, rows.num_rows())?,
                None => column(place)?,
            });
        }
        table_batch(&self.fields, columns, rows.num_rows())
    }
}

/// Rows of a table. Columns are nullable: the writer says which null it does not take.
pub(super) fn table_batch(
    fields: &[DataField],
    columns: Vec<arrow_array::ArrayRef>,
    rows: usize,
) -> Result<RecordBatch> {
    let schema = arrow_schema::Schema::new(
        fields.iter().map(|field| types::arrow::field(field).with_nullable(true)).collect::<Vec<_>>(),
    );
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::new(schema), columns, &options)?)
}
