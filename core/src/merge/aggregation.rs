//! `merge-engine` = `aggregation`: each column has a function of its own.

use super::{
    aggregate::{FieldOptions, field_aggregator},
    column_engine::{ColumnEngine, Rule, Script},
    roles::{Role, column_plans},
    segment::Segment,
    versions::{Action, Actions, Operation, Versions},
};
use crate::{
    error::{Error, Result},
    spec::{options::CoreOptions, table_schema::TableSchema},
    types::{DataField, RowKind},
};

/// The engine for batches with the columns `input`. Errors: as [`field_aggregator`].
pub(super) fn aggregation(options: &CoreOptions, schema: &TableSchema, input: &[DataField]) -> Result<ColumnEngine> {
    let remove_on_delete = options.aggregation_remove_record_on_delete;
    let columns = column_plans(schema, input, |field| {
        let field_options = FieldOptions::new(options, &field.name);
        let name = if options.sequence_field.contains(&field.name) {
            "last_value"
        } else {
            let own = field_options.text("aggregate-function");
            own.or(options.fields_default_aggregate_function.as_deref()).unwrap_or("last_non_null_value")
        };
        aggregate_rule(name, field, &field_options, options).map(Role::first_track)
    })?;
    Ok(ColumnEngine { columns, script: Box::new(AggregationScript { remove_on_delete }) })
}

/// The rule of an aggregate function. Errors: as [`field_aggregator`].
pub(super) fn aggregate_rule(
    name: &str,
    field: &DataField,
    field_options: &FieldOptions<'_>,
    options: &CoreOptions,
) -> Result<Rule> {
    let ignore_retract = field_options.flag("ignore-retract")?;
    if ignore_retract && options.aggregation_remove_record_on_delete {
        let option = field_options.name("ignore-retract");
        return Err(Error::invalid(format!("option {option} contradicts aggregation.remove-record-on-delete")));
    }
    Ok(Rule::Aggregate { function: field_aggregator(name, field, field_options)?, ignore_retract })
}

/// Retracts are taken back from every column.
#[derive(Debug)]
struct AggregationScript {
    /// `aggregation.remove-record-on-delete`: -D puts an end to the row; a later row starts from it.
    remove_on_delete: bool,
}

impl Script for AggregationScript {
    fn actions(&self, versions: &Versions, segments: &[&Segment]) -> Result<Actions> {
        if !segments.iter().any(|segment| segment.has_retracts()) {
            return Ok(Actions::default());
        }
        let mut actions = Vec::with_capacity(versions.rows.len());
        for row in &versions.rows {
            actions.push(match segments[row.segment as usize].kind(row.row)? {
                RowKind::Insert | RowKind::UpdateAfter => Action::ADD,
                RowKind::Delete if self.remove_on_delete => Action::RESET,
                RowKind::Delete | RowKind::UpdateBefore => Action { reset: false, operation: Operation::Retract },
            });
        }
        let deleted = versions.newest().map(|row| actions[row as usize].reset).collect();
        Ok(Actions { tracks: vec![Some(actions)], applied: None, deleted: Some(deleted) })
    }
}

#[cfg(test)]
mod tests;
