//! Looks the keys of new rows up in the levels above a compaction's output (Java `LookupLevels`, decision 0009).
//!
//! ```text
//! keys of a window, ascending      3   17   18        60
//! level 4   [1 ………… 20] [21 … 40]    ──▶ files whose key range holds a key
//! level 5   [2 … 9] [11 … 30] [50 … 70]
//!               each file: pages that may hold a key ──▶ key columns ──▶ merge join ──▶ positions ──▶ rows, if asked for
//! ```
//!
//! A compaction asks for keys in ascending order, so each file is read forwards and at most once where many keys are looked
//! up. Where few are, only the row groups and pages that may hold them are read. Memory: one batch of keys a level and the
//! rows that were found.

mod cursor;
mod key_filter;
mod level;

use std::{collections::BTreeMap, sync::Arc};

use arrow_array::RecordBatch;
use arrow_select::{concat::concat_batches, filter::filter_record_batch};
use futures::{TryStreamExt, future::BoxFuture, lock::Mutex};

use self::level::{Hit, Level};
use super::levels::sorted_runs;
use crate::{
    error::{Error, Result},
    merge::{Found, KeyOrder, OrderedKeys},
    read::{OlderRows, ReadContext, place_of, read_with_positions},
    scan::{RowRanges, Split, entry_types},
    spec::{data_file::DataFileMeta, deletion_vector::DeletionVector},
    types::DataField,
};

/// The levels above the output of a compaction, and which of their rows were found.
pub(super) struct LookupLevels {
    files: Files,
    /// Keys are asked for in order, so that one question follows the other.
    state: Mutex<State>,
}

/// How to read the files of a bucket.
struct Files {
    context: Arc<ReadContext>,
    split: Split,
    keys: Vec<DataField>,
    order: KeyOrder,
}

struct State {
    /// Lowest first: it has the newest rows.
    levels: Vec<Level>,
    /// Rows found, by data file, where they are to be deleted.
    marks: Option<BTreeMap<String, DeletionVector>>,
}

/// Keys to look up.
struct Wanted<'a> {
    keys: &'a OrderedKeys,
    batch: &'a RecordBatch,
}

impl LookupLevels {
    /// Over `above`, files of the bucket of `split`, whose deletion vectors it has. With `marking`, rows that are found are
    /// to be deleted: see [`LookupLevels::take_marks`].
    ///
    /// Errors: `Corrupt` for key ranges that do not decode, `Unsupported` for keys of types without an order.
    pub(super) fn new(context: &Arc<ReadContext>, split: Split, above: &[DataFileMeta], marking: bool) -> Result<Self> {
        let keys = context.schema().trimmed_primary_key_fields();
        let order = KeyOrder::new(&keys)?;
        let types = entry_types(&keys);
        let runs = sorted_runs(above, &types)?.into_iter();
        let levels = runs.map(|run| Level::new(run, &order, &types)).collect::<Result<Vec<_>>>()?;
        let files = Files { context: Arc::clone(context), split, keys, order };
        Ok(LookupLevels { files, state: Mutex::new(State { levels, marks: marking.then(BTreeMap::new) }) })
    }

    /// The rows found so far, as deletion vectors by data file. Empty without marking.
    pub(super) async fn take_marks(&self) -> BTreeMap<String, DeletionVector> {
        let mut state = self.state.lock().await;
        state.marks.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

impl OlderRows for LookupLevels {
    fn find(&self, keys: RecordBatch, fields: Option<Vec<DataField>>) -> BoxFuture<'_, Result<Found>> {
        Box::pin(async move {
            let mut state = self.state.lock().await;
            let hits = state.hits(&self.files, &keys).await?;
            if let Some(marks) = &mut state.marks {
                for hit in &hits {
                    marks.entry(hit.file.file_name.clone()).or_default().delete(hit.position);
                }
            }
            self.files.found(hits, fields).await
        })
    }
}

impl State {
    /// Where the newest older row of each key stands, if there is one. Files are in the order of levels and keys.
    async fn hits(&mut self, files: &Files, batch: &RecordBatch) -> Result<Vec<Hit>> {
        let keys = files.order.encode(batch.columns())?;
        if !keys.is_ascending() {
            return Err(Error::internal("expected keys to look up in ascending order"));
        }
        let wanted = Wanted { keys: &keys, batch };
        let rows = u32::try_from(keys.len()).map_err(|_| Error::internal("too many keys to look up at once"))?;
        let mut open: Vec<u32> = (0..rows).collect();
        let mut hits: Vec<Hit> = Vec::new();
        for level in &mut self.levels {
            let start = hits.len();
            level.find(files, &wanted, &open, &mut hits).await?;
            let mut found = hits.iter().skip(start).map(|hit| hit.key).peekable();
            open.retain(|key| found.next_if_eq(key).is_none());
            if open.is_empty() {
                break;
            }
        }
        Ok(hits)
    }
}

impl Files {
    /// The answer to a question: the rows too where `fields` are asked for.
    async fn found(&self, hits: Vec<Hit>, fields: Option<Vec<DataField>>) -> Result<Found> {
        let keys: Vec<u32> = hits.iter().map(|hit| hit.key).collect();
        let Some(mut fields) = fields.filter(|_| !hits.is_empty()) else { return Ok(Found { keys, rows: None }) };
        let asked: Vec<usize> = (0..fields.len()).collect();
        let expiry = self.context.expiry().map(|expiry| (expiry, place_of(&mut fields, expiry.field())));
        let mut batches: Vec<RecordBatch> = Vec::new();
        for hits in hits.chunk_by(|a, b| Arc::ptr_eq(&a.file, &b.file)) {
            self.rows_at(hits, &fields, &mut batches).await?;
        }
        let Some(first) = batches.first() else { return Err(Error::internal("rows that were found are gone")) };
        let rows = concat_batches(&first.schema(), &batches)?;
        let Some((expiry, place)) = expiry else { return Ok(Found { keys, rows: Some(rows) }) };
        // What has expired is not there any more.
        let kept = expiry.kept(&rows, place)?;
        let keys = keys.into_iter().zip(&kept).filter_map(|(key, kept)| kept?.then_some(key)).collect();
        Ok(Found { keys, rows: Some(filter_record_batch(&rows.project(&asked)?, &kept)?) })
    }

    /// Reads the rows of hits in one file, which are in the order of the file.
    async fn rows_at(&self, hits: &[Hit], fields: &[DataField], batches: &mut Vec<RecordBatch>) -> Result<()> {
        let Some(file) = hits.first().map(|hit| &hit.file) else { return Ok(()) };
        let positions = RowRanges::new(hits.iter().map(|hit| hit.position..hit.position + 1).collect());
        let mut rows = read_with_positions(&self.context, &self.split, file, fields.to_vec(), Some(positions)).await?;
        let mut places = hits.iter().map(|hit| hit.position);
        while let Some((positions, batch)) = rows.try_next().await? {
            if !positions.iter().all(|position| places.next() == Some(*position)) {
                return Err(Error::internal("other rows were read than were found").at(&file.file_name));
            }
            batches.push(batch);
        }
        match places.next() {
            None => Ok(()),
            Some(_) => Err(Error::internal("rows that were found were not read").at(&file.file_name)),
        }
    }
}
