//! Another number of buckets for partitions that have rows (Java `RescaleAction`, format digest 6.5).
//!
//! ```text
//! partition, n buckets ──read, merged──▶ rows ──bucket of m──▶ new files ──▶ one OVERWRITE snapshot
//! ```
//!
//! Partitions that are not asked for, or have the number already, keep their files. The option `bucket` of the table stays
//! as it is: writers refuse partitions of another number than theirs.

mod choice;

use std::collections::HashSet;

use serde::Serialize;

use choice::{Chosen, choose};

use super::CompactOptions;
use crate::{
    commit::{CommitMessage, OverwriteTarget},
    error::{Error, Result},
    merge,
    predicate::{Column, CompareOp, Predicate},
    scan::{BucketFiles, Plan, entry_types},
    spec::{
        binary_row::BinaryRow,
        options::{Bucket, ChangelogProducer},
        snapshot::Snapshot,
    },
    table::Table,
    write::{TableWrite, check_writable},
};

/// What to rescale.
#[derive(Clone, Debug, Default)]
pub struct RescaleOptions {
    /// Buckets of a partition afterwards; what the option `bucket` says by default.
    pub buckets: Option<i32>,
    /// Only partitions that match, a filter on partition columns.
    pub partitions: Option<Predicate>,
    /// Look only.
    pub dry_run: bool,
}

/// What a rescale did to one partition, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PartitionReport {
    /// Folder of the partition, relative to the table folder; empty for a table without partitions.
    pub partition: String,
    /// Buckets before.
    pub buckets_before: i32,
    /// Buckets afterwards.
    pub buckets_after: i32,
    /// Files that are replaced.
    pub files_in: usize,
    /// Their bytes.
    pub bytes_in: i64,
    /// Files that take their place; 0 in a dry run.
    pub files_out: usize,
    /// Their bytes.
    pub bytes_out: i64,
    /// Their rows.
    pub rows: i64,
}

/// What a rescale did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RescaleReport {
    /// Partitions with another number of buckets.
    pub partitions: Vec<PartitionReport>,
    /// Partitions that have the number already.
    pub unchanged: usize,
    /// The OVERWRITE snapshot; `None` where there was nothing to do.
    pub snapshot_id: Option<i64>,
}

/// Bytes of files of the partitions that are rewritten at the same time.
const BYTES_AT_ONCE: i64 = 512 << 20;

/// Gives partitions another number of buckets, all in one commit: rows, their values and their order within a bucket key
/// stay; numbers of rows begin anew, and the files have no changelog.
///
/// Where readers do not see level 0, or a changelog is due for rows in lower levels, these are compacted before.
///
/// Errors: `Unsupported` for tables without a fixed number of buckets; `Conflict` where somebody else wrote to one of the
/// partitions meanwhile: nothing is changed then, and it can be run again.
pub async fn rescale(table: &Table, options: &RescaleOptions) -> Result<RescaleReport> {
    let buckets = check(table, options.buckets)?;
    let Some(mut chosen) = choose(table, options.partitions.as_ref(), buckets).await? else {
        return Ok(RescaleReport::default());
    };
    if options.dry_run || chosen.buckets.is_empty() {
        return Ok(RescaleReport {
            partitions: reports(&chosen, buckets, &[]),
            unchanged: chosen.unchanged,
            snapshot_id: None,
        });
    }
    if lower_levels_wait(table, &chosen.buckets) {
        settle_levels(table, &chosen.buckets).await?;
        match choose(table, options.partitions.as_ref(), buckets).await? {
            Some(again) if !lower_levels_wait(table, &again.buckets) => chosen = again,
            _ => return Err(Error::conflict("rows were written while the table was compacted").at(table.name())),
        }
    }
    let target = target_table(table, buckets, chosen.snapshot.id)?;
    let mut write = target.new_write()?.ignore_previous_files();
    let messages = match write_all(table, &chosen, &mut write).await {
        Ok(messages) => messages,
        Err(error) => {
            write.abort().await;
            return Err(error);
        }
    };
    let overwritten = overwritten(table, &chosen, &messages, options.partitions.is_none())?;
    let commit = target.new_commit(None).with_operation("OVERWRITE");
    match commit.overwrite(Snapshot::BATCH_IDENTIFIER, &messages, overwritten).await {
        Ok(snapshot_id) => {
            super::after_overwrite(table, &messages).await?;
            let partitions = reports(&chosen, buckets, &messages);
            Ok(RescaleReport { partitions, unchanged: chosen.unchanged, snapshot_id })
        }
        Err(error) => {
            if error.is_surely_without_effect() {
                write.abort().await;
            }
            Err(error)
        }
    }
}

/// The number of buckets to have. Errors: `Unsupported` naming what is in the way.
fn check(table: &Table, buckets: Option<i32>) -> Result<i32> {
    check_writable(table)?;
    let refuse = |message: &str| Err(Error::unsupported(message).at(table.name()));
    let buckets = match (table.options().bucket, buckets) {
        (Bucket::Dynamic, _) if table.schema().is_primary_key_table() => {
            return refuse("cannot rescale a table with dynamic buckets (bucket=-1): they grow by themselves");
        }
        (Bucket::Dynamic, _) => return refuse("cannot rescale a table without buckets (bucket=-1)"),
        (Bucket::Postpone, None) => {
            let message =
                "expected a number of buckets to rescale to: a postpone table (bucket=-2) has none of its own";
            return Err(Error::invalid(message).at(table.name()));
        }
        (Bucket::Fixed(_) | Bucket::Postpone, Some(buckets)) | (Bucket::Fixed(buckets), None) => buckets,
    };
    if buckets < 1 {
        return Err(Error::invalid(format!("expected 1 bucket or more, found {buckets}")).at(table.name()));
    }
    if table.schema().tracks_rows() {
        return refuse("cannot rescale a table with row-tracking.enabled=true: its rows would lose their ids");
    }
    // Rows of a fallback branch are not here, and a partition that is here hides all of them.
    for option in ["scan.fallback-branch", "scan.primary-branch"] {
        if table.schema().options.contains_key(option) {
            return refuse(&format!("cannot rescale a table with {option}"));
        }
    }
    Ok(buckets)
}

/// Whether files below the top level hold what an overwrite would lose: rows that readers do not see yet, or a changelog
/// that is still to be made of them.
fn lower_levels_wait(table: &Table, buckets: &[BucketFiles]) -> bool {
    let options = table.options();
    let top = options.num_levels() - 1;
    let by_compaction = options.changelog_producer == ChangelogProducer::FullCompaction;
    let waits = |level: i32| (merge::looks_up(options) && level == 0) || (by_compaction && level < top);
    let levels = buckets.iter().flat_map(|bucket| &bucket.files).map(|file| file.level);
    table.schema().is_primary_key_table() && levels.into_iter().any(waits)
}

async fn settle_levels(table: &Table, buckets: &[BucketFiles]) -> Result<()> {
    let buckets = buckets.iter().map(|bucket| (bucket.partition.clone(), bucket.bucket)).collect();
    let options = CompactOptions { full: true, buckets: Some(buckets), ..CompactOptions::default() };
    super::run(table, &options).await.map(drop)
}

/// The table as the new files are written: rows are taken as they are, and nobody may have written since `base`.
fn target_table(table: &Table, buckets: i32, base: i64) -> Result<Table> {
    let mut schema = table.schema().as_ref().clone();
    let options = [
        ("bucket", buckets.to_string()),
        ("commit.strict-mode.last-safe-snapshot", base.to_string()),
        ("changelog-producer", "none".to_owned()),
        ("overwrite-upgrade", "true".to_owned()),
    ];
    schema.options.extend(options.map(|(name, value)| (name.to_owned(), value)));
    // A merged row may hold the kind of any of its versions, and a null is a value like any other.
    schema.options.remove("rowkind.field");
    schema.fields.iter_mut().for_each(|field| field.default_value = None);
    table.at_schema(schema.into())
}

/// Reads the rows of the chosen partitions and writes them anew.
async fn write_all(table: &Table, chosen: &Chosen, write: &mut TableWrite) -> Result<Vec<CommitMessage>> {
    let filter = chosen.filter.clone().unwrap_or(Predicate::True);
    let mut plan = table.scan().snapshot(chosen.snapshot.id).filter(filter).plan().await?;
    // The partitions are chosen already, and whole.
    plan.predicate = None;
    let partitions = chosen.partitions();
    let mut splits = std::mem::take(&mut plan.splits);
    splits.retain(|split| partitions.contains(&split.partition));
    // Stable: the files of a bucket stay in their order.
    splits.sort_by(|a, b| a.partition.cmp(&b.partition));
    let mut messages = Vec::new();
    while !splits.is_empty() {
        let (mut bytes, mut count) = (0, 0);
        for part in splits.chunk_by(|a, b| a.partition == b.partition) {
            if count > 0 && bytes >= BYTES_AT_ONCE {
                break;
            }
            bytes += part.iter().map(|split| split.size_bytes()).sum::<i64>();
            count += part.len();
        }
        plan.splits = splits.drain(..count).collect();
        write_some(&plan, write).await?;
        messages.extend(write.prepare_commit().await?);
    }
    Ok(messages)
}

async fn write_some(plan: &Plan, write: &mut TableWrite) -> Result<()> {
    let mut rows = plan.stream().await?;
    while let Some(batch) = rows.next().await {
        write.write(batch?, None).await?;
    }
    Ok(())
}

/// What the commit replaces: no partition that is not chosen, and those too of which no row is left.
fn overwritten(table: &Table, chosen: &Chosen, messages: &[CommitMessage], all: bool) -> Result<OverwriteTarget> {
    let partitions = chosen.partitions();
    let with_rows: HashSet<&BinaryRow> = messages.iter().map(|message| &message.partition).collect();
    let fields = table.schema().partition_fields();
    if fields.is_empty() || (all && chosen.unchanged == 0) {
        return Ok(OverwriteTarget::WholeTable);
    }
    if with_rows.len() == partitions.len() {
        return Ok(OverwriteTarget::Dynamic);
    }
    let types = entry_types(&fields);
    let is_one = |partition: &BinaryRow| {
        let values = partition.decode(&types)?;
        let equal = fields.iter().zip(values).map(|(field, value)| match value {
            None => Predicate::IsNull { column: Column::of(field), negated: false },
            Some(literal) => Predicate::Compare { column: Column::of(field), op: CompareOp::Eq, literal },
        });
        Ok(Predicate::And(equal.collect()))
    };
    let any = partitions.iter().map(is_one).collect::<Result<Vec<_>>>()?;
    Ok(OverwriteTarget::Partitions(Predicate::Or(any).simplify()))
}

fn reports(chosen: &Chosen, buckets_after: i32, messages: &[CommitMessage]) -> Vec<PartitionReport> {
    let mut partitions = Vec::new();
    for of_partition in chosen.buckets.chunk_by(|a, b| a.partition == b.partition) {
        let Some(first) = of_partition.first() else { continue };
        let files_in = || of_partition.iter().flat_map(|bucket| &bucket.files);
        let of_messages = messages.iter().filter(|message| message.partition == first.partition);
        let files_out: Vec<_> = of_messages.flat_map(|message| &message.new_files).collect();
        let folder = first.bucket_path.rsplit_once('/').map_or("", |(folder, _)| folder);
        partitions.push(PartitionReport {
            partition: folder.to_owned(),
            buckets_before: first.total_buckets,
            buckets_after,
            files_in: files_in().count(),
            bytes_in: files_in().map(|file| file.file_size).sum(),
            files_out: files_out.len(),
            bytes_out: files_out.iter().map(|file| file.file_size).sum(),
            rows: files_out.iter().map(|file| file.row_count).sum(),
        });
    }
    partitions
}
