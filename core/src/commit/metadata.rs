//! What a snapshot refers to: manifest lists, manifests, index manifest; and the snapshot itself.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    TableCommit,
    attempt::{Rebased, vector_files},
    change::Change,
    index_files,
    latest::Latest,
    manifest_merge::{merge, try_replace},
    manifest_write::{FileNames, write_manifest_list, write_manifests},
    row_tracking, sequences,
};
use crate::{
    error::Result,
    scan::read_manifests,
    spec::{
        index_manifest::{self, IndexManifestEntry},
        layout,
        manifest::{FileKind, ManifestEntry},
        manifest_list::ManifestFileMeta,
        snapshot::Snapshot,
    },
    table::Table,
};

/// Writes what a snapshot refers to, once for all attempts where the attempts do not differ.
pub(super) struct Metadata<'a> {
    table: &'a Table,
    commit: &'a TableCommit,
    change: &'a Change,
    names: FileNames,
    delta: Option<Written>,
    changelog: Option<Written>,
    /// Manifests before and after merging, of the attempt that merged them.
    merged: Option<(Vec<ManifestFileMeta>, Vec<ManifestFileMeta>)>,
    /// Names below `manifest/` that nobody refers to unless the commit succeeds.
    unpublished: Vec<String>,
}

/// A manifest list that holds a fixed set of entries.
#[derive(Clone)]
struct Written {
    list: String,
    size: i64,
}

impl<'a> Metadata<'a> {
    pub(super) fn new(commit: &'a TableCommit, change: &'a Change) -> Self {
        Metadata {
            table: &commit.table,
            commit,
            change,
            names: FileNames::new(&commit.table),
            delta: None,
            changelog: None,
            merged: None,
            unpublished: Vec::new(),
        }
    }

    /// Writes everything that the snapshot after `latest` refers to; gives that snapshot.
    pub(super) async fn write(
        &mut self,
        latest: Option<&Snapshot>,
        rebased: Rebased<'_>,
        retrying: bool,
    ) -> Result<Snapshot> {
        let id = latest.map_or(0, |snapshot| snapshot.id) + 1;
        // What replaces a table as a whole begins anew.
        let previous = latest.filter(|latest| !self.begins_anew(latest));
        let previous_manifests = match previous {
            Some(previous) => read_manifests(self.table, previous).await?,
            None => Vec::new(),
        };
        let base_manifests = self.merge_manifests(previous_manifests.clone(), retrying).await?;
        let base = self.write_list(&base_manifests).await?;

        let next_row_id = latest.and_then(|snapshot| snapshot.next_row_id).unwrap_or(0);
        let (delta, next_row_id) = self.number_rows(rebased.delta, id, next_row_id)?;
        let delta_records: i64 = delta.iter().map(signed_rows).sum();
        let delta_list = self.delta_list(&delta, matches!(delta, Cow::Owned(_))).await?;
        let changelog = self.changelog_list().await?;
        let index_manifest = self.index_manifest(previous, &rebased.index).await?;
        let schema_id = self.table.schemas().latest().await?.map_or(self.table.schema().id, |schema| schema.id);
        let properties = self.properties(latest, &previous_manifests, &delta).await?;
        let previous_total = latest.and_then(|snapshot| snapshot.total_record_count).unwrap_or(0);
        Ok(Snapshot {
            version: Snapshot::CURRENT_VERSION,
            uuid: Some(self.table.runtime().uuid()),
            id,
            schema_id,
            base_manifest_list: base.list,
            base_manifest_list_size: Some(base.size),
            delta_manifest_list: delta_list.list,
            delta_manifest_list_size: Some(delta_list.size),
            changelog_manifest_list: changelog.as_ref().map(|written| written.list.clone()),
            changelog_manifest_list_size: changelog.as_ref().map(|written| written.size),
            index_manifest,
            commit_user: self.commit.commit_user.clone(),
            writer_version: Some(concat!("cenote-", env!("CARGO_PKG_VERSION")).to_owned()),
            commit_identifier: self.change.identifier,
            commit_kind: self.change.kind,
            time_millis: self.table.runtime().now_millis(),
            total_record_count: Some(previous_total + delta_records),
            delta_record_count: Some(delta_records),
            changelog_record_count: changelog.map(|_| self.change.changelog.iter().map(signed_rows).sum()),
            watermark: self.commit.watermark.max(latest.and_then(|snapshot| snapshot.watermark)),
            statistics: self.statistics(previous, schema_id).await?,
            properties: (!properties.is_empty()).then_some(properties),
            next_row_id: Some(next_row_id),
            operation: self.commit.operation.clone(),
        })
    }

    /// `CREATE OR REPLACE TABLE … AS SELECT` truncates first, and then starts from nothing.
    fn begins_anew(&self, latest: &Snapshot) -> bool {
        const REPLACES: [&str; 2] = ["REPLACE_TABLE_AS_SELECT", "CREATE_OR_REPLACE_TABLE_AS_SELECT"];
        latest.operation.as_deref() == Some("TRUNCATE")
            && self.commit.operation.as_deref().is_some_and(|operation| REPLACES.contains(&operation))
    }

    /// A retry is in a hurry: it takes the merged manifests of the attempt before where it can, or leaves merging to the
    /// next commit.
    async fn merge_manifests(
        &mut self,
        manifests: Vec<ManifestFileMeta>,
        retrying: bool,
    ) -> Result<Vec<ManifestFileMeta>> {
        if !retrying {
            let (merged, new_names) = merge(self.table, &mut self.names, manifests.clone()).await?;
            self.unpublished.extend(new_names);
            self.merged = Some((manifests, merged.clone()));
            return Ok(merged);
        }
        let reused = self.merged.take().and_then(|(before, after)| try_replace(&manifests, &before, &after));
        self.merged = reused.clone().map(|reused| (manifests.clone(), reused));
        Ok(reused.unwrap_or(manifests))
    }

    /// Row ids and sequence numbers that only the commit knows; and the next row id.
    fn number_rows<'b>(
        &self,
        delta: Cow<'b, [ManifestEntry]>,
        snapshot_id: i64,
        next_row_id: i64,
    ) -> Result<(Cow<'b, [ManifestEntry]>, i64)> {
        let options = self.table.options();
        let (mut delta, mut next_row_id) = (delta, next_row_id);
        if options.row_tracking_enabled {
            let assigned = row_tracking::assign(
                delta.into_owned(),
                snapshot_id,
                next_row_id,
                options.row_tracking_partition_group_on_commit,
            )?;
            (delta, next_row_id) = (Cow::Owned(assigned.0), assigned.1);
        }
        if options.sequence_snapshot_ordering {
            delta = Cow::Owned(sequences::stamp(delta.into_owned(), snapshot_id, self.change.kind));
        }
        Ok((delta, next_row_id))
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

    /// The delta list: written once, unless the entries depend on the snapshot they come after.
    async fn delta_list(&mut self, delta: &[ManifestEntry], depends: bool) -> Result<Written> {
        if depends {
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

    /// The index manifest goes on unchanged where no index file comes or goes.
    async fn index_manifest(
        &mut self,
        previous: Option<&Snapshot>,
        change: &[IndexManifestEntry],
    ) -> Result<Option<String>> {
        if change.is_empty() {
            return Ok(previous.and_then(|snapshot| snapshot.index_manifest.clone()));
        }
        let present = match previous {
            Some(snapshot) => Latest { table: self.table, snapshot }.index_files().await?,
            None => Vec::new(),
        };
        let combined = index_files::combine(&present, change, vector_files(self.table))?;
        let bytes = index_manifest::encode(&combined, self.table.options().manifest_codec()?)?;
        let name = self.names.next("index-manifest");
        self.table.storage().put(&layout::manifest_path(&name), bytes).await?;
        self.unpublished.push(name.clone());
        Ok(Some(name))
    }

    /// Statistics go on while they are about the same schema.
    async fn statistics(&self, previous: Option<&Snapshot>, schema_id: i64) -> Result<Option<String>> {
        if let Some(new) = &self.change.statistics {
            return Ok(Some(new.clone()));
        }
        let Some(name) = previous.and_then(|snapshot| snapshot.statistics.clone()) else { return Ok(None) };
        let bytes = self.table.storage().get_opt(&layout::statistics_path(&name)).await?;
        let json = bytes.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
        let same = json.and_then(|json| json.get("schemaId")?.as_i64()) == Some(schema_id);
        Ok(same.then_some(name))
    }

    /// The caller's properties, and what writers ask of the latest snapshot.
    async fn properties(
        &self,
        latest: Option<&Snapshot>,
        manifests: &[ManifestFileMeta],
        delta: &[ManifestEntry],
    ) -> Result<BTreeMap<String, String>> {
        let mut properties = self.commit.properties.clone();
        if let Some(max) = sequences::max_to_record(self.table, latest, manifests, delta).await? {
            properties.insert(sequences::MAX_SEQUENCE_NUMBER.to_owned(), max.to_string());
        }
        Ok(properties)
    }

    /// Removes what was written, as far as the store lets us.
    pub(super) async fn clean_up(&mut self) {
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
