//! Sorts the live rows of a bucket and writes them again.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures::{StreamExt, stream};

use super::{
    strategy::{ClusterBy, ClusterTask, Strategy},
    {hilbert, zorder},
};
use crate::{
    commit::CommitMessage,
    compact::{CompactTask, Reason, TaskBucket, TaskKind, TaskVectors, append_rewrite},
    error::{Error, Result},
    scan::BucketFiles,
    spec::{data_file::DataFileMeta, options::Bucket},
    table::Table,
    types::{DataField, arrow},
    write::RowSorter,
};

/// Fewest bytes of rows that a task sorts in memory.
const LEAST_MEMORY: usize = 1 << 20;

/// All files of a bucket, to be sorted; `None` for an empty bucket.
///
/// Errors: `Unsupported` for tables with a primary key or with ordered buckets, and those of [`ClusterTask::check`].
pub(in crate::compact) fn plan(
    table: &Table,
    bucket: BucketFiles,
    vectors: TaskVectors,
    by: &ClusterBy,
) -> Result<Option<CompactTask>> {
    let kind = ClusterTask { columns: by.columns.clone(), strategy: by.strategy, output_level: 0 };
    check_table(table)?;
    if table.options().clustering_incremental {
        let message = "cannot sort a table with clustering.incremental=true by other columns: compact it without them";
        return Err(Error::unsupported(message).at(table.name()));
    }
    kind.check(table.schema()).map_err(|error| error.at(table.name()))?;
    let files = bucket.files.clone();
    Ok((!files.is_empty()).then(|| task(&bucket, &vectors, files, kind, Reason::Cluster)))
}

/// Some files of a bucket, to be sorted.
pub(super) fn task(
    bucket: &BucketFiles,
    vectors: &TaskVectors,
    files: Vec<DataFileMeta>,
    kind: ClusterTask,
    reason: Reason,
) -> CompactTask {
    CompactTask {
        bucket: TaskBucket::of(bucket),
        kind: TaskKind::Cluster(kind),
        reason,
        runs_before: bucket.files.len(),
        vectors: vectors.of_files(&files),
        files,
        others: Vec::new(),
    }
}

pub(super) fn check_table(table: &Table) -> Result<()> {
    let refuse = |message: &str| Err(Error::unsupported(message).at(table.name()));
    if table.schema().is_primary_key_table() {
        return refuse("cannot cluster a table with a primary key: its files are sorted by that");
    }
    if matches!(table.options().bucket, Bucket::Fixed(_)) && table.options().bucket_append_ordered {
        return refuse("cannot cluster a table with ordered buckets (bucket-append-ordered=true)");
    }
    Ok(())
}

/// Sorts the live rows of all files of the task; deleted rows go, and the deletion vectors with them.
pub(in crate::compact) async fn rewrite(
    table: &Table,
    task: &CompactTask,
    kind: &ClusterTask,
    message: &mut CommitMessage,
) -> Result<()> {
    check_table(table)?;
    kind.check(table.schema()).map_err(|error| error.at(table.name()))?;
    let keyed = Keyed::new(table, kind)?;
    let most = usize::try_from(table.options().write_buffer_size).unwrap_or(usize::MAX);
    let memory = (most / table.runtime().parallelism().max(1)).max(LEAST_MEMORY);
    let mut sorter = RowSorter::new(table, &keyed.schema, &keyed.keys, (0..keyed.columns).collect(), memory)?;
    let mut rows = append_rewrite::live_rows(table, task).await?;
    while let Some(batch) = rows.next().await {
        sorter.push(&keyed.batch(&batch?)?)?;
    }
    let sorted = stream::iter(sorter.finish()?).boxed();
    let mut files = append_rewrite::writer(table, task).write_all(sorted).await?;
    for file in &mut files {
        file.level = kind.output_level;
    }
    message.compact_after.extend(files);
    message.compact_before.extend(task.files.iter().cloned());
    Ok(())
}

/// Rows with the key that they are sorted by.
pub(super) struct Keyed {
    strategy: Strategy,
    var_length: usize,
    /// The columns to sort by, and their places.
    by: Vec<(usize, DataField)>,
    /// Columns of the rows.
    columns: usize,
    /// Of rows with their key.
    schema: SchemaRef,
    /// Places of the key's columns.
    pub(super) keys: Vec<usize>,
}

impl Keyed {
    pub(super) fn new(table: &Table, kind: &ClusterTask) -> Result<Self> {
        let schema = table.schema();
        let place = |field: DataField| {
            let place = schema.field_index(&field.name);
            place.map(|place| (place, field)).ok_or_else(|| Error::internal("no such column"))
        };
        let by = kind.fields(schema)?.into_iter().map(place).collect::<Result<Vec<_>>>()?;
        let rows = arrow::schema(&append_rewrite::stored_fields(table));
        let columns = rows.fields().len();
        let (schema, keys) = match kind.strategy {
            Strategy::Order => (rows, by.iter().map(|(place, _)| *place).collect()),
            Strategy::Zorder | Strategy::Hilbert => {
                let place = Arc::new(Field::new("", DataType::Binary, false));
                let fields = rows.fields().iter().cloned().chain([place]);
                (Arc::new(Schema::new(fields.collect::<Vec<_>>())), vec![columns])
            }
        };
        let var_length = table.options().zorder_var_length_contribution;
        Ok(Keyed { strategy: kind.strategy, var_length, by, columns, schema, keys })
    }

    pub(super) fn batch(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let by = || {
            self.by.iter().map(|(place, field)| (Arc::clone(rows.column(*place)), field.clone())).collect::<Vec<_>>()
        };
        let index = match self.strategy {
            Strategy::Order => return Ok(rows.clone()),
            Strategy::Zorder => zorder::indexes(&by(), self.var_length)?,
            Strategy::Hilbert => hilbert::indexes(&by())?,
        };
        let mut columns = rows.columns().to_vec();
        columns.push(Arc::new(index));
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}
