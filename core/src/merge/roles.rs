//! Which part each column of a merge's input plays.

use super::column_engine::{ColumnPlan, Rule};
use crate::{
    error::Result,
    spec::table_schema::{TableSchema, sequence_number_field, value_kind_field},
    types::DataField,
};

/// The rule of a column and the track of its actions.
pub(super) struct Role {
    pub(super) rule: Rule,
    pub(super) track: usize,
}

impl Role {
    pub(super) fn first_track(rule: Rule) -> Self {
        Role { rule, track: 0 }
    }
}

/// Plans for the columns `input`: those of `schema`, known by their ids, and system columns. `role` says it for columns
/// outside the primary key.
pub(super) fn column_plans(
    schema: &TableSchema,
    input: &[DataField],
    mut role: impl FnMut(&DataField) -> Result<Role>,
) -> Result<Vec<ColumnPlan>> {
    let (sequence_number, value_kind) = (sequence_number_field().id, value_kind_field().id);
    let plan = |field: &DataField| {
        let role = match schema.field_by_id(field.id) {
            Some(known) if !schema.primary_keys.contains(&known.name) => role(known)?,
            None if field.id == sequence_number => Role::first_track(Rule::SequenceNumber),
            None if field.id == value_kind => Role::first_track(Rule::ValueKind),
            // Key columns, with `_KEY_` or without.
            _ => Role::first_track(Rule::Newest),
        };
        Ok(ColumnPlan { field: field.clone(), rule: role.rule, track: role.track })
    };
    input.iter().map(plan).collect()
}
