//! A file that is read forwards for its keys, and the merge join of these with keys to look up.

use std::sync::Arc;

use futures::{TryStreamExt, stream::BoxStream};

use super::{Files, Wanted, key_filter};
use crate::{
    error::{Error, Result},
    merge::OrderedKeys,
    read::{Placed, candidates, read_with_positions},
    scan::RowRanges,
    spec::data_file::DataFileMeta,
};

/// Fewer rows than this are read through whatever is looked up.
const SMALL_FILE_ROWS: u64 = 32 * 1024;
/// Rows of a file for each key beyond which single keys are looked for.
const ROWS_PER_KEY: u64 = 64;

/// The keys of a file, or of those parts of it that may hold certain keys.
pub(super) struct Cursor {
    file: Arc<DataFileMeta>,
    batches: BoxStream<'static, Result<Placed>>,
    /// Positions and keys of the batch at hand, and the first row of it that may still match.
    batch: Option<(Vec<u64>, OrderedKeys)>,
    at: usize,
    /// Whether it has all rows from here on.
    reads_on: bool,
}

impl Cursor {
    /// Opens `file` for these keys: only what may hold them where they are few.
    pub(super) async fn open(
        files: &Files,
        file: &Arc<DataFileMeta>,
        wanted: &Wanted<'_>,
        keys: &[u32],
    ) -> Result<Self> {
        let rows = u64::try_from(file.row_count).unwrap_or(0);
        let is_sparse = rows > SMALL_FILE_ROWS && (keys.len() as u64).saturating_mul(ROWS_PER_KEY) < rows;
        let filter = match is_sparse {
            true => key_filter::any_of(&files.keys, wanted.batch, keys)?,
            false if rows > SMALL_FILE_ROWS => key_filter::from(&files.keys, wanted.batch, keys)?,
            false => None,
        };
        let positions: Option<RowRanges> = match filter {
            Some(filter) => candidates(&files.context, &files.split, file, &filter).await?,
            None => None,
        };
        let batches = read_with_positions(&files.context, &files.split, file, files.keys.clone(), positions).await?;
        Ok(Cursor { file: Arc::clone(file), batches, batch: None, at: 0, reads_on: !is_sparse })
    }

    /// Whether it can be asked for greater keys too.
    pub(super) fn reads_on(&self) -> bool {
        self.reads_on
    }

    /// Tells the position of each of the ascending `keys` that is there.
    pub(super) async fn join(
        &mut self,
        files: &Files,
        wanted: &Wanted<'_>,
        keys: &[u32],
        mut tell: impl FnMut(u32, u64),
    ) -> Result<()> {
        for key in keys {
            let row = *key as usize;
            loop {
                if self.batch.is_none() && !self.next_batch(files).await? {
                    return Ok(());
                }
                let Some((positions, there)) = &self.batch else { return Ok(()) };
                self.at = there.lower_bound(self.at, wanted.keys, row);
                if self.at == there.len() {
                    self.batch = None;
                    continue;
                }
                if there.compare(self.at, wanted.keys, row).is_eq() {
                    let position = positions.get(self.at);
                    tell(*key, *position.ok_or_else(|| Error::internal("a row without position"))?);
                    self.at += 1;
                }
                break;
            }
        }
        Ok(())
    }

    /// False at the end. Errors: `Corrupt` where keys are not ascending.
    async fn next_batch(&mut self, files: &Files) -> Result<bool> {
        let Some((positions, batch)) = self.batches.try_next().await? else { return Ok(false) };
        let keys = files.order.encode(batch.columns()).map_err(|error| error.at(&self.file.file_name))?;
        if !keys.is_ascending() || positions.len() != keys.len() {
            let message = "expected rows in ascending order of their keys, found a lesser key after a greater";
            return Err(Error::corrupt(message).at(&self.file.file_name));
        }
        (self.batch, self.at) = (Some((positions, keys)), 0);
        Ok(true)
    }
}
