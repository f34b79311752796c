//! Long-lived changelogs: snapshot files that outlive their snapshots for the sake of their changes (Java
//! `ChangelogManager`, format digest 15.4).
//!
//! `changelog/changelog-<id>` is the snapshot file of an expired snapshot whose changes are kept. The folder has its own
//! hints. The ids go from the earliest kept up to the one before the earliest snapshot, at times with gaps.

use super::{hints, numbering};
use crate::{
    error::{Error, ErrorKind, Result},
    io::Storage,
    spec::{layout, snapshot::Snapshot},
};

/// Finds and reads the long-lived changelogs of a table or branch.
#[derive(Clone, Debug)]
pub struct ChangelogManager {
    storage: Storage,
    prefix: String,
}

impl ChangelogManager {
    /// The changelogs of `branch` (`main` for the table itself) of the table in the folder of `storage`.
    pub fn new(storage: Storage, branch: &str) -> Self {
        ChangelogManager { storage, prefix: layout::branch_path(branch) }
    }

    /// Path of the changelog file, relative to the table folder.
    pub fn path(&self, id: i64) -> String {
        format!("{}{}", self.prefix, layout::changelog_path(id))
    }

    /// The changes of the expired snapshot `id`, `None` where they are not kept (any more).
    pub async fn get_opt(&self, id: i64) -> Result<Option<Snapshot>> {
        let path = self.path(id);
        let Some(body) = self.storage.get_immutable_opt(&path).await? else { return Ok(None) };
        let place = || self.storage.location(&path);
        let changelog = Snapshot::from_json(&body).map_err(|error| error.at(place()))?;
        if changelog.id != id {
            return Err(Error::corrupt(format!("expected changelog {id}, found {}", changelog.id)).at(place()));
        }
        Ok(Some(changelog))
    }

    /// Id of the earliest kept changelog; `None` where there is none.
    ///
    /// Where the store cannot list and the hint is wrong or missing, `below`, the earliest snapshot, is where the search
    /// starts downwards.
    pub async fn earliest_id(&self, below: Option<i64>) -> Result<Option<i64>> {
        let hint = self.hint(layout::CHANGELOG_EARLIEST).await?;
        if let Some(id) = hint
            && self.get_opt(id).await?.is_some()
        {
            return Ok(Some(id));
        }
        if let Some(ids) = self.listed_ids().await? {
            return Ok(ids.first().copied());
        }
        let Some(last) = below.and_then(|id| id.checked_sub(1)).filter(|id| *id > 0) else { return Ok(None) };
        let Some(known) = self.get_opt(last).await? else { return Ok(None) };
        let absent = hint.filter(|id| *id < last).unwrap_or(0);
        let probe = |id| -> futures::future::BoxFuture<'_, Result<Option<Snapshot>>> { Box::pin(self.get_opt(id)) };
        Ok(Some(numbering::first_existing(absent, (last, known), probe).await?.0))
    }

    /// Writes the hint of the earliest changelog; best effort.
    pub async fn write_earliest_hint(&self, id: i64) {
        hints::write(&self.storage, &format!("{}{}", self.prefix, layout::CHANGELOG_EARLIEST), id).await;
    }

    /// Writes the hint of the latest changelog; best effort. -1 says that there is none.
    pub async fn write_latest_hint(&self, id: i64) {
        hints::write(&self.storage, &format!("{}{}", self.prefix, layout::CHANGELOG_LATEST), id).await;
    }

    async fn hint(&self, hint: &str) -> Result<Option<i64>> {
        let neighbour = format!("{}{}", self.prefix, layout::schema_path(0));
        hints::read(&self.storage, &format!("{}{hint}", self.prefix), &neighbour).await
    }

    /// Ids of all changelog files, ascending, whatever the hints say. Errors: `Unsupported` where the store cannot list.
    pub async fn ids(&self) -> Result<Vec<i64>> {
        let folder = format!("{}{}", self.prefix, layout::CHANGELOG_FOLDER);
        numbering::listed(&self.storage, &folder, layout::CHANGELOG_PREFIX).await
    }

    /// Ids in the folder, ascending; `None` where the store cannot list.
    async fn listed_ids(&self) -> Result<Option<Vec<i64>>> {
        match self.ids().await {
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
            ids => ids.map(Some),
        }
    }
}
