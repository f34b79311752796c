//! What this build can write, and which rows it drops.

use arrow_array::{Array, RecordBatch, cast::AsArray};

use crate::{
    error::{Error, Result},
    spec::options::Bucket,
    table::Table,
    types::RowKind,
};

/// Options that would need work this build does not do; writing without it would break the table for others.
const UNSUPPORTED_WHEN_TRUE: [&str; 5] = [
    "deletion-vectors.enabled",
    "row-tracking.enabled",
    "data-evolution.enabled",
    "sequence.snapshot-ordering",
    "pk-clustering-override",
];

/// Errors: `Unsupported` naming the option or the kind of table.
pub(crate) fn check_writable(table: &Table) -> Result<()> {
    let schema = table.schema();
    let option = |name: &str| schema.options.get(name).map(String::as_str);
    let refuse = |what: String| Err(Error::unsupported(format!("cannot write {what} yet")).at(table.name()));
    for name in UNSUPPORTED_WHEN_TRUE {
        if option(name).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return refuse(format!("a table with {name}=true"));
        }
    }
    for name in ["data-file.external-paths", "record-level.expire-time", "blob-field", "vector-field"] {
        if let Some(value) = option(name) {
            return refuse(format!("a table with {name}={value}"));
        }
    }
    if schema.options.keys().any(|name| name.starts_with("file-index.") && name.ends_with(".columns")) {
        return refuse("a table with file indexes".into());
    }
    if schema.is_primary_key_table() {
        for (name, known) in [("merge-engine", "deduplicate"), ("changelog-producer", "none")] {
            if let Some(value) = option(name).filter(|value| !value.eq_ignore_ascii_case(known)) {
                return refuse(format!("a table with {name}={value}"));
            }
        }
        if !matches!(table.options().bucket, Bucket::Fixed(_)) {
            return refuse(
                "a primary-key table without a fixed bucket count (set the option bucket to 1 or more)".into(),
            );
        }
    }
    Ok(())
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
