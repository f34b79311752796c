//! The database `sys`: tables about all tables of the warehouse.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use futures::{StreamExt, TryStreamExt, stream};

use super::FileSystemCatalog;
use crate::{
    error::{Error, ErrorKind, Result},
    system::{self, NamedTable},
    types::DataField,
};

/// Tables opened at the same time.
const PARALLEL: usize = 8;

impl FileSystemCatalog {
    /// Reads a table of the database `sys`, such as `tables` ([`system::GLOBAL_NAMES`]).
    ///
    /// `options` are what the catalog was opened with; `catalog_options` shows them, secrets hidden. Tables by
    /// database, then by name; what is dropped meanwhile is left out. Errors: `NotFound` for other names;
    /// `Unsupported` where the store cannot list.
    pub async fn read_global_table(
        &self,
        name: &str,
        options: &BTreeMap<String, String>,
    ) -> Result<(Vec<DataField>, RecordBatch)> {
        if system::global_fields(name).is_none() {
            let known = system::GLOBAL_NAMES.join(", ");
            return Err(Error::not_found(format!("no table {}.{name}: there are {known}", system::GLOBAL_DATABASE)));
        }
        let tables = if name.eq_ignore_ascii_case("catalog_options") { Vec::new() } else { self.all_tables().await? };
        system::read_global(name, &tables, options).await
    }

    /// Every table of the warehouse, opened.
    async fn all_tables(&self) -> Result<Vec<NamedTable>> {
        let mut names = Vec::new();
        for database in self.list_databases().await? {
            let tables = match self.list_tables(&database).await {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                tables => tables?,
            };
            names.extend(tables.into_iter().map(|table| (database.clone(), table)));
        }
        let open = |(database, name): (String, String)| async move {
            match self.get_table(&database, &name).await {
                Ok(table) => Ok(Some(NamedTable { database, name, table })),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        };
        let tables = stream::iter(names).map(open).buffered(PARALLEL).try_collect::<Vec<_>>().await?;
        Ok(tables.into_iter().flatten().collect())
    }
}
