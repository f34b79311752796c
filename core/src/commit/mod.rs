//! Files → snapshot: prepare once, rebase on the latest snapshot, check for conflicts, publish, retry a lost race.
//!
//! ```text
//! messages ── change ──▶ attempt: latest snapshot ─ rebase ─ conflict rules ─ metadata ─ publish ──▶ snapshot id
//!                            ▲                                                      │ lost the race
//!                            └──────────────────────────────────────────────────────┘
//! ```
//!
//! Order: data files (by the writer), manifests, manifest lists, snapshot, then the hints. Nothing before the snapshot
//! is visible; nothing after it may fail the commit. A crash anywhere leaves the old or the new state and at most
//! files that nobody refers to (format digest 3.2–3.5, Java `FileStoreCommitImpl`).

mod abort;
mod attempt;
mod change;
mod conflict;
pub(crate) mod index_files;
mod latest;
mod manifest_merge;
mod manifest_write;
mod message;
mod message_bytes;
mod metadata;
mod prepared;
mod row_tracking;
mod sequences;
mod statistics;
mod stream;
mod strict;
mod upgrade;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

pub use abort::AbortReport;
pub use message::CommitMessage;
pub use prepared::{read_prepared, write_prepared};
pub use statistics::{ColumnStatistics, TableStatistics};
pub use stream::CommitOutcome;

use attempt::{Attempt, Outcome};
use change::Change;

use crate::{
    error::{Error, Result},
    predicate::Predicate,
    scan::{entry_types, partition_matches},
    spec::{layout, manifest::ManifestEntry},
    table::Table,
};

/// Detail of errors of commits that may yet have made, or make, their snapshot.
pub(crate) const OUTCOME: &str = "outcome";

/// What an overwrite replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OverwriteTarget {
    /// Every partition.
    WholeTable,
    /// The partitions that match a filter on partition columns. All new files must be in them.
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
    watermark: Option<i64>,
    properties: BTreeMap<String, String>,
    ignore_empty: bool,
    check_appends: bool,
    /// Snapshot up to which strict mode found nothing.
    safe: Arc<AtomicI64>,
}

impl Table {
    /// A committer under `commit_user`; `None` takes a fresh user (beginning with `commit.user-prefix`), which is right
    /// for batch jobs.
    pub fn new_commit(&self, commit_user: Option<String>) -> TableCommit {
        let options = self.options();
        let commit_user = commit_user.unwrap_or_else(|| match &options.commit_user_prefix {
            Some(prefix) => format!("{prefix}_{}", self.runtime().uuid()),
            None => self.runtime().uuid(),
        });
        TableCommit {
            table: self.clone(),
            commit_user,
            operation: None,
            watermark: None,
            properties: BTreeMap::new(),
            ignore_empty: options.snapshot_ignore_empty_commit.unwrap_or(!options.commit_force_create_snapshot),
            check_appends: false,
            safe: Arc::new(AtomicI64::new(options.commit_strict_mode_last_safe_snapshot.unwrap_or(strict::UNKNOWN))),
        }
    }
}

impl TableCommit {
    /// The user that snapshots name.
    pub fn commit_user(&self) -> &str {
        &self.commit_user
    }

    /// Records the SQL operation (such as `DELETE`) in the snapshot.
    #[must_use]
    pub fn with_operation(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Event time up to which the rows are complete, epoch milliseconds. The snapshot has the greater of this and its
    /// predecessor's.
    #[must_use]
    pub fn with_watermark(mut self, millis: i64) -> Self {
        self.watermark = Some(millis);
        self
    }

    /// Properties of the snapshots made.
    #[must_use]
    pub fn with_properties(mut self, properties: impl IntoIterator<Item = (String, String)>) -> Self {
        self.properties = properties.into_iter().collect();
        self
    }

    /// Whether a commit of nothing makes no snapshot; by default what the table's options say, and otherwise true.
    #[must_use]
    pub fn with_ignore_empty(mut self, ignore: bool) -> Self {
        self.ignore_empty = ignore;
        self
    }

    /// Checks commits that only add files as strictly as others, so that files which are there already are a conflict:
    /// for committing messages again that may have been committed.
    #[must_use]
    pub fn with_append_check(mut self, check: bool) -> Self {
        self.check_appends = check;
        self
    }

    /// Commits the messages: one APPEND snapshot for new files (OVERWRITE where they delete rows), one COMPACT snapshot
    /// for compactions, in this order; none where there is nothing to commit. Gives the ids.
    ///
    /// Errors: `Conflict` where the change contradicts somebody else's, or where the race was lost too often.
    pub async fn commit(&self, identifier: i64, messages: &[CommitMessage]) -> Result<Vec<i64>> {
        let mut ids = Vec::new();
        let mut append = Change::append(identifier, messages);
        append.check_conflicts |= self.check_appends;
        if !self.ignore_empty || !append.is_empty() {
            ids.push(self.publish(append).await?);
        }
        let compact = Change::compact(identifier, messages);
        if !compact.is_empty() {
            ids.push(self.publish(compact).await?);
        }
        Ok(ids)
    }

    /// Replaces what `target` says by the new files of the messages, in one OVERWRITE snapshot; one COMPACT snapshot
    /// follows where the messages have compactions. Changelog of the messages is not committed. Gives the id of the
    /// OVERWRITE, `None` where a dynamic overwrite has no new files.
    ///
    /// Errors: as [`TableCommit::commit`]; `Invalid` for new files outside of the target.
    pub async fn overwrite(
        &self,
        identifier: i64,
        messages: &[CommitMessage],
        target: OverwriteTarget,
    ) -> Result<Option<i64>> {
        let compact = Change { changelog: Vec::new(), ..Change::compact(identifier, messages) };
        let mut change = Change::overwrite(identifier, messages, target);
        self.check_target(&change)?;
        if compact.is_empty() {
            change.delta = self.upgraded(change.delta)?;
        }
        let skip = change.overwrite == Some(OverwriteTarget::Dynamic) && change.delta.is_empty();
        let id = if skip { None } else { Some(self.publish(change).await?) };
        if !compact.is_empty() {
            self.publish(compact).await?;
        }
        Ok(id)
    }

    /// Removes all rows, or those of the partitions that match a filter. Gives the snapshot id.
    ///
    /// Errors: as [`TableCommit::commit`].
    pub async fn truncate(&self, identifier: i64, partitions: Option<Predicate>) -> Result<i64> {
        let target = partitions.map_or(OverwriteTarget::WholeTable, OverwriteTarget::Partitions);
        let commit = match self.operation {
            Some(_) => self.clone(),
            None => self.clone().with_operation("TRUNCATE"),
        };
        commit.publish(Change::overwrite(identifier, &[], target)).await
    }

    fn check_target(&self, change: &Change) -> Result<()> {
        let Some(OverwriteTarget::Partitions(predicate)) = &change.overwrite else { return Ok(()) };
        let fields = self.table.schema().partition_fields();
        for entry in &change.delta {
            if !partition_matches(predicate, &entry.partition, &fields)? {
                let values = entry.partition.decode(&entry_types(&fields))?;
                let path = layout::partition_path(&fields, &values, self.table.options());
                let message = format!("the overwrite is for {predicate}, but the new rows are in {path}");
                return Err(Error::invalid(message).at(&entry.file.file_name));
            }
        }
        Ok(())
    }

    /// New files of an overwrite, at the top level where they may stand there.
    fn upgraded(&self, files: Vec<ManifestEntry>) -> Result<Vec<ManifestEntry>> {
        let (schema, options) = (self.table.schema(), self.table.options());
        if !schema.is_primary_key_table() || !options.overwrite_upgrade || options.pk_clustering_override {
            return Ok(files);
        }
        let key_types = entry_types(&schema.trimmed_primary_key_fields());
        upgrade::upgrade(files, &key_types, options.num_levels() - 1)
    }

    async fn publish(&self, change: Change) -> Result<i64> {
        Ok(self.publish_after(change, None).await?.0)
    }

    /// Publishes a change that was not made up to the snapshot `not_before`, where the caller has looked. Gives the id of
    /// its snapshot, and whether it was made now.
    async fn publish_after(&self, change: Change, not_before: Option<i64>) -> Result<(i64, bool)> {
        let options = self.table.options();
        self.table.storage().check_commits().await?;
        let change = change.with_bucket_count(options.bucket.number());
        let mut attempt = Attempt::new(self, &change, not_before);
        let started = self.table.runtime().now_millis();
        let result = async {
            let mut tries = 0;
            loop {
                match attempt.run().await? {
                    Outcome::Committed(id) => return Ok((id, true)),
                    Outcome::Before(id) => return Ok((id, false)),
                    Outcome::Lost => {}
                }
                let waited = u64::try_from(self.table.runtime().now_millis().saturating_sub(started)).unwrap_or(0);
                let too_late = options.commit_timeout.is_some_and(|most| Duration::from_millis(waited) > most);
                if tries >= options.commit_max_retries || too_late {
                    return Err(attempt.gave_up());
                }
                self.table.runtime().sleep(self.backoff(tries)).await;
                tries += 1;
            }
        }
        .await;
        if result.is_err() {
            attempt.clean_up().await;
        }
        match result {
            Err(error) if attempt.outcome_unknown() => Err(error.with(OUTCOME, "unknown")),
            result => result,
        }
    }

    /// Doubles from the least to the greatest wait, with up to a fifth more at random.
    fn backoff(&self, tries: u32) -> Duration {
        let options = self.table.options();
        let wait = options.commit_min_retry_wait.saturating_mul(1 << tries.min(20)).min(options.commit_max_retry_wait);
        let jitter_percent = u32::try_from(self.table.runtime().random_u64() % 21).unwrap_or(0);
        wait + wait * jitter_percent / 100
    }
}

#[cfg(test)]
mod tests;
