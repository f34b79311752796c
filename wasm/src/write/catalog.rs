//! Databases and tables, made and dropped.

use cenote_core::{ErrorKind, Result};
use js_sys::Promise;
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::new_table::NewTableRequest;
use crate::{abort::abortable, catalog::Catalog, json::from_text, opened, table::Table};

/// A change of what is in a warehouse.
#[derive(Debug, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "camelCase")]
enum Change {
    #[serde(rename_all = "camelCase")]
    CreateDatabase { name: String, if_not_exists: Option<bool> },
    #[serde(rename_all = "camelCase")]
    DropDatabase { name: String, if_exists: Option<bool>, cascade: Option<bool> },
    #[serde(rename_all = "camelCase")]
    DropTable { database: String, name: String, if_exists: Option<bool> },
}

#[wasm_bindgen]
impl Catalog {
    /// Makes or drops a database, or drops a table, as the JSON says. Nothing is answered.
    pub async fn change(&self, request: String, aborted: Option<Promise>) -> Result<(), JsValue> {
        let catalog = self.core().clone();
        abortable(aborted, async move {
            let done = match from_text(&request)? {
                Change::CreateDatabase { name, if_not_exists } => {
                    catalog.create_database(&name, if_not_exists.unwrap_or(false)).await
                }
                Change::DropDatabase { name, if_exists, cascade } => {
                    catalog.drop_database(&name, if_exists.unwrap_or(false), cascade.unwrap_or(false)).await
                }
                Change::DropTable { database, name, if_exists } => {
                    catalog.drop_table(&database, &name, if_exists.unwrap_or(false)).await
                }
            };
            opened::note_commit();
            done
        })
        .await
    }

    /// Makes a table, and its database where that is missing and wanted, and opens it.
    #[wasm_bindgen(js_name = createTable)]
    pub async fn create_table(
        &self,
        database: String,
        name: String,
        request: String,
        aborted: Option<Promise>,
    ) -> Result<Table, JsValue> {
        let catalog = self.core().clone();
        abortable(aborted, async move {
            let request: NewTableRequest = from_text(&request)?;
            let if_not_exists = request.if_not_exists();
            let table = request.into_table()?;
            let mut made = catalog.create_table(&database, &name, table.clone(), if_not_exists).await;
            if made.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound) {
                catalog.create_database(&database, true).await?;
                made = catalog.create_table(&database, &name, table, if_not_exists).await;
            }
            opened::note_commit();
            Table::opened(made?, Some(database), None)
        })
        .await
    }
}
