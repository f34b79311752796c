//! Refuses tables whose rows this build could get wrong: a wrong row is worse than an error.

use crate::{
    error::{Error, Result},
    scan::files::read_index_manifest,
    spec::{snapshot::Snapshot, table_schema::TableSchema},
    table::Table,
    types::{DataType, TypeKind},
};

/// Options that change which rows are visible in a way this build does not know, with the value that is harmless.
const UNSUPPORTED_OPTIONS: [(&str, &str); 7] = [
    ("deletion-vectors.enabled", "false"),
    ("data-evolution.enabled", "false"),
    ("sequence.snapshot-ordering", "false"),
    ("pk-clustering-override", "false"),
    ("postpone.merge-on-read", "false"),
    ("type", "table"),
    ("record-level.expire-time", ""),
];

/// Errors: `Unsupported` naming the option or the column.
pub(crate) fn check_readable(table: &Table, schema: &TableSchema) -> Result<()> {
    for (option, harmless) in UNSUPPORTED_OPTIONS {
        if let Some(value) = schema.options.get(option).filter(|value| !value.eq_ignore_ascii_case(harmless)) {
            return Err(Error::unsupported(format!("cannot read a table with {option}={value} yet")).at(table.name()));
        }
    }
    if schema.options.contains_key("scan.fallback-branch") || schema.options.contains_key("scan.primary-branch") {
        return Err(Error::unsupported("cannot read a table with a fallback branch yet").at(table.name()));
    }
    if !schema.primary_keys.is_empty() {
        let engine = schema.options.get("merge-engine").map_or("deduplicate", String::as_str);
        if !engine.eq_ignore_ascii_case("deduplicate") {
            return Err(Error::unsupported(format!("cannot read merge-engine={engine} yet")).at(table.name()));
        }
    }
    match schema.fields.iter().find(|field| has_blob(&field.data_type)) {
        Some(field) => {
            Err(Error::unsupported("cannot read BLOB columns yet").at(table.name()).with("column", &field.name))
        }
        None => Ok(()),
    }
}

fn has_blob(data_type: &DataType) -> bool {
    matches!(data_type.kind, TypeKind::Blob)
}

/// Errors: `Unsupported` for a snapshot with deletion vectors, whatever the options say now.
pub(crate) async fn check_snapshot(table: &Table, snapshot: &Snapshot) -> Result<()> {
    let Some(name) = &snapshot.index_manifest else { return Ok(()) };
    let entries = read_index_manifest(table.storage(), name).await?;
    if entries.iter().any(|entry| entry.index_type == "DELETION_VECTORS") {
        return Err(Error::unsupported("cannot read deletion vectors yet")
            .at(table.name())
            .with("snapshot", snapshot.id));
    }
    Ok(())
}
