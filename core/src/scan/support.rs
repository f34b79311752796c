//! Refuses tables whose rows this build could get wrong: a wrong row is worse than an error.

use crate::{
    error::{Error, Result},
    spec::{index_manifest::IndexManifestEntry, table_schema::TableSchema},
    table::Table,
    types::{DataType, TypeKind},
};

/// Options that change which rows are visible in a way this build does not know, with the value that is harmless.
const UNSUPPORTED_OPTIONS: [(&str, &str); 6] = [
    ("deletion-vectors.merge-on-read", "false"),
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
    match schema.fields.iter().find(|field| !schema.evolves_columns() && has_blob(&field.data_type)) {
        Some(field) => {
            Err(Error::unsupported("cannot read BLOB columns yet").at(table.name()).with("column", &field.name))
        }
        None => Ok(()),
    }
}

fn has_blob(data_type: &DataType) -> bool {
    matches!(data_type.kind, TypeKind::Blob)
}

/// Errors: `Unsupported` for an index file outside the table's `index` folder.
pub(super) fn check_index_path(table: &Table, entry: &IndexManifestEntry) -> Result<()> {
    let beside_data = table.options().index_file_in_data_file_dir;
    match &entry.external_path {
        Some(path) => Err(Error::unsupported("cannot read index files outside the table folder yet").at(path)),
        None if beside_data => {
            let message = "cannot read deletion vectors of a table with index-file-in-data-file-dir=true yet";
            Err(Error::unsupported(message).at(table.name()))
        }
        None => Ok(()),
    }
}
