//! Rows that wait in `bucket-postpone` are given real buckets (Java `PostponeBucketCompactSplitSource`,
//! `PostponeBucketCommittableRewriter`, format digest 6.4).
//!
//! ```text
//! bucket-postpone: files ──in order──▶ rows with kinds ──bucket key──▶ write buffers ──▶ level-0 files of real buckets
//! ```
//!
//! One COMPACT snapshot takes the files away that were read, and adds the others: what is written meanwhile waits for the
//! next time. The rows get the next sequence numbers of their bucket, as if they were written now.

mod count;
mod order;

use std::{collections::HashMap, sync::Arc};

use arrow_array::{Array, RecordBatch, cast::AsArray, types::Int8Type};
use futures::StreamExt;

use super::{BucketReport, Reason, support};
use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    io::concat_ordered,
    predicate::Predicate,
    read::{KindsRead, ReadContext, ReadPlan, read_with_kinds},
    scan::{BucketFiles, EntryFilter, Split, check_readable, live_files},
    spec::{binary_row::BinaryRow, options::Bucket, snapshot::Snapshot},
    table::Table,
    types::RowKind,
    write::TableWrite,
};

/// What was moved, or would be.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// One for the postpone bucket of each partition.
    pub(super) reports: Vec<BucketReport>,
    /// The COMPACT snapshot; `None` where no row waited.
    pub(super) snapshot_id: Option<i64>,
}

/// Moves the rows that wait in partitions which match a filter.
///
/// Errors: `Conflict` where somebody else moved them, or gave the partition another number of buckets; the new files are
/// removed then.
pub(super) async fn move_rows(table: &Table, partitions: Option<&Predicate>, dry_run: bool) -> Result<Moved> {
    check_readable(table, table.schema())?;
    support::check_compactable(table)?;
    let Some(snapshot) = table.snapshots().latest().await? else { return Ok(Moved::default()) };
    let filter = EntryFilter { partition: partitions.cloned(), ..EntryFilter::default() };
    let buckets = live_files(table, &snapshot, &filter).await?;
    let (waiting, real): (Vec<_>, Vec<_>) =
        buckets.into_iter().partition(|bucket| bucket.bucket == Bucket::Postpone.number());
    if waiting.is_empty() {
        return Ok(Moved::default());
    }
    let counts = count::bucket_counts(table, &waiting, &real)?;
    if dry_run {
        return Ok(Moved { reports: waiting.iter().map(|bucket| report(bucket, None)).collect(), snapshot_id: None });
    }
    let mut write = table.new_write()?.with_bucket_counts(counts);
    let mut moved = Moved::default();
    let mut messages = Vec::new();
    for bucket in waiting {
        match move_bucket(table, bucket, &mut write).await {
            Ok((of_bucket, report)) => {
                messages.extend(of_bucket);
                moved.reports.push(report);
            }
            Err(error) => {
                write.abort().await;
                return Err(error);
            }
        }
    }
    match table.new_commit(None).commit(Snapshot::BATCH_IDENTIFIER, &messages).await {
        Ok(ids) => moved.snapshot_id = ids.last().copied(),
        Err(error) => {
            if error.is_surely_without_effect() {
                write.abort().await;
            }
            return Err(error);
        }
    }
    Ok(moved)
}

/// The change of one partition: its real buckets, and the bucket that rows leave.
async fn move_bucket(
    table: &Table,
    mut bucket: BucketFiles,
    write: &mut TableWrite,
) -> Result<(Vec<CommitMessage>, BucketReport)> {
    order::sort(&mut bucket.files);
    let mut rows = rows_of(table, &bucket).await?;
    while let Some(batch) = rows.next().await {
        let (batch, kinds) = split_kinds(&batch?)?;
        write.write(batch, Some(&kinds)).await?;
    }
    let mut messages = write.prepare_commit().await?;
    for message in &mut messages {
        // As Java: all is the work of a compaction.
        message.compact_after = std::mem::take(&mut message.new_files);
        message.compact_changelog_files = std::mem::take(&mut message.changelog_files);
    }
    let report = report(&bucket, Some(&messages));
    let mut leaves = CommitMessage::new(bucket.partition.clone(), bucket.bucket, bucket.total_buckets);
    leaves.compact_before = bucket.files;
    messages.push(leaves);
    Ok((messages, report))
}

type Batches = futures::stream::BoxStream<'static, Result<RecordBatch>>;

/// The rows with their kinds, file by file, unmerged.
async fn rows_of(table: &Table, bucket: &BucketFiles) -> Result<Batches> {
    let context = Arc::new(ReadContext::new(table, table.schema().clone()));
    let split = Split {
        partition: bucket.partition.clone(),
        partition_values: bucket.partition_values.clone(),
        bucket: bucket.bucket,
        total_buckets: bucket.total_buckets,
        bucket_path: bucket.bucket_path.clone(),
        files: bucket.files.clone(),
        raw_convertible: false,
        deletions: HashMap::new(),
        snapshot_id: 0,
    };
    let plan =
        ReadPlan { projection: (0..table.schema().fields.len()).collect(), predicate: None, ..ReadPlan::default() };
    let read = KindsRead { plan, merge: false, sequence_number: false };
    let files = read_with_kinds(&context, split, &read).await?;
    Ok(concat_ordered(table.runtime().clone(), 1, RecordBatch::get_array_memory_size, files.into_iter()))
}

/// The table's columns, and the kinds that stand before them.
fn split_kinds(batch: &RecordBatch) -> Result<(RecordBatch, Vec<RowKind>)> {
    let kinds = batch.columns().first().and_then(|column| column.as_primitive_opt::<Int8Type>());
    let kinds = kinds.ok_or_else(|| Error::internal("expected _VALUE_KIND as the first column"))?;
    if kinds.null_count() > 0 {
        return Err(Error::corrupt("null in _VALUE_KIND"));
    }
    let kinds = kinds.values().iter().map(|kind| RowKind::from_byte(*kind)).collect::<Result<Vec<_>>>()?;
    Ok((batch.project(&(1..batch.num_columns()).collect::<Vec<_>>())?, kinds))
}

fn report(bucket: &BucketFiles, after: Option<&[CommitMessage]>) -> BucketReport {
    let after: Vec<_> = after.into_iter().flatten().flat_map(|message| &message.compact_after).collect();
    BucketReport {
        bucket_path: bucket.bucket_path.clone(),
        reason: Reason::Postponed,
        runs_before: bucket.files.len(),
        runs_after: 0,
        overlap_before: bucket.files.len(),
        overlap_after: 0,
        files_in: bucket.files.len(),
        bytes_in: bucket.files.iter().map(|file| file.file_size).sum(),
        files_out: after.len(),
        bytes_out: after.iter().map(|file| file.file_size).sum(),
        output_level: 0,
    }
}

/// Bucket count by partition.
type BucketCounts = HashMap<BinaryRow, i32>;
