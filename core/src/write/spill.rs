//! Rows of write buffers on a disk: batches as compressed Arrow IPC, one after the other in one temporary file.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use arrow_array::RecordBatch;
use arrow_ipc::{reader::StreamReader, writer::StreamWriter};
use arrow_schema::SchemaRef;

use crate::{
    error::{Error, Result},
    io::{SpillArea, SpillFile},
    table::Table,
};

/// What all buffers of a writer put on the disk. The file goes when the last of them does, whatever the reason.
#[derive(Debug)]
pub(super) struct Spill {
    area: Arc<dyn SpillArea>,
    file: Mutex<State>,
    zstd_level: i32,
    block_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    file: Option<Box<dyn SpillFile>>,
    length: u64,
}

/// Batches that were put on the disk together.
#[derive(Debug, Default)]
pub(super) struct SpilledRun {
    blocks: Vec<Range<u64>>,
}

/// Bytes of a block in memory, at most: a merge keeps two of each run.
const MOST_BLOCK_BYTES: usize = 256 << 10;
/// The same, at least.
const LEAST_BLOCK_BYTES: usize = 16 << 10;

impl Spill {
    /// `None` where the table (option `write-buffer-spillable`) or the embedding does not want it.
    pub(super) fn of(table: &Table) -> Option<Arc<Self>> {
        if table.options().write_buffer_spillable { Self::for_compaction(table) } else { None }
    }

    /// `None` where the embedding does not want it.
    pub(super) fn for_compaction(table: &Table) -> Option<Arc<Self>> {
        let options = table.options();
        let area = table.runtime().spill_area()?;
        let share = usize::try_from(options.write_buffer_size / 128).unwrap_or(usize::MAX);
        Some(Arc::new(Spill {
            area,
            file: Mutex::default(),
            zstd_level: options.spill_compression_zstd_level,
            block_bytes: share.clamp(LEAST_BLOCK_BYTES, MOST_BLOCK_BYTES),
        }))
    }

    /// Puts batches on the disk. Errors: those of the disk.
    pub(super) fn write(&self, batches: impl IntoIterator<Item = Result<RecordBatch>>) -> Result<SpilledRun> {
        let mut run = SpilledRun::default();
        for batch in batches {
            let batch = batch?;
            let bytes = super::memory_of(&batch).max(1);
            let rows = (self.block_bytes.saturating_mul(batch.num_rows()) / bytes).max(1);
            for from in (0..batch.num_rows()).step_by(rows) {
                let block = batch.slice(from, rows.min(batch.num_rows() - from));
                run.blocks.push(self.append(&self.encode(&block)?)?);
            }
        }
        Ok(run)
    }

    fn encode(&self, block: &RecordBatch) -> Result<Vec<u8>> {
        let mut writer = StreamWriter::try_new(Vec::new(), block.schema_ref())?;
        writer.write(block)?;
        zstd::bulk::compress(&writer.into_inner()?, self.zstd_level)
            .map_err(|error| Error::internal("cannot compress spilled rows").because(error))
    }

    fn append(&self, bytes: &[u8]) -> Result<Range<u64>> {
        // A panic elsewhere leaves the file as it was before the append that failed.
        let mut state = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if state.file.is_none() {
            state.file = Some(self.area.create()?);
        }
        let start = state.length;
        match &mut state.file {
            Some(file) => file.append(bytes)?,
            None => return Err(Error::internal("no spill file")),
        }
        state.length += bytes.len() as u64;
        Ok(start..state.length)
    }

    fn read(&self, range: Range<u64>, schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
        let bytes = {
            let mut state = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            let file = state.file.as_mut().ok_or_else(|| Error::internal("no spill file"))?;
            file.read(range)?
        };
        let plain = zstd::stream::decode_all(bytes.as_ref())
            .map_err(|error| Error::corrupt("spilled rows do not decompress").because(error))?;
        let batches = StreamReader::try_new(plain.as_slice(), None)?;
        // The schema of the table's batches, which IPC may have told in other words.
        batches.map(|batch| Ok(RecordBatch::try_new(schema.clone(), batch?.columns().to_vec())?)).collect()
    }
}

impl SpilledRun {
    /// Bytes on the disk.
    pub(super) fn bytes(&self) -> u64 {
        self.blocks.iter().map(|block| block.end - block.start).sum()
    }

    /// Its batches, read one by one.
    pub(super) fn batches(
        &self,
        spill: &Arc<Spill>,
        schema: &SchemaRef,
    ) -> impl Iterator<Item = Result<RecordBatch>> + Send + 'static {
        let (spill, schema) = (spill.clone(), schema.clone());
        self.blocks.clone().into_iter().flat_map(move |block| match spill.read(block, &schema) {
            Ok(batches) => batches.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(error)],
        })
    }
}
