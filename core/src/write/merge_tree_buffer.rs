//! The write buffer of a primary-key bucket: rows wait here to be sorted and merged into level-0 files.

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};
use futures::stream;

use super::{
    MOST_RUNS,
    data_file_writer::{DataFileWriter, FilePurpose, FileRole},
    key_values::KeyValues,
    memory_of,
    merged_runs::{MergedRuns, RunBatches},
    remove_data_file, retracts,
    spill::{Spill, SpilledRun},
};
use crate::{
    error::Result,
    merge::{self, MergePlan, Sorted},
    spec::{
        data_file::{DataFileMeta, FileSource},
        options::{ChangelogProducer, MergeEngine},
    },
    table::Table,
    types::RowKind,
};

/// Unsorted key-value batches, and the level-0 files made of earlier ones.
pub(super) struct MergeTreeBuffer {
    table: Table,
    bucket_path: String,
    plan: Arc<MergePlan>,
    key_values: KeyValues,
    batches: Vec<RecordBatch>,
    bytes: usize,
    spill: Option<Arc<Spill>>,
    /// Rows on the disk, each run sorted by key, sequence fields and number; oldest first.
    runs: Vec<SpilledRun>,
    next_sequence: i64,
    files: Vec<DataFileMeta>,
    changelog_files: Vec<DataFileMeta>,
}

impl MergeTreeBuffer {
    /// `next_sequence` is the sequence number of the first row.
    pub(super) fn new(table: &Table, bucket_path: &str, next_sequence: i64, spill: Option<Arc<Spill>>) -> Result<Self> {
        let plan = MergePlan::key_value(table.schema(), table.options()).map_err(|error| error.at(table.name()))?;
        Ok(MergeTreeBuffer {
            table: table.clone(),
            bucket_path: bucket_path.to_owned(),
            plan: Arc::new(plan),
            key_values: KeyValues::new(table)?,
            batches: Vec::new(),
            bytes: 0,
            spill,
            runs: Vec::new(),
            next_sequence,
            files: Vec::new(),
            changelog_files: Vec::new(),
        })
    }

    /// Bytes of the waiting rows.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Numbers the rows in arrival order and keeps them.
    pub(super) fn push(&mut self, batch: &RecordBatch, kinds: Option<&[RowKind]>) -> Result<()> {
        let end = self.next_sequence.saturating_add(i64::try_from(batch.num_rows()).unwrap_or(i64::MAX));
        let numbers = Int64Array::from_iter_values(self.next_sequence..end);
        let batch = self.key_values.batch(batch, kinds, numbers)?;
        retracts::check(&self.table, &self.plan, &batch, kinds.unwrap_or_default())?;
        self.next_sequence = end;
        self.bytes += memory_of(&batch);
        self.batches.push(batch);
        Ok(())
    }

    /// Frees the memory: rows go to the disk, or become level-0 files where there is none or too much on it.
    pub(super) async fn free(&mut self) -> Result<()> {
        let on_disk: u64 = self.runs.iter().map(SpilledRun::bytes).sum();
        match self.spill.clone() {
            Some(spill) if on_disk < self.table.options().write_buffer_spill_max_disk_size => self.spill(&spill),
            _ => self.flush().await,
        }
    }

    fn spill(&mut self, spill: &Arc<Spill>) -> Result<()> {
        let sorted = merge::sort(Arc::clone(&self.plan), self.take_batches())?;
        let run = if self.merges_early() { spill.write(sorted.merged()?)? } else { spill.write(sorted.rows())? };
        self.runs.push(run);
        let most_runs = self.table.options().local_sort_max_num_file_handles.clamp(2, MOST_RUNS);
        if self.runs.len() >= most_runs {
            let oldest: Vec<SpilledRun> = self.runs.drain(..most_runs / 2 + 1).collect();
            let plan = if self.merges_early() { Arc::clone(&self.plan) } else { self.unmerged_plan()? };
            let merged = MergedRuns::new(&plan, oldest.iter().map(|run| self.open(run, spill)).collect());
            self.runs.insert(0, spill.write(merged)?);
        }
        Ok(())
    }

    /// Whether the newest row is all that matters, however often rows are merged. Other engines must see all rows at once:
    /// a row alone passes them unmerged, and retracts do not add up in parts.
    fn merges_early(&self) -> bool {
        let options = self.table.options();
        options.merge_engine == MergeEngine::Deduplicate && options.changelog_producer != ChangelogProducer::Input
    }

    fn unmerged_plan(&self) -> Result<Arc<MergePlan>> {
        Ok(Arc::new(MergePlan::unmerged(self.table.schema(), self.table.options())?))
    }

    fn open(&self, run: &SpilledRun, spill: &Arc<Spill>) -> RunBatches {
        Box::new(run.batches(spill, self.plan.output_schema()))
    }

    fn take_batches(&mut self) -> Vec<RecordBatch> {
        self.bytes = 0;
        std::mem::take(&mut self.batches)
    }

    /// Sorts and merges all rows, in memory and on the disk, into level-0 files; with `changelog-producer` = `input` the
    /// unmerged rows go to changelog files besides.
    async fn flush(&mut self) -> Result<()> {
        let batches = self.take_batches();
        if batches.is_empty() && self.runs.is_empty() {
            return Ok(());
        }
        let sorted = merge::sort(Arc::clone(&self.plan), batches)?;
        let runs = std::mem::take(&mut self.runs);
        let spill = self.spill.clone().filter(|_| !runs.is_empty());
        if self.table.options().changelog_producer == ChangelogProducer::Input {
            let rows: RunBatches = match &spill {
                None => Box::new(sorted.rows()),
                Some(spill) => {
                    let plan = self.unmerged_plan()?;
                    Box::new(MergedRuns::new(&plan, self.all_runs(&runs, spill, &sorted)))
                }
            };
            let changelog = self.write_all(FilePurpose::Changelog, rows).await?;
            self.changelog_files.extend(changelog);
        }
        let rows: RunBatches = match &spill {
            None => Box::new(sorted.merged()?),
            Some(spill) => Box::new(MergedRuns::new(&self.plan, self.all_runs(&runs, spill, &sorted))),
        };
        let files = self.write_all(FilePurpose::Data, rows).await?;
        self.files.extend(files);
        Ok(())
    }

    fn all_runs(&self, runs: &[SpilledRun], spill: &Arc<Spill>, newest: &Sorted) -> Vec<RunBatches> {
        let mut all: Vec<RunBatches> = runs.iter().map(|run| self.open(run, spill)).collect();
        all.push(Box::new(newest.rows()));
        all
    }

    async fn write_all(&self, purpose: FilePurpose, rows: RunBatches) -> Result<Vec<DataFileMeta>> {
        let role = FileRole { level: 0, source: FileSource::Append, key_value: true };
        let writer = DataFileWriter::new(&self.table, &self.bucket_path, role, 0).with_purpose(purpose);
        writer.write_all(stream::iter(rows)).await
    }

    /// Flushes and gives the data files and the changelog files. On an error no file stays behind.
    pub(super) async fn close(mut self) -> Result<(Vec<DataFileMeta>, Vec<DataFileMeta>)> {
        match self.flush().await {
            Ok(()) => Ok((self.files, self.changelog_files)),
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    /// Removes the files written.
    pub(super) async fn abort(self) {
        for file in self.files.iter().chain(&self.changelog_files) {
            remove_data_file(&self.table, &self.bucket_path, file).await;
        }
    }
}

impl std::fmt::Debug for MergeTreeBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MergeTreeBuffer").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
