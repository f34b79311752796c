//! Which tables take which changes, as Java, Flink and Spark have it.

use crate::{
    error::{Error, Result},
    spec::options::{Bucket, MergeEngine},
    table::Table,
    write::check_writable,
};

/// Whether a table takes changes of rows at all; `writes_rows` says that rows which were there are written again.
///
/// Errors: `Unsupported` naming the option.
pub(super) fn check_changeable(table: &Table, writes_rows: bool) -> Result<()> {
    check_writable(table)?;
    if table.schema().tracks_rows() && writes_rows {
        let message = "cannot write rows of a table with row-tracking.enabled=true again: they would lose their ids \
                       (deletes work where deletion-vectors.enabled=true)";
        return Err(Error::unsupported(message).at(table.name()));
    }
    // Rows of a fallback branch are not here to be changed, and a change here would hide all others of their partition.
    for option in ["scan.fallback-branch", "scan.primary-branch"] {
        if table.schema().options.contains_key(option) {
            return Err(Error::unsupported(format!("cannot change rows of a table with {option}")).at(table.name()));
        }
    }
    if table.schema().evolves_columns() {
        let message = "cannot change rows of a table with data-evolution.enabled=true: rows of such a table are spread over files by column";
        return Err(Error::unsupported(message).at(table.name()));
    }
    if table.schema().is_primary_key_table() && table.options().bucket == Bucket::Postpone {
        let message = "cannot change rows of a table with bucket=-2: rows that wait to be compacted cannot be read";
        return Err(Error::unsupported(message).at(table.name()));
    }
    Ok(())
}

/// Whether rows can be deleted (Java `PrimaryKeyTableUtils.validatePKUpsertDeletable`). Append tables always can.
///
/// Errors: `Unsupported` naming the merge engine and what would allow it.
pub(super) fn check_deletable(table: &Table) -> Result<()> {
    if !table.schema().is_primary_key_table() {
        return Ok(());
    }
    let options = table.options();
    let refuse = |message: String| Err(Error::unsupported(message).at(table.name()));
    if options.ignore_delete {
        return refuse("cannot delete rows of a table with ignore-delete=true: its deletes are dropped".into());
    }
    match options.merge_engine {
        MergeEngine::Deduplicate => Ok(()),
        MergeEngine::PartialUpdate
            if options.partial_update_remove_record_on_delete
                || !options.partial_update_remove_record_on_sequence_group.is_empty() =>
        {
            Ok(())
        }
        MergeEngine::Aggregation if options.aggregation_remove_record_on_delete => Ok(()),
        MergeEngine::PartialUpdate => refuse(
            "cannot delete rows with merge-engine=partial-update unless partial-update.remove-record-on-delete=true \
             or partial-update.remove-record-on-sequence-group is set"
                .into(),
        ),
        MergeEngine::Aggregation => refuse(
            "cannot delete rows with merge-engine=aggregation unless aggregation.remove-record-on-delete=true".into(),
        ),
        MergeEngine::FirstRow => refuse("cannot delete rows with merge-engine=first-row".into()),
    }
}

/// The new form of a row has all its columns, so an aggregate would take in the values that do not change once more.
fn check_no_aggregates(table: &Table) -> Result<()> {
    let aggregates = |name: &&String| name.starts_with("fields.") && name.ends_with("aggregate-function");
    match table.schema().options.keys().find(aggregates) {
        None => Ok(()),
        Some(option) => {
            let message =
                format!("cannot update rows of a table with {option}: values that stay would be aggregated again");
            Err(Error::unsupported(message).at(table.name()))
        }
    }
}

/// Whether rows can be updated (Flink `applyRowLevelUpdate`), and these columns of them.
///
/// Errors: `Unsupported` naming the merge engine; `Invalid` for columns of the key and, where there is one, of the partition.
pub(super) fn check_updatable<'a>(table: &Table, columns: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let schema = table.schema();
    if !schema.is_primary_key_table() {
        return Ok(());
    }
    match table.options().merge_engine {
        MergeEngine::Deduplicate => {}
        MergeEngine::PartialUpdate => check_no_aggregates(table)?,
        engine => {
            let message = format!("cannot update rows with merge-engine={}", engine.as_str());
            return Err(Error::unsupported(message).at(table.name()));
        }
    }
    let fixed = |name: &str| {
        [&schema.primary_keys, &schema.partition_keys].iter().any(|keys| keys.iter().any(|key| key == name))
    };
    match columns.into_iter().find(|name| fixed(name)) {
        None => Ok(()),
        Some(name) => {
            let message = "cannot update a column of the primary key or the partition";
            Err(Error::invalid(message).at(table.name()).with("column", name))
        }
    }
}
