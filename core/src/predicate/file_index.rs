//! Which rows of a data file a filter can match, asked of the file's indexes (Java `FileIndexPredicate`).
//!
//! The answer errs on one side only: a row that is left out does not match. Selections of AND and OR are intersections
//! and unions of such answers; there is no NOT above the leaves.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use super::{Column, CompareOp, Predicate};
use crate::{
    error::Result,
    spec::file_index::{ColumnIndex, FileIndex, Question},
    types::{DataField, Datum},
};

/// Files of more rows are not asked: a selection costs memory by the row.
const MAX_ROWS: u32 = 1 << 28;

/// The rows that a filter can match.
#[derive(Clone, Debug, PartialEq)]
pub enum RowSelection {
    /// Nothing is known.
    All,
    /// These at most.
    Rows(RoaringBitmap),
}

impl RowSelection {
    /// True where no row can match.
    pub fn is_empty(&self) -> bool {
        matches!(self, RowSelection::Rows(rows) if rows.is_empty())
    }
}

impl Predicate {
    /// Asks the indexes of a data file of `row_count` rows. The filter is one on the columns of the file, as
    /// [`Predicate::for_file`] makes it, and `fields` are these columns: indexes go by their names. Errors: `Corrupt`.
    pub fn select_by_index(&self, index: &FileIndex, fields: &[DataField], row_count: i64) -> Result<RowSelection> {
        let Some(rows) = u32::try_from(row_count).ok().filter(|rows| *rows <= MAX_ROWS) else {
            return Ok(RowSelection::All);
        };
        let mut reader = Reader { index, fields, rows, columns: HashMap::new() };
        Ok(reader.select(self)?.map_or(RowSelection::All, RowSelection::Rows))
    }
}

/// Decodes the indexes of each column once.
struct Reader<'a> {
    index: &'a FileIndex,
    fields: &'a [DataField],
    rows: u32,
    columns: HashMap<i32, Vec<ColumnIndex>>,
}

impl Reader<'_> {
    /// `None` where nothing is known.
    fn select(&mut self, predicate: &Predicate) -> Result<Option<RoaringBitmap>> {
        match predicate {
            Predicate::True => Ok(None),
            Predicate::False => Ok(Some(RoaringBitmap::new())),
            Predicate::And(children) => {
                let mut all: Option<RoaringBitmap> = None;
                for child in children {
                    if let Some(rows) = self.select(child)? {
                        all = Some(match all {
                            Some(all) => all & rows,
                            None => rows,
                        });
                    }
                    if all.as_ref().is_some_and(RoaringBitmap::is_empty) {
                        break;
                    }
                }
                Ok(all)
            }
            Predicate::Or(children) => {
                let mut any = RoaringBitmap::new();
                for child in children {
                    match self.select(child)? {
                        Some(rows) => any |= rows,
                        None => return Ok(None),
                    }
                }
                Ok(Some(any))
            }
            Predicate::Like { .. } => Ok(None),
            Predicate::Compare { column, op, literal } => {
                let one = std::slice::from_ref(literal);
                self.ask(
                    column,
                    &match op {
                        CompareOp::Eq => Question::In(one),
                        CompareOp::NotEq => Question::NotIn(one),
                        CompareOp::Lt => Question::Less(literal),
                        CompareOp::LtEq => Question::LessOrEqual(literal),
                        CompareOp::Gt => Question::Greater(literal),
                        CompareOp::GtEq => Question::GreaterOrEqual(literal),
                    },
                )
            }
            Predicate::In { column, literals, negated } => {
                let literals: &[Datum] = literals;
                self.ask(column, &if *negated { Question::NotIn(literals) } else { Question::In(literals) })
            }
            Predicate::IsNull { column, negated } => {
                self.ask(column, &if *negated { Question::IsNotNull } else { Question::IsNull })
            }
        }
    }

    fn ask(&mut self, column: &Column, question: &Question<'_>) -> Result<Option<RoaringBitmap>> {
        let Some(field) = self.fields.iter().find(|field| field.id == column.id) else { return Ok(None) };
        if !self.columns.contains_key(&field.id) {
            self.columns.insert(field.id, self.index.column(&field.name, &field.data_type)?);
        }
        let mut all: Option<RoaringBitmap> = None;
        for index in self.columns.get(&field.id).into_iter().flatten() {
            if let Some(rows) = index.rows(question, &field.data_type, self.rows)? {
                all = Some(match all {
                    Some(all) => all & rows,
                    None => rows,
                });
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
