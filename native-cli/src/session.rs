//! Where tables come from: the warehouse that was named, and the names of tables in it.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

use cenote_core::{
    catalog::{FileSystemCatalog, Identifier},
    io::{Runtime, Storage},
    system,
    table::Table,
};

use crate::{
    cli::GlobalArgs,
    error::{Failure, Result},
    profile::{self, Profile},
    runtime::TokioRuntime,
};

/// What all commands share.
pub(crate) struct Session {
    warehouse: Option<String>,
    storage_options: BTreeMap<String, String>,
    allow_unsafe_commit: bool,
    runtime: Arc<dyn Runtime>,
}

/// What an argument such as `db.t$files` or `./t$branch_b` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TableAddress {
    /// A table of the warehouse.
    Named(Identifier),
    /// A table folder.
    Folder {
        /// Path or URI, without `$…`.
        url: String,
        /// The folder's name, and the branch and system table behind it; the database says nothing.
        object: Identifier,
    },
}

/// What was opened.
pub(crate) enum Opened {
    /// A table or a branch of one.
    Table(Table),
    /// A system table, by its name without `$`.
    System(Table, String),
    /// A table of the database `sys`, by its name.
    Global(String),
}

impl Session {
    /// Reads the profile. Errors: a profile that was asked for and is not there, a file that cannot be understood.
    pub(crate) fn open(args: &GlobalArgs) -> Result<Self> {
        let wanted = args.profile.clone().or_else(|| variable("CENOTE_PROFILE"));
        let profile = profile::load(wanted.as_deref())?.unwrap_or_default();
        let Profile { warehouse, mut options } = profile;
        options.extend(args.storage_option.iter().map(|option| (option.key.clone(), option.value.clone())));
        Ok(Session {
            warehouse: args.warehouse.clone().or_else(|| variable("CENOTE_WAREHOUSE")).or(warehouse),
            storage_options: options,
            allow_unsafe_commit: args.allow_unsafe_commit,
            runtime: Arc::new(TokioRuntime::default()),
        })
    }

    /// A session on one warehouse, whatever the environment says.
    pub(crate) fn at(warehouse: &Path) -> Self {
        Session {
            warehouse: Some(warehouse.display().to_string()),
            storage_options: BTreeMap::new(),
            allow_unsafe_commit: false,
            runtime: Arc::new(TokioRuntime::default()),
        }
    }

    /// The engine's clock, randomness and tasks.
    pub(crate) fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.runtime
    }

    /// Address of the warehouse. Errors: usage, where none was named.
    pub(crate) fn warehouse(&self) -> Result<&str> {
        self.warehouse.as_deref().ok_or_else(|| {
            Failure::usage("no warehouse is named")
                .hint("pass --warehouse, set CENOTE_WAREHOUSE, or name a table by the path of its folder")
        })
    }

    /// The files of the warehouse.
    pub(crate) fn storage(&self) -> Result<Storage> {
        self.open_store(self.warehouse()?)
    }

    /// The databases of the warehouse.
    pub(crate) fn catalog(&self) -> Result<FileSystemCatalog> {
        Ok(FileSystemCatalog::new(self.storage()?, Arc::clone(&self.runtime)))
    }

    /// What the catalog was opened with: the warehouse and the options of its store.
    pub(crate) fn catalog_options(&self) -> Result<BTreeMap<String, String>> {
        let mut options = self.storage_options.clone();
        options.insert("warehouse".to_owned(), self.warehouse()?.to_owned());
        Ok(options)
    }

    /// Folder of the warehouse, where it is on this machine.
    pub(crate) fn local_folder(&self) -> Option<PathBuf> {
        let address = self.warehouse.as_deref()?;
        match address.split_once("://") {
            Some(("file", path)) => Some(PathBuf::from(path)),
            Some(_) => None,
            None if address.starts_with("memory:") => None,
            None => Some(PathBuf::from(address.strip_prefix("file:").unwrap_or(address))),
        }
    }

    /// Opens a table or a branch of one. Errors: not found; usage, for a system table.
    pub(crate) async fn table(&self, address: &str) -> Result<Table> {
        match self.open_any(address).await? {
            Opened::Table(table) => Ok(table),
            Opened::System(_, name) => Err(Failure::usage(format!("{address:?} is a system table, expected a table"))
                .hint(format!("leave out ${name}; `cenote read` shows system tables"))),
            Opened::Global(_) => Err(Failure::usage(format!("{address:?} is a system table, expected a table"))
                .hint("`cenote read` shows system tables")),
        }
    }

    /// Opens a table, a branch of one, or a table of which a system table is wanted. Errors: not found.
    pub(crate) async fn open_any(&self, address: &str) -> Result<Opened> {
        let (table, system) = match self.address(address)? {
            TableAddress::Named(identifier)
                if identifier.database == system::GLOBAL_DATABASE
                    && system::global_fields(&identifier.table).is_some() =>
            {
                return Ok(Opened::Global(identifier.table));
            }
            TableAddress::Named(identifier) => (self.catalog()?.open(&identifier).await?, identifier.system),
            TableAddress::Folder { url, object } => {
                let (storage, runtime) = (self.open_store(&url)?, Arc::clone(&self.runtime));
                (Table::open_branch(storage, object.table, &object.branch, runtime).await?, object.system)
            }
        };
        Ok(match system {
            Some(name) => Opened::System(table, name),
            None => Opened::Table(table),
        })
    }

    /// Reads the address of a table. Errors: usage, for what is neither a name nor a path.
    pub(crate) fn address(&self, text: &str) -> Result<TableAddress> {
        let is_path = text.contains(['/', '\\']) || text.starts_with('.') || Path::new(text).is_dir();
        let malformed = |error| Failure::argument("the table", error);
        if is_path {
            let (url, suffix) = split_suffix(text);
            let name = url.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
            let name = if matches!(name, "" | "." | "..") { "table" } else { name };
            let object = Identifier::new("path", &format!("{name}{suffix}")).map_err(malformed)?;
            return Ok(TableAddress::Folder { url: url.to_owned(), object });
        }
        if !text.contains('.') {
            return Err(Failure::usage(format!("{text:?} names no table"))
                .hint("write database.table, or the path or URI of a table folder such as ./warehouse/db.db/t"));
        }
        Identifier::parse(text).map(TableAddress::Named).map_err(malformed)
    }

    fn open_store(&self, url: &str) -> Result<Storage> {
        let opened = Storage::open_url(url, &self.storage_options, Arc::clone(&self.runtime)).map_err(|error| {
            Failure::from(error).hint("an address is a path, or file://, s3://, gs://, az://, http:// or https://")
        });
        let storage = opened?;
        if self.allow_unsafe_commit {
            storage.allow_unsafe_commits();
        }
        Ok(storage)
    }
}

/// The address of a folder, and `$…` behind its last segment.
fn split_suffix(text: &str) -> (&str, &str) {
    let last = text.rfind(['/', '\\']).map_or(0, |at| at + 1);
    match text.get(last..).and_then(|name| name.find('$')) {
        Some(at) => text.split_at(last + at),
        None => (text, ""),
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<String> {
        match Session::at(Path::new("w")).address(text).ok()? {
            TableAddress::Named(identifier) => Some(identifier.to_string()),
            TableAddress::Folder { url, object } => Some(format!("{url} {object}")),
        }
    }

    #[test]
    fn names_and_folders() {
        assert_eq!(address("db.t").as_deref(), Some("db.t"));
        assert_eq!(address("db.t$branch_b$files").as_deref(), Some("db.t$branch_b$files"));
        assert_eq!(address("./db.db/t").as_deref(), Some("./db.db/t path.t"));
        assert_eq!(address("s3://b$x/wh/t$branch_b").as_deref(), Some("s3://b$x/wh/t path.t$branch_b"));
        assert_eq!(address(".").as_deref(), Some(". path.table"));
        assert_eq!(address("nothing-here"), None);
        assert_eq!(address("db.t$branch_"), None);
    }
}
