//! `nested_update`: rows are appended to a table within the column, or replace those of the same key.

use super::{
    FieldOptions, Stepwise,
    linked::{Linked, identity},
    nested::{NestedKey, array_of, elements, places, project, rows},
};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::{DataField, DataType, DatumRow, compare_keys},
};

#[derive(Debug)]
pub(super) struct NestedUpdate {
    types: Vec<DataType>,
    key: Option<NestedKey>,
    /// `nested-sequence-field`: a row replaces another only if these are not less.
    sequence: Vec<usize>,
    /// `count-limit`: further rows, or keys, are dropped.
    limit: usize,
}

impl NestedUpdate {
    /// Errors: `Invalid` for options that name no field or need `nested-key`.
    pub(super) fn new(fields: &[DataField], options: &FieldOptions<'_>) -> Result<Self> {
        let key = NestedKey::new(fields, options)?;
        let sequence = places(fields, options, "nested-sequence-field")?;
        if key.is_none() && !sequence.is_empty() {
            let (option, needed) = (options.name("nested-sequence-field"), options.name("nested-key"));
            return Err(Error::invalid(format!("option {option} needs {needed}")));
        }
        let limit = options.number::<i32>("count-limit")?.unwrap_or(i32::MAX);
        let types = fields.iter().map(|field| field.data_type.clone()).collect();
        Ok(NestedUpdate { types, key, sequence, limit: usize::try_from(limit).unwrap_or(0) })
    }

    fn append(&self, column: &Column<'_>, state: Cell, input: Cell) -> Result<Cell> {
        let present = elements(column, state.clone())?;
        if present.len() >= self.limit && !matches!(state, Cell::Null) {
            return Ok(state);
        }
        let room = self.limit - present.len().min(self.limit);
        Ok(array_of(rows(present).chain(rows(elements(column, input)?).take(room))))
    }

    fn upsert(&self, table: &mut Linked<DatumRow>, key: &NestedKey, row: DatumRow, limit: usize) -> Result<()> {
        let Some(identity) = key.of(&row)? else { return Ok(()) };
        let room = table.len() < limit;
        match table.get_mut(&identity) {
            Some(present) => {
                let order = compare_keys(&project(&row, &self.sequence), &project(present, &self.sequence));
                if order.is_ge() {
                    *present = row;
                }
            }
            None if room => table.insert(identity, row),
            None => {}
        }
        Ok(())
    }
}

impl Stepwise for NestedUpdate {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        if matches!(input, Cell::Null) {
            return Ok(state);
        }
        let Some(key) = &self.key else { return self.append(column, state, input) };
        let mut table = Linked::default();
        for row in rows(elements(column, state)?) {
            self.upsert(&mut table, key, row, usize::MAX)?;
        }
        for row in rows(elements(column, input)?) {
            self.upsert(&mut table, key, row, self.limit)?;
        }
        Ok(array_of(table.into_values()))
    }

    fn retract(&self, column: &Column<'_>, state: Cell, input: Cell) -> Result<Cell> {
        if matches!(state, Cell::Null) || matches!(input, Cell::Null) {
            return Ok(state);
        }
        let (state, input) = (elements(column, state)?, elements(column, input)?);
        match &self.key {
            Some(key) => {
                let mut table = Linked::default();
                for row in rows(state) {
                    if let Some(identity) = key.of(&row)? {
                        table.insert(identity, row);
                    }
                }
                for row in rows(input) {
                    if let Some(identity) = key.of(&row)? {
                        table.remove(&identity);
                    }
                }
                Ok(array_of(table.into_values()))
            }
            None => {
                let gone = rows(input).map(|row| identity(&self.types, &row));
                let gone = gone.collect::<Result<std::collections::HashSet<_>>>()?;
                let mut kept = Vec::new();
                for row in rows(state) {
                    if !gone.contains(&identity(&self.types, &row)?) {
                        kept.push(row);
                    }
                }
                Ok(array_of(kept.into_iter()))
            }
        }
    }
}
