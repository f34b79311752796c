//! Warehouses: names of databases and tables, where the store can list.

use cenote_core::{
    catalog::{FileSystemCatalog, Identifier},
    io::Storage,
    system,
};
use futures::future::try_join_all;
use js_sys::Promise;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::{
    abort::abortable,
    json::to_text,
    runtime::EventLoop,
    store::{self, StoreObject},
    system::SystemTable,
    table::Table,
    view,
};

/// A warehouse over a store object.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Catalog {
    catalog: FileSystemCatalog,
    storage: Storage,
}

/// A database and its tables.
#[derive(Serialize)]
struct Database {
    name: String,
    tables: Vec<String>,
}

impl Catalog {
    /// The warehouse as of one moment.
    fn held(&self) -> (FileSystemCatalog, Storage) {
        let storage = self.storage.held();
        (FileSystemCatalog::new(storage.clone(), std::sync::Arc::new(EventLoop)), storage)
    }

    /// The engine's catalog.
    #[cfg(feature = "full")]
    pub(crate) fn core(&self) -> &FileSystemCatalog {
        &self.catalog
    }
}

#[wasm_bindgen]
impl Catalog {
    /// The warehouse at the top of `store`; `label` names it in messages.
    #[wasm_bindgen(constructor)]
    pub fn new(store: StoreObject, label: &str) -> Catalog {
        let storage = store::storage(store, label);
        let catalog = FileSystemCatalog::new(storage.clone(), std::sync::Arc::new(EventLoop));
        Catalog { catalog, storage }
    }

    /// Whether the store lists folders.
    #[wasm_bindgen(getter, js_name = canList)]
    pub fn can_list(&self) -> bool {
        self.storage.can_list()
    }

    /// `[{name, tables: [name]}]` as JSON. Errors: `unsupported` where the store cannot list.
    pub async fn databases(&self, aborted: Option<Promise>) -> Result<String, JsValue> {
        // One moment: the index of a served warehouse is read once for all databases.
        let (catalog, _) = self.held();
        abortable(aborted, async move {
            let with_tables = async |name: String| {
                let tables = catalog.list_tables(&name).await?;
                Ok::<_, cenote_core::Error>(Database { name, tables })
            };
            let names = catalog.list_databases().await?;
            to_text(&try_join_all(names.into_iter().map(with_tables)).await?)
        })
        .await
    }

    /// Opens a table; `name` may name a branch as `t$branch_b` and a system table as `t$files`, and the database may be
    /// `sys`. With `hold` every answer is about the moment of opening.
    pub async fn table(
        &self,
        database: String,
        name: String,
        aborted: Option<Promise>,
        hold: Option<bool>,
    ) -> Result<Table, JsValue> {
        let (catalog, storage) =
            if hold == Some(true) { self.held() } else { (self.catalog.clone(), self.storage.clone()) };
        abortable(aborted, async move {
            if database == system::GLOBAL_DATABASE && system::global_fields(&name).is_some() {
                return SystemTable::global(catalog, storage, &name).map(Table::of_system);
            }
            let identifier = Identifier::new(&database, &name)?;
            let table = catalog.open(&identifier).await?;
            Table::opened(table, Some(database), identifier.system.as_deref())
        })
        .await
    }

    /// The request log of all tables opened here: records whose number is above `since`, and sums, as JSON.
    pub fn io(&self, since: f64) -> Result<String, JsValue> {
        view::io::read(&self.storage.io(), since)
    }
}
