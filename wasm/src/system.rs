//! System tables: `t$files`, `t$audit_log`, `sys.tables`.

use std::collections::BTreeMap;

use cenote_core::{
    Error, Result,
    catalog::FileSystemCatalog,
    io::Storage,
    system::{self, StreamedTable},
    types::DataField,
};

use crate::{
    changes_request::ChangesRequest, opened::Opened, pager::Source, scan::ScanCursor, scan_request::ScanRequest, view,
};

/// A table that Paimon makes of what it knows about others.
#[derive(Clone, Debug)]
pub(crate) enum SystemTable {
    /// About one table, such as `t$files`.
    OfTable {
        /// The table.
        opened: Opened,
        /// The part behind the last `$`.
        name: String,
    },
    /// About all tables, such as `sys.tables`.
    Global {
        /// The warehouse.
        catalog: FileSystemCatalog,
        /// Where the warehouse is.
        storage: Storage,
        /// The part behind `sys.`.
        name: String,
    },
}

impl SystemTable {
    /// The system table `name` of a table. Errors: `NotFound` for other names.
    pub(crate) fn of_table(opened: Opened, name: &str) -> Result<Self> {
        let name = name.to_ascii_lowercase();
        if system::fields(&name).is_none() && StreamedTable::of(&opened.table, &name).is_none() {
            let known = [&system::NAMES[..], &system::STREAMED_NAMES].concat().join(", ");
            let error = Error::not_found(format!("no system table {name:?}: there are {known}"));
            return Err(error.at(opened.table.name()));
        }
        Ok(SystemTable::OfTable { opened, name })
    }

    /// The table `name` of the database `sys`.
    pub(crate) fn global(catalog: FileSystemCatalog, storage: Storage, name: &str) -> Result<Self> {
        Ok(SystemTable::Global { catalog, storage, name: name.to_ascii_lowercase() })
    }

    /// The rows asked for.
    pub(crate) async fn scan(&self, request: ScanRequest) -> Result<ScanCursor> {
        match self {
            SystemTable::OfTable { opened, name } => match StreamedTable::of(&opened.table, name) {
                Some(streamed) => opened_stream(request.of_streamed(streamed)?).await,
                None => {
                    let (fields, rows) = system::read(&opened.table, name).await?;
                    Ok(ScanCursor::of_rows(request.of_rows(fields, rows)?))
                }
            },
            SystemTable::Global { .. } => {
                let (fields, rows) = self.read_global().await?;
                Ok(ScanCursor::of_rows(request.of_rows(fields, rows)?))
            }
        }
    }

    /// The changes asked for. Errors: `Invalid` for a system table of states.
    pub(crate) async fn changes(&self, request: ChangesRequest) -> Result<ScanCursor> {
        if let SystemTable::OfTable { opened, name } = self
            && let Some(streamed) = StreamedTable::of(&opened.table, name)
        {
            return opened_stream(request.of_streamed(streamed)?).await;
        }
        Err(Error::invalid("this system table has no changes").at(self.name()))
    }

    /// What the table is, in the words of [`view::info`].
    pub(crate) async fn info(&self) -> Result<String> {
        let fields = self.fields().await?;
        let (database, url) = match self {
            SystemTable::OfTable { opened, .. } => (opened.database.as_deref(), opened.table.storage().location("")),
            SystemTable::Global { storage, .. } => (Some(system::GLOBAL_DATABASE), storage.location("")),
        };
        view::info::of_system_table(&self.name(), database, &url, &fields)
    }

    /// The name within its database.
    pub(crate) fn name(&self) -> String {
        match self {
            SystemTable::OfTable { opened, name } => format!("{}${name}", opened.short_name()),
            SystemTable::Global { name, .. } => name.clone(),
        }
    }

    /// The storage that the rows come from.
    pub(crate) fn storage(&self) -> &Storage {
        match self {
            SystemTable::OfTable { opened, .. } => opened.table.storage(),
            SystemTable::Global { storage, .. } => storage,
        }
    }

    async fn fields(&self) -> Result<Vec<DataField>> {
        match self {
            SystemTable::OfTable { opened, name } => match StreamedTable::of(&opened.table, name) {
                // Planning knows the columns; no rows are read.
                Some(streamed) => Ok(streamed.open().await?.0),
                None => Ok(system::fields(name).unwrap_or_default()),
            },
            SystemTable::Global { name, .. } => Ok(system::global_fields(name).unwrap_or_default()),
        }
    }

    async fn read_global(&self) -> Result<(Vec<DataField>, arrow_array::RecordBatch)> {
        let SystemTable::Global { catalog, storage, name } = self else {
            return Err(Error::internal("expected a table of the database sys"));
        };
        let place = storage.location("").trim_end_matches('/').to_owned();
        catalog.read_global_table(name, &BTreeMap::from([("warehouse".to_owned(), place)])).await
    }
}

async fn opened_stream(table: StreamedTable) -> Result<ScanCursor> {
    let opened = table.open().await?;
    Ok(ScanCursor::streaming(opened, Source::Streamed(Box::new(table))))
}
