//! A branch becomes the table: what the table has beyond the branch's first snapshot goes, the branch's states come.
//!
//! Java deletes all that is newer and then copies. Here snapshots that both have stay, newer ones go from the newest on,
//! and the branch's come from the oldest on: at any time the latest state is one that was or will be, and a second run
//! after a kill finishes the first (decision 0012).

use serde::Serialize;

use super::{check_exists, tags_of};
use crate::{
    error::{Error, Result},
    spec::layout,
    table::{SchemaManager, SnapshotManager, Table},
};

/// What a fast-forward did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FastForwardReport {
    /// First snapshot of the branch.
    pub from: i64,
    /// Last snapshot of the branch, the latest one afterwards.
    pub to: i64,
    /// Snapshots of the table that go.
    pub snapshots: Vec<i64>,
    /// Tags of the table that go.
    pub tags: Vec<String>,
}

/// Takes the states of a branch over into this one, `main` as a rule.
///
/// Errors: `NotFound` for the branch, `Invalid` where it is this one or has no snapshot.
pub async fn fast_forward(table: &Table, branch: &str, dry_run: bool) -> Result<FastForwardReport> {
    check_exists(table, branch).await?;
    if branch == table.branch() {
        return Err(Error::invalid(format!("branch {branch} is this one")).at(table.name()));
    }
    let source = SnapshotManager::new(table.storage().clone(), branch);
    let (Some(first), Some(last)) = (source.earliest().await?, source.latest().await?) else {
        let message = format!("branch {branch} has no snapshot to go forward to");
        return Err(Error::invalid(message).at(table.name()));
    };
    let mut report = FastForwardReport { from: first.id, to: last.id, ..FastForwardReport::default() };
    let steps = Steps { table, branch, first: first.id };
    report.snapshots = steps.snapshots_to_remove().await?;
    report.tags = steps.tags_to_remove().await?;
    if dry_run {
        return Ok(report);
    }
    let snapshots = table.snapshots();
    snapshots.write_latest_hint(first.id).await;
    for id in &report.snapshots {
        table.storage().delete(&snapshots.path(*id)).await?;
    }
    for name in &report.tags {
        match table.tags().delete(name).await {
            Err(error) if error.is_not_found() => {}
            done => done?,
        }
    }
    steps.copy_schemas(first.schema_id).await?;
    steps.copy_snapshots().await?;
    steps.copy_tags().await?;
    snapshots.write_latest_hint(last.id).await;
    let earliest = snapshots.ids().await?.first().copied();
    snapshots.write_earliest_hint(earliest.unwrap_or(first.id)).await;
    Ok(report)
}

struct Steps<'a> {
    table: &'a Table,
    branch: &'a str,
    first: i64,
}

impl Steps<'_> {
    /// From the newest on; without those that are the branch's.
    async fn snapshots_to_remove(&self) -> Result<Vec<i64>> {
        let source = SnapshotManager::new(self.table.storage().clone(), self.branch);
        let mut gone = Vec::new();
        let mut shared = true;
        let ids = self.table.snapshots().ids().await?;
        for id in ids.into_iter().filter(|id| *id >= self.first) {
            // Once they differ, none after is shared.
            shared = shared && source.get_fresh(id).await? == self.table.snapshots().get_fresh(id).await?;
            if !shared {
                gone.push(id);
            }
        }
        gone.reverse();
        Ok(gone)
    }

    async fn tags_to_remove(&self) -> Result<Vec<String>> {
        let theirs = tags_of(self.table, self.branch).list().await?;
        let newer = |(_, tag): &(String, crate::spec::tag::Tag)| tag.snapshot.id >= self.first;
        let tags = self.table.tags().list().await?.into_iter().filter(newer);
        Ok(tags.filter(|tag| !theirs.contains(tag)).map(|(name, _)| name).collect())
    }

    /// The branch's schemas; those of the table from the one of the branch's first snapshot on go where the branch lacks
    /// them.
    async fn copy_schemas(&self, from: i64) -> Result<()> {
        let storage = self.table.storage();
        let last = SchemaManager::new(storage.clone(), self.branch).latest().await?.map_or(from, |schema| schema.id);
        let (own, theirs) = (layout::branch_path(self.table.branch()), layout::branch_path(self.branch));
        let mut beyond = Vec::new();
        while storage
            .get_fresh(&format!("{own}{}", layout::schema_path(last + 1 + beyond.len() as i64)))
            .await?
            .is_some()
        {
            beyond.push(last + 1 + beyond.len() as i64);
        }
        for id in beyond.into_iter().rev() {
            storage.delete(&format!("{own}{}", layout::schema_path(id))).await?;
        }
        for id in 0..=last {
            let path = layout::schema_path(id);
            if let Some(body) = storage.get_fresh(&format!("{theirs}{path}")).await?
                && storage.get_fresh(&format!("{own}{path}")).await?.as_ref() != Some(&body)
            {
                storage.put(&format!("{own}{path}"), body).await?;
            }
        }
        Ok(())
    }

    async fn copy_snapshots(&self) -> Result<()> {
        let source = SnapshotManager::new(self.table.storage().clone(), self.branch);
        for id in source.ids().await? {
            self.copy(&source.path(id), &self.table.snapshots().path(id)).await?;
        }
        Ok(())
    }

    async fn copy_tags(&self) -> Result<()> {
        let (own, theirs) = (layout::branch_path(self.table.branch()), layout::branch_path(self.branch));
        for (name, _) in tags_of(self.table, self.branch).list().await? {
            let path = layout::tag_path(&name);
            self.copy(&format!("{theirs}{path}"), &format!("{own}{path}")).await?;
        }
        Ok(())
    }

    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        let storage = self.table.storage();
        let body = storage.get(from).await?;
        if storage.get_fresh(to).await?.as_ref() == Some(&body) {
            return Ok(());
        }
        storage.put(to, body).await
    }
}
