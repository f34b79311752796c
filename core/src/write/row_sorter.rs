//! Sorts more rows than fit into memory: what is too much waits on a disk as sorted runs.

use std::{iter, sync::Arc};

use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::{
    MOST_RUNS, memory_of,
    merged_runs::{MergedRuns, RunBatches},
    spill::{Spill, SpilledRun},
};
use crate::{
    error::{Error, Result},
    merge::{self, MergePlan},
    table::Table,
};

/// Sorts rows by some of their columns, nulls first; rows that tie stay in order of arrival.
pub(crate) struct RowSorter {
    /// All columns come out, for runs.
    whole: Arc<MergePlan>,
    /// What comes out in the end.
    result: Arc<MergePlan>,
    batches: Vec<RecordBatch>,
    bytes: usize,
    most_bytes: usize,
    spill: Option<Arc<Spill>>,
    most_spilled: u64,
    most_runs: usize,
    runs: Vec<SpilledRun>,
    arrived: i64,
}

impl RowSorter {
    /// Sorts batches of schema `input` by the columns `keys`, and gives the columns `output`. Memory: about twice
    /// `most_bytes` (a part of it for the keys), and a few blocks of each run on the disk.
    ///
    /// Errors: `Unsupported` for columns without an order.
    pub(crate) fn new(
        table: &Table,
        input: &SchemaRef,
        keys: &[usize],
        output: Vec<usize>,
        most_bytes: usize,
    ) -> Result<Self> {
        // The number of a row makes keys unique, so that no key's rows pile up when runs are merged.
        let number = Arc::new(Field::new("", DataType::Int64, false));
        let width = input.fields().len();
        let schema =
            Arc::new(Schema::new(input.fields().iter().cloned().chain(iter::once(number)).collect::<Vec<_>>()));
        let keys: Vec<usize> = keys.iter().copied().chain(iter::once(width)).collect();
        let plan = |output| Ok::<_, Error>(Arc::new(MergePlan::all_rows(schema.clone(), keys.clone(), output)?));
        let options = table.options();
        Ok(RowSorter {
            whole: plan((0..=width).collect())?,
            result: plan(output)?,
            batches: Vec::new(),
            bytes: 0,
            most_bytes,
            spill: Spill::for_compaction(table),
            most_spilled: options.write_buffer_spill_max_disk_size,
            most_runs: options.local_sort_max_num_file_handles.clamp(2, MOST_RUNS),
            runs: Vec::new(),
            arrived: 0,
        })
    }

    /// Takes rows. Errors: `Unsupported` where they are more than memory and disk may hold.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        let end = self.arrived.saturating_add(i64::try_from(batch.num_rows()).unwrap_or(i64::MAX));
        let numbers = Int64Array::from_iter_values(self.arrived..end);
        self.arrived = end;
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(numbers));
        let batch = RecordBatch::try_new(self.whole.output_schema().clone(), columns)?;
        self.bytes = self.bytes.saturating_add(memory_of(&batch));
        self.batches.push(batch);
        if self.bytes > self.most_bytes { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> Result<()> {
        let on_disk: u64 = self.runs.iter().map(SpilledRun::bytes).sum();
        let Some(spill) = self.spill.clone().filter(|_| on_disk < self.most_spilled) else {
            let message = "rows to sort need more room than memory (write-buffer-size) and a disk for spilled rows \
                           (write-buffer-spill.max-disk-size) give";
            return Err(Error::unsupported(message).with("bytes", self.bytes as u64 + on_disk));
        };
        self.bytes = 0;
        let sorted = merge::sort(Arc::clone(&self.whole), std::mem::take(&mut self.batches))?;
        self.runs.push(spill.write(sorted.rows())?);
        if self.runs.len() >= self.most_runs {
            let oldest: Vec<SpilledRun> = self.runs.drain(..self.most_runs / 2 + 1).collect();
            let merged = MergedRuns::new(&self.whole, oldest.iter().map(|run| self.open(run, &spill)).collect());
            self.runs.insert(0, spill.write(merged)?);
        }
        Ok(())
    }

    fn open(&self, run: &SpilledRun, spill: &Arc<Spill>) -> RunBatches {
        Box::new(run.batches(spill, self.whole.output_schema()))
    }

    /// All rows, sorted.
    pub(crate) fn finish(mut self) -> Result<RunBatches> {
        let batches = std::mem::take(&mut self.batches);
        let Some(spill) = self.spill.clone().filter(|_| !self.runs.is_empty()) else {
            return Ok(Box::new(merge::sort(Arc::clone(&self.result), batches)?.rows()));
        };
        let newest = merge::sort(Arc::clone(&self.whole), batches)?;
        let mut runs: Vec<RunBatches> = self.runs.iter().map(|run| self.open(run, &spill)).collect();
        runs.push(Box::new(newest.rows()));
        Ok(Box::new(MergedRuns::new(&self.result, runs)))
    }
}

impl std::fmt::Debug for RowSorter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowSorter").field("bytes", &self.bytes).field("runs", &self.runs.len()).finish_non_exhaustive()
    }
}
