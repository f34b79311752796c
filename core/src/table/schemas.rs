//! Schema versions of a table or branch (format digest 2.3).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, future::BoxFuture, future::join, stream};

use super::numbering;
use crate::{
    error::{Error, ErrorKind, Result},
    io::{PutOutcome, Storage},
    spec::{layout, table_schema::TableSchema},
};

/// Schemas read at the same time.
const PARALLEL: usize = 8;

/// Finds, reads and adds the schema versions of a table or branch. Clones share the versions read.
#[derive(Clone, Debug)]
pub struct SchemaManager {
    storage: Storage,
    prefix: String,
    read: Arc<Mutex<HashMap<i64, Version>>>,
}

#[derive(Clone, Debug)]
struct Version {
    /// The file, to notice when a table was dropped and made anew.
    body: Bytes,
    schema: Arc<TableSchema>,
}

impl SchemaManager {
    /// The schemas of `branch` (`main` for the table itself) of the table in the folder of `storage`.
    pub fn new(storage: Storage, branch: &str) -> Self {
        SchemaManager { storage, prefix: layout::branch_path(branch), read: Arc::default() }
    }

    /// Path of the schema file, relative to the table folder.
    pub fn path(&self, id: i64) -> String {
        format!("{}{}", self.prefix, layout::schema_path(id))
    }

    /// The latest version, always asked of the store; `None` where there is no table.
    pub async fn latest(&self) -> Result<Option<Arc<TableSchema>>> {
        let known = self.versions().keys().max().copied();
        self.latest_from(known).await
    }

    /// As [`SchemaManager::latest`], starting at a version that should exist, such as that of the latest snapshot:
    /// two requests when it is the latest.
    pub async fn latest_from(&self, known: Option<i64>) -> Result<Option<Arc<TableSchema>>> {
        let mut start = known.unwrap_or(0).max(0);
        loop {
            let (named, next) = join(self.fetch(start), self.fetch(start.saturating_add(1))).await;
            match (named?, next?) {
                (Some(schema), None) => return Ok(Some(schema)),
                (_, Some(next)) => {
                    let (_, last) = numbering::last_existing((next.id, next), |id| self.probe(id)).await?;
                    return Ok(Some(last));
                }
                (None, None) if start > 0 => start = 0,
                (None, None) => return self.last_listed().await,
            }
        }
    }

    /// The version `id`. Errors: `NotFound`.
    pub async fn get(&self, id: i64) -> Result<Arc<TableSchema>> {
        if let Some(version) = self.versions().get(&id) {
            return Ok(version.schema.clone());
        }
        let path = self.path(id);
        match self.storage.get_immutable_opt(&path).await? {
            Some(body) => self.keep(id, body),
            None => Err(Error::not_found(format!("there is no schema {id}")).at(self.storage.location(&path))),
        }
    }

    /// All versions, oldest first; empty where there is no table.
    pub async fn list(&self) -> Result<Vec<Arc<TableSchema>>> {
        let Some(latest) = self.latest().await? else { return Ok(Vec::new()) };
        let first = if self.storage.get_immutable_opt(&self.path(0)).await?.is_some() {
            0
        } else {
            self.listed_ids().await?.first().copied().unwrap_or(latest.id)
        };
        stream::iter((first..=latest.id).map(|id| self.get(id))).buffered(PARALLEL).try_collect().await
    }

    /// Creates the file of `schema` under its id, which must be the latest plus one (0 for a new table).
    ///
    /// `Exists` means that somebody else changed the schema: read the latest and apply the change again.
    /// Errors: `Unsupported` where the store cannot create only if absent.
    pub async fn commit_next(&self, schema: &TableSchema) -> Result<PutOutcome> {
        self.storage.put_if_absent(&self.path(schema.id), Bytes::from(schema.to_json()?)).await
    }

    fn versions(&self) -> MutexGuard<'_, HashMap<i64, Version>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self, id: i64) -> Result<Option<Arc<TableSchema>>> {
        let body = self.storage.get_fresh(&self.path(id)).await?;
        body.map(|body| self.keep(id, body)).transpose()
    }

    fn probe(&self, id: i64) -> BoxFuture<'_, Result<Option<Arc<TableSchema>>>> {
        Box::pin(self.fetch(id))
    }

    fn keep(&self, id: i64, body: Bytes) -> Result<Arc<TableSchema>> {
        match self.versions().get(&id) {
            Some(version) if version.body == body => return Ok(version.schema.clone()),
            _ => {}
        }
        let place = || self.storage.location(&self.path(id));
        let schema = TableSchema::from_json(&body).map_err(|error| error.at(place()))?;
        if schema.id != id {
            return Err(Error::corrupt(format!("expected schema {id}, found {}", schema.id)).at(place()));
        }
        let schema = Arc::new(schema);
        let mut versions = self.versions();
        if versions.contains_key(&id) {
            // Another file under the same id: the table was made anew, nothing read before holds.
            versions.clear();
        }
        versions.insert(id, Version { body, schema: schema.clone() });
        Ok(schema)
    }

    /// For tables whose first versions are gone.
    async fn last_listed(&self) -> Result<Option<Arc<TableSchema>>> {
        match self.listed_ids().await?.last() {
            Some(id) => self.fetch(*id).await,
            None => Ok(None),
        }
    }

    /// Ids in the folder, ascending; empty where the store cannot list.
    async fn listed_ids(&self) -> Result<Vec<i64>> {
        let folder = format!("{}{}", self.prefix, layout::SCHEMA_FOLDER);
        let listing = match self.storage.list(&folder).await {
            Err(error) if error.kind() == ErrorKind::Unsupported => return Ok(Vec::new()),
            listing => listing?,
        };
        let id = |name: &str| name.strip_prefix(layout::SCHEMA_PREFIX)?.parse::<i64>().ok().filter(|id| *id >= 0);
        let mut ids = listing.files.iter().filter_map(|file| id(&file.name)).collect::<Vec<_>>();
        ids.sort_unstable();
        Ok(ids)
    }
}
