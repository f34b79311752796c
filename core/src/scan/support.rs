//! Refuses tables whose rows this build could get wrong: a wrong row is worse than an error.

use crate::{
    error::{Error, Result},
    spec::table_schema::TableSchema,
    table::Table,
};

/// Options that change which rows are visible in a way this build does not know, with the value that is harmless.
const UNSUPPORTED_OPTIONS: [(&str, &str); 2] = [("postpone.merge-on-read", "false"), ("chain-table.enabled", "false")];

/// Errors: `Unsupported` naming the option.
pub(crate) fn check_readable(table: &Table, schema: &TableSchema) -> Result<()> {
    check_type(table, schema)?;
    for (option, harmless) in UNSUPPORTED_OPTIONS {
        if let Some(value) = schema.options.get(option).filter(|value| !value.eq_ignore_ascii_case(harmless)) {
            return Err(Error::unsupported(format!("cannot read a table with {option}={value} yet")).at(table.name()));
        }
    }
    Ok(())
}

/// A materialized table has the files of a table; the others have none of Paimon's. Errors: `Unsupported`.
fn check_type(table: &Table, schema: &TableSchema) -> Result<()> {
    let name = schema.options.get("type").map_or("table", String::as_str);
    let instead = match name {
        "table" | "materialized-table" => return Ok(()),
        "format-table" => "its folder holds plain files without snapshots: read those with a reader of their format",
        "object-table" => "it lists the objects of a location and has no rows of its own: list that location",
        "lance-table" => "its files are Lance's: read them with Lance",
        "iceberg-table" => "its files are Iceberg's: read them with Iceberg",
        _ => "it is no type that this build knows",
    };
    Err(Error::unsupported(format!("cannot read a table of type {name}: {instead}")).at(table.name()))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::{
        catalog::NewTable,
        io::{Storage, tests::runtime},
        types::{DataField, DataType, TypeKind},
    };

    #[test]
    fn types_of_tables_are_told_apart() {
        block_on(async {
            let storage = Storage::memory(runtime());
            let field = DataField::new(0, "a", DataType::nullable(TypeKind::Int));
            let schema = NewTable::new(vec![field]).into_schema(0).unwrap();
            storage.put("schema/schema-0", schema.to_json().unwrap().into()).await.unwrap();
            let table = Table::open(storage, "t", runtime()).await.unwrap();
            let check = |name: &str, value: &str| {
                let options = [(name.to_owned(), value.to_owned())].into();
                check_readable(&table, &TableSchema { options, ..schema.clone() })
            };
            for value in ["table", "materialized-table"] {
                check("type", value).unwrap();
            }
            for value in ["format-table", "object-table", "lance-table", "iceberg-table", "other"] {
                assert!(check("type", value).unwrap_err().to_string().contains(value));
            }
            check("deletion-vectors.merge-on-read", "true").unwrap();
            assert!(check("postpone.merge-on-read", "true").is_err());
        });
    }
}
