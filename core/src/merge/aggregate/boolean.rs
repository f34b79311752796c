//! `bool_and` and `bool_or`: null counts as absent.

use super::{Stepwise, not_retractable};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::Datum,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Boolean {
    And,
    Or,
}

impl Stepwise for Boolean {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        match (column.datum(state)?, column.datum(input)?) {
            (Some(Datum::Boolean(a)), Some(Datum::Boolean(b))) => {
                Ok(Cell::Value(Datum::Boolean(if *self == Boolean::And { a && b } else { a || b })))
            }
            (Some(value), None) | (None, Some(value)) => Ok(Cell::Value(value)),
            (None, None) => Ok(Cell::Null),
            (Some(_), Some(_)) => Err(Error::internal("expected booleans")),
        }
    }

    fn retract(&self, _: &Column<'_>, _: Cell, _: Cell) -> Result<Cell> {
        Err(not_retractable(if *self == Boolean::And { "bool_and" } else { "bool_or" }))
    }
}
