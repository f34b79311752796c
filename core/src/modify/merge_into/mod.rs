//! Merges a source into a table (Spark `MERGE INTO`).
//!
//! ```text
//! source, in memory ── hash table over the equal columns ◀── probe ── rows of the table, streamed
//!    matched pairs       → first WHEN MATCHED clause that holds:               UPDATE or DELETE
//!    rows without source → first WHEN NOT MATCHED BY SOURCE clause that holds: UPDATE or DELETE
//!    source without rows → first WHEN NOT MATCHED clause that holds:           INSERT
//! ```

mod clause;
mod join;
mod rows;

use arrow_array::RecordBatch;

use clause::{Action, Clause, Clauses};
use join::Join;
use rows::MergeRows;

use super::{
    expression::ScopeColumn,
    row_change::{self, ChangeReport},
    rules::{check_changeable, check_deletable, check_updatable},
    update::{Assignment, scope_of},
};
use crate::{
    error::{Error, Result},
    predicate::Tokens,
    table::Table,
    types::{DataField, arrow},
};

/// Bytes that the source of a merge may take in memory.
pub const MOST_SOURCE_BYTES: usize = 1 << 30;

/// A merge under construction: see [`Table::merge_into`].
#[derive(Clone, Debug)]
pub struct MergeInto {
    table: Table,
    source_fields: Vec<DataField>,
    source: Vec<RecordBatch>,
    source_bytes: usize,
    table_name: Option<String>,
    source_name: Option<String>,
    on: String,
    clauses: Vec<String>,
    dry_run: bool,
}

impl Table {
    /// Starts a merge of rows with these columns into this table.
    ///
    /// The condition [`MergeInto::on`] and at least one clause are needed. Columns are named as they are, or with a table
    /// before them: `t` or `target` (or the table's own name) and `s` or `source`.
    pub fn merge_into(&self, source_fields: Vec<DataField>) -> MergeInto {
        MergeInto {
            table: self.clone(),
            source_fields,
            source: Vec::new(),
            source_bytes: 0,
            table_name: None,
            source_name: None,
            on: String::new(),
            clauses: Vec::new(),
            dry_run: false,
        }
    }
}

impl MergeInto {
    /// Adds rows of the source; columns are matched by name. The source is held in memory.
    ///
    /// Errors: `Invalid` for a missing column or one of another type, and beyond [`MOST_SOURCE_BYTES`].
    pub fn add_source(&mut self, batch: &RecordBatch) -> Result<()> {
        let column = |field: &DataField| {
            let column = batch.column_by_name(&field.name);
            let column =
                column.ok_or_else(|| Error::invalid("the source lacks a column").with("column", &field.name))?;
            let expected = arrow::data_type(&field.data_type);
            match *column.data_type() == expected {
                true => Ok(column.clone()),
                false => Err(Error::invalid(format!("expected {expected}, found {}", column.data_type()))
                    .with("column", &field.name)),
            }
        };
        let columns = self.source_fields.iter().map(column).collect::<Result<Vec<_>>>()?;
        self.source_bytes = self.source_bytes.saturating_add(batch.get_array_memory_size());
        if self.source_bytes > MOST_SOURCE_BYTES {
            let message = format!(
                "the source of a merge is held in memory and may take {MOST_SOURCE_BYTES} bytes: merge it in parts"
            );
            return Err(Error::invalid(message).at(self.table.name()));
        }
        self.source.push(super::update::table_batch(&self.source_fields, columns, batch.num_rows())?);
        Ok(())
    }

    /// Names the tables in conditions and expressions, instead of the names that they have.
    #[must_use]
    pub fn names(mut self, table: Option<String>, source: Option<String>) -> Self {
        (self.table_name, self.source_name) = (table, source);
        self
    }

    /// Which rows belong together. At least one `table column = source column` must be among its conditions.
    #[must_use]
    pub fn on(mut self, condition: impl Into<String>) -> Self {
        self.on = condition.into();
        self
    }

    /// `[AND condition THEN] UPDATE [SET] * | a = expression, …` or `[AND condition THEN] DELETE` for rows of both.
    #[must_use]
    pub fn when_matched(self, clause: &str) -> Self {
        self.when(format!("WHEN MATCHED {}", with_then(clause)))
    }

    /// `[AND condition THEN] INSERT * | (a, …) VALUES (expression, …)` for rows of the source alone.
    #[must_use]
    pub fn when_not_matched(self, clause: &str) -> Self {
        self.when(format!("WHEN NOT MATCHED {}", with_then(clause)))
    }

    /// As [`MergeInto::when_matched`], for rows of the table alone; expressions have the columns of the table only.
    #[must_use]
    pub fn when_not_matched_by_source(self, clause: &str) -> Self {
        self.when(format!("WHEN NOT MATCHED BY SOURCE {}", with_then(clause)))
    }

    /// Clauses as SQL has them: `WHEN [NOT] MATCHED [BY SOURCE] [AND condition] THEN action …`.
    #[must_use]
    pub fn when(mut self, clauses: impl Into<String>) -> Self {
        self.clauses.push(clauses.into());
        self
    }

    /// Only counts.
    #[must_use]
    pub fn dry_run(mut self, dry_run: bool) -> Self {
        self.dry_run = dry_run;
        self
    }

    /// Merges in one commit.
    ///
    /// Memory: the source with a hash table over it, and a few batches of the table.
    /// Errors: `Invalid` for text that cannot be understood and for a row of the table that matches two of the source;
    /// `Unsupported` for kinds of tables that take no such changes; `Conflict` where others rewrote the files again and again.
    pub async fn run(self) -> Result<ChangeReport> {
        check_changeable(&self.table, true)?;
        let fields = self.table.schema().fields.clone();
        let (target_names, source_names) = self.table_names();
        let target = scope_of(&fields, &target_names);
        let source = scope_of(&self.source_fields, &source_names);
        let both: Vec<ScopeColumn> = [target.clone(), source.clone()].concat();
        let on = self.parse_on(&both)?;
        let join = Join::new(on, &fields, &self.source_fields, &self.source)?;
        let mut clauses = Clauses::default();
        for text in &self.clauses {
            clauses.parse(text, &self.table, &self.source_fields, &both)?;
        }
        clauses.check_order()?;
        self.check_rules(&clauses, &join)?;
        let mut rows = MergeRows::new(self.table.name(), fields, join, clauses);
        row_change::run(&self.table, &mut rows, self.dry_run).await
    }

    fn parse_on(&self, scope: &[ScopeColumn]) -> Result<super::expression::Expression> {
        let on = match self.on.trim().is_empty() {
            true => Err(Error::invalid("expected a condition")),
            false => Tokens::new(&self.on, "the end").and_then(|mut tokens| {
                let on = tokens.expression(scope)?;
                tokens.expect_end()?;
                Ok(on)
            }),
        };
        on.map_err(|error| error.with("clause", "ON"))
    }

    /// Names that may stand before columns of the table and of the source, in lower case.
    fn table_names(&self) -> (Vec<String>, Vec<String>) {
        let lower = |names: &[&str]| names.iter().map(|name| name.to_ascii_lowercase()).collect::<Vec<String>>();
        let own = self.table.name().rsplit('.').next().unwrap_or_default();
        let mut target = match &self.table_name {
            Some(name) => lower(&[name]),
            None => lower(&[own, "t", "target"]),
        };
        let mut source = match &self.source_name {
            Some(name) => lower(&[name]),
            None => lower(&["s", "source"]),
        };
        // What was said goes before what is understood.
        match self.source_name.is_some() && self.table_name.is_none() {
            true => target.retain(|name| !source.contains(name)),
            false => source.retain(|name| !target.contains(name)),
        }
        (target, source)
    }

    /// What the table does not take is refused before anything is read.
    fn check_rules(&self, clauses: &Clauses, join: &Join) -> Result<()> {
        let changing = || clauses.matched.iter().chain(&clauses.not_matched_by_source);
        if changing().any(|clause| matches!(clause.action, Action::Delete)) {
            check_deletable(&self.table)?;
        }
        for clause in changing() {
            let Action::Update { assignments, is_star } = &clause.action else { continue };
            // `*` sets keys to what they are equal to.
            let keeps = |assignment: &&Assignment| !(*is_star && join.equates(assignment));
            check_updatable(&self.table, assignments.iter().filter(keeps).map(Assignment::column))?;
        }
        Ok(())
    }
}

fn with_then(clause: &str) -> String {
    let starts_with_and = clause.trim_start().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("and "));
    if starts_with_and { clause.to_owned() } else { format!("THEN {clause}") }
}

/// A source that has no rows is one batch without rows.
fn one_batch(fields: &[DataField], batches: &[RecordBatch]) -> Result<RecordBatch> {
    match batches {
        [] => super::update::table_batch(fields, arrow_empty(fields), 0),
        [first, ..] => Ok(arrow_select::concat::concat_batches(&first.schema(), batches)?),
    }
}

fn arrow_empty(fields: &[DataField]) -> Vec<arrow_array::ArrayRef> {
    fields.iter().map(|field| arrow_array::new_empty_array(&arrow::data_type(&field.data_type))).collect()
}

type ClauseList = Vec<Clause>;
