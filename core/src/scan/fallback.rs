//! Reading partitions that one branch lacks from another (Java `FallbackReadFileStoreTable`, format digest 15.2).
//!
//! ```text
//! scan.fallback-branch = b    partitions of this branch, then those that only b has
//! scan.primary-branch  = b    partitions of b, then those that only this branch has
//! ```
//! A partition is there when it has a live file, whatever the filter says of its rows.

use std::{collections::HashSet, sync::Arc};

use super::{
    SnapshotChoice,
    choice::Asked,
    files::{live_files, partition_filter},
    manifests::EntryFilter,
};
use crate::{
    error::{Error, Result},
    predicate::Predicate,
    spec::{binary_row::BinaryRow, snapshot::Snapshot, table_schema::TableSchema},
    table::Table,
    types::DataField,
};

/// The branch beside the one that is read.
pub(super) struct OtherBranch {
    pub(super) table: Table,
    /// Whether its partitions come first.
    pub(super) is_primary: bool,
}

impl OtherBranch {
    /// The branch that the options of `schema` name; `None` where they name none, or one that is not there (Java goes on
    /// without it). Errors: `Invalid` where it has other columns.
    pub(super) async fn of(table: &Table, schema: &TableSchema) -> Result<Option<Self>> {
        let named = |option: &str| schema.options.get(option).filter(|branch| !branch.trim().is_empty());
        let (branch, is_primary) = match (named("scan.fallback-branch"), named("scan.primary-branch")) {
            (Some(branch), _) => (branch, false),
            (None, Some(branch)) => (branch, true),
            (None, None) => return Ok(None),
        };
        if branch == table.branch() {
            return Ok(None);
        }
        let runtime = Arc::clone(table.runtime());
        let other = match Table::open_branch(table.storage().clone(), table.name(), branch, runtime).await {
            Ok(other) => other,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        check_same_rows(table, schema, &other)?;
        Ok(Some(OtherBranch { table: other, is_primary }))
    }

    /// The state of the other branch beside the chosen one of `table`: a snapshot id stands for its time there.
    pub(super) async fn choice(&self, table: &Table, asked: &Asked) -> Result<Asked> {
        if !matches!(asked, Asked::State(SnapshotChoice::Id(_) | SnapshotChoice::Version(_))) {
            return Ok(asked.clone());
        }
        let (Some(snapshot), _) = asked.resolve(table).await? else { return Ok(asked.clone()) };
        let time = snapshot.time_millis;
        let beside = self.table.snapshots().at_or_before(time).await?;
        Ok(Asked::State(SnapshotChoice::Id(beside.map_or(1, |snapshot| snapshot.id))))
    }
}

/// The partitions with live files, of those that the filter on partitions lets through.
pub(super) async fn live_partitions(
    table: &Table,
    snapshot: Option<&Snapshot>,
    schema: &TableSchema,
    predicate: Option<&Predicate>,
) -> Result<HashSet<BinaryRow>> {
    let Some(snapshot) = snapshot else { return Ok(HashSet::new()) };
    let partition = partition_filter(schema, predicate);
    let filter = EntryFilter { partition, real_buckets_only: true, ..EntryFilter::default() };
    Ok(live_files(table, snapshot, &filter).await?.into_iter().map(|bucket| bucket.partition).collect())
}

/// Errors: `Invalid` unless both have the same columns, nullability aside.
fn check_same_rows(table: &Table, schema: &TableSchema, other: &Table) -> Result<()> {
    let alike =
        |(a, b): (&DataField, &DataField)| a.id == b.id && a.name == b.name && a.data_type.kind == b.data_type.kind;
    let theirs = other.schema();
    let same = schema.fields.len() == theirs.fields.len()
        && schema.fields.iter().zip(&theirs.fields).all(alike)
        && schema.partition_keys == theirs.partition_keys;
    if same {
        return Ok(());
    }
    let message = format!("branches {} and {} do not have the same columns", table.branch(), other.branch());
    Err(Error::invalid(message).at(table.name()).with("option", "scan.fallback-branch"))
}
