//! A warehouse folder: databases are folders `<db>.db`, tables folders in them with a schema file (format digest 18.1).

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

use super::{
    Identifier, NewTable,
    identifier::{check_name, database_folder},
};
use crate::{
    error::{Error, ErrorKind, Result},
    io::{PutOutcome, Runtime, Storage},
    schema::SchemaChange,
    spec::layout,
    table::{SchemaManager, Table},
};

const DATABASE_SUFFIX: &str = ".db";
/// Database of Paimon's global system tables; no folder of this name may be made.
const SYSTEM_DATABASE: &str = "sys";
/// Folders looked into at the same time.
const PARALLEL: usize = 8;
/// What `cenote serve` answers for a warehouse that cannot be listed over HTTP.
const INDEX: &str = "_cenote/warehouse.json";

/// The tables in a warehouse folder. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FileSystemCatalog {
    storage: Storage,
    runtime: Arc<dyn Runtime>,
}

/// The index of a served warehouse.
#[derive(Deserialize)]
struct Index {
    databases: Vec<IndexDatabase>,
}

#[derive(Deserialize)]
struct IndexDatabase {
    name: String,
    tables: Vec<String>,
}

impl FileSystemCatalog {
    /// The catalog of the warehouse folder of `storage`.
    pub fn new(storage: Storage, runtime: Arc<dyn Runtime>) -> Self {
        FileSystemCatalog { storage, runtime }
    }

    /// The warehouse folder.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Names of the databases, sorted.
    ///
    /// Where folders cannot be listed, the index that `cenote serve` offers is asked. Errors: `Unsupported` where
    /// there is neither.
    pub async fn list_databases(&self) -> Result<Vec<String>> {
        match self.storage.list("").await {
            Ok(listing) => Ok(listing.dirs.iter().filter_map(|dir| database_of(dir)).map(str::to_owned).collect()),
            Err(error) => Ok(self.index_or(error).await?.databases.into_iter().map(|database| database.name).collect()),
        }
    }

    /// Names of the tables of a database, sorted. Errors: `NotFound` for the database, `Unsupported` as for
    /// [`FileSystemCatalog::list_databases`].
    pub async fn list_tables(&self, database: &str) -> Result<Vec<String>> {
        check_name("database", database)?;
        let folder = database_folder(database);
        let dirs = match self.storage.list(&folder).await {
            Ok(listing) => listing.dirs,
            Err(error) => return self.indexed_tables(database, error).await,
        };
        if dirs.is_empty() {
            self.require_database(database).await?;
        }
        let checks = dirs.into_iter().map(|name| async {
            let has_schema = self.has_schema(&format!("{folder}/{name}")).await?;
            Ok::<_, Error>(has_schema.then_some(name))
        });
        let names: Vec<Option<String>> = stream::iter(checks).buffered(PARALLEL).try_collect().await?;
        Ok(names.into_iter().flatten().collect())
    }

    /// Makes a database. Errors: `AlreadyExists` unless `ignore_if_exists`, `Invalid` for names that are no folder.
    pub async fn create_database(&self, name: &str, ignore_if_exists: bool) -> Result<()> {
        check_name("database", name)?;
        if name == SYSTEM_DATABASE {
            return Err(Error::invalid(format!("the database name {SYSTEM_DATABASE} is reserved for system tables")));
        }
        if self.database_exists(name).await? {
            return if ignore_if_exists { Ok(()) } else { Err(self.exists("database", name, &database_folder(name))) };
        }
        self.storage.create_dir(&database_folder(name)).await
    }

    /// Removes a database with all its tables. Errors: `NotFound` unless `ignore_if_missing`; `Invalid` where it has
    /// tables, unless `cascade`.
    pub async fn drop_database(&self, name: &str, ignore_if_missing: bool, cascade: bool) -> Result<()> {
        check_name("database", name)?;
        if !self.database_exists(name).await? {
            return if ignore_if_missing { Ok(()) } else { self.require_database(name).await };
        }
        if !cascade && let Some(table) = self.list_tables(name).await?.first() {
            let message = format!("the database {name} is not empty, it has the table {table}");
            return Err(Error::invalid(message).at(self.storage.location(&database_folder(name))));
        }
        self.storage.delete_dir(&database_folder(name)).await
    }

    /// Makes a table and opens it. With `ignore_if_exists` a table that is there already is opened as it is.
    ///
    /// Errors: `NotFound` for the database, `AlreadyExists`, `Invalid` for what Paimon would refuse, naming column or
    /// option.
    pub async fn create_table(
        &self,
        database: &str,
        name: &str,
        table: NewTable,
        ignore_if_exists: bool,
    ) -> Result<Table> {
        let identifier = Identifier::new(database, name)?;
        if identifier.system.is_some() || identifier.branch != layout::MAIN_BRANCH {
            return Err(Error::invalid(format!("not the name of a new table: {name:?}")));
        }
        let schema = table.into_schema(self.runtime.now_millis())?;
        self.require_database(database).await?;
        let storage = self.storage.child(&identifier.folder())?;
        let schemas = SchemaManager::new(storage.clone(), layout::MAIN_BRANCH);
        let created = schemas.latest().await?.is_none() && schemas.commit_next(&schema).await? == PutOutcome::Created;
        if !created && !ignore_if_exists {
            return Err(self.exists("table", &identifier.to_string(), &identifier.folder()));
        }
        Table::open(storage, identifier.to_string(), self.runtime.clone()).await
    }

    /// Changes the schema of a table, or of a branch of it: see [`Table::alter`].
    pub async fn alter_table(&self, database: &str, name: &str, changes: &[SchemaChange]) -> Result<Table> {
        self.get_table(database, name).await?.alter(changes).await
    }

    /// Removes a table with its data. Errors: `NotFound` unless `ignore_if_missing`.
    pub async fn drop_table(&self, database: &str, name: &str, ignore_if_missing: bool) -> Result<()> {
        let identifier = Identifier::new(database, name)?;
        if identifier.system.is_some() || identifier.branch != layout::MAIN_BRANCH {
            return Err(Error::invalid(format!("only whole tables can be dropped, not {name:?}")));
        }
        let folder = identifier.folder();
        if !self.has_schema(&folder).await? {
            let missing =
                Error::not_found(format!("there is no table {identifier}")).at(self.storage.location(&folder));
            return if ignore_if_missing { Ok(()) } else { Err(missing) };
        }
        // Snapshots first: if we are stopped here, the table is empty, and a table made anew finds no old snapshots.
        self.storage.delete_dir(&format!("{folder}/{}", layout::SNAPSHOT_FOLDER)).await?;
        self.storage.delete_dir(&folder).await
    }

    /// Opens a table; `name` may be `t$branch_b`. Errors: `NotFound`, `Invalid` for system tables (see
    /// [`Identifier`]: open the table, then read the system table of it).
    pub async fn get_table(&self, database: &str, name: &str) -> Result<Table> {
        let identifier = Identifier::new(database, name)?;
        if identifier.system.is_some() {
            return Err(Error::invalid(format!("{identifier} is a system table")));
        }
        self.open(&identifier).await
    }

    /// Opens the table, or branch, that `identifier` names, whatever system table it names besides. Errors: `NotFound`.
    pub async fn open(&self, identifier: &Identifier) -> Result<Table> {
        let storage = self.storage.child(&identifier.folder())?;
        let plain = Identifier { system: None, ..identifier.clone() };
        Table::open_branch(storage, plain.to_string(), &identifier.branch, self.runtime.clone()).await
    }

    async fn database_exists(&self, name: &str) -> Result<bool> {
        Ok(self.list_databases().await?.iter().any(|database| database == name))
    }

    async fn require_database(&self, name: &str) -> Result<()> {
        if self.database_exists(name).await? {
            return Ok(());
        }
        Err(Error::not_found(format!("there is no database {name}")).at(self.storage.location(&database_folder(name))))
    }

    /// A folder is a table when it has a schema file; usually the first one is there.
    async fn has_schema(&self, folder: &str) -> Result<bool> {
        let first = format!("{folder}/{}", layout::schema_path(0));
        if self.storage.get_opt(&first).await?.is_some() {
            return Ok(true);
        }
        let listing = self.storage.list(&format!("{folder}/{}", layout::SCHEMA_FOLDER)).await?;
        Ok(listing.files.iter().any(|file| file.name.starts_with(layout::SCHEMA_PREFIX)))
    }

    fn exists(&self, what: &str, name: &str, folder: &str) -> Error {
        Error::already_exists(format!("there is a {what} {name} already")).at(self.storage.location(folder))
    }

    async fn index_or(&self, error: Error) -> Result<Index> {
        if error.kind() != ErrorKind::Unsupported {
            return Err(error);
        }
        let Ok(Some(body)) = self.storage.get_opt(INDEX).await else { return Err(error) };
        serde_json::from_slice(&body).map_err(|cause| {
            Error::corrupt("not an index of a warehouse").at(self.storage.location(INDEX)).because(cause)
        })
    }

    async fn indexed_tables(&self, database: &str, error: Error) -> Result<Vec<String>> {
        let index = self.index_or(error).await?;
        match index.databases.into_iter().find(|entry| entry.name == database) {
            Some(entry) => Ok(entry.tables),
            None => Err(Error::not_found(format!("there is no database {database}"))),
        }
    }
}

fn database_of(folder: &str) -> Option<&str> {
    folder.strip_suffix(DATABASE_SUFFIX).filter(|name| !name.is_empty())
}
