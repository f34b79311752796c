//! The rows of one bucket on their way to files.

use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch};

use super::{
    append_rows::AppendRows,
    data_file_writer::{DataFileWriter, FilePurpose, FileRole},
    key_values::KeyValues,
    merge_tree_buffer::MergeTreeBuffer,
    retracts,
    route::BucketOf,
    spill::Spill,
};
use crate::{
    commit::CommitMessage,
    error::{Error, Result},
    format,
    merge::MergePlan,
    scan::entry_types,
    spec::{data_file::FileSource, layout, options::Bucket},
    table::Table,
    types::RowKind,
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
    /// Append table.
    Append(Box<AppendRows>),
    /// Primary-key table: rows wait to be sorted.
    MergeTree(Box<MergeTreeBuffer>),
    /// Primary-key table: rows wait on disk to be given a bucket, in order of arrival.
    Postponed(Box<Postponed>),
}

/// What writes rows that wait.
#[derive(Debug)]
struct Postponed {
    table: Table,
    key_values: KeyValues,
    /// The merge that is to come.
    plan: Arc<MergePlan>,
    writer: DataFileWriter,
}

/// Sequence number of rows that have none yet (Java `KeyValue.UNKNOWN_SEQUENCE`).
const UNKNOWN_SEQUENCE: i64 = -1;

/// What a bucket's writer goes on from.
#[derive(Debug)]
pub(super) struct BucketStart {
    pub(super) total_buckets: i32,
    pub(super) next_sequence: i64,
    pub(super) spill: Option<Arc<Spill>>,
    /// Whether rows of an append table wait in memory.
    pub(super) buffered: bool,
}

impl BucketWriter {
    pub(super) fn new(table: &Table, to: &BucketOf, start: BucketStart) -> Result<Self> {
        let BucketStart { total_buckets, next_sequence, spill, buffered } = start;
        let bucket_path = bucket_path(table, to)?;
        let key_value = table.schema().is_primary_key_table();
        let role = FileRole { level: 0, source: FileSource::Append, key_value };
        let rows = if to.bucket == Bucket::Postpone.number() {
            let as_avro = format::avro_holds(&table.schema().key_value_fields());
            let purpose = FilePurpose::Postponed { prefix: postponed_prefix(table), as_avro };
            let writer = DataFileWriter::new(table, &bucket_path, role, 0).with_purpose(purpose);
            let plan = MergePlan::key_value(table.schema(), table.options()).map_err(|error| error.at(table.name()))?;
            let (key_values, plan) = (KeyValues::new(table)?, Arc::new(plan));
            Rows::Postponed(Box::new(Postponed { table: table.clone(), key_values, plan, writer }))
        } else if key_value {
            Rows::MergeTree(Box::new(MergeTreeBuffer::new(table, &bucket_path, next_sequence, spill)?))
        } else {
            Rows::Append(Box::new(AppendRows::new(table, &bucket_path, next_sequence, buffered.then_some(spill))))
        };
        Ok(BucketWriter {
            message: CommitMessage::new(to.partition.clone(), to.bucket, total_buckets),
            bucket_path,
            rows,
        })
    }

    pub(super) async fn write(&mut self, batch: RecordBatch, kinds: Option<Vec<RowKind>>) -> Result<()> {
        match &mut self.rows {
            Rows::Append(rows) => rows.write(batch).await,
            Rows::MergeTree(buffer) => buffer.push(&batch, kinds.as_deref()),
            Rows::Postponed(postponed) => postponed.write(&batch, kinds.as_deref()).await,
        }
    }

    /// Bytes that [`BucketWriter::free`] would free.
    pub(super) fn buffered_bytes(&self) -> usize {
        match &self.rows {
            Rows::Append(rows) => rows.bytes(),
            Rows::Postponed(_) => 0,
            Rows::MergeTree(buffer) => buffer.bytes(),
        }
    }

    /// Moves the rows in memory to the disk or to files.
    pub(super) async fn free(&mut self) -> Result<()> {
        match &mut self.rows {
            Rows::Append(rows) => rows.free().await,
            Rows::Postponed(_) => Ok(()),
            Rows::MergeTree(buffer) => buffer.free().await,
        }
    }

    /// Gives the bucket directory and the message with the new files.
    pub(super) async fn close(mut self) -> Result<(String, CommitMessage)> {
        match self.rows {
            Rows::Append(rows) => self.message.new_files = rows.close().await?,
            Rows::Postponed(postponed) => self.message.new_files = postponed.writer.close().await?,
            Rows::MergeTree(buffer) => {
                (self.message.new_files, self.message.changelog_files) = buffer.close().await?;
            }
        }
        Ok((self.bucket_path, self.message))
    }

    /// Removes the files written.
    pub(super) async fn abort(self) {
        match self.rows {
            Rows::Append(rows) => rows.abort().await,
            Rows::Postponed(postponed) => postponed.writer.abort().await,
            Rows::MergeTree(buffer) => buffer.abort().await,
        }
    }
}

impl Postponed {
    /// Errors: as [`retracts::check`].
    async fn write(&mut self, batch: &RecordBatch, kinds: Option<&[RowKind]>) -> Result<()> {
        let numbers = Int64Array::from_value(UNKNOWN_SEQUENCE, batch.num_rows());
        let rows = self.key_values.batch(batch, kinds, numbers)?;
        retracts::check(&self.table, &self.plan, &rows, kinds.unwrap_or_default())?;
        self.writer.write(&rows).await
    }
}

/// What names of postponed files begin with: it tells writers apart, whose rows a compaction keeps in order.
fn postponed_prefix(table: &Table) -> String {
    let writer = table.runtime().random_u64() % (i32::MAX as u64);
    format!("{}-u-{}-s-{writer}-w-", table.options().data_file_prefix, table.runtime().uuid())
}

/// Most bytes of a file name on a local disk.
const MOST_NAME_BYTES: usize = 255;

/// Errors: `Invalid` where a partition value makes a folder name that a local disk does not take.
fn bucket_path(table: &Table, to: &BucketOf) -> Result<String> {
    let fields = table.schema().partition_fields();
    let values = to.partition.decode(&entry_types(&fields))?;
    let partition = layout::partition_path(&fields, &values, table.options());
    let too_long = partition.split('/').find(|name| table.storage().is_local() && name.len() > MOST_NAME_BYTES);
    if let Some(name) = too_long {
        let column = name.split('=').next().unwrap_or_default();
        let message = format!(
            "a partition value makes a folder name of {} bytes, expected {MOST_NAME_BYTES} at most",
            name.len()
        );
        return Err(Error::invalid(message).at(table.name()).with("column", column));
    }
    Ok(layout::bucket_path(&partition, to.bucket))
}
