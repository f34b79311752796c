//! Consumers: how far streaming readers have come (Java `ConsumerManager`, format digest 15.5).

use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

use crate::{
    error::{Error, Result},
    io::Storage,
    spec::layout,
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

#[derive(Deserialize)]
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
        let mut ids =
            files.iter().filter_map(|file| file.name.strip_prefix(layout::CONSUMER_PREFIX)).collect::<Vec<_>>();
        ids.sort_unstable();
        // One that is gone since it was listed is no consumer any more.
        let found = stream::iter(ids.into_iter().map(|id| self.get_opt(id))).buffered(PARALLEL);
        found.try_filter_map(async |consumer| Ok(consumer)).try_collect().await
    }

    /// The consumer of this name, `None` where it is absent. Errors: `Corrupt`, `Invalid` for what is no name.
    pub async fn get_opt(&self, id: &str) -> Result<Option<Consumer>> {
        if id.trim().is_empty() || id.contains('/') || id.chars().any(char::is_control) {
            return Err(Error::invalid(format!("not a consumer id: {id:?}")));
        }
        let path = format!("{}{}", self.prefix, layout::consumer_path(id));
        let Some(body) = self.storage.get_opt(&path).await? else { return Ok(None) };
        let json: ConsumerJson = serde_json::from_slice(&body).map_err(|error| {
            Error::corrupt("expected a consumer as JSON").because(error).at(self.storage.location(&path))
        })?;
        Ok(Some(Consumer { id: id.to_owned(), next_snapshot: json.next_snapshot }))
    }
}
