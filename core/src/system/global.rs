//! Tables of the database `sys`, about all tables of a catalog (Java `AllTablesTable`, `AllPartitionsTable`,
//! `AllTableOptionsTable`, `CatalogOptionsTable`).

use std::collections::BTreeMap;

use super::{
    partitions::partition_totals,
    rows::{columns, long, optional_text, text},
};
use crate::{
    error::Result,
    spec::layout,
    table::Table,
    types::{DataField, Datum, DatumRow, TypeKind},
};

/// A table and where it stands.
pub(crate) struct NamedTable {
    /// Its database.
    pub(crate) database: String,
    /// Its name, without database.
    pub(crate) name: String,
    /// The table.
    pub(crate) table: Table,
}

pub(super) fn tables_fields() -> Vec<DataField> {
    columns([
        ("database_name", TypeKind::STRING),
        ("table_name", TypeKind::STRING),
        ("table_type", TypeKind::STRING),
        ("partitioned", TypeKind::Boolean),
        ("primary_key", TypeKind::Boolean),
        ("owner", TypeKind::STRING),
        ("created_at", TypeKind::BigInt),
        ("created_by", TypeKind::STRING),
        ("updated_at", TypeKind::BigInt),
        ("updated_by", TypeKind::STRING),
        ("record_count", TypeKind::BigInt),
        ("file_size_in_bytes", TypeKind::BigInt),
        ("file_count", TypeKind::BigInt),
        ("last_file_creation_time", TypeKind::BigInt),
    ])
}

/// What only a catalog with a server knows (who made a table, how large it is) is null, as in Java's file system catalog.
pub(super) fn tables_rows(tables: &[NamedTable]) -> Vec<DatumRow> {
    let row = |named: &NamedTable| {
        let schema = named.table.schema();
        let option = |name: &str| schema.options.get(name);
        let time = |name: &str| long(option(name).and_then(|value| value.parse::<i64>().ok()));
        vec![
            text(&named.database),
            text(&named.name),
            text(option("type").map_or("table", String::as_str)),
            Some(Datum::Boolean(!schema.partition_keys.is_empty())),
            Some(Datum::Boolean(!schema.primary_keys.is_empty())),
            optional_text(option("owner")),
            time("createdAt"),
            optional_text(option("createdBy")),
            time("updatedAt"),
            optional_text(option("updatedBy")),
            None,
            None,
            None,
            None,
        ]
    };
    tables.iter().map(row).collect()
}

pub(super) fn partitions_fields() -> Vec<DataField> {
    columns([
        ("database_name", TypeKind::STRING),
        ("table_name", TypeKind::STRING),
        ("partition_name", TypeKind::STRING),
        ("record_count", TypeKind::BigInt),
        ("file_size_in_bytes", TypeKind::BigInt),
        ("file_count", TypeKind::BigInt),
        ("last_file_creation_time", TypeKind::BigInt),
        ("done", TypeKind::Boolean),
    ])
}

/// Partitions of the partitioned tables, by name within a table.
pub(super) async fn partitions_rows(tables: &[NamedTable]) -> Result<Vec<DatumRow>> {
    let mut rows = Vec::new();
    for NamedTable { database, name, table } in tables {
        let fields = table.schema().partition_fields();
        if fields.is_empty() {
            continue;
        }
        let types = fields.iter().map(|field| field.data_type.clone()).collect::<Vec<_>>();
        let mut of_table = BTreeMap::new();
        for (partition, totals) in partition_totals(table).await? {
            let spec = layout::partition_spec(&fields, &partition.decode(&types)?, table.options());
            let spec = spec.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>();
            of_table.insert((spec.join("/"), partition), totals);
        }
        rows.extend(of_table.into_iter().map(|((partition, _), totals)| {
            vec![
                text(database),
                text(name),
                text(partition),
                long(totals.record_count),
                long(totals.file_size),
                long(totals.file_count),
                long(totals.newest.map(|wall| wall - table.runtime().local_offset_millis(wall))),
                Some(Datum::Boolean(false)),
            ]
        }));
    }
    Ok(rows)
}

pub(super) fn table_options_fields() -> Vec<DataField> {
    columns([
        ("database_name", TypeKind::STRING),
        ("table_name", TypeKind::STRING),
        ("key", TypeKind::STRING),
        ("value", TypeKind::STRING),
    ])
}

/// Options by name, with Java's `path` among them: where the table's folder is.
pub(super) fn table_options_rows(tables: &[NamedTable]) -> Vec<DatumRow> {
    let mut rows = Vec::new();
    for NamedTable { database, name, table } in tables {
        let mut options = table.schema().options.clone();
        options.insert("path".to_owned(), table.storage().location("").trim_end_matches('/').to_owned());
        rows.extend(options.into_iter().map(|(key, value)| vec![text(database), text(name), text(key), text(value)]));
    }
    rows
}

pub(super) fn catalog_options_fields() -> Vec<DataField> {
    columns([("key!", TypeKind::STRING), ("value!", TypeKind::STRING)])
}

/// What the catalog was opened with, by name; what looks like a secret is hidden.
pub(super) fn catalog_options_rows(options: &BTreeMap<String, String>) -> Vec<DatumRow> {
    let value = |name: &str, value: &str| if is_secret(name) { "******".to_owned() } else { value.to_owned() };
    options.iter().map(|(name, text_of)| vec![text(name), text(value(name, text_of))]).collect()
}

/// Option names of all stores that hold credentials have one of these in them.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["secret", "password", "token", "key", "credential", "signature", "sas", "account"]
        .iter()
        .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_the_catalog_are_hidden() {
        let options = [("warehouse", "/w"), ("s3.secret-key", "x"), ("aws_session_token", "y"), ("s3.endpoint", "e")];
        let options = options.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let values = catalog_options_rows(&options).into_iter().map(|row| row[1].clone()).collect::<Vec<_>>();
        assert_eq!(values, [text("******"), text("e"), text("******"), text("/w")]);
    }
}
