//! Files → snapshot: prepare once, rebase on the latest snapshot, check for conflicts, publish, retry a lost race.
//!
//! Order: data files (by the writer), manifests, manifest lists, snapshot, then the hints. Nothing before the snapshot
//! is visible; nothing after it may fail the commit. A crash anywhere leaves the old or the new state and at most
//! files that nobody refers to (format digest 3.2–3.5, Java `FileStoreCommitImpl`).

mod attempt;
mod conflict;
mod index_files;
mod manifest_merge;
mod manifest_write;
mod message;

use std::{collections::HashSet, time::Duration};

pub use message::CommitMessage;

use attempt::{Attempt, Outcome};

use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::DELETION_VECTORS,
    spec::{
        binary_row::BinaryRow,
        index_manifest::IndexManifestEntry,
        manifest::ManifestEntry,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// What an overwrite replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverwriteTarget {
    /// Every partition.
    WholeTable,
    /// The partitions that match a filter on partition columns.
    Partitions(Predicate),
    /// The partitions that occur in the new files.
    Dynamic,
}

/// Publishes changes of one table under one commit user.
#[derive(Clone, Debug)]
pub struct TableCommit {
    table: Table,
    commit_user: String,
    operation: Option<String>,
}

/// The change that one snapshot makes.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub kind: CommitKind,
    pub identifier: i64,
    pub delta: Vec<ManifestEntry>,
    pub changelog: Vec<ManifestEntry>,
    /// Index files that come (ADD) and go (DELETE).
    pub index: Vec<IndexManifestEntry>,
    /// For overwrites: what to remove besides what `delta` says, recomputed at each attempt.
    pub overwrite: Option<OverwriteTarget>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.delta.is_empty() && self.changelog.is_empty() && self.index.is_empty()
    }
}

impl Table {
    /// A committer under `commit_user`; `None` takes a fresh user, which is right for batch jobs.
    pub fn new_commit(&self, commit_user: Option<String>) -> TableCommit {
        let commit_user = commit_user.unwrap_or_else(|| self.runtime().uuid());
        TableCommit { table: self.clone(), commit_user, operation: None }
    }
}

impl TableCommit {
    /// Records the SQL operation (such as `DELETE`) in the snapshot.
    #[must_use]
    pub fn with_operation(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Commits the messages: one APPEND snapshot for new files, one COMPACT snapshot for compactions, in this order;
    /// none where there is nothing to commit. Gives the ids.
    ///
    /// Messages that take files away or write deletion vectors make an OVERWRITE snapshot instead of the APPEND, as in
    /// Java (`ConflictDetection.shouldBeOverwriteCommit`), if what they were based on is still there.
    ///
    /// Errors: `Conflict` where the change contradicts somebody else's, or where the race was lost too often.
    pub async fn commit(&self, identifier: i64, messages: &[CommitMessage]) -> Result<Vec<i64>> {
        let mut ids = Vec::new();
        let append = Change {
            kind: if messages.iter().any(changes_rows) { CommitKind::Overwrite } else { CommitKind::Append },
            identifier,
            delta: messages.iter().flat_map(CommitMessage::append_entries).collect(),
            changelog: messages.iter().flat_map(CommitMessage::changelog_entries).collect(),
            index: messages.iter().flat_map(CommitMessage::append_index_entries).collect(),
            overwrite: None,
        };
        if !append.is_empty() {
            ids.push(self.publish(append).await?);
        }
        let compact = Change {
            kind: CommitKind::Compact,
            identifier,
            delta: messages.iter().flat_map(CommitMessage::compact_entries).collect(),
            changelog: messages.iter().flat_map(CommitMessage::compact_changelog_entries).collect(),
            index: messages.iter().flat_map(CommitMessage::compact_index_entries).collect(),
            overwrite: None,
        };
        if !compact.is_empty() {
            ids.push(self.publish(compact).await?);
        }
        Ok(ids)
    }

    /// Replaces what `target` says by the new files of the messages. Gives the snapshot id, `None` where a dynamic
    /// overwrite has no new files.
    ///
    /// Errors: as [`TableCommit::commit`].
    pub async fn overwrite(
        &self,
        identifier: i64,
        messages: &[CommitMessage],
        target: OverwriteTarget,
    ) -> Result<Option<i64>> {
        let delta: Vec<_> = messages.iter().flat_map(CommitMessage::append_entries).collect();
        if target == OverwriteTarget::Dynamic && delta.is_empty() {
            return Ok(None);
        }
        let kind = CommitKind::Overwrite;
        let index = messages.iter().flat_map(CommitMessage::append_index_entries).collect();
        let change = Change { kind, identifier, delta, changelog: Vec::new(), index, overwrite: Some(target) };
        self.publish(change).await.map(Some)
    }

    async fn publish(&self, change: Change) -> Result<i64> {
        let options = self.table.options();
        let mut attempt = Attempt::new(&self.table, &self.commit_user, self.operation.as_deref(), &change);
        let started = self.table.runtime().now_millis();
        let result = async {
            let mut tries = 0;
            loop {
                match attempt.run().await? {
                    Outcome::Committed(id) => return Ok(id),
                    Outcome::Lost => {}
                }
                let waited = u64::try_from(self.table.runtime().now_millis().saturating_sub(started)).unwrap_or(0);
                let too_late = options.commit_timeout.is_some_and(|most| Duration::from_millis(waited) > most);
                if tries >= options.commit_max_retries || too_late {
                    let message = format!("lost the race for the next snapshot {} times", tries + 1);
                    return Err(Error::conflict(message).at(self.table.name()));
                }
                self.table.runtime().sleep(self.backoff(tries)).await;
                tries += 1;
            }
        }
        .await;
        if result.is_err() {
            attempt.clean_up().await;
        }
        result
    }

    /// Doubles from the least to the greatest wait, with up to a fifth more at random.
    fn backoff(&self, tries: u32) -> Duration {
        let options = self.table.options();
        let wait = options.commit_min_retry_wait.saturating_mul(1 << tries.min(20)).min(options.commit_max_retry_wait);
        let jitter_percent = u32::try_from(self.table.runtime().random_u64() % 21).unwrap_or(0);
        wait + wait * jitter_percent / 100
    }
}

/// Whether a message does more than add rows.
fn changes_rows(message: &CommitMessage) -> bool {
    let mut index_files = message.new_index_files.iter().chain(&message.deleted_index_files);
    !message.deleted_files.is_empty() || index_files.any(|file| file.index_type == DELETION_VECTORS)
}

/// Partitions that a change touches.
pub(crate) fn changed_partitions(delta: &[ManifestEntry]) -> HashSet<BinaryRow> {
    delta.iter().map(|entry| entry.partition.clone()).collect()
}

/// Whether `snapshot` is the work of this very commit.
pub(crate) fn is_same_commit(snapshot: &Snapshot, user: &str, change: &Change) -> bool {
    snapshot.commit_user == user
        && snapshot.commit_identifier == change.identifier
        && snapshot.commit_kind == change.kind
}
