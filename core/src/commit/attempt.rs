//! One change on its way to a snapshot, over as many attempts as it takes.

use super::{
    Change, OverwriteTarget, changed_partitions, conflict, index_files, is_same_commit,
    manifest_merge::merge,
    manifest_write::{FileNames, write_manifest_list, write_manifests},
};
use crate::{
    error::{ErrorKind, Result},
    io::PutOutcome,
    scan::{
        EntryFilter, entries::live_entries, entry_types, partition_matches, read_entries, read_index_manifest,
        read_manifests,
    },
    spec::{
        index_manifest, layout,
        manifest::{FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
        snapshot::{CommitKind, Snapshot},
    },
    table::Table,
};

/// How an attempt ended, other than by an error.
pub(super) enum Outcome {
    /// The snapshot with this id is ours.
    Committed(i64),
    /// Somebody else took the id.
    Lost,
}

/// State kept between attempts: what need not be written again, and what to remove if the commit is given up.
pub(super) struct Attempt<'a> {
    table: &'a Table,
    user: &'a str,
    operation: Option<&'a str>,
    change: &'a Change,
    names: FileNames,
    /// Id of the snapshot that the first attempt was based on.
    first_base: Option<i64>,
    tries: u32,
    delta: Option<Written>,
    changelog: Option<Written>,
    /// Names below `manifest/` that nobody refers to unless the commit succeeds.
    unpublished: Vec<String>,
    /// Set once a put had an unknown outcome: then nothing may be removed any more.
    outcome_unknown: bool,
}

/// A manifest list that holds a fixed set of entries.
#[derive(Clone)]
struct Written {
    list: String,
    size: i64,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(table: &'a Table, user: &'a str, operation: Option<&'a str>, change: &'a Change) -> Self {
        Attempt {
            table,
            user,
            operation,
            change,
            names: FileNames::new(table),
            first_base: None,
            tries: 0,
            delta: None,
            changelog: None,
            unpublished: Vec::new(),
            outcome_unknown: false,
        }
    }

    /// Tries once. Errors: `Conflict` where the change contradicts the latest state.
    pub(super) async fn run(&mut self) -> Result<Outcome> {
        let latest = self.table.snapshots().latest().await?;
        let latest_id = latest.as_ref().map_or(0, |snapshot| snapshot.id);
        if let Some(id) = self.already_committed(latest_id).await? {
            return Ok(Outcome::Committed(id));
        }
        let first_base = *self.first_base.get_or_insert(latest_id);
        let retrying = self.tries > 0 || first_base != latest_id;
        self.tries += 1;

        let delta = self.rebase(latest.as_ref()).await?;
        let snapshot = self.write_metadata(latest.as_ref(), &delta, retrying).await?;
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
    async fn already_committed(&self, latest_id: i64) -> Result<Option<i64>> {
        let Some(first_base) = self.first_base else { return Ok(None) };
        for id in first_base + 1..=latest_id {
            let snapshot = self.table.snapshots().get(id).await?;
            if is_same_commit(&snapshot, self.user, self.change) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// The entries of this commit on top of `latest`, checked.
    async fn rebase(&self, latest: Option<&Snapshot>) -> Result<Vec<ManifestEntry>> {
        let Some(latest) = latest else {
            conflict::check_bucket_counts(self.change.delta.iter())?;
            return Ok(self.change.delta.clone());
        };
        let Some(target) = &self.change.overwrite else {
            if self.change.kind != CommitKind::Append {
                let key_types = entry_types(&self.table.schema().trimmed_primary_key_fields());
                let base = self.base_entries(latest).await?;
                conflict::check_deletion_vectors(&base, &self.change.delta, &self.change.index)?;
                conflict::check(base, &self.change.delta, self.change.kind, &key_types)?;
            }
            return Ok(self.change.delta.clone());
        };
        let mut delta: Vec<ManifestEntry> = self
            .overwritten(latest, target)
            .await?
            .into_iter()
            .map(|entry| ManifestEntry { kind: FileKind::Delete, ..entry })
            .collect();
        delta.extend(self.change.delta.iter().cloned());
        Ok(delta)
    }

    /// Live entries of the partitions that the change touches.
    async fn base_entries(&self, latest: &Snapshot) -> Result<Vec<ManifestEntry>> {
        let mut partitions = changed_partitions(&self.change.delta);
        partitions.extend(self.change.index.iter().map(|entry| entry.partition.clone()));
        let manifests = read_manifests(self.table, latest).await?;
        let (entries, _) = read_entries(self.table, manifests, &EntryFilter::default()).await?;
        Ok(live_entries(entries).into_iter().filter(|entry| partitions.contains(&entry.partition)).collect())
    }

    async fn overwritten(&self, latest: &Snapshot, target: &OverwriteTarget) -> Result<Vec<ManifestEntry>> {
        let partition = match target {
            OverwriteTarget::Partitions(predicate) => Some(predicate.clone()),
            OverwriteTarget::WholeTable | OverwriteTarget::Dynamic => None,
        };
        // Postpone files stay: they are not part of what readers see.
        let filter = EntryFilter { partition, buckets: None, real_buckets_only: true, ..EntryFilter::default() };
        let manifests = read_manifests(self.table, latest).await?;
        let (entries, _) = read_entries(self.table, manifests, &filter).await?;
        let mut live = live_entries(entries);
        if *target == OverwriteTarget::Dynamic {
            let partitions = changed_partitions(&self.change.delta);
            live.retain(|entry| partitions.contains(&entry.partition));
        }
        Ok(live)
    }

    /// Writes everything that the snapshot refers to.
    async fn write_metadata(
        &mut self,
        latest: Option<&Snapshot>,
        delta: &[ManifestEntry],
        retrying: bool,
    ) -> Result<Snapshot> {
        let base_manifests = match latest {
            Some(latest) => read_manifests(self.table, latest).await?,
            None => Vec::new(),
        };
        // A retry is in a hurry: it leaves merging to the next commit.
        let base_manifests = if retrying { base_manifests } else { self.merge_manifests(base_manifests).await? };
        let base = self.write_list(&base_manifests).await?;
        let delta_list = self.delta_list(delta).await?;
        let changelog = self.changelog_list().await?;
        let index_manifest = self.index_manifest(latest).await?;
        let schema_id = self.table.schemas().latest().await?.map_or(self.table.schema().id, |schema| schema.id);
        let delta_records: i64 = delta.iter().map(signed_rows).sum();
        let previous_total = latest.and_then(|snapshot| snapshot.total_record_count).unwrap_or(0);
        Ok(Snapshot {
            version: Snapshot::CURRENT_VERSION,
            uuid: Some(self.table.runtime().uuid()),
            id: latest.map_or(0, |snapshot| snapshot.id) + 1,
            schema_id,
            base_manifest_list: base.list,
            base_manifest_list_size: Some(base.size),
            delta_manifest_list: delta_list.list,
            delta_manifest_list_size: Some(delta_list.size),
            changelog_manifest_list: changelog.as_ref().map(|written| written.list.clone()),
            changelog_manifest_list_size: changelog.as_ref().map(|written| written.size),
            index_manifest,
            commit_user: self.user.to_owned(),
            writer_version: Some(concat!("cenote-", env!("CARGO_PKG_VERSION")).to_owned()),
            commit_identifier: self.change.identifier,
            commit_kind: self.change.kind,
            time_millis: self.table.runtime().now_millis(),
            total_record_count: Some(previous_total + delta_records),
            delta_record_count: Some(delta_records),
            changelog_record_count: changelog.map(|_| self.change.changelog.iter().map(signed_rows).sum()),
            watermark: latest.and_then(|snapshot| snapshot.watermark),
            statistics: self.statistics(latest, schema_id).await?,
            properties: None,
            next_row_id: Some(latest.and_then(|snapshot| snapshot.next_row_id).unwrap_or(0)),
            operation: self.operation.map(str::to_owned),
        })
    }

    async fn merge_manifests(&mut self, manifests: Vec<ManifestFileMeta>) -> Result<Vec<ManifestFileMeta>> {
        let (merged, new_names) = merge(self.table, &mut self.names, manifests).await?;
        self.unpublished.extend(new_names);
        Ok(merged)
    }

    async fn write_list(&mut self, manifests: &[ManifestFileMeta]) -> Result<Written> {
        let (list, size) = write_manifest_list(self.table, &mut self.names, manifests).await?;
        self.unpublished.push(list.clone());
        Ok(Written { list, size })
    }

    async fn write_entries(&mut self, entries: &[ManifestEntry]) -> Result<Written> {
        let manifests = write_manifests(self.table, &mut self.names, entries).await?;
        self.unpublished.extend(manifests.iter().map(|meta| meta.file_name.clone()));
        self.write_list(&manifests).await
    }

    /// The delta list: written once, unless an overwrite makes it anew for each base.
    async fn delta_list(&mut self, delta: &[ManifestEntry]) -> Result<Written> {
        if self.change.overwrite.is_some() {
            return self.write_entries(delta).await;
        }
        if let Some(written) = &self.delta {
            return Ok(written.clone());
        }
        let written = self.write_entries(delta).await?;
        self.delta = Some(written.clone());
        Ok(written)
    }

    async fn changelog_list(&mut self) -> Result<Option<Written>> {
        if self.change.changelog.is_empty() {
            return Ok(None);
        }
        if self.changelog.is_none() {
            self.changelog = Some(self.write_entries(&self.change.changelog).await?);
        }
        Ok(self.changelog.clone())
    }

    /// The index manifest goes on unchanged where no index file comes or goes. An overwrite drops the indexes of the
    /// partitions it replaces.
    async fn index_manifest(&mut self, latest: Option<&Snapshot>) -> Result<Option<String>> {
        let name = latest.and_then(|snapshot| snapshot.index_manifest.clone());
        let entries = match &name {
            Some(name) if self.change.overwrite.is_some() || !self.change.index.is_empty() => {
                read_index_manifest(self.table.storage(), name).await?
            }
            _ if self.change.index.is_empty() => return Ok(name),
            _ => Vec::new(),
        };
        let mut kept = Vec::new();
        for entry in &entries {
            if !self.replaces(entry)? {
                kept.push(entry.clone());
            }
        }
        let kept = index_files::combine(kept, &self.change.index)?;
        if kept == entries {
            return Ok(name);
        }
        let bytes = index_manifest::encode(&kept, self.table.options().manifest_codec()?)?;
        let name = self.names.next("index-manifest");
        self.table.storage().put(&layout::manifest_path(&name), bytes).await?;
        self.unpublished.push(name.clone());
        Ok(Some(name))
    }

    /// Whether an overwrite drops this index file.
    fn replaces(&self, entry: &index_manifest::IndexManifestEntry) -> Result<bool> {
        match &self.change.overwrite {
            None => Ok(false),
            Some(OverwriteTarget::WholeTable) => Ok(true),
            Some(OverwriteTarget::Dynamic) => Ok(changed_partitions(&self.change.delta).contains(&entry.partition)),
            Some(OverwriteTarget::Partitions(predicate)) => {
                partition_matches(predicate, &entry.partition, &self.table.schema().partition_fields())
            }
        }
    }

    /// Statistics go on while they are about the same schema.
    async fn statistics(&self, latest: Option<&Snapshot>, schema_id: i64) -> Result<Option<String>> {
        let Some(name) = latest.and_then(|snapshot| snapshot.statistics.clone()) else { return Ok(None) };
        let bytes = self.table.storage().get_opt(&layout::statistics_path(&name)).await?;
        let json = bytes.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
        let same = json.and_then(|json| json.get("schemaId")?.as_i64()) == Some(schema_id);
        Ok(same.then_some(name))
    }

    async fn put_snapshot(&mut self, snapshot: &Snapshot) -> Result<Outcome> {
        let snapshots = self.table.snapshots();
        let path = snapshots.path(snapshot.id);
        let put = snapshots.publish(snapshot).await;
        if let Ok(PutOutcome::Created) = put {
            return Ok(Outcome::Committed(snapshot.id));
        }
        // Lost, or the reply was: the object that is there now tells, whoever wrote it.
        if put.is_err() {
            self.outcome_unknown = true;
        }
        match (snapshots.get_fresh(snapshot.id).await, put) {
            (Ok(Some(theirs)), _) => {
                let ours = theirs.uuid == snapshot.uuid || is_same_commit(&theirs, self.user, self.change);
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

    /// Removes what this commit wrote and nobody refers to, as far as the store lets us. Data files stay: they belong to
    /// the writer. After a put of unknown outcome everything stays, because the snapshot may yet appear.
    pub(super) async fn clean_up(&mut self) {
        if self.outcome_unknown {
            return;
        }
        for name in std::mem::take(&mut self.unpublished) {
            let _ = self.table.storage().delete(&layout::manifest_path(&name)).await;
        }
    }
}

fn signed_rows(entry: &ManifestEntry) -> i64 {
    match entry.kind {
        FileKind::Add => entry.file.row_count,
        FileKind::Delete => -entry.file.row_count,
    }
}
