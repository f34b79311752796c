//! What a merge makes of rows.

use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_buffer::BooleanBuffer;
use arrow_select::{concat::concat_batches, take::take_record_batch};

use super::{
    clause::{Action, Clause, Clauses},
    join::{Join, Pairs, booleans, column_of},
};
use crate::{
    error::{Error, Result},
    modify::{
        row_change::{Decision, RowChange},
        update::{Assignment, table_batch},
    },
    predicate::Predicate,
    types::{DataField, arrow},
};

/// Rows of the source that are made into inserts at a time.
const INSERT_ROWS: usize = 64 * 1024;

/// The state of one merge.
pub(super) struct MergeRows {
    table_name: String,
    fields: Vec<DataField>,
    join: Join,
    clauses: Clauses,
    /// Rows of the source that have a partner.
    found: Vec<bool>,
}

/// A clause, and rows for which it is the first that holds.
struct Chosen<'a> {
    clause: &'a Clause,
    /// Rows of the batch; with their partners where the clause is about pairs.
    pairs: Pairs,
}

impl MergeRows {
    pub(super) fn new(table_name: &str, fields: Vec<DataField>, join: Join, clauses: Clauses) -> Self {
        let found = vec![false; join.source.num_rows()];
        MergeRows { table_name: table_name.to_owned(), fields, join, clauses, found }
    }

    /// The column of a batch at a place of the table.
    fn column(&self, batch: &RecordBatch, place: usize) -> Result<ArrayRef> {
        let column = self.fields.get(place).and_then(|field| batch.column_by_name(&field.name));
        column.cloned().ok_or_else(|| Error::internal("a column is missing in rows to merge"))
    }

    /// The pairs of a batch. Errors: `Invalid` where a row has two partners and something is to be done with it.
    fn pairs(&self, batch: &RecordBatch) -> Result<Pairs> {
        let pairs = self.join.pairs(&|place| self.column(batch, place), batch.num_rows())?;
        let twice = pairs.table_rows.windows(2).any(|pair| matches!(pair, [a, b] if a == b));
        if twice && !self.clauses.matched.is_empty() {
            let message = "a row of the table matches more than one row of the source: what to do with it is not clear";
            return Err(Error::invalid(message).at(&self.table_name));
        }
        Ok(pairs)
    }

    /// Which clause takes which rows.
    fn choose(&self, batch: &RecordBatch, pairs: &Pairs) -> Result<Vec<Chosen<'_>>> {
        let mut is_matched = vec![false; batch.num_rows()];
        for row in &pairs.table_rows {
            if let Some(matched) = is_matched.get_mut(*row as usize) {
                *matched = true;
            }
        }
        let alone = (0..batch.num_rows()).filter(|row| !is_matched.get(*row).copied().unwrap_or(false));
        let alone: Vec<u32> = alone.map(|row| row as u32).collect();
        // Clauses about rows without a partner name no column of the source: any row of it would do, and none is looked at.
        let alone = Pairs { source_rows: Vec::new(), table_rows: alone };
        let both = Pairs { table_rows: pairs.table_rows.clone(), source_rows: pairs.source_rows.clone() };
        let mut chosen = self.first_that_holds(&self.clauses.matched, batch, both)?;
        chosen.extend(self.first_that_holds(&self.clauses.not_matched_by_source, batch, alone)?);
        Ok(chosen)
    }

    fn first_that_holds<'a>(
        &self,
        clauses: &'a [Clause],
        batch: &RecordBatch,
        mut open: Pairs,
    ) -> Result<Vec<Chosen<'a>>> {
        let mut chosen = Vec::new();
        for clause in clauses {
            let holds: Vec<bool> = match &clause.condition {
                None => vec![true; open.table_rows.len()],
                Some(condition) => {
                    let values = self.join.evaluate_pairs(condition, &|place| self.column(batch, place), &open)?;
                    booleans(&values)?.iter().map(|value| value == Some(true)).collect()
                }
            };
            let (taken, left) = open.split(&holds);
            open = left;
            chosen.push(Chosen { clause, pairs: taken });
        }
        Ok(chosen)
    }

    /// The new form of rows; columns that are not assigned stay.
    fn assign(&self, batch: &RecordBatch, assignments: &[Assignment], pairs: &Pairs) -> Result<RecordBatch> {
        let rows = arrow_array::UInt32Array::from(pairs.table_rows.clone());
        let old = take_record_batch(batch, &rows)?;
        let mut columns = Vec::with_capacity(self.fields.len());
        for place in 0..self.fields.len() {
            columns.push(match assignments.iter().find(|assignment| assignment.place() == place) {
                Some(assignment) => {
                    self.join.evaluate_pairs(assignment.value(), &|place| self.column(batch, place), pairs)?
                }
                None => self.column(&old, place)?,
            });
        }
        table_batch(&self.fields, columns, old.num_rows())
    }

    /// New rows of some rows of the source. Columns without a value are null.
    fn insert(&self, assignments: &[Assignment], source: &RecordBatch) -> Result<RecordBatch> {
        let rows = source.num_rows();
        let column = |place: usize| {
            let place = place.checked_sub(self.fields.len());
            column_of(source, place.ok_or_else(|| Error::internal("an insert has no row of the table"))?)
        };
        let mut columns = Vec::with_capacity(self.fields.len());
        for (place, field) in self.fields.iter().enumerate() {
            columns.push(match assignments.iter().find(|assignment| assignment.place() == place) {
                Some(assignment) => assignment.value().evaluate(&column, rows)?,
                None => new_null_array(&arrow::data_type(&field.data_type), rows),
            });
        }
        table_batch(&self.fields, columns, rows)
    }
}

impl Pairs {
    /// Those of a mask, and the others. Pairs may lack their second half.
    fn split(self, mask: &[bool]) -> (Pairs, Pairs) {
        let (mut taken, mut left) = (Pairs::default(), Pairs::default());
        for (at, (row, is_taken)) in self.table_rows.iter().zip(mask).enumerate() {
            let to = if *is_taken { &mut taken } else { &mut left };
            to.table_rows.push(*row);
            to.source_rows.extend(self.source_rows.get(at));
        }
        (taken, left)
    }
}

impl RowChange for MergeRows {
    fn operation(&self) -> &'static str {
        "MERGE"
    }

    fn filter(&self) -> Predicate {
        // Rows without a partner are looked at only where something may be done with them.
        match self.clauses.not_matched_by_source.is_empty() {
            true => self.join.filter().clone(),
            false => Predicate::True,
        }
    }

    fn deciding_columns(&self) -> Vec<String> {
        let conditions = self.clauses.matched.iter().chain(&self.clauses.not_matched_by_source);
        let conditions = conditions.filter_map(|clause| clause.condition.as_ref());
        let mut places = self.join.table_places();
        places.extend(conditions.flat_map(|condition| condition.columns()));
        let names = places.into_iter().filter_map(|place| self.fields.get(place));
        names.map(|field| field.name.clone()).collect()
    }

    fn decide(&mut self, rows: &RecordBatch) -> Result<Decision> {
        let pairs = self.pairs(rows)?;
        let (mut delete, mut update) = (vec![false; rows.num_rows()], vec![false; rows.num_rows()]);
        for Chosen { clause, pairs } in self.choose(rows, &pairs)? {
            let mask = match clause.action {
                Action::Delete => &mut delete,
                Action::Update { .. } => &mut update,
                Action::Insert(_) => continue,
            };
            for row in pairs.table_rows {
                if let Some(bit) = mask.get_mut(row as usize) {
                    *bit = true;
                }
            }
        }
        for row in pairs.source_rows {
            if let Some(found) = self.found.get_mut(row as usize) {
                *found = true;
            }
        }
        Ok(Decision { delete: BooleanBuffer::from(delete), update: BooleanBuffer::from(update) })
    }

    fn update(&mut self, rows: &RecordBatch) -> Result<RecordBatch> {
        let pairs = self.pairs(rows)?;
        let mut updated = Vec::new();
        for Chosen { clause, pairs } in self.choose(rows, &pairs)? {
            if let (Action::Update { assignments, .. }, false) = (&clause.action, pairs.table_rows.is_empty()) {
                updated.push(self.assign(rows, assignments, &pairs)?);
            }
        }
        match updated.as_slice() {
            [] => Err(Error::internal("rows to update that no clause updates")),
            [first, ..] => Ok(concat_batches(&first.schema(), &updated)?),
        }
    }

    fn inserts(&mut self) -> Result<Vec<RecordBatch>> {
        let mut inserts = Vec::new();
        if self.clauses.not_matched.is_empty() {
            return Ok(inserts);
        }
        let alone: Vec<u32> =
            self.found.iter().enumerate().filter(|(_, found)| !**found).map(|(row, _)| row as u32).collect();
        for rows in alone.chunks(INSERT_ROWS) {
            let mut open = take_record_batch(&self.join.source, &arrow_array::UInt32Array::from(rows.to_vec()))?;
            for clause in &self.clauses.not_matched {
                let Action::Insert(assignments) = &clause.action else { continue };
                let holds: arrow_array::BooleanArray = match &clause.condition {
                    None => vec![true; open.num_rows()].into(),
                    Some(condition) => {
                        let columns = self.fields.len();
                        let column = |place: usize| column_of(&open, place.wrapping_sub(columns));
                        let values = condition.evaluate(&column, open.num_rows())?;
                        booleans(&values)?.iter().map(|value| Some(value == Some(true))).collect()
                    }
                };
                let taken = arrow_select::filter::filter_record_batch(&open, &holds)?;
                if taken.num_rows() > 0 {
                    inserts.push(self.insert(assignments, &taken)?);
                }
                let left: arrow_array::BooleanArray = holds.iter().map(|holds| holds.map(|holds| !holds)).collect();
                open = arrow_select::filter::filter_record_batch(&open, &left)?;
            }
        }
        Ok(inserts)
    }

    fn restart(&mut self) {
        self.found.fill(false);
    }
}
