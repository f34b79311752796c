//! Rows → files: batches are matched to the table's columns, routed to (partition, bucket), and written as data files.
//!
//! ```text
//! TableWrite ── conform ── assign ─┬─ append table:      BucketWriter appends to the open file, rolls at target size
//!                                  └─ primary-key table: BucketWriter buffers, sorts and merges, writes level-0 files
//! ```
//!
//! Nothing is visible before [`crate::commit::TableCommit`] publishes the messages of [`TableWrite::prepare_commit`].

mod append_rows;
mod assign;
mod bucket_writer;
mod conform;
mod data_file_writer;
mod file_place;
mod file_removal;
mod file_role;
mod file_stats;
#[cfg(test)]
mod golden_tests;
mod key_values;
mod merge_tree_buffer;
mod merged_runs;
mod open_file;
mod restore;
mod retracts;
mod route;
mod row_sorter;
mod spill;
mod support;
mod vectors;

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use arrow_array::RecordBatch;
use futures::{StreamExt, stream};

pub use conform::conform;

pub(crate) use data_file_writer::{DataFileWriter, FilePurpose, FileRole};
pub(crate) use file_removal::remove_data_file;
pub(crate) use row_sorter::RowSorter;
pub(crate) use support::check_writable;
pub(crate) use vectors::{BucketKey, BucketVectors, VectorWriter, remove_index_file};

use assign::Assigner;
use bucket_writer::{BucketStart, BucketWriter};
use restore::Restored;
use route::BucketOf;
use spill::Spill;

use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    io::spawn_value,
    spec::{binary_row::BinaryRow, data_file::DataFileMeta},
    table::Table,
    types::RowKind,
};

/// Writes rows to one table; one per job, not shared between jobs (file names and sequence numbers are its own).
#[derive(Debug)]
pub struct TableWrite {
    table: Table,
    assigner: Assigner,
    spill: Option<Arc<Spill>>,
    /// What the table held when it was first written to; `None` until asked for.
    restored: Option<Arc<Restored>>,
    ignore_previous_files: bool,
    writers: HashMap<BucketOf, BucketWriter>,
    /// Bucket folders and files in them.
    written: Vec<(String, DataFileMeta)>,
    /// Paths of index files, relative to the table folder.
    written_indexes: Vec<String>,
}

impl Table {
    /// Starts writing rows. Errors: `Unsupported` for kinds of tables that this build cannot write.
    pub fn new_write(&self) -> Result<TableWrite> {
        support::check_writable(self)?;
        let assigner = Assigner::new(self)?;
        Ok(TableWrite {
            table: self.clone(),
            assigner,
            spill: Spill::of(self),
            restored: None,
            ignore_previous_files: false,
            writers: HashMap::new(),
            written: Vec::new(),
            written_indexes: Vec::new(),
        })
    }
}

impl TableWrite {
    /// For overwrites: the files that are there will be replaced, so neither their bucket counts nor their sequence
    /// numbers matter.
    #[must_use]
    pub fn ignore_previous_files(mut self) -> Self {
        self.ignore_previous_files = true;
        self
    }

    /// For the compaction of a postpone table: rows of these partitions go to so many real buckets, and wait no more.
    #[must_use]
    pub(crate) fn with_bucket_counts(mut self, counts: HashMap<BinaryRow, i32>) -> Self {
        self.assigner.give_buckets(counts);
        self
    }

    /// Writes the rows of a batch; columns are matched by name, columns that the batch lacks are null.
    ///
    /// `kinds` gives one kind a row; `None` means all `+I`. Append tables take `+I` only.
    /// Errors: `Invalid` for unknown columns, values that do not fit, and null in a NOT NULL column.
    pub async fn write(&mut self, batch: RecordBatch, kinds: Option<&[RowKind]>) -> Result<()> {
        if kinds.is_some_and(|kinds| kinds.len() != batch.num_rows()) {
            return Err(Error::invalid(format!("expected {} row kinds", batch.num_rows())).at(self.table.name()));
        }
        let batch = conform(&batch, &self.table.schema().fields).map_err(|error| error.at(self.table.name()))?;
        let kinds = support::effective_kinds(&self.table, &batch, kinds)?;
        let Some((batch, kinds)) = support::drop_ignored(&self.table, batch, kinds)? else { return Ok(()) };
        let restored = self.restored().await?;
        for part in self.assigner.route(&batch, kinds.as_deref(), &restored).await? {
            self.open(&part.to, &restored)?.write(part.batch, part.kinds).await?;
        }
        self.bound_memory().await
    }

    async fn restored(&mut self) -> Result<Arc<Restored>> {
        if let Some(restored) = &self.restored {
            return Ok(restored.clone());
        }
        let read = match self.ignore_previous_files {
            true => Restored::default(),
            false => Restored::read(&self.table).await?,
        };
        Ok(self.restored.insert(Arc::new(read)).clone())
    }

    fn open(&mut self, to: &BucketOf, restored: &Restored) -> Result<&mut BucketWriter> {
        let options = self.table.options();
        let buffered = options.write_buffer_for_append || self.writers.len() >= options.write_max_writers_to_spill;
        match self.writers.entry(to.clone()) {
            Entry::Occupied(open) => Ok(open.into_mut()),
            Entry::Vacant(vacant) => {
                let total_buckets = self.assigner.total_buckets(to, restored);
                let next = restored.next_sequence(to, total_buckets).map_err(|error| error.at(self.table.name()))?;
                let start = BucketStart { total_buckets, next_sequence: next, spill: self.spill.clone(), buffered };
                Ok(vacant.insert(BucketWriter::new(&self.table, to, start)?))
            }
        }
    }

    /// Empties the fullest buffers until all together fit the write buffer.
    async fn bound_memory(&mut self) -> Result<()> {
        let budget = self.table.options().write_buffer_size;
        loop {
            let total: usize = self.writers.values().map(BucketWriter::buffered_bytes).sum();
            if (total as u64) < budget {
                return Ok(());
            }
            let fullest = self.writers.values_mut().max_by_key(|writer| writer.buffered_bytes());
            match fullest {
                Some(writer) if writer.buffered_bytes() > 0 => writer.free().await?,
                _ => return Ok(()),
            }
        }
    }

    /// Writes out all buffers, closes all files and gives one message for each bucket with new files.
    ///
    /// On an error nothing stays behind of the buckets that failed; [`TableWrite::abort`] removes the rest.
    pub async fn prepare_commit(&mut self) -> Result<Vec<CommitMessage>> {
        let runtime = self.table.runtime().clone();
        let closing = self.drain().into_iter().map(|writer| spawn_value(runtime.clone(), writer.close()));
        // Each holds a file in the making: not all at the same time.
        let at_once = runtime.parallelism().max(1) * 2;
        let results: Vec<Result<_>> = stream::iter(closing).buffer_unordered(at_once).collect().await;
        let mut messages = Vec::new();
        let mut failed = None;
        for result in results {
            match result {
                Ok((path, message)) => {
                    let files = message.new_files.iter().chain(&message.changelog_files);
                    self.written.extend(files.map(|file| (path.clone(), file.clone())));
                    if !message.new_files.is_empty() || !message.changelog_files.is_empty() {
                        messages.push(message);
                    }
                }
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        self.write_indexes(&mut messages).await?;
        messages.sort_by(|a, b| (&a.partition, a.bucket).cmp(&(&b.partition, b.bucket)));
        Ok(messages)
    }

    /// The open writers in the order of their buckets: the same rows make the same requests.
    fn drain(&mut self) -> Vec<BucketWriter> {
        let mut writers: Vec<(BucketOf, BucketWriter)> = self.writers.drain().collect();
        writers.sort_by(|(a, _), (b, _)| (&a.partition, a.bucket).cmp(&(&b.partition, b.bucket)));
        writers.into_iter().map(|(_, writer)| writer).collect()
    }

    /// Adds the new index files to the messages of their buckets.
    async fn write_indexes(&mut self, messages: &mut Vec<CommitMessage>) -> Result<()> {
        let Some(restored) = self.restored.clone() else { return Ok(()) };
        for index in self.assigner.write_indexes(&restored).await? {
            self.written_indexes.push(index.path);
            let same = |message: &&mut CommitMessage| {
                message.partition == index.of.partition && message.bucket == index.of.bucket
            };
            let message = match messages.iter_mut().find(same) {
                Some(message) => message,
                None => {
                    let total_buckets = self.assigner.total_buckets(&index.of, &restored);
                    messages.push(CommitMessage::new(index.of.partition, index.of.bucket, total_buckets));
                    messages.last_mut().ok_or_else(|| Error::internal("no message"))?
                }
            };
            message.new_index_files.push(index.file);
            // Named, so that a commit fails if somebody else has replaced it meanwhile.
            message.deleted_index_files.extend(index.replaces);
        }
        Ok(())
    }

    /// Removes the files written so far. Only for messages that were surely not committed.
    pub async fn abort(mut self) {
        for writer in self.drain() {
            writer.abort().await;
        }
        for (path, file) in &self.written {
            remove_data_file(&self.table, path, file).await;
        }
        for path in &self.written_indexes {
            // What cannot be removed is an orphan that no snapshot names.
            let _ = self.table.storage().delete(path).await;
        }
    }
}

/// Most runs on the disk, which are merged at the same time (`local-sort.max-num-file-handles` may lower it).
const MOST_RUNS: usize = 128;

/// Bytes of a batch's values, without what its buffers hold of other rows.
fn memory_of(batch: &RecordBatch) -> usize {
    batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0)).sum()
}
