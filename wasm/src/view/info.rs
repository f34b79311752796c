//! What a table is.

use std::collections::BTreeMap;

use cenote_core::{Result, scan, spec::snapshot::Snapshot, table::Table};
#[cfg(feature = "full")]
use cenote_core::{spec::layout, types::DataField};
use serde::{Deserialize, Serialize};

use super::{
    schemas::{self, Field},
    snapshots::SnapshotView,
};
use crate::{
    json::{Long, to_text},
    opened::{At, Opened},
};

/// How much to find out.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Depth {
    /// Read the manifests, for the number and size of the files.
    #[serde(default)]
    sizes: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Info<'a> {
    name: &'a str,
    database: Option<&'a str>,
    branch: &'a str,
    url: String,
    comment: Option<&'a str>,
    primary_keys: &'a [String],
    partition_keys: &'a [String],
    /// Value of the option, not the number of buckets in use.
    bucket: Option<&'a str>,
    bucket_keys: Vec<String>,
    merge_engine: &'a str,
    changelog_producer: &'a str,
    options: &'a BTreeMap<String, String>,
    schema_id: Long,
    fields: Vec<Field<'a>>,
    latest_snapshot: Option<SnapshotView<'a>>,
    file_count: Option<Long>,
    total_size: Option<Long>,
    record_count: Option<Long>,
}

/// Names, keys, options, latest snapshot; sizes only when asked, since they need the manifests.
pub(crate) async fn of(opened: &Opened, depth: Depth) -> Result<String> {
    let table = &opened.table;
    let snapshot = opened.snapshot(At::default()).await?;
    let sizes = match &snapshot {
        // Whoever looks at the files will see what is wrong with them: the table opens all the same.
        Some(snapshot) if depth.sizes => sizes(table, snapshot).await.ok(),
        Some(_) => None,
        None => Some((0, 0)),
    };
    let schema = table.schema();
    let option = |name: &str| schema.options.get(name).map(String::as_str);
    let info = Info {
        name: opened.short_name(),
        database: opened.database.as_deref(),
        branch: table.branch(),
        url: table.storage().location("").trim_end_matches('/').to_owned(),
        comment: schema.comment.as_deref(),
        primary_keys: &schema.primary_keys,
        partition_keys: &schema.partition_keys,
        bucket: option("bucket"),
        bucket_keys: schema.bucket_keys(table.options())?.into_iter().map(|field| field.name).collect(),
        merge_engine: option("merge-engine").unwrap_or("deduplicate"),
        changelog_producer: option("changelog-producer").unwrap_or("none"),
        options: &schema.options,
        schema_id: Long(schema.id),
        fields: schemas::fields(&schema.fields),
        record_count: match &snapshot {
            Some(snapshot) => snapshot.total_record_count.map(Long),
            None => Some(Long(0)),
        },
        latest_snapshot: snapshot.as_ref().map(SnapshotView::of),
        file_count: sizes.map(|(count, _)| Long(count)),
        total_size: sizes.map(|(_, bytes)| Long(bytes)),
    };
    to_text(&info)
}

/// A system table: its columns, and that it has neither keys nor a history.
#[cfg(feature = "full")]
pub(crate) fn of_system_table(name: &str, database: Option<&str>, url: &str, columns: &[DataField]) -> Result<String> {
    to_text(&Info {
        name,
        database,
        branch: layout::MAIN_BRANCH,
        url: url.trim_end_matches('/').to_owned(),
        comment: None,
        primary_keys: &[],
        partition_keys: &[],
        bucket: None,
        bucket_keys: Vec::new(),
        merge_engine: "none",
        changelog_producer: "none",
        options: &BTreeMap::new(),
        schema_id: Long(0),
        fields: schemas::fields(columns),
        latest_snapshot: None,
        file_count: None,
        total_size: None,
        record_count: None,
    })
}

/// Number and bytes of the live files.
async fn sizes(table: &Table, snapshot: &Snapshot) -> Result<(i64, i64)> {
    let buckets = scan::data_files(table, snapshot).await?;
    let files = buckets.iter().flat_map(|bucket| &bucket.files);
    Ok(files.fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.file_size)))
}
