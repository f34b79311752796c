//! The write buffer of a primary-key bucket: rows wait here to be sorted and merged into level-0 files.

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};

use super::{
    data_file_writer::{DataFileWriter, FilePurpose, FileRole},
    key_values::KeyValues,
    remove_data_file,
};
use crate::{
    error::Result,
    merge::{self, MergePlan},
    spec::{
        data_file::{DataFileMeta, FileSource},
        options::ChangelogProducer,
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
    next_sequence: i64,
    files: Vec<DataFileMeta>,
    changelog_files: Vec<DataFileMeta>,
}

impl MergeTreeBuffer {
    /// `next_sequence` is the sequence number of the first row.
    pub(super) fn new(table: &Table, bucket_path: &str, next_sequence: i64) -> Result<Self> {
        let plan = MergePlan::key_value(table.schema(), table.options()).map_err(|error| error.at(table.name()))?;
        Ok(MergeTreeBuffer {
            table: table.clone(),
            bucket_path: bucket_path.to_owned(),
            plan: Arc::new(plan),
            key_values: KeyValues::new(table)?,
            batches: Vec::new(),
            bytes: 0,
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
        self.check_retracts(&batch, kinds.unwrap_or_default())?;
        self.next_sequence = end;
        self.bytes +=
            batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0)).sum::<usize>();
        self.batches.push(batch);
        Ok(())
    }

    /// Refuses rows that could be stored, but would make every later merge of their keys fail.
    fn check_retracts(&self, batch: &RecordBatch, kinds: &[RowKind]) -> Result<()> {
        for kind in [RowKind::UpdateBefore, RowKind::Delete] {
            let Some(row) = kinds.iter().position(|other| *other == kind) else { continue };
            let engine = self.table.options().merge_engine.as_str();
            merge::sort(Arc::clone(&self.plan), vec![batch.slice(row, 1)])?.check_mergeable().map_err(|error| {
                error.at(self.table.name()).with("merge-engine", engine).with("row kind", kind.as_str())
            })?;
        }
        Ok(())
    }

    /// Sorts and merges what is buffered into level-0 files; with `changelog-producer` = `input` the unmerged rows go to
    /// changelog files besides.
    pub(super) async fn flush(&mut self) -> Result<()> {
        let batches = std::mem::take(&mut self.batches);
        self.bytes = 0;
        if batches.is_empty() {
            return Ok(());
        }
        let sorted = merge::sort(Arc::clone(&self.plan), batches)?;
        if self.table.options().changelog_producer == ChangelogProducer::Input {
            let changelog = self.write_all(FilePurpose::Changelog, sorted.rows()).await?;
            self.changelog_files.extend(changelog);
        }
        let files = self.write_all(FilePurpose::Data, sorted.merged()?).await?;
        self.files.extend(files);
        Ok(())
    }

    async fn write_all(
        &self,
        purpose: FilePurpose,
        rows: impl Iterator<Item = Result<RecordBatch>>,
    ) -> Result<Vec<DataFileMeta>> {
        let role = FileRole { level: 0, source: FileSource::Append, key_value: true };
        let mut writer = DataFileWriter::new(&self.table, &self.bucket_path, role, 0).with_purpose(purpose);
        for batch in rows {
            let written = match batch {
                Ok(batch) => writer.write(&batch).await,
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                writer.abort().await;
                return Err(error);
            }
        }
        writer.close().await
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
