//! The versions of one row in the files of a bucket.

use std::sync::Arc;

use arrow_array::{
    Int8Array, Int64Array, RecordBatch,
    cast::AsArray,
    types::{Int8Type, Int64Type},
};
use futures::TryStreamExt;

use super::key::RowKey;
use crate::{
    error::{Error, Result},
    read::{ReadContext, candidates, place_of, read_vector, read_with_positions},
    scan::{BucketDeletions, BucketFiles, Split},
    spec::{
        data_file::DataFileMeta,
        table_schema::{TableSchema, sequence_number_field, value_kind_field},
    },
    types::{DataField, RowKind, arrow},
};

/// Versions of one row that are looked at, at most: a file holds one, unless its writer was strange.
const MAX_VERSIONS: usize = 1000;

/// A version of the row.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) file: DataFileMeta,
    pub(super) path: String,
    /// Place among the physical rows of the file.
    pub(super) position: u64,
    pub(super) sequence_number: i64,
    pub(super) kind: RowKind,
    /// One row with the columns of `TableSchema::key_value_fields`.
    pub(super) row: RecordBatch,
    /// Hidden by a deletion vector.
    pub(super) deleted: bool,
}

/// Reads versions of a row.
pub(super) struct VersionReader<'a> {
    pub(super) context: Arc<ReadContext>,
    pub(super) schema: &'a TableSchema,
    pub(super) key: &'a RowKey,
    /// Files opened so far.
    pub(super) opened: usize,
}

impl VersionReader<'_> {
    /// The versions in one file of a bucket, those that vectors hide among them. Errors: as every read of the file.
    pub(super) async fn read(
        &mut self,
        bucket: &BucketFiles,
        file: &DataFileMeta,
        deletions: &BucketDeletions,
    ) -> Result<Vec<Version>> {
        self.opened += 1;
        let split = split(bucket, file);
        let path = split.file_path(file);
        let (columns, places) = self.columns();
        let positions = candidates(&self.context, &split, file, &self.key.in_files).await?;
        let hidden = match deletions.get(&file.file_name) {
            Some(deletions) => Some(read_vector(&self.context, deletions).await?),
            None => None,
        };
        let mut batches = read_with_positions(&self.context, &split, file, columns, positions).await?;
        let mut found = Vec::new();
        while let Some((rows, batch)) = batches.try_next().await? {
            let matches = self.key.in_files.evaluate(&batch)?;
            for row in (0..batch.num_rows()).filter(|row| matches.value(*row)) {
                if found.len() >= MAX_VERSIONS {
                    let message = format!("expected at most {MAX_VERSIONS} rows of one key in a file");
                    return Err(Error::corrupt(message).at(&path));
                }
                let position = rows.get(row).copied().unwrap_or_default();
                let row = self.key_value(&batch.slice(row, 1), &places).map_err(|error| error.at(&path))?;
                let deleted = hidden.as_ref().is_some_and(|vector| vector.is_deleted(position));
                found.push(self.version(file, &path, position, row, deleted)?);
            }
        }
        Ok(found)
    }

    /// The columns to read, and where those of a key-value row are among them.
    fn columns(&self) -> (Vec<DataField>, Vec<usize>) {
        let mut columns = Vec::new();
        let sources = self.schema.trimmed_primary_key_fields().into_iter();
        let sources = sources.chain([sequence_number_field(), value_kind_field()]).chain(self.schema.fields.clone());
        let places = sources.map(|field| place_of(&mut columns, &field)).collect();
        (columns, places)
    }

    fn key_value(&self, batch: &RecordBatch, places: &[usize]) -> Result<RecordBatch> {
        let columns = places.iter().map(|place| Arc::clone(batch.column(*place))).collect();
        Ok(RecordBatch::try_new(arrow::schema(&self.schema.key_value_fields()), columns)?)
    }

    fn version(
        &self,
        file: &DataFileMeta,
        path: &str,
        position: u64,
        row: RecordBatch,
        deleted: bool,
    ) -> Result<Version> {
        let (sequence_number, kind) = number_and_kind(self.schema, &row).map_err(|error| error.at(path))?;
        Ok(Version { file: file.clone(), path: path.to_owned(), position, sequence_number, kind, row, deleted })
    }
}

/// Sequence number and kind of the first row of a key-value batch. Errors: `Corrupt`.
pub(super) fn number_and_kind(schema: &TableSchema, row: &RecordBatch) -> Result<(i64, RowKind)> {
    let keys = schema.trimmed_primary_keys().count();
    let numbers: Option<&Int64Array> =
        row.columns().get(keys).and_then(|column| column.as_primitive_opt::<Int64Type>());
    let kinds: Option<&Int8Array> =
        row.columns().get(keys + 1).and_then(|column| column.as_primitive_opt::<Int8Type>());
    let (Some(number), Some(kind)) =
        (numbers.and_then(|numbers| numbers.values().first()), kinds.and_then(|kinds| kinds.values().first()))
    else {
        return Err(Error::corrupt("expected a sequence number and a row kind"));
    };
    Ok((*number, RowKind::from_byte(*kind)?))
}

/// One file as a split, without deletion vectors: hidden rows are read, too.
fn split(bucket: &BucketFiles, file: &DataFileMeta) -> Split {
    Split {
        partition: bucket.partition.clone(),
        partition_values: bucket.partition_values.clone(),
        bucket: bucket.bucket,
        total_buckets: bucket.total_buckets,
        bucket_path: bucket.bucket_path.clone(),
        files: vec![file.clone()],
        raw_convertible: true,
        deletions: Default::default(),
        snapshot_id: 0,
    }
}
