//! `merge-engine` = `partial-update`: columns that are not null replace older values; sequence groups order their
//! columns on their own.

mod script;
mod sequence_groups;

use self::script::{GroupOrder, GroupScript, PlainScript};
pub(super) use self::sequence_groups::SequenceGroups;
use super::{
    aggregate::FieldOptions,
    aggregation::aggregate_rule,
    column_engine::{ColumnEngine, Rule, Script},
    roles::{Role, column_plans},
};
use crate::{
    error::{Error, Result},
    spec::{options::CoreOptions, table_schema::TableSchema},
    types::DataField,
};

/// The engine for batches with the columns `input`.
///
/// Errors: `Invalid` for options that contradict each other or name no column, `Internal` where `input` lacks a column that
/// orders one of its columns (see [`super::required_fields()`]).
pub(super) fn partial_update(options: &CoreOptions, schema: &TableSchema, input: &[DataField]) -> Result<ColumnEngine> {
    let groups = SequenceGroups::new(options, schema)?;
    check_options(options, &groups)?;
    let columns = column_plans(schema, input, |field| column_role(field, options, &groups))?;
    let script: Box<dyn Script> = if groups.is_empty() {
        Box::new(PlainScript {
            ignore_delete: options.ignore_delete,
            remove_on_delete: options.partial_update_remove_record_on_delete,
        })
    } else {
        let order = |group: &sequence_groups::SequenceGroup| GroupOrder::new(group, schema, input);
        let groups = groups.iter().map(order).collect::<Result<_>>()?;
        Box::new(GroupScript { ignore_delete: options.ignore_delete, groups })
    };
    Ok(ColumnEngine { columns, script })
}

/// How a column outside the primary key is merged. Track 0 is that of columns in no group, others follow the groups.
fn column_role(field: &DataField, options: &CoreOptions, groups: &SequenceGroups) -> Result<Role> {
    if let Some(group) = groups.ordered_by(&field.name) {
        return Ok(Role { rule: Rule::Order, track: group + 1 });
    }
    let group = groups.protecting(&field.name);
    let field_options = FieldOptions::new(options, &field.name);
    let own = field_options.text("aggregate-function");
    let function = own.or(options.fields_default_aggregate_function.as_deref());
    match (group, function) {
        (Some(group), Some(name)) => {
            Ok(Role { rule: aggregate_rule(name, field, &field_options, options)?, track: group + 1 })
        }
        (Some(group), None) => Ok(Role { rule: Rule::Replace, track: group + 1 }),
        (None, None | Some("last_non_null_value")) => {
            // Java checks NOT NULL only where there are no groups.
            Ok(Role::first_track(Rule::Overwrite { strict: groups.is_empty() }))
        }
        (None, Some(name)) => {
            let message = format!("aggregate function {name} needs a sequence group in a partial-update table");
            Err(Error::invalid(message).with("column", &field.name))
        }
    }
}

fn check_options(options: &CoreOptions, groups: &SequenceGroups) -> Result<()> {
    let remove_on_delete = options.partial_update_remove_record_on_delete;
    let contradictions = [
        (options.ignore_delete && remove_on_delete, "ignore-delete", "partial-update.remove-record-on-delete"),
        (
            options.ignore_delete && !options.partial_update_remove_record_on_sequence_group.is_empty(),
            "ignore-delete",
            "partial-update.remove-record-on-sequence-group",
        ),
        (remove_on_delete && !groups.is_empty(), "partial-update.remove-record-on-delete", "fields.*.sequence-group"),
    ];
    match contradictions.iter().find(|(found, ..)| *found) {
        Some((_, a, b)) => Err(Error::invalid(format!("option {a} contradicts {b}"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
