//! Changes of rows of a table without a primary key.
//!
//! First every file that may hold such rows is read as far as it takes to decide, which gives positions; then only the
//! files with such rows are touched: marked in deletion vectors, rewritten, or taken away.

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::RecordBatch;
use arrow_buffer::BooleanBuffer;
use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};

use super::{
    keyed_rows::rows_of,
    row_change::{ChangeReport, RowChange},
};
use crate::{
    commit::CommitMessage,
    error::{ErrorKind, Result},
    io::concat_ordered,
    read::{Placed, ReadContext, read_with_positions},
    scan::{Plan, RowRanges, SnapshotChoice, Split},
    spec::{data_file::DataFileMeta, deletion_vector::DeletionVector, snapshot::Snapshot},
    table::Table,
    types::DataField,
    write::{BucketKey, BucketVectors, TableWrite, VectorWriter},
};

/// Files of which each task reads ahead.
const FILES_PER_THREAD: usize = 2;

/// A file with rows that change.
#[derive(Clone)]
struct Touched {
    split: Arc<Split>,
    file: DataFileMeta,
    /// Rows that were not deleted before.
    live_rows: u64,
    delete: DeletionVector,
    update: DeletionVector,
}

impl Touched {
    fn key(&self) -> BucketKey {
        (self.split.partition.clone(), self.split.bucket)
    }

    /// Rows that leave the file.
    fn leaving(&self) -> DeletionVector {
        let mut leaving = self.delete.clone();
        leaving.merge(&self.update);
        leaving
    }

    fn is_emptied(&self) -> bool {
        self.delete.cardinality() + self.update.cardinality() == self.live_rows
    }
}

/// Decides, writes and commits. Memory: positions of the rows that change, as bitmaps, and a few batches.
pub(super) async fn run(table: &Table, change: &mut dyn RowChange, dry_run: bool) -> Result<ChangeReport> {
    // Not what `scan.*` options of the table choose.
    let plan = table.scan().at(SnapshotChoice::Latest).filter(change.filter()).plan().await?;
    let context = Arc::new(ReadContext::new(table, plan.schema.clone()));
    let touched = decide(&context, &plan, change).await?;
    let inserts = change.inserts()?;
    let mut report = ChangeReport { touched_files: touched.len() as u64, ..ChangeReport::default() };
    for file in &touched {
        report.deleted_rows += file.delete.cardinality();
        report.updated_rows += file.update.cardinality();
    }
    report.inserted_rows = inserts.iter().map(|batch| batch.num_rows() as u64).sum();
    if dry_run || report.rows() == 0 {
        return Ok(report);
    }
    let mut write = table.new_write()?;
    let mut vectors = VectorWriter::new(table, &context);
    let writing = Writing { table, context: &context, change, write: &mut write, vectors: &mut vectors, report };
    let done = writing.run(plan.snapshot.as_ref(), touched, inserts).await;
    // Only before the commit, and after a conflict, it is sure that nothing refers to the files.
    match done {
        Ok(report) => Ok(report),
        Err((error, committing)) => {
            if !committing || error.kind() == ErrorKind::Conflict {
                write.abort().await;
                vectors.abort().await;
            }
            Err(error)
        }
    }
}

/// Finds the rows that change.
async fn decide(context: &Arc<ReadContext>, plan: &Plan, change: &mut dyn RowChange) -> Result<Vec<Touched>> {
    let names = change.deciding_columns();
    let fields: Vec<DataField> =
        context.schema().fields.iter().filter(|field| names.contains(&field.name)).cloned().collect();
    let mut files = Vec::new();
    for split in &plan.splits {
        let split = Arc::new(split.clone());
        files.extend(split.files.iter().map(|file| (Arc::clone(&split), file.clone())));
    }
    let reads = files.clone().into_iter().enumerate().map({
        let context = Arc::clone(context);
        move |(place, (split, file))| placed_rows(&context, place, split, file, fields.clone(), None)
    });
    let mut rows = concat_ordered(Arc::clone(plan.table().runtime()), FILES_PER_THREAD, bytes_of, reads);
    let mut touched: BTreeMap<usize, Touched> = BTreeMap::new();
    while let Some((place, (positions, batch))) = rows.try_next().await? {
        let Some((split, file)) = files.get(place) else { continue };
        let decision = change.decide(&batch)?;
        let entry = touched.entry(place).or_insert_with(|| Touched {
            split: Arc::clone(split),
            file: file.clone(),
            live_rows: 0,
            delete: DeletionVector::default(),
            update: DeletionVector::default(),
        });
        entry.live_rows += batch.num_rows() as u64;
        mark(&mut entry.delete, &decision.delete, &positions);
        mark(&mut entry.update, &decision.update, &positions);
    }
    let changes = |file: &Touched| file.delete.cardinality() + file.update.cardinality() > 0;
    Ok(touched.into_values().filter(changes).collect())
}

fn mark(vector: &mut DeletionVector, mask: &BooleanBuffer, positions: &[u64]) {
    for row in mask.set_indices() {
        if let Some(position) = positions.get(row) {
            vector.delete(*position);
        }
    }
}

/// Rows of a file, which is opened when the stream is first polled. Where no column is asked for, nothing is read.
fn placed_rows(
    context: &Arc<ReadContext>,
    place: usize,
    split: Arc<Split>,
    file: DataFileMeta,
    fields: Vec<DataField>,
    positions: Option<RowRanges>,
) -> BoxStream<'static, Result<(usize, Placed)>> {
    let context = Arc::clone(context);
    let opened = async move { read_with_positions(&context, &split, &file, fields, positions).await };
    stream::once(opened).try_flatten().map_ok(move |rows| (place, rows)).boxed()
}

/// Memory of rows with their positions.
fn bytes_of((_, (positions, batch)): &(usize, Placed)) -> usize {
    size_of_val(positions.as_slice()) + batch.get_array_memory_size()
}

/// The second half of a change.
struct Writing<'a, 'b> {
    table: &'a Table,
    context: &'a Arc<ReadContext>,
    change: &'b mut dyn RowChange,
    write: &'b mut TableWrite,
    vectors: &'b mut VectorWriter<'a>,
    report: ChangeReport,
}

impl Writing<'_, '_> {
    /// Errors come with whether the commit had begun.
    async fn run(
        mut self,
        snapshot: Option<&Snapshot>,
        touched: Vec<Touched>,
        inserts: Vec<RecordBatch>,
    ) -> std::result::Result<ChangeReport, (crate::Error, bool)> {
        let messages = self.prepare(snapshot, touched, inserts).await.map_err(|error| (error, false))?;
        let commit = self.table.new_commit(None).with_operation(self.change.operation());
        let ids = commit.commit(Snapshot::BATCH_IDENTIFIER, &messages).await.map_err(|error| (error, true))?;
        self.report.snapshot_id = ids.last().copied();
        Ok(self.report)
    }

    async fn prepare(
        &mut self,
        snapshot: Option<&Snapshot>,
        touched: Vec<Touched>,
        inserts: Vec<RecordBatch>,
    ) -> Result<Vec<CommitMessage>> {
        let marks_rows = self.table.options().deletion_vectors_enabled;
        let mut messages: BTreeMap<BucketKey, CommitMessage> = BTreeMap::new();
        let mut vectors: BTreeMap<BucketKey, BucketVectors> = BTreeMap::new();
        for file in &touched {
            let (partition, bucket) = file.key();
            let message = CommitMessage::new(partition, bucket, file.split.total_buckets);
            let message = messages.entry(file.key()).or_insert(message);
            let stays = marks_rows && !file.is_emptied();
            let changes = vectors.entry(file.key()).or_default();
            if stays {
                changes.marks.insert(file.file.file_name.clone(), file.leaving());
            } else {
                message.deleted_files.push(file.file.clone());
                changes.gone.insert(file.file.file_name.clone());
            }
            self.report.dropped_files += u64::from(file.is_emptied() && file.update.cardinality() == 0);
            self.report.rewritten_files += u64::from(!marks_rows && !file.is_emptied());
        }
        self.rewrite(&touched, marks_rows).await?;
        for batch in inserts {
            self.write.write(batch, None).await?;
        }
        if let Some(snapshot) = snapshot {
            self.vectors.write(snapshot, vectors, &mut messages).await?;
        }
        let written = self.write.prepare_commit().await?;
        self.report.new_files = written.iter().map(|message| message.new_files.len() as u64).sum();
        let mut messages: Vec<CommitMessage> = messages.into_values().collect();
        messages.extend(written);
        Ok(messages)
    }

    /// Writes the rows that are updated and, where their file does not stay, those that are not touched.
    async fn rewrite(&mut self, touched: &[Touched], marks_rows: bool) -> Result<()> {
        let keeps_rows = |file: &Touched| !marks_rows && !file.is_emptied();
        let fields = self.context.schema().fields.clone();
        let reads: Vec<_> = touched
            .iter()
            .enumerate()
            .filter(|(_, file)| keeps_rows(file) || file.update.cardinality() > 0)
            .map(|(place, file)| {
                let positions = (!keeps_rows(file)).then(|| RowRanges::new(file.update.ranges()));
                placed_rows(self.context, place, Arc::clone(&file.split), file.file.clone(), fields.clone(), positions)
            })
            .collect();
        let mut rows = concat_ordered(Arc::clone(self.table.runtime()), FILES_PER_THREAD, bytes_of, reads.into_iter());
        while let Some((place, (positions, batch))) = rows.try_next().await? {
            let Some(file) = touched.get(place) else { continue };
            let is_in = |vector: &DeletionVector| {
                let is_in = |row: usize| positions.get(row).is_some_and(|position| vector.is_deleted(*position));
                BooleanBuffer::collect_bool(batch.num_rows(), is_in)
            };
            let (delete, update) = (is_in(&file.delete), is_in(&file.update));
            if keeps_rows(file)
                && let Some(kept) = rows_of(&batch, !&(&delete | &update))?
            {
                self.write.write(kept, None).await?;
            }
            if let Some(old) = rows_of(&batch, update)? {
                let new = self.change.update(&old)?;
                self.write.write(new, None).await?;
            }
        }
        Ok(())
    }
}
