//! What this build can write, and which rows it drops.

use arrow_array::{Array, BooleanArray, RecordBatch, cast::AsArray};
use arrow_select::filter::filter_record_batch;

use super::file_place::check_external_paths;
use crate::{
    error::{Error, Result},
    spec::file_index::FileIndexPlan,
    table::Table,
    types::RowKind,
};

/// Options that would need work this build does not do; writing without it would break the table for others.
const UNSUPPORTED_WHEN_TRUE: [&str; 3] =
    ["data-evolution.enabled", "sequence.snapshot-ordering", "pk-clustering-override"];

/// Errors: `Unsupported` naming the option or the kind of table.
pub(crate) fn check_writable(table: &Table) -> Result<()> {
    let schema = table.schema();
    for name in UNSUPPORTED_WHEN_TRUE {
        refuse_true(table, name)?;
    }
    for name in ["blob-field", "vector-field"] {
        if let Some(value) = schema.options.get(name) {
            return refuse(table, &format!("a table with {name}={value}"));
        }
    }
    FileIndexPlan::parse(&schema.options, &schema.fields).map_err(|error| error.at(table.name()))?;
    check_external_paths(table)?;
    Ok(())
}

fn refuse_true(table: &Table, option: &str) -> Result<()> {
    match table.schema().options.get(option).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        true => refuse(table, &format!("a table with {option}=true")),
        false => Ok(()),
    }
}

fn refuse(table: &Table, what: &str) -> Result<()> {
    Err(Error::unsupported(format!("cannot write {what} yet")).at(table.name()))
}

/// Kinds of the rows as they are to be stored: from `rowkind.field` where the table has one. `None` means all `+I`.
///
/// Errors: `Invalid` for a change other than `+I` on an append table.
pub(super) fn effective_kinds(
    table: &Table,
    batch: &RecordBatch,
    kinds: Option<&[RowKind]>,
) -> Result<Option<Vec<RowKind>>> {
    let kinds = match &table.options().rowkind_field {
        Some(name) => Some(kinds_of_column(batch, name)?),
        None => kinds.map(<[RowKind]>::to_vec),
    };
    let changes = kinds.as_ref().is_some_and(|kinds| kinds.iter().any(|kind| *kind != RowKind::Insert));
    if changes && !table.schema().is_primary_key_table() {
        let message = "an append table takes only new rows (+I); use delete, or a table with a primary key";
        return Err(Error::invalid(message).at(table.name()));
    }
    Ok(kinds)
}

/// Drops the rows that `ignore-delete` and `ignore-update-before` say; `None` where nothing is left.
pub(super) fn drop_ignored(
    table: &Table,
    batch: RecordBatch,
    kinds: Option<Vec<RowKind>>,
) -> Result<Option<(RecordBatch, Option<Vec<RowKind>>)>> {
    let options = table.options();
    let keeps = |kind: &RowKind| match kind {
        RowKind::Insert | RowKind::UpdateAfter => true,
        RowKind::Delete => !options.ignore_delete,
        RowKind::UpdateBefore => !options.ignore_delete && !options.ignore_update_before,
    };
    match kinds {
        Some(kinds) if !kinds.iter().all(keeps) => {
            let mask: BooleanArray = kinds.iter().map(|kind| Some(keeps(kind))).collect();
            let batch = filter_record_batch(&batch, &mask)?;
            let kinds: Vec<RowKind> = kinds.into_iter().filter(keeps).collect();
            Ok((!kinds.is_empty()).then_some((batch, Some(kinds))))
        }
        kinds => Ok((batch.num_rows() > 0).then_some((batch, kinds))),
    }
}

fn kinds_of_column(batch: &RecordBatch, name: &str) -> Result<Vec<RowKind>> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let column = column.ok_or_else(|| Error::invalid(format!("rowkind.field {name:?} must be a STRING column")))?;
    (0..column.len())
        .map(|row| match column.is_valid(row) {
            true => RowKind::parse(column.value(row)),
            false => Err(Error::invalid("the row kind must not be null").with("column", name).with("row", row)),
        })
        .collect()
}
