//! An ORC file on its way to the storage, one stripe in memory.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::SchemaRef;

use super::{
    chunks::{CHUNK, Compressor},
    column::{Column, Stream},
    message::Message,
    statistics::Statistics,
    types as orc_types,
};
use crate::{
    error::{Error, Result},
    format::{ColumnSummary, FileSummary, WriterOptions},
    io::{Storage, Upload},
    types::{self, DataField, Datum, TypeKind},
};

/// First bytes of a file and last of its postscript.
const MAGIC: &[u8] = b"ORC";
/// Version of the writer: that of ORC 1.6 and later.
const WRITER_VERSION: u64 = 9;
/// Days are counted as Java's writer says it counts them.
const JULIAN_GREGORIAN: u64 = 1;

/// See [`crate::format::FileWriter`].
pub(in crate::format) struct OrcFileWriter {
    path: String,
    fields: Vec<DataField>,
    schema: SchemaRef,
    types: Vec<Message>,
    compressor: Compressor,
    stripe_bytes: u64,
    stripe_rows: usize,
    root: Column,
    rows_in_stripe: u64,
    rows: u64,
    upload: Upload,
    /// Places of the stripes that ended, and statistics of their columns.
    stripes: Vec<Message>,
    stripe_statistics: Vec<Message>,
    statistics: Vec<(TypeKind, Statistics)>,
}

impl OrcFileWriter {
    pub(in crate::format) async fn create(
        storage: &Storage,
        path: &str,
        fields: &[DataField],
        options: &WriterOptions,
    ) -> Result<OrcFileWriter> {
        let types = orc_types::of_file(fields).map_err(|error| error.at(path))?;
        let compressor = Compressor::new(&options.compression, options.zstd_level).map_err(|error| error.at(path))?;
        let mut upload = storage.upload(path)?;
        upload.write(MAGIC.into()).await?;
        Ok(OrcFileWriter {
            path: path.to_owned(),
            fields: fields.to_vec(),
            schema: types::arrow::schema(fields),
            types,
            compressor,
            stripe_bytes: options.block_bytes,
            stripe_rows: options.block_rows.max(1),
            root: Column::root(fields),
            rows_in_stripe: 0,
            rows: 0,
            upload,
            stripes: Vec::new(),
            stripe_statistics: Vec::new(),
            statistics: Vec::new(),
        })
    }

    pub(in crate::format) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut start = 0;
        while start < batch.num_rows() {
            let room = self.stripe_rows.saturating_sub(usize::try_from(self.rows_in_stripe).unwrap_or(usize::MAX));
            let count = (batch.num_rows() - start).min(room.max(1));
            self.add(&batch.slice(start, count)).map_err(|error| error.at(&self.path))?;
            if self.root.pending() as u64 >= self.stripe_bytes || self.rows_in_stripe >= self.stripe_rows as u64 {
                self.end_stripe().await?;
            }
            start += count;
        }
        Ok(())
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_columns() != self.fields.len() {
            let (found, expected) = (batch.num_columns(), self.fields.len());
            return Err(Error::invalid(format!("batch has {found} columns, {expected} were expected")));
        }
        // Fields by name do not matter to the columns, so those of the batch serve.
        let fields = batch.schema_ref().fields().clone();
        let rows = match fields.is_empty() {
            true => StructArray::new_empty_fields(batch.num_rows(), None),
            false => StructArray::try_new(fields, batch.columns().to_vec(), None)?,
        };
        self.root.write(&(Arc::new(rows) as ArrayRef))?;
        self.rows_in_stripe += batch.num_rows() as u64;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    async fn end_stripe(&mut self) -> Result<()> {
        if self.rows_in_stripe == 0 {
            return Ok(());
        }
        let offset = self.upload.bytes_written();
        let (data, footer) = self.stripe().map_err(|error| error.at(&self.path))?;
        let place = Message::default()
            .number(1, offset)
            .number(2, 0)
            .number(3, data.len() as u64)
            .number(4, footer.len() as u64)
            .number(5, self.rows_in_stripe);
        self.stripes.push(place);
        self.rows_in_stripe = 0;
        self.upload.write(data.into()).await?;
        self.upload.write(footer.into()).await
    }

    /// The streams of the stripe and its footer.
    fn stripe(&mut self) -> Result<(Vec<u8>, Vec<u8>)> {
        let (mut streams, mut encodings) = (Vec::<Stream>::new(), Vec::new());
        self.root.finish(&mut streams, &mut encodings);
        let (mut data, mut footer) = (Vec::new(), Message::default());
        for (column, kind, plain) in streams {
            let stored = self.compressor.stored(&plain)?;
            let stream = Message::default().number(1, kind as u64).number(2, column).number(3, stored.len() as u64);
            footer = footer.part(1, stream.bytes());
            data.extend(stored);
        }
        for encoding in encodings {
            footer = footer.part(2, Message::default().number(1, encoding).bytes());
        }
        let footer = self.compressor.stored(footer.part(3, b"UTC").bytes())?;

        let mut statistics = Vec::new();
        self.root.take_statistics(&mut statistics);
        let message = statistics
            .iter()
            .fold(Message::default(), |message, (kind, column)| message.part(1, column.message(kind).bytes()));
        self.stripe_statistics.push(message);
        self.keep_statistics(statistics);
        Ok((data, footer))
    }

    fn keep_statistics(&mut self, statistics: Vec<(TypeKind, Statistics)>) {
        if self.statistics.is_empty() {
            self.statistics = statistics;
            return;
        }
        for ((_, ours), (_, theirs)) in self.statistics.iter_mut().zip(&statistics) {
            ours.merge(theirs);
        }
    }

    pub(in crate::format) fn bytes_written(&self) -> u64 {
        self.upload.bytes_written() + self.root.pending() as u64
    }

    pub(in crate::format) fn rows_written(&self) -> u64 {
        self.rows
    }

    pub(in crate::format) async fn finish(mut self) -> Result<FileSummary> {
        self.end_stripe().await?;
        let tail = self.tail().map_err(|error| error.at(&self.path))?;
        self.upload.write(tail.into()).await?;
        let columns = self.summaries();
        let file_size = self.upload.finish().await?;
        Ok(FileSummary { file_size, row_count: self.rows, columns })
    }

    /// Statistics of the stripes, footer and postscript.
    fn tail(&mut self) -> Result<Vec<u8>> {
        if self.statistics.is_empty() {
            self.root.take_statistics(&mut self.statistics);
        }
        let metadata = self.stripe_statistics.iter().fold(Message::default(), |all, one| all.part(1, one.bytes()));
        let metadata = self.compressor.stored(metadata.bytes())?;
        let content = self.upload.bytes_written();
        let mut footer = Message::default().number(1, MAGIC.len() as u64).number(2, content);
        footer = self.stripes.iter().fold(footer, |footer, stripe| footer.part(3, stripe.bytes()));
        footer = self.types.iter().fold(footer, |footer, one| footer.part(4, one.bytes()));
        footer = footer.number(6, self.rows);
        footer =
            self.statistics.iter().fold(footer, |footer, (kind, column)| footer.part(7, column.message(kind).bytes()));
        footer = footer.number(8, 0).number(11, JULIAN_GREGORIAN);
        footer = footer.part(12, concat!("cenote ", env!("CARGO_PKG_VERSION")).as_bytes());
        let footer = self.compressor.stored(footer.bytes())?;
        let postscript = Message::default()
            .number(1, footer.len() as u64)
            .number(2, self.compressor.code())
            .number(3, CHUNK as u64)
            .packed(4, [0, 12].into_iter())
            .number(5, metadata.len() as u64)
            .number(6, WRITER_VERSION)
            .part(8000, MAGIC);
        let length = u8::try_from(postscript.bytes().len()).map_err(|_| Error::internal("a long orc postscript"))?;
        Ok([&metadata, &footer, postscript.bytes(), &[length]].concat())
    }

    /// What Java takes for the manifest from such a file.
    fn summaries(&self) -> Vec<ColumnSummary> {
        let mut place = 1;
        let mut summary = |column: &Column| {
            let at = place;
            place += columns_of(column);
            let Some((kind, statistics)) = self.statistics.get(at) else { return ColumnSummary::default() };
            let null_count = i64::try_from(statistics.nulls).ok();
            match bounds(kind, statistics) {
                Some((min, max)) => ColumnSummary { min: Some(min), max: Some(max), null_count },
                None => ColumnSummary { min: None, max: None, null_count },
            }
        };
        let mut summaries: Vec<ColumnSummary> = self.root.children().iter().map(&mut summary).collect();
        summaries.resize(self.schema.fields().len(), ColumnSummary::default());
        summaries
    }

    /// Whatever cannot be removed is not visible either.
    pub(in crate::format) async fn abort(self) {
        let _ = self.upload.abort().await;
    }
}

/// Columns of the file that a column is: itself and its children.
fn columns_of(column: &Column) -> usize {
    1 + column.children().iter().map(columns_of).sum::<usize>()
}

/// None for bytes, for types without order and where there is NaN.
fn bounds(kind: &TypeKind, statistics: &Statistics) -> Option<(Datum, Datum)> {
    if matches!(kind, TypeKind::Binary(_) | TypeKind::Varbinary(_)) {
        return None;
    }
    let bounds = statistics.min.clone().zip(statistics.max.clone())?;
    let is_nan = match &bounds.1 {
        Datum::Float(value) => value.is_nan(),
        Datum::Double(value) => value.is_nan(),
        _ => false,
    };
    (!is_nan).then_some(bounds)
}
