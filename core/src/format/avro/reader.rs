//! Records to batches.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{blocks::Blocks, column::Record, plan};
use crate::{
    error::{Error, Result},
    format::{ReadRequest, RowGroupLayout, batch, row_ranges::RowRanges},
    io::Storage,
    spec::avro::{Cursor, Shape},
    types::{self, DataField},
};

/// Plain bytes behind one batch, after which it ends although it could have more rows.
const MAX_BATCH_BYTES: usize = 16 << 20;

/// See [`crate::format::read`]. The predicate is not used: a container has no statistics.
pub(in crate::format) async fn read(
    storage: &Storage,
    path: &str,
    file_size: u64,
    request: ReadRequest,
) -> Result<BoxStream<'static, Result<RecordBatch>>> {
    if request.row_groups.is_some_and(|groups| !groups.contains(&0)) {
        return Ok(stream::empty().boxed());
    }
    let scan = async {
        let blocks = Blocks::open(storage, path, file_size).await?;
        let root = blocks.header.schema.shape(blocks.header.schema.root());
        Ok(Scan {
            root,
            record: plan::record(&blocks.header.schema, root.node, &request.fields)?,
            blocks,
            schema: types::arrow::schema(&request.fields),
            fields: request.fields,
            wanted: RowRanges::new(request.rows),
            batch_rows: request.batch_rows.max(1),
            block: Bytes::new(),
            at: 0,
            left: 0,
            row: 0,
        })
    };
    let scan = scan.await.map_err(|error: Error| error.at(path))?;
    let path = path.to_owned();
    Ok(stream::try_unfold((scan, path), |(mut scan, path)| async move {
        match scan.next_batch().await {
            Ok(batch) => Ok(batch.map(|batch| (batch, (scan, path)))),
            Err(error) => Err(error.at(&path)),
        }
    })
    .boxed())
}

/// See [`crate::format::row_groups`]. Reads the whole file to count its records.
pub(in crate::format) async fn row_groups(
    storage: &Storage,
    path: &str,
    file_size: u64,
) -> Result<Vec<RowGroupLayout>> {
    let count = async {
        let mut blocks = Blocks::open(storage, path, file_size).await?;
        let mut rows = 0_u64;
        while let Some(block) = blocks.next().await? {
            rows = rows.saturating_add(block.records);
        }
        Ok(rows)
    };
    let rows = count.await.map_err(|error: Error| error.at(path))?;
    Ok(vec![RowGroupLayout { rows, bytes: file_size, has_page_index: false }])
}

/// The state of a scan of one file.
struct Scan {
    blocks: Blocks,
    root: Shape,
    record: Record,
    fields: Vec<DataField>,
    schema: SchemaRef,
    wanted: RowRanges,
    batch_rows: usize,
    /// Plain bytes of the current block, the place in it, and its records behind that place.
    block: Bytes,
    at: usize,
    left: u64,
    /// Position in the file of the next record.
    row: u64,
}

impl Scan {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let (mut rows, mut bytes) = (0, 0);
        while rows < self.batch_rows && bytes < MAX_BATCH_BYTES {
            let Some(wanted) = self.wanted.next_from(self.row) else { break };
            if self.left == 0 {
                if !self.next_block(wanted.start).await? {
                    break;
                }
                continue;
            }
            let start = self.at;
            rows += self.take_records(wanted.start, wanted.end, self.batch_rows - rows)?;
            bytes += self.at - start;
        }
        if rows == 0 {
            return Ok(None);
        }
        let columns = self.fields.iter().map(|field| {
            let column = self.record.columns.iter_mut().find(|(name, _)| *name == field.name);
            column.map(|(_, column)| column.finish()).transpose()
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        batch::of_decoded(&self.fields, &self.schema, columns, rows).map(Some)
    }

    /// Goes on to the next block with rows at or behind `wanted`; false at the end of the file.
    async fn next_block(&mut self, wanted: u64) -> Result<bool> {
        self.block = Bytes::new();
        while let Some(block) = self.blocks.next().await? {
            let end = self.row.saturating_add(block.records);
            if end <= wanted {
                self.row = end;
                continue;
            }
            self.block = self.blocks.plain(&block)?;
            (self.at, self.left) = (0, block.records);
            return Ok(true);
        }
        Ok(false)
    }

    /// Takes at most `most` of the records `start..end` from the current block, skipping those before; how many.
    fn take_records(&mut self, start: u64, end: u64, most: usize) -> Result<usize> {
        let mut cursor = Cursor::resume(&self.blocks.header.schema, &self.block, self.at);
        let (mut taken, first) = (0, self.at);
        while self.left > 0 && self.row < end && taken < most && cursor.position() - first < MAX_BATCH_BYTES {
            let result = if self.row < start {
                cursor.skip(self.root)
            } else {
                taken += 1;
                match cursor.present(self.root) {
                    Ok(true) => self.record.take(&mut cursor),
                    Ok(false) => Err(Error::corrupt("expected a record, found null")),
                    Err(error) => Err(error),
                }
            };
            result.map_err(|error| error.with("record", self.row))?;
            self.row += 1;
            self.left -= 1;
        }
        if self.left == 0 && cursor.remaining() > 0 {
            let left = cursor.remaining();
            return Err(Error::corrupt(format!("expected the end of an avro block, found {left} more bytes")));
        }
        self.at = cursor.position();
        Ok(taken)
    }
}
