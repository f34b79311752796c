//! Functions that choose one of the values: `last_value`, `first_value` and their kin.

use super::{Stepwise, not_retractable};
use crate::{
    error::Result,
    merge::column::{Cell, Column},
};

/// Which value stands for the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Picking {
    /// The newest, also null.
    Last,
    /// The newest that is not null.
    LastNonNull,
    /// The oldest, also null.
    First,
    /// The oldest that is not null.
    FirstNonNull,
}

impl Stepwise for Picking {
    #[inline]
    fn aggregate(&self, _: &Column<'_>, state: Cell, input: Cell, seen: &mut bool) -> Result<Cell> {
        let is_null = matches!(input, Cell::Null);
        let takes = match self {
            Picking::Last => true,
            Picking::LastNonNull => !is_null,
            Picking::First => !*seen,
            Picking::FirstNonNull => !*seen && !is_null,
        };
        *seen |= takes;
        Ok(if takes { input } else { state })
    }

    fn retract(&self, _: &Column<'_>, state: Cell, input: Cell) -> Result<Cell> {
        match (self, input) {
            (Picking::LastNonNull, Cell::Null) => Ok(state),
            (Picking::Last | Picking::LastNonNull, _) => Ok(Cell::Null),
            (Picking::First, _) => Err(not_retractable("first_value")),
            (Picking::FirstNonNull, _) => Err(not_retractable("first_non_null_value")),
        }
    }
}
