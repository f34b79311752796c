//! `nested_partial_update`: fields that are not null replace those of the row with the same key.

use super::{
    FieldOptions, Stepwise,
    linked::Linked,
    nested::{NestedKey, array_of, elements, rows},
    not_retractable,
};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::{DataField, DatumRow},
};

#[derive(Debug)]
pub(super) struct NestedPartialUpdate {
    key: NestedKey,
}

impl NestedPartialUpdate {
    /// Errors: `Invalid` without `nested-key` or where it names no field.
    pub(super) fn new(fields: &[DataField], options: &FieldOptions<'_>) -> Result<Self> {
        let needed = || {
            let option = options.name("nested-key");
            Error::invalid(format!("aggregate function nested_partial_update needs option {option}"))
        };
        Ok(NestedPartialUpdate { key: NestedKey::new(fields, options)?.ok_or_else(needed)? })
    }
}

impl Stepwise for NestedPartialUpdate {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        if matches!(input, Cell::Null) {
            return Ok(state);
        }
        let mut table: Linked<DatumRow> = Linked::default();
        for row in rows(elements(column, state)?).chain(rows(elements(column, input)?)) {
            let Some(identity) = self.key.of(&row)? else { continue };
            match table.get_mut(&identity) {
                Some(present) => {
                    for (present, field) in present.iter_mut().zip(row).filter(|(_, field)| field.is_some()) {
                        *present = field;
                    }
                }
                None => table.insert(identity, row),
            }
        }
        Ok(array_of(table.into_values()))
    }

    fn retract(&self, _: &Column<'_>, _: Cell, _: Cell) -> Result<Cell> {
        Err(not_retractable("nested_partial_update"))
    }
}
