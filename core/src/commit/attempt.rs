//! One change on its way to a snapshot, over as many attempts as it takes.

use std::borrow::Cow;

use super::{
    TableCommit,
    change::{Change, changed_partitions},
    conflict::{self, Delta, Rules, State},
    index_files::VectorFiles,
    latest::Latest,
    metadata::Metadata,
    strict::{self, Adds},
};
use crate::{
    error::{Error, ErrorKind, Result},
    io::PutOutcome,
    scan::entry_types,
    spec::{
        index_manifest::IndexManifestEntry,
        manifest::{FileKind, ManifestEntry},
        options::Bucket,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// How an attempt ended, other than by an error.
pub(super) enum Outcome {
    /// The snapshot with this id is ours.
    Committed(i64),
    /// The snapshot with this id is this commit, made before the first attempt (by another process of the same user).
    Before(i64),
    /// Somebody else took the id.
    Lost,
}

/// State kept between attempts: what need not be written again, and what to remove if the commit is given up.
pub(super) struct Attempt<'a> {
    table: &'a Table,
    commit: &'a TableCommit,
    change: &'a Change,
    metadata: Metadata<'a>,
    /// Up to this snapshot none is the work of this commit.
    not_before: Option<i64>,
    tries: u32,
    /// Set once a put had an unknown outcome: then nothing may be removed any more.
    outcome_unknown: bool,
}

/// The entries of a commit on top of one snapshot.
pub(super) struct Rebased<'a> {
    pub delta: Cow<'a, [ManifestEntry]>,
    pub index: Cow<'a, [IndexManifestEntry]>,
}

impl<'a> Attempt<'a> {
    /// `not_before` is a snapshot up to which this commit is known not to be made, where the caller looked.
    pub(super) fn new(commit: &'a TableCommit, change: &'a Change, not_before: Option<i64>) -> Self {
        Attempt {
            table: &commit.table,
            commit,
            change,
            metadata: Metadata::new(commit, change),
            not_before,
            tries: 0,
            outcome_unknown: false,
        }
    }

    /// Tries once. Errors: `Conflict` where the change contradicts the latest state.
    pub(super) async fn run(&mut self) -> Result<Outcome> {
        let latest = self.table.snapshots().latest().await?;
        let latest_id = latest.as_ref().map_or(0, |snapshot| snapshot.id);
        if let Some(id) = self.already_committed(latest_id).await? {
            return Ok(if self.tries == 0 { Outcome::Before(id) } else { Outcome::Committed(id) });
        }
        let retrying = self.tries > 0;
        self.tries += 1;

        let rebased = self.rebase(latest.as_ref()).await?;
        let snapshot = self.metadata.write(latest.as_ref(), rebased, retrying).await?;
        let outcome = self.put_snapshot(&snapshot).await?;
        if let Outcome::Committed(id) = outcome {
            let snapshots = self.table.snapshots();
            if id == 1 {
                snapshots.write_earliest_hint(id).await;
            }
            snapshots.write_latest_hint(id).await;
        }
        Ok(outcome)
    }

    /// Looks for this commit among the snapshots made since the first attempt: its reply may have been lost.
    async fn already_committed(&mut self, latest_id: i64) -> Result<Option<i64>> {
        let since = self.not_before.unwrap_or(latest_id);
        for id in since + 1..=latest_id {
            let snapshot = self.table.snapshots().get(id).await?;
            if self.change.made(&snapshot, &self.commit.commit_user) {
                return Ok(Some(id));
            }
        }
        self.not_before = Some(latest_id);
        Ok(None)
    }

    /// The entries of this commit on top of `latest`, checked.
    async fn rebase(&mut self, latest: Option<&Snapshot>) -> Result<Rebased<'a>> {
        let change = self.change;
        let mut rebased = Rebased { delta: Cow::Borrowed(&change.delta), index: Cow::Borrowed(&change.index) };
        let Some(snapshot) = latest else {
            conflict::check_bucket_counts(change.delta.iter())?;
            return Ok(rebased);
        };
        let latest = Latest { table: self.table, snapshot };
        if let Some(target) = &change.overwrite {
            let (mut delta, mut index) = latest.replaced(target, &change.delta).await?;
            delta.extend_from_slice(&change.delta);
            index.extend_from_slice(&change.index);
            rebased = Rebased { delta: Cow::Owned(delta), index: Cow::Owned(index) };
        }
        if self.table.options().commit_strict_mode_last_safe_snapshot.is_some() {
            let partitions = changed_partitions(&rebased.delta, &rebased.index);
            let adds = Adds { user: &self.commit.commit_user, kind: change.kind, partitions };
            strict::check(self.table, &self.commit.safe, snapshot.id, &adds).await?;
        }
        let discards = self.table.options().commit_discard_duplicate_files && change.kind == CommitKind::Append;
        if !change.check_conflicts && !discards {
            self.check_bucket_counts(latest).await?;
            return Ok(rebased);
        }
        let base = latest.files_of(&changed_partitions(&rebased.delta, &rebased.index)).await?;
        if discards {
            let kept = conflict::without_present(&base, &rebased.delta);
            if kept.len() < rebased.delta.len() {
                rebased.delta = Cow::Owned(kept);
            }
        }
        let rules = self.rules();
        let index = if rules.pair_vectors { latest.index_files().await? } else { Vec::new() };
        let delta = Delta { kind: change.kind, files: &rebased.delta, index: &rebased.index };
        conflict::check(&rules, State { files: &base, index: &index }, delta)
            .map_err(|error| error.with("latest snapshot", snapshot.id).with("committed by", &snapshot.commit_user))?;
        Ok(rebased)
    }

    /// New files must have the bucket count of their partition: a row in a bucket of another count would not be found.
    /// Java leaves this to the writer, which saw an older state.
    async fn check_bucket_counts(&self, latest: Latest<'_>) -> Result<()> {
        let added = || {
            let files = self.change.delta.iter();
            files.filter(|entry| entry.kind == FileKind::Add && entry.total_buckets > 0)
        };
        conflict::check_bucket_counts(added())?;
        let partitions = added().map(|entry| entry.partition.clone()).collect::<std::collections::HashSet<_>>();
        if partitions.is_empty() {
            return Ok(());
        }
        let counts = latest.bucket_counts(&partitions).await?;
        for entry in added() {
            if let Some(there) = counts.get(&entry.partition).filter(|there| **there != entry.total_buckets) {
                return Err(conflict::other_bucket_count(*there, entry));
            }
        }
        Ok(())
    }

    fn rules(&self) -> Rules {
        let (schema, options) = (self.table.schema(), self.table.options());
        let has_levels = schema.is_primary_key_table() && !options.pk_clustering_override;
        Rules {
            key_types: has_levels.then(|| entry_types(&schema.trimmed_primary_key_fields())),
            pair_vectors: options.deletion_vectors_enabled && vector_files(self.table) == VectorFiles::Many,
        }
    }

    async fn put_snapshot(&mut self, snapshot: &Snapshot) -> Result<Outcome> {
        let snapshots = self.table.snapshots();
        let path = snapshots.path(snapshot.id);
        let put = snapshots.publish(snapshot).await;
        if let Ok(PutOutcome::Created) = put {
            self.check_published(snapshot).await?;
            return Ok(Outcome::Committed(snapshot.id));
        }
        // Lost, or the reply was: the object that is there now tells, whoever wrote it.
        if put.is_err() {
            self.outcome_unknown = true;
        }
        match (snapshots.get_fresh(snapshot.id).await, put) {
            (Ok(Some(theirs)), _) => {
                let ours = theirs.uuid == snapshot.uuid || self.change.made(&theirs, &self.commit.commit_user);
                Ok(if ours { Outcome::Committed(theirs.id) } else { Outcome::Lost })
            }
            // Not there (yet): try again. Should the lost put still arrive, its snapshot is known as ours.
            (Ok(None), Err(error)) if error.kind() == ErrorKind::Unavailable => Ok(Outcome::Lost),
            (_, Err(error)) => Err(error.at(&path)),
            (Err(error), Ok(_)) => Err(error),
            // It was there and is gone (expired, rolled back): try again on the latest state.
            (Ok(None), Ok(_)) => Ok(Outcome::Lost),
        }
    }

    /// Reads back what was published: where the store only seems to create files if they are absent, somebody else's
    /// snapshot may have taken the place of ours. A snapshot that cannot be read, or has expired, says nothing.
    async fn check_published(&mut self, snapshot: &Snapshot) -> Result<()> {
        let path = self.table.snapshots().path(snapshot.id);
        let Ok(Some(found)) = self.table.storage().get_fresh(&path).await else { return Ok(()) };
        if found == snapshot.to_json()? {
            return Ok(());
        }
        // What we wrote may be referred to by snapshots made in between.
        self.outcome_unknown = true;
        let theirs = Snapshot::from_json(&found).map_or_else(
            |_| "what is no snapshot".to_owned(),
            |theirs| format!("a snapshot of {}", theirs.commit_user),
        );
        let message = format!(
            "snapshot {} was published and then overwritten by {theirs}: the store does not keep what is created only if \
             absent; the rows of this commit are not in the table",
            snapshot.id
        );
        Err(Error::conflict(message).at(self.table.storage().location(&path)))
    }

    /// Removes what this commit wrote and nobody refers to, as far as the store lets us. Data files stay: they belong to
    /// the writer. After a put of unknown outcome everything stays, because the snapshot may yet appear.
    pub(super) async fn clean_up(&mut self) {
        if !self.outcome_unknown {
            self.metadata.clean_up().await;
        }
    }

    /// Whether a snapshot of this commit may be there, or may yet appear.
    pub(super) fn outcome_unknown(&self) -> bool {
        self.outcome_unknown
    }

    /// The error for a race that was lost too often.
    pub(super) fn gave_up(&self) -> Error {
        let message = format!("lost the race for the next snapshot {} times", self.tries);
        Error::conflict(message).at(self.table.name())
    }
}

/// How the table's files with deletion vectors take the place of others.
pub(super) fn vector_files(table: &Table) -> VectorFiles {
    if table.schema().is_primary_key_table() {
        return VectorFiles::Replaced;
    }
    match table.options().bucket {
        Bucket::Dynamic => VectorFiles::Many,
        Bucket::Fixed(_) | Bucket::Postpone => VectorFiles::One,
    }
}
