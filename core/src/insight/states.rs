//! Branches and readers of a table.

use std::collections::HashMap;

use serde::Serialize;

use crate::{
    error::Result,
    spec::layout,
    table::{SnapshotManager, Table},
};

/// A branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    /// Its name.
    pub name: String,
    /// When it was made: the age of its oldest schema file.
    pub create_time_millis: Option<i64>,
    /// Its latest snapshot.
    pub snapshot_id: Option<i64>,
    /// When that was made.
    pub time_millis: Option<i64>,
    /// The schema of that.
    pub schema_id: Option<i64>,
    /// Rows of that.
    pub record_count: Option<i64>,
    /// Snapshots in its folder.
    pub snapshots: usize,
}

/// A reader that keeps snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reader {
    /// Its name.
    pub name: String,
    /// The snapshot that it reads next.
    pub next_snapshot: i64,
    /// Snapshots that it has not read.
    pub behind: i64,
    /// When it last said how far it has come.
    pub modified_millis: Option<i64>,
}

/// The branches besides main, by name. Errors: `Unsupported` where the store cannot list.
pub async fn branches(table: &Table) -> Result<Vec<Branch>> {
    let mut found = Vec::new();
    for name in table.branches().await? {
        let schemas = format!("{}{}", layout::branch_path(&name), layout::SCHEMA_FOLDER);
        let created = table.storage().list(&schemas).await?.files.iter().map(|file| file.modified_millis).min();
        let snapshots = SnapshotManager::new(table.storage().clone(), &name);
        let latest = snapshots.latest().await?;
        found.push(Branch {
            create_time_millis: created,
            snapshot_id: latest.as_ref().map(|latest| latest.id),
            time_millis: latest.as_ref().map(|latest| latest.time_millis),
            schema_id: latest.as_ref().map(|latest| latest.schema_id),
            record_count: latest.as_ref().and_then(|latest| latest.total_record_count),
            snapshots: snapshots.ids().await?.len(),
            name,
        });
    }
    Ok(found)
}

/// The readers of the branch that `table` is, by name. Errors: `Unsupported` where the store cannot list.
pub async fn readers(table: &Table) -> Result<Vec<Reader>> {
    let consumers = table.consumers().list().await?;
    let latest = table.snapshots().latest_id().await?.unwrap_or(0);
    let folder = format!("{}{}", layout::branch_path(table.branch()), layout::CONSUMER_FOLDER);
    let files = table.storage().list(&folder).await?.files;
    let times: HashMap<&str, i64> = files.iter().map(|file| (file.name.as_str(), file.modified_millis)).collect();
    let reader = |consumer: crate::table::Consumer| Reader {
        next_snapshot: consumer.next_snapshot,
        behind: latest.saturating_sub(consumer.next_snapshot).saturating_add(1).max(0),
        modified_millis: times.get(format!("{}{}", layout::CONSUMER_PREFIX, consumer.id).as_str()).copied(),
        name: consumer.id,
    };
    Ok(consumers.into_iter().map(reader).collect())
}
