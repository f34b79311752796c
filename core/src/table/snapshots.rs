//! Snapshots of a table or branch (format digest 1.1, 3.8).

use bytes::Bytes;
use futures::{StreamExt, future::BoxFuture, future::join, stream};

use super::{hints, numbering};
use crate::{
    error::{Error, ErrorKind, Result},
    io::{PutOutcome, Storage},
    spec::{layout, snapshot::Snapshot},
};

/// Snapshots read at the same time.
const PARALLEL: usize = 8;
/// Bounds nearer than this are believed to enclose snapshots without asking for the first and the last.
const NEAR: i64 = 2000;

/// Which part of the history is listed; by default all of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistoryPart {
    /// Only snapshots after this one.
    pub after: Option<i64>,
    /// Only snapshots before this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: Option<usize>,
    /// Where there are more: some of all ages, the first and the last among them, in place of the newest.
    pub spread: bool,
}

impl HistoryPart {
    /// Ids to read of `first..=last`, newest first.
    fn ids(&self, first: i64, last: i64) -> impl Iterator<Item = i64> + use<> {
        let way = (i128::from(last) - i128::from(first)).max(-1);
        let limit = self.limit.map_or(i128::MAX, |limit| limit as i128).min(way + 1);
        let steps = if self.spread && limit > 1 { limit - 1 } else { way.max(1) };
        // In 128 bits: ids may be as far apart as they like.
        (0..limit).filter_map(move |step| i64::try_from(i128::from(last) - way * step / steps).ok())
    }
}

/// Finds, reads and publishes the snapshots of a table or branch.
#[derive(Clone, Debug)]
pub struct SnapshotManager {
    storage: Storage,
    prefix: String,
}

impl SnapshotManager {
    /// The snapshots of `branch` (`main` for the table itself) of the table in the folder of `storage`.
    pub fn new(storage: Storage, branch: &str) -> Self {
        SnapshotManager { storage, prefix: layout::branch_path(branch) }
    }

    /// Path of the snapshot file, relative to the table folder.
    pub fn path(&self, id: i64) -> String {
        format!("{}{}", self.prefix, layout::snapshot_path(id))
    }

    /// The latest snapshot, always asked of the store: the hint, what it names and the next one. `None` for a table
    /// without snapshots.
    ///
    /// Where the hint is wrong or missing the folder is listed; where that is impossible, ids near the hint are
    /// tried, and id 1. (A table that lost both its hints and its first snapshots looks empty over plain HTTP.)
    pub async fn latest(&self) -> Result<Option<Snapshot>> {
        let hint = self.hint(layout::LATEST).await?;
        if let Some(id) = hint {
            let (named, next) = join(self.fetch(id), self.fetch(id.saturating_add(1))).await;
            match (named?, next?) {
                (Some(snapshot), None) => return Ok(Some(snapshot)),
                (_, Some(next)) => return self.climb(next).await.map(Some),
                (None, None) => {}
            }
        }
        match self.listed_ids().await? {
            Some(ids) => self.newest_of(&ids).await,
            None => self.search(hint).await,
        }
    }

    /// Id of the latest snapshot.
    pub async fn latest_id(&self) -> Result<Option<i64>> {
        Ok(self.latest().await?.map(|snapshot| snapshot.id))
    }

    /// The earliest snapshot that has not expired, `None` for a table without snapshots.
    pub async fn earliest(&self) -> Result<Option<Snapshot>> {
        let hint = self.hint(layout::EARLIEST).await?;
        for id in hint.into_iter().chain((hint != Some(1)).then_some(1)) {
            if let Some(snapshot) = self.fetch(id).await? {
                return Ok(Some(snapshot));
            }
        }
        if let Some(ids) = self.listed_ids().await? {
            // The earliest may expire between listing and reading: then the next one is.
            for id in ids {
                if let Some(snapshot) = self.fetch(id).await? {
                    return Ok(Some(snapshot));
                }
            }
            return Ok(None);
        }
        let Some(latest) = self.latest().await? else { return Ok(None) };
        let below = hint.filter(|id| *id < latest.id).unwrap_or(1);
        let (_, first) = numbering::first_existing(below, (latest.id, latest), |id| self.probe(id)).await?;
        Ok(Some(first))
    }

    /// The snapshot `id`. Errors: `NotFound`, naming the snapshots that there are.
    pub async fn get(&self, id: i64) -> Result<Snapshot> {
        match self.get_opt(id).await? {
            Some(snapshot) => Ok(snapshot),
            None => Err(self.missing(id).await),
        }
    }

    /// The snapshot `id`, `None` where it has expired or is yet to come.
    pub async fn get_opt(&self, id: i64) -> Result<Option<Snapshot>> {
        let body = self.storage.get_immutable_opt(&self.path(id)).await?;
        body.map(|body| self.parse(id, &body)).transpose()
    }

    /// The snapshot `id`, asked of the store although it may be cached: for committers, who must see what is there.
    pub async fn get_fresh(&self, id: i64) -> Result<Option<Snapshot>> {
        self.fetch(id).await
    }

    /// Ids of all snapshot files, ascending, whatever the hints say. Errors: `Unsupported` where the store cannot list.
    pub async fn ids(&self) -> Result<Vec<i64>> {
        let folder = format!("{}{}", self.prefix, layout::SNAPSHOT_FOLDER);
        numbering::listed(&self.storage, &folder, layout::SNAPSHOT_PREFIX).await
    }

    /// Snapshots, newest first, at most `limit`.
    pub async fn list(&self, limit: Option<usize>) -> Result<Vec<Snapshot>> {
        self.list_part(HistoryPart { limit, ..HistoryPart::default() }).await
    }

    /// A part of the history, newest first. Between two near bounds, within the limit, nothing is asked but the
    /// snapshots themselves.
    pub async fn list_part(&self, part: HistoryPart) -> Result<Vec<Snapshot>> {
        if part.limit == Some(0) {
            return Ok(Vec::new());
        }
        let near = part.limit.map_or(NEAR, |limit| i64::try_from(limit).unwrap_or(NEAR).min(NEAR));
        let (mut snapshots, first, last) = match (part.after, part.before) {
            (Some(after), Some(before)) if before.saturating_sub(after) <= near => {
                (Vec::new(), after.saturating_add(1).max(1), before.saturating_sub(1))
            }
            (after, before) => {
                let Some(latest) = self.latest().await? else { return Ok(Vec::new()) };
                let earliest = self.earliest().await?.map_or(latest.id, |snapshot| snapshot.id);
                let first = after.map_or(earliest, |after| after.saturating_add(1).max(earliest));
                match before {
                    Some(before) if before <= latest.id => (Vec::new(), first, before.saturating_sub(1)),
                    _ if first > latest.id => return Ok(Vec::new()),
                    _ => (vec![latest.clone()], first, latest.id),
                }
            }
        };
        let ids = part.ids(first, last).skip(snapshots.len());
        let older = stream::iter(ids.map(|id| self.get_opt(id))).buffered(PARALLEL);
        // What expired meanwhile is left out.
        let mut older = std::pin::pin!(older);
        while let Some(found) = older.next().await {
            snapshots.extend(found?);
        }
        Ok(snapshots)
    }

    /// The last snapshot committed at or before `millis` (epoch milliseconds), `None` where all are later.
    pub async fn at_or_before(&self, millis: i64) -> Result<Option<Snapshot>> {
        let Some(latest) = self.latest().await? else { return Ok(None) };
        if latest.time_millis <= millis {
            return Ok(Some(latest));
        }
        let Some(earliest) = self.earliest().await? else { return Ok(None) };
        if earliest.time_millis > millis {
            return Ok(None);
        }
        let (mut best, mut later) = (earliest, latest.id);
        while later - best.id > 1 {
            let middle = best.id + (later - best.id) / 2;
            match self.get_opt(middle).await? {
                Some(snapshot) if snapshot.time_millis <= millis => best = snapshot,
                Some(_) => later = middle,
                None => return Err(self.missing(middle).await),
            }
        }
        Ok(Some(best))
    }

    /// Creates the snapshot file. Nothing is published when somebody else has taken the id.
    ///
    /// Errors: `Unavailable` when the outcome is unknown: read the id back and compare commit user and identifier.
    pub async fn publish(&self, snapshot: &Snapshot) -> Result<PutOutcome> {
        self.storage.put_if_absent(&self.path(snapshot.id), Bytes::from(snapshot.to_json()?)).await
    }

    /// Writes the hint of the latest snapshot, after it was published; best effort. The first snapshot is the earliest.
    pub async fn write_latest_hint(&self, id: i64) {
        hints::write(&self.storage, &self.hint_path(layout::LATEST), id).await;
        if id == 1 {
            self.write_earliest_hint(id).await;
        }
    }

    /// Writes the hint of the earliest snapshot; best effort.
    pub async fn write_earliest_hint(&self, id: i64) {
        hints::write(&self.storage, &self.hint_path(layout::EARLIEST), id).await;
    }

    /// The error for a snapshot that is not there: it says which are.
    pub async fn missing(&self, id: i64) -> Error {
        let range = async { Ok::<_, Error>(self.earliest().await?.zip(self.latest().await?)) };
        let have = match range.await {
            Ok(Some((first, last))) if first.id == last.id => format!("the table has only snapshot {}", last.id),
            Ok(Some((first, last))) => format!("the table has snapshots {} to {}", first.id, last.id),
            Ok(None) => "the table has no snapshots".to_owned(),
            Err(_) => "which snapshots there are is unknown".to_owned(),
        };
        Error::not_found(format!("there is no snapshot {id}: {have}")).at(self.storage.location(&self.path(id)))
    }

    fn hint_path(&self, hint: &str) -> String {
        format!("{}{hint}", self.prefix)
    }

    async fn hint(&self, hint: &str) -> Result<Option<i64>> {
        let neighbour = format!("{}{}", self.prefix, layout::schema_path(0));
        hints::read(&self.storage, &self.hint_path(hint), &neighbour).await
    }

    async fn fetch(&self, id: i64) -> Result<Option<Snapshot>> {
        let body = self.storage.get_fresh(&self.path(id)).await?;
        body.map(|body| self.parse(id, &body)).transpose()
    }

    fn probe(&self, id: i64) -> BoxFuture<'_, Result<Option<Snapshot>>> {
        Box::pin(self.fetch(id))
    }

    fn parse(&self, id: i64, body: &[u8]) -> Result<Snapshot> {
        let place = || self.storage.location(&self.path(id));
        let snapshot = Snapshot::from_json(body).map_err(|error| error.at(place()))?;
        if snapshot.id != id {
            return Err(Error::corrupt(format!("expected snapshot {id}, found {}", snapshot.id)).at(place()));
        }
        Ok(snapshot)
    }

    /// From a snapshot that exists to the latest.
    async fn climb(&self, known: Snapshot) -> Result<Snapshot> {
        Ok(numbering::last_existing((known.id, known), |id| self.probe(id)).await?.1)
    }

    /// Ids in the folder, ascending; `None` where the store cannot list.
    async fn listed_ids(&self) -> Result<Option<Vec<i64>>> {
        match self.ids().await {
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(None),
            ids => ids.map(Some),
        }
    }

    async fn newest_of(&self, ids: &[i64]) -> Result<Option<Snapshot>> {
        // The newest can only vanish by a rollback meanwhile; then the one before it is.
        for id in ids.iter().rev() {
            if let Some(snapshot) = self.fetch(*id).await? {
                return Ok(Some(snapshot));
            }
        }
        Ok(None)
    }

    /// Without listing, with a hint that is wrong or missing.
    async fn search(&self, latest_hint: Option<i64>) -> Result<Option<Snapshot>> {
        let earliest_hint = self.hint(layout::EARLIEST).await?;
        let candidates = latest_hint.map_or_else(|| vec![1], numbering::around);
        for id in earliest_hint.into_iter().chain(candidates) {
            if let Some(known) = self.fetch(id).await? {
                return self.climb(known).await.map(Some);
            }
        }
        Ok(None)
    }
}
