//! The rows of one bucket on their way to files.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int8Array, Int64Array, RecordBatch};

use super::{
    data_file_writer::{DataFileWriter, FileRole},
    route::BucketOf,
};
use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    merge::{self, MergeLayout, MergePlan},
    scan::entry_types,
    spec::{
        data_file::{DataFileMeta, FileSource},
        layout,
        options::SortOrder,
    },
    table::Table,
    types::{self, RowKind},
};

/// Writes one bucket of either kind of table.
#[derive(Debug)]
pub(super) struct BucketWriter {
    message: CommitMessage,
    bucket_path: String,
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    /// Append table: rows go straight to the open file.
    Append(Box<DataFileWriter>),
    /// Primary-key table: rows wait to be sorted.
    MergeTree(Box<MergeTreeBuffer>),
}

/// Unsorted key-value batches, and the level-0 files made of earlier ones.
struct MergeTreeBuffer {
    table: Table,
    bucket_path: String,
    /// Places of the key columns in the table's columns.
    key_places: Vec<usize>,
    batches: Vec<RecordBatch>,
    bytes: usize,
    next_sequence: i64,
    files: Vec<DataFileMeta>,
}

impl BucketWriter {
    pub(super) fn new(table: &Table, to: &BucketOf, total_buckets: i32, next_sequence: i64) -> Result<Self> {
        let bucket_path = bucket_path(table, to)?;
        let schema = table.schema();
        let rows = if schema.is_primary_key_table() {
            let place = |key: &types::DataField| schema.fields.iter().position(|field| field.id == key.id);
            let keys = schema.trimmed_primary_key_fields();
            let key_places = keys.iter().map(place).collect::<Option<Vec<_>>>();
            Rows::MergeTree(Box::new(MergeTreeBuffer {
                table: table.clone(),
                bucket_path: bucket_path.clone(),
                key_places: key_places.ok_or_else(|| Error::corrupt("a key column is missing").at(table.name()))?,
                batches: Vec::new(),
                bytes: 0,
                next_sequence,
                files: Vec::new(),
            }))
        } else {
            let role = FileRole { level: 0, source: FileSource::Append, key_value: false };
            Rows::Append(Box::new(DataFileWriter::new(table, &bucket_path, role, next_sequence)))
        };
        Ok(BucketWriter {
            message: CommitMessage::new(to.partition.clone(), to.bucket, total_buckets),
            bucket_path,
            rows,
        })
    }

    pub(super) async fn write(&mut self, batch: RecordBatch, kinds: Option<Vec<RowKind>>) -> Result<()> {
        match &mut self.rows {
            Rows::Append(writer) => writer.write(&batch).await,
            Rows::MergeTree(buffer) => buffer.push(&batch, kinds.as_deref()),
        }
    }

    /// Bytes that [`BucketWriter::flush`] would free.
    pub(super) fn buffered_bytes(&self) -> usize {
        match &self.rows {
            Rows::Append(_) => 0,
            Rows::MergeTree(buffer) => buffer.bytes,
        }
    }

    pub(super) async fn flush(&mut self) -> Result<()> {
        match &mut self.rows {
            Rows::Append(_) => Ok(()),
            Rows::MergeTree(buffer) => buffer.flush().await,
        }
    }

    /// Gives the bucket directory and the message with the new files.
    pub(super) async fn close(mut self) -> Result<(String, CommitMessage)> {
        self.message.new_files = match self.rows {
            Rows::Append(writer) => writer.close().await?,
            Rows::MergeTree(mut buffer) => {
                buffer.flush().await?;
                buffer.files
            }
        };
        Ok((self.bucket_path, self.message))
    }

    /// Removes the files written.
    pub(super) async fn abort(self) {
        match self.rows {
            Rows::Append(writer) => writer.abort().await,
            Rows::MergeTree(buffer) => {
                for file in &buffer.files {
                    super::remove_data_file(&buffer.table, &buffer.bucket_path, file).await;
                }
            }
        }
    }
}

fn bucket_path(table: &Table, to: &BucketOf) -> Result<String> {
    let fields = table.schema().partition_fields();
    let values = to.partition.decode(&entry_types(&fields))?;
    Ok(layout::bucket_path(&layout::partition_path(&fields, &values, table.options()), to.bucket))
}

impl MergeTreeBuffer {
    /// Numbers the rows in arrival order and keeps them.
    fn push(&mut self, batch: &RecordBatch, kinds: Option<&[RowKind]>) -> Result<()> {
        let batch = self.drop_ignored(batch, kinds)?;
        let (batch, kinds) = match &batch {
            Some((batch, kinds)) => (batch, kinds.as_slice()),
            None => return Ok(()),
        };
        let rows = batch.num_rows();
        let end = self.next_sequence + i64::try_from(rows).unwrap_or(i64::MAX);
        let mut columns: Vec<ArrayRef> =
            self.key_places.iter().filter_map(|place| batch.columns().get(*place).cloned()).collect();
        columns.push(Arc::new(Int64Array::from_iter_values(self.next_sequence..end)));
        columns.push(Arc::new(Int8Array::from_iter_values(kinds.iter().map(|kind| *kind as i8))));
        columns.extend(batch.columns().iter().cloned());
        self.next_sequence = end;
        let batch = RecordBatch::try_new(types::arrow::schema(&self.table.schema().key_value_fields()), columns)?;
        self.bytes +=
            batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or(0)).sum::<usize>();
        self.batches.push(batch);
        Ok(())
    }

    /// Drops the rows that `ignore-delete` and `ignore-update-before` say; `None` where nothing is left.
    fn drop_ignored(
        &self,
        batch: &RecordBatch,
        kinds: Option<&[RowKind]>,
    ) -> Result<Option<(RecordBatch, Vec<RowKind>)>> {
        let options = self.table.options();
        let Some(kinds) = kinds else { return Ok(Some((batch.clone(), vec![RowKind::Insert; batch.num_rows()]))) };
        let keeps = |kind: &RowKind| match kind {
            RowKind::Insert | RowKind::UpdateAfter => true,
            RowKind::Delete => !options.ignore_delete,
            RowKind::UpdateBefore => !options.ignore_delete && !options.ignore_update_before,
        };
        if kinds.iter().all(keeps) {
            return Ok(Some((batch.clone(), kinds.to_vec())));
        }
        let mask: arrow_array::BooleanArray = kinds.iter().map(|kind| Some(keeps(kind))).collect();
        let batch = arrow_select::filter::filter_record_batch(batch, &mask)?;
        let kinds: Vec<RowKind> = kinds.iter().copied().filter(keeps).collect();
        Ok((!kinds.is_empty()).then_some((batch, kinds)))
    }

    /// Sorts and merges what is buffered into level-0 files.
    async fn flush(&mut self) -> Result<()> {
        let batches = std::mem::take(&mut self.batches);
        self.bytes = 0;
        if batches.is_empty() {
            return Ok(());
        }
        let sorted = merge::sort_merge(self.merge_plan()?, batches)?;
        let role = FileRole { level: 0, source: FileSource::Append, key_value: true };
        let mut writer = DataFileWriter::new(&self.table, &self.bucket_path, role, 0);
        for batch in sorted {
            let written = match batch {
                Ok(batch) => writer.write(&batch).await,
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                writer.abort().await;
                return Err(error);
            }
        }
        self.files.extend(writer.close().await?);
        Ok(())
    }

    /// Sorts by key, then user sequence, then arrival; keeps deletes, which older files need.
    fn merge_plan(&self) -> Result<Arc<MergePlan>> {
        let (schema, options) = (self.table.schema(), self.table.options());
        let keys = self.key_places.len();
        let values_from = keys + 2;
        let place = |name: &String| {
            let place = schema.field_index(name).map(|place| values_from + place);
            place.ok_or_else(|| {
                Error::invalid("sequence.field names no column").at(self.table.name()).with("column", name)
            })
        };
        let fields = schema.key_value_fields();
        let layout = MergeLayout {
            keys: (0..keys).collect(),
            sequence_fields: options.sequence_field.iter().map(place).collect::<Result<_>>()?,
            sequence_descending: options.sequence_field_sort_order == SortOrder::Descending,
            sequence_number: Some(keys),
            value_kind: Some(keys + 1),
            output: (0..fields.len()).collect(),
        };
        let function = merge::merge_function(options, schema, &fields)?;
        Ok(Arc::new(MergePlan::new(types::arrow::schema(&fields), layout, function)?.keep_deletes(true)))
    }
}

impl std::fmt::Debug for MergeTreeBuffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MergeTreeBuffer").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}
