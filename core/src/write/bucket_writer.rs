//! The rows of one bucket on their way to files.

use arrow_array::RecordBatch;

use super::{
    data_file_writer::{DataFileWriter, FileRole},
    merge_tree_buffer::MergeTreeBuffer,
    route::BucketOf,
};
use crate::{
    commit::CommitMessage,
    error::Result,
    scan::entry_types,
    spec::{data_file::FileSource, layout},
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
    /// Append table: rows go straight to the open file.
    Append(Box<DataFileWriter>),
    /// Primary-key table: rows wait to be sorted.
    MergeTree(Box<MergeTreeBuffer>),
}

impl BucketWriter {
    pub(super) fn new(table: &Table, to: &BucketOf, total_buckets: i32, next_sequence: i64) -> Result<Self> {
        let bucket_path = bucket_path(table, to)?;
        let rows = if table.schema().is_primary_key_table() {
            Rows::MergeTree(Box::new(MergeTreeBuffer::new(table, &bucket_path, next_sequence)?))
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
            Rows::MergeTree(buffer) => buffer.bytes(),
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
        match self.rows {
            Rows::Append(writer) => self.message.new_files = writer.close().await?,
            Rows::MergeTree(buffer) => {
                (self.message.new_files, self.message.changelog_files) = buffer.close().await?;
            }
        }
        Ok((self.bucket_path, self.message))
    }

    /// Removes the files written.
    pub(super) async fn abort(self) {
        match self.rows {
            Rows::Append(writer) => writer.abort().await,
            Rows::MergeTree(buffer) => buffer.abort().await,
        }
    }
}

fn bucket_path(table: &Table, to: &BucketOf) -> Result<String> {
    let fields = table.schema().partition_fields();
    let values = to.partition.decode(&entry_types(&fields))?;
    Ok(layout::bucket_path(&layout::partition_path(&fields, &values, table.options()), to.bucket))
}
