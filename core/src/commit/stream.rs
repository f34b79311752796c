//! Exactly-once streams: a commit is known by its user and its identifier, which grows (format digest 3.3).

use super::{CommitMessage, TableCommit, change::Change};
use crate::error::{Error, Result};

/// What became of a commit that may have been made before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It was made now; ids of its snapshots, none where there was nothing to commit.
    Committed(Vec<i64>),
    /// This user has committed this identifier, or a later one, before. Nothing was done.
    AlreadyCommitted {
        /// The user's latest snapshot.
        snapshot_id: i64,
        /// Its identifier.
        identifier: i64,
    },
}

/// The latest snapshot of a user.
struct LastCommit {
    snapshot_id: i64,
    identifier: i64,
}

impl TableCommit {
    /// The identifiers that this user has not committed yet, for a job that comes back after a failure and does not know
    /// which of its commits got through.
    ///
    /// Expired snapshots are forgotten: a job must come back before its last snapshot expires.
    /// Errors: `Invalid` where the identifiers do not grow.
    pub async fn filter_committed(&self, identifiers: &[i64]) -> Result<Vec<i64>> {
        if let Some([a, b]) = identifiers.windows(2).find(|pair| matches!(pair, [a, b] if a >= b)) {
            return Err(Error::invalid(format!("expected growing commit identifiers, found {a} before {b}")));
        }
        let (_, last) = self.last_commit().await?;
        let last = last.map(|last| last.identifier);
        Ok(identifiers.iter().copied().filter(|identifier| last.is_none_or(|last| *identifier > last)).collect())
    }

    /// As [`TableCommit::commit`], but does nothing where this user has committed this identifier or a later one. Of
    /// several processes that commit the same at the same time, one does.
    ///
    /// A repeated commit whose APPEND was made but not its COMPACT leaves the latter out: no row is in it alone.
    /// Errors: as [`TableCommit::commit`].
    pub async fn commit_once(&self, identifier: i64, messages: &[CommitMessage]) -> Result<CommitOutcome> {
        let (latest, last) = self.last_commit().await?;
        if let Some(LastCommit { snapshot_id, identifier }) = last.filter(|last| last.identifier >= identifier) {
            return Ok(CommitOutcome::AlreadyCommitted { snapshot_id, identifier });
        }
        let mut ids = Vec::new();
        let mut append = Change::append(identifier, messages);
        append.check_conflicts |= self.check_appends;
        if !self.ignore_empty || !append.is_empty() {
            let (id, made_now) = self.publish_after(append, Some(latest)).await?;
            if !made_now {
                return Ok(CommitOutcome::AlreadyCommitted { snapshot_id: id, identifier });
            }
            ids.push(id);
        }
        let compact = Change::compact(identifier, messages);
        if !compact.is_empty() {
            ids.push(self.publish_after(compact, Some(latest)).await?.0);
        }
        Ok(CommitOutcome::Committed(ids))
    }

    /// Id of the latest snapshot, 0 where there is none, and the last one of this user, looked for from there down to the
    /// earliest, or to the last safe one of strict mode.
    async fn last_commit(&self) -> Result<(i64, Option<LastCommit>)> {
        let snapshots = self.table.snapshots();
        let Some(latest) = snapshots.latest().await? else { return Ok((0, None)) };
        let latest_id = latest.id;
        let safe = self.table.options().commit_strict_mode_last_safe_snapshot.unwrap_or(0);
        let mut next = Some(latest);
        while let Some(snapshot) = next {
            if snapshot.commit_user == self.commit_user {
                let last = LastCommit { snapshot_id: snapshot.id, identifier: snapshot.commit_identifier };
                return Ok((latest_id, Some(last)));
            }
            let before = snapshot.id - 1;
            next = if before > safe.max(0) { snapshots.get_opt(before).await? } else { None };
        }
        Ok((latest_id, None))
    }
}
