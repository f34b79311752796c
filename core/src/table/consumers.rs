//! Consumers: how far streaming readers have come (Java `ConsumerManager`, format digest 15.5).

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    io::Storage,
    spec::{json, layout},
};

/// Consumer files read at the same time.
const PARALLEL: usize = 8;

/// A streaming reader that keeps snapshots from expiring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Name of the reader.
    pub id: String,
    /// The next snapshot it will read.
    pub next_snapshot: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsumerJson {
    next_snapshot: i64,
}

/// Finds and reads the consumers of a table or branch.
#[derive(Clone, Debug)]
pub struct ConsumerManager {
    storage: Storage,
    prefix: String,
}

impl ConsumerManager {
    /// The consumers of `branch` (`main` for the table itself) of the table in the folder of `storage`.
    pub fn new(storage: Storage, branch: &str) -> Self {
        ConsumerManager { storage, prefix: layout::branch_path(branch) }
    }

    /// All consumers, by id. Errors: `Unsupported` where the store cannot list, `Corrupt`.
    pub async fn list(&self) -> Result<Vec<Consumer>> {
        let files = self.storage.list(&format!("{}{}", self.prefix, layout::CONSUMER_FOLDER)).await?.files;
        let mut ids = Vec::with_capacity(files.len());
        for file in &files {
            ids.extend(file.name.strip_prefix(layout::CONSUMER_PREFIX).map(str::to_owned));
        }
        ids.sort_unstable();
        // One that is gone since it was listed is no consumer any more.
        let reads = ids.into_iter().map(|id| self.named(id));
        let found = stream::iter(reads).buffered(PARALLEL);
        found.try_filter_map(async |consumer| Ok(consumer)).try_collect().await
    }

    async fn named(&self, id: String) -> Result<Option<Consumer>> {
        self.get_opt(&id).await
    }

    /// The consumer of this name, `None` where it is absent. Errors: `Corrupt`, `Invalid` for what is no name.
    pub async fn get_opt(&self, id: &str) -> Result<Option<Consumer>> {
        let path = self.path(id)?;
        let Some(body) = self.storage.get_opt(&path).await? else { return Ok(None) };
        let json: ConsumerJson = serde_json::from_slice(&body).map_err(|error| {
            Error::corrupt("expected a consumer as JSON").because(error).at(self.storage.location(&path))
        })?;
        Ok(Some(Consumer { id: id.to_owned(), next_snapshot: json.next_snapshot }))
    }

    /// Says which snapshot the consumer reads next. Errors: `Invalid` for what is no name or no snapshot id.
    pub async fn reset(&self, id: &str, next_snapshot: i64) -> Result<()> {
        if next_snapshot < 1 {
            return Err(Error::invalid(format!("expected a snapshot id from 1 on, found {next_snapshot}")));
        }
        let json = json::write(&ConsumerJson { next_snapshot })?;
        self.storage.put(&self.path(id)?, Bytes::from(json)).await
    }

    /// Forgets a consumer: it keeps no snapshots any more. Errors: `NotFound`, `Invalid` for what is no name.
    pub async fn delete(&self, id: &str) -> Result<()> {
        let path = self.path(id)?;
        if self.storage.get_opt(&path).await?.is_none() {
            return Err(Error::not_found(format!("there is no consumer {id}")).at(self.storage.location(&path)));
        }
        self.storage.delete(&path).await
    }

    /// Consumers whose files were last written before `older_than_millis` (epoch), by id. Errors: `Unsupported` where the
    /// store cannot list.
    pub async fn idle(&self, older_than_millis: i64) -> Result<Vec<String>> {
        let files = self.storage.list(&format!("{}{}", self.prefix, layout::CONSUMER_FOLDER)).await?.files;
        let idle = files.iter().filter(|file| file.modified_millis < older_than_millis);
        Ok(idle.filter_map(|file| file.name.strip_prefix(layout::CONSUMER_PREFIX)).map(str::to_owned).collect())
    }

    fn path(&self, id: &str) -> Result<String> {
        if id.trim().is_empty() || id.contains('/') || id.chars().any(char::is_control) {
            return Err(Error::invalid(format!("not a consumer id: {id:?}")));
        }
        Ok(format!("{}{}", self.prefix, layout::consumer_path(id)))
    }
}
