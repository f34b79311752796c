//! One file, or a range of its row groups, as batches of the read schema.

use std::{collections::HashMap, ops::Range, sync::Arc};

use arrow_array::RecordBatch;
use futures::{StreamExt, stream::BoxStream};

use super::{
    context::ReadContext,
    deletions,
    evolve::Evolution,
    file_index,
    inline_blobs::{self, InlineBlobs},
    tracking::Tracking,
};
use crate::{
    error::{Error, Result},
    format::{self, ReadRequest},
    io::Storage,
    predicate::Predicate,
    scan::{DeletionFile, RowRanges, Split},
    spec::{
        data_file::DataFileMeta,
        table_schema::{TableSchema, row_id_field, sequence_number_field, value_kind_field},
    },
    types::{DataField, Datum},
};

/// The files of one split.
#[derive(Clone)]
pub(super) struct SplitFiles {
    pub(super) context: Arc<ReadContext>,
    bucket_path: String,
    pub(super) deletions: Arc<HashMap<String, DeletionFile>>,
    /// Values of the partition columns by field id.
    pub(super) partition: Vec<(i32, Option<Datum>)>,
}

/// What to read of a file.
#[derive(Clone)]
pub(super) struct FileRead {
    pub(super) file: DataFileMeta,
    /// Columns as fields of the read schema, or system columns.
    pub(super) fields: Vec<DataField>,
    /// May skip what cannot match.
    pub(super) predicate: Option<Predicate>,
    /// Only this part.
    pub(super) part: Part,
    /// Bytes of the file to hold at a time.
    pub(super) window_bytes: u64,
    /// Rows that are wanted soon.
    pub(super) first_rows: Option<u64>,
}

/// Part of a file; all of it by default.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Only these row groups.
    pub(super) row_groups: Option<Range<usize>>,
    /// Only rows at these positions.
    pub(super) rows: Option<RowRanges>,
}

impl SplitFiles {
    /// The files of `split`.
    pub(super) fn new(context: &Arc<ReadContext>, split: &Split) -> Self {
        let fields = context.schema.partition_fields().into_iter().map(|field| field.id);
        let partition = fields.zip(split.partition_values.iter().cloned()).collect();
        let deletions = Arc::new(split.deletions.clone());
        SplitFiles { context: Arc::clone(context), bucket_path: split.bucket_path.clone(), deletions, partition }
    }

    /// Path of a file for messages: relative to the table folder unless the file is external.
    pub(super) fn path(&self, file: &DataFileMeta) -> String {
        match &file.external_path {
            Some(path) => path.clone(),
            None => format!("{}/{}", self.bucket_path, file.file_name),
        }
    }

    /// The store of a file and its path there. Errors: `Unsupported` for external files that may not be read.
    pub(super) fn locate(&self, file: &DataFileMeta) -> Result<(Storage, String)> {
        self.context.locate(&self.path(file), file.external_path.is_some())
    }

    /// Opens a file without its deleted rows, those that its indexes rule out, and those that have expired where the context
    /// leaves them out. See [`SplitFiles::open`].
    pub(super) async fn read(&self, mut read: FileRead) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        if let Some(predicate) = &read.predicate {
            read.part.rows = self.by_file_index(&read.file, predicate, read.part.rows.take()).await?;
            if read.part.rows.as_ref().is_some_and(RowRanges::is_empty) {
                return Ok(futures::stream::empty().boxed());
            }
        }
        if let Some(rows) = self.context.rows_from_start(&read.file.file_name) {
            read.part.rows = Some(read.part.rows.map_or(rows.clone(), |among| among.intersect(&rows)));
        }
        read.part.rows = self.live_rows(&read.file, read.part.rows).await?;
        let Some(expiry) = self.context.expiry.clone() else { return self.open(read).await };
        let place = read.fields.iter().position(|field| field.id == expiry.field().id);
        let place = place.ok_or_else(|| Error::internal("rows expire by a column that is not read"))?;
        let batches = self.open(read).await?;
        Ok(batches.map(move |batch| expiry.retain(batch?, place)).boxed())
    }

    /// Those of the rows `among` of a file that its indexes do not rule out.
    async fn by_file_index(
        &self,
        file: &DataFileMeta,
        predicate: &Predicate,
        among: Option<RowRanges>,
    ) -> Result<Option<RowRanges>> {
        if !file_index::is_there(file) {
            return Ok(among);
        }
        let ((storage, path), schema) = (self.locate(file)?, self.schema_of(file).await?);
        let predicate = self.predicate_of_file(predicate, &schema.fields);
        file_index::select(&self.context, file, (&storage, path.as_str()), &predicate, &schema.fields, among).await
    }

    /// Positions of the rows of a file that may match; `None` for all. Deleted rows are not looked at.
    pub(super) async fn candidates(&self, file: &DataFileMeta, predicate: &Predicate) -> Result<Option<RowRanges>> {
        let by_index = self.by_file_index(file, predicate, None).await?;
        if by_index.as_ref().is_some_and(RowRanges::is_empty) {
            return Ok(by_index);
        }
        let ((storage, path), schema) = (self.locate(file)?, self.schema_of(file).await?);
        let mut request = ReadRequest::new(Vec::new())
            .with_predicate(Some(self.predicate_of_file(predicate, &schema.fields)))
            .with_table_options(&self.context.schema.options);
        request.counters = Arc::clone(&self.context.counters);
        let size = u64::try_from(file.file_size)
            .map_err(|_| Error::corrupt(format!("a file of {} bytes", file.file_size)).at(&path))?;
        let Some(rows) = format::candidate_rows(&storage, &path, size, &request).await? else { return Ok(by_index) };
        let rows = RowRanges::new(rows);
        Ok(Some(by_index.map_or(rows.clone(), |by_index| by_index.intersect(&rows))))
    }

    /// The schema version that a file was written with.
    pub(super) async fn schema_of(&self, file: &DataFileMeta) -> Result<Arc<TableSchema>> {
        match file.schema_id == self.context.schema.id {
            true => Ok(Arc::clone(&self.context.schema)),
            false => {
                self.context.schemas.get(file.schema_id).await.map_err(|error| error.with("file", &file.file_name))
            }
        }
    }

    /// Opens a file. Batches have the columns `read.fields`; a NOT NULL one that holds nulls is nullable in the batch.
    /// Columns of row tracking are made up where the file does not hold them.
    pub(super) async fn open(&self, read: FileRead) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let (storage, path) = self.locate(&read.file)?;
        let schema = self.schema_of(&read.file).await?;
        let system = [sequence_number_field(), value_kind_field(), row_id_field()];
        let in_file: Vec<DataField> = schema.fields.iter().cloned().chain(system).collect();
        let evolution = Evolution::new(&read.fields, &in_file, &self.partition).map_err(|error| error.at(&path))?;
        let rows = read.part.rows;
        let tracks_rows = self.context.schema.tracks_rows();
        let mut tracking = tracks_rows.then(|| Tracking::new(&read.fields, &read.file, rows.as_ref())).flatten();
        // Positions are only known where no row is left out in between.
        let skips = !tracking.as_ref().is_some_and(Tracking::counts_rows);
        let predicate = read.predicate.as_ref().filter(|_| skips);
        let mut request = ReadRequest::new(evolution.file_fields.clone())
            .with_predicate(predicate.map(|predicate| self.predicate_of_file(predicate, &schema.fields)))
            .with_row_groups(read.part.row_groups)
            .with_window_bytes(read.window_bytes)
            .with_first_rows(read.first_rows)
            .with_table_options(&self.context.schema.options);
        let blobs = InlineBlobs::new(&self.context, &read.fields)?;
        if blobs.is_some() {
            request = request.with_batch_rows(inline_blobs::BATCH_ROWS);
        }
        request.rows = rows.map(|rows| rows.ranges().to_vec());
        request.counters = Arc::clone(&self.context.counters);
        let size = u64::try_from(read.file.file_size)
            .map_err(|_| Error::corrupt(format!("a file of {} bytes", read.file.file_size)).at(&path))?;
        let batches = format::read(&storage, &path, size, request).await?;
        let mut evolve_batch = move |batch: RecordBatch| {
            let evolved = evolution.apply(&batch)?;
            match &mut tracking {
                Some(tracking) => tracking.fill(&evolved),
                None => Ok(evolved),
            }
        };
        let evolve = move |batch: Result<RecordBatch>| {
            let evolved = batch.and_then(|batch| evolve_batch(batch).map_err(|error| error.at(&path)));
            let blobs = blobs.clone();
            async move {
                match (evolved, blobs) {
                    (Ok(batch), Some(blobs)) => blobs.resolve(batch).await,
                    (evolved, _) => evolved,
                }
            }
        };
        Ok(batches.then(evolve).boxed())
    }

    /// Positions of the rows of `file` among `selected` that are not deleted; `None` for all of the file.
    pub(super) async fn live_rows(
        &self,
        file: &DataFileMeta,
        selected: Option<RowRanges>,
    ) -> Result<Option<RowRanges>> {
        let Some(deletions) = self.deletions.get(&file.file_name) else { return Ok(selected) };
        let rows = u64::try_from(file.row_count).unwrap_or(0);
        let live = deletions::live_rows(&self.context, deletions, rows).await?;
        Ok(Some(selected.map_or(live.clone(), |selected| selected.intersect(&live))))
    }

    /// The filter on the file's own columns. Partition columns may be absent in the file: nothing can be said of them.
    fn predicate_of_file(&self, predicate: &Predicate, fields: &[DataField]) -> Predicate {
        let in_file = |id: i32| self.partition.iter().all(|(partition, _)| *partition != id);
        predicate.retain_columns(&|column| in_file(column.id)).for_file(fields)
    }
}
