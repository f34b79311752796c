//! One level: which of its files may hold a key, and where in the file it stands.

use std::sync::Arc;

use super::{Files, Wanted, cursor::Cursor};
use crate::{
    compact::levels::SortedRun,
    error::{Error, Result},
    merge::{KeyOrder, OrderedKeys},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta},
    types::{DataType, Datum, datums_to_array},
};

/// A row that was found.
pub(super) struct Hit {
    /// Which of the keys.
    pub(super) key: u32,
    pub(super) file: Arc<DataFileMeta>,
    /// Place among the physical rows of the file.
    pub(super) position: u64,
}

/// The files of a level, which do not overlap, in key order.
pub(super) struct Level {
    files: Vec<Arc<DataFileMeta>>,
    /// Least and greatest key of each file.
    mins: OrderedKeys,
    maxs: OrderedKeys,
    /// The first file that keys to come may lie in.
    next: usize,
    /// A file that is read through, and which it is.
    open: Option<(usize, Cursor)>,
}

impl Level {
    /// Errors: `Corrupt` for keys that do not decode.
    pub(super) fn new(run: SortedRun, order: &KeyOrder, types: &[DataType]) -> Result<Self> {
        let mins = edges(&run.files, |file| &file.min_key, order, types)?;
        let maxs = edges(&run.files, |file| &file.max_key, order, types)?;
        Ok(Level { files: run.files.into_iter().map(Arc::new).collect(), mins, maxs, next: 0, open: None })
    }

    /// Adds the rows of those `keys` that the level has, in their order.
    pub(super) async fn find(
        &mut self,
        files: &Files,
        wanted: &Wanted<'_>,
        keys: &[u32],
        hits: &mut Vec<Hit>,
    ) -> Result<()> {
        let mut rest = keys;
        while let Some(first) = rest.first() {
            let at = self.maxs.lower_bound(self.next, wanted.keys, *first as usize);
            let Some(file) = self.files.get(at).cloned() else { return Ok(()) };
            self.next = at;
            let ends = rest.partition_point(|key| wanted.keys.compare(*key as usize, &self.maxs, at).is_le());
            let (here, later) = rest.split_at(ends);
            let before = here.partition_point(|key| wanted.keys.compare(*key as usize, &self.mins, at).is_lt());
            let here = here.get(before..).unwrap_or_default();
            if !here.is_empty() {
                self.find_in(files, at, &file, (wanted, here), hits).await?;
            }
            rest = later;
        }
        Ok(())
    }

    async fn find_in(
        &mut self,
        files: &Files,
        at: usize,
        file: &Arc<DataFileMeta>,
        (wanted, keys): (&Wanted<'_>, &[u32]),
        hits: &mut Vec<Hit>,
    ) -> Result<()> {
        let mut cursor = match self.open.take().filter(|(open, _)| *open == at) {
            Some((_, cursor)) => cursor,
            None => Cursor::open(files, file, wanted, keys).await?,
        };
        cursor
            .join(files, wanted, keys, |key, position| hits.push(Hit { key, file: Arc::clone(file), position }))
            .await?;
        if cursor.reads_on() {
            self.open = Some((at, cursor));
        }
        Ok(())
    }
}

/// The least or greatest keys of files.
fn edges(
    files: &[DataFileMeta],
    edge: fn(&DataFileMeta) -> &BinaryRow,
    order: &KeyOrder,
    types: &[DataType],
) -> Result<OrderedKeys> {
    let mut columns: Vec<Vec<Option<Datum>>> = vec![Vec::with_capacity(files.len()); types.len()];
    for file in files {
        let key = edge(file).decode(types).map_err(|error| error.at(&file.file_name))?;
        if key.len() != columns.len() {
            return Err(Error::corrupt("expected a key of as many columns as the primary key").at(&file.file_name));
        }
        for (column, value) in columns.iter_mut().zip(key) {
            column.push(value);
        }
    }
    let arrays = columns.iter().zip(types).map(|(column, data_type)| datums_to_array(column, data_type));
    order.encode(&arrays.collect::<Result<Vec<_>>>()?)
}
