//! Snapshots and tags.

use std::collections::BTreeMap;

use cenote_core::{
    Result,
    spec::snapshot::{CommitKind, Snapshot},
    table::{HistoryPart, Table},
};
use serde::{Deserialize, Serialize};

use crate::json::{Long, to_text};

/// Snapshots given when the caller does not say.
const DEFAULT_LIMIT: usize = 1000;

/// Which part of the history.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
    #[serde(default)]
    after: Option<Long>,
    #[serde(default)]
    before: Option<Long>,
    #[serde(default)]
    spread: bool,
    /// As they are now, although the table was opened for one moment.
    #[serde(default)]
    now: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SnapshotView<'a> {
    id: Long,
    schema_id: Long,
    commit_kind: CommitKind,
    time_millis: Long,
    commit_user: &'a str,
    commit_identifier: Long,
    total_record_count: Option<Long>,
    delta_record_count: Option<Long>,
    changelog_record_count: Option<Long>,
    watermark: Option<Long>,
    base_manifest_list: &'a str,
    delta_manifest_list: &'a str,
    changelog_manifest_list: Option<&'a str>,
    index_manifest: Option<&'a str>,
    operation: Option<&'a str>,
    writer_version: Option<&'a str>,
    properties: Option<&'a BTreeMap<String, String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TagView<'a> {
    name: &'a str,
    snapshot_id: Long,
    time_millis: Long,
    create_time_millis: Option<Long>,
    /// Seconds from its creation for which it is kept; null for always.
    time_retained_seconds: Option<f64>,
    schema_id: Long,
    record_count: Option<Long>,
}

/// Snapshots, newest first.
pub(crate) async fn list(table: &Table, page: Page) -> Result<String> {
    let part = HistoryPart {
        after: page.after.map(|id| id.0),
        before: page.before.map(|id| id.0),
        limit: Some(page.limit.unwrap_or(DEFAULT_LIMIT)),
        spread: page.spread,
    };
    let snapshots = if page.now { table.now().snapshots() } else { table.snapshots() };
    let snapshots = snapshots.list_part(part).await?;
    to_text(&snapshots.iter().map(SnapshotView::of).collect::<Vec<_>>())
}

/// All tags.
pub(crate) async fn tags(table: &Table) -> Result<String> {
    let tags = table.tags().list().await?;
    let view = |(name, tag): &(String, cenote_core::spec::tag::Tag)| -> serde_json::Value {
        serde_json::json!(TagView {
            name,
            snapshot_id: Long(tag.snapshot.id),
            time_millis: Long(tag.snapshot.time_millis),
            create_time_millis: tag.create_time_millis.map(Long),
            time_retained_seconds: tag.time_retained_seconds,
            schema_id: Long(tag.snapshot.schema_id),
            record_count: tag.snapshot.total_record_count.map(Long),
        })
    };
    to_text(&tags.iter().map(view).collect::<Vec<_>>())
}

impl<'a> SnapshotView<'a> {
    pub(crate) fn of(snapshot: &'a Snapshot) -> Self {
        SnapshotView {
            id: Long(snapshot.id),
            schema_id: Long(snapshot.schema_id),
            commit_kind: snapshot.commit_kind,
            time_millis: Long(snapshot.time_millis),
            commit_user: &snapshot.commit_user,
            commit_identifier: Long(snapshot.commit_identifier),
            total_record_count: snapshot.total_record_count.map(Long),
            delta_record_count: snapshot.delta_record_count.map(Long),
            changelog_record_count: snapshot.changelog_record_count.map(Long),
            watermark: snapshot.watermark.map(Long),
            base_manifest_list: &snapshot.base_manifest_list,
            delta_manifest_list: &snapshot.delta_manifest_list,
            changelog_manifest_list: snapshot.changelog_manifest_list.as_deref(),
            index_manifest: snapshot.index_manifest.as_deref(),
            operation: snapshot.operation.as_deref(),
            writer_version: snapshot.writer_version.as_deref(),
            properties: snapshot.properties.as_ref(),
        }
    }
}
