//! Bytes of one file: small ones are fetched whole, of large ones the tail first and then what is needed.

use std::ops::Range;

use bytes::Bytes;

use crate::{
    error::{Error, Result},
    io::Storage,
};

/// Files up to this size are fetched with one request.
const WHOLE_FILE: u64 = 1 << 20;
/// Fetched of larger files to find the footer; most footers and page indexes fit.
const TAIL: u64 = 64 << 10;

/// A data file whose size is known.
#[derive(Clone, Debug)]
pub(super) struct Source {
    storage: Storage,
    path: String,
    size: u64,
    /// The first byte held, and all bytes from there to the end.
    held: (u64, Bytes),
}

impl Source {
    /// Fetches the whole file or its tail.
    pub(super) async fn open(storage: &Storage, path: &str, size: u64) -> Result<Source> {
        Source::hold(storage, path, size, if size <= WHOLE_FILE { 0 } else { size - TAIL }).await
    }

    /// Fetches the tail only, however small the file is.
    pub(super) async fn open_tail(storage: &Storage, path: &str, size: u64) -> Result<Source> {
        Source::hold(storage, path, size, size.saturating_sub(TAIL)).await
    }

    async fn hold(storage: &Storage, path: &str, size: u64, start: u64) -> Result<Source> {
        let bytes = match start {
            0 => storage.get_immutable(path).await?,
            _ => storage.get_range_immutable(path, start..size).await?,
        };
        if bytes.len() as u64 != size - start {
            let found = start + bytes.len() as u64;
            return Err(Error::corrupt(format!("file has {found} bytes, {size} were expected")).at(path));
        }
        Ok(Source { storage: storage.clone(), path: path.to_owned(), size, held: (start, bytes) })
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The bytes held at the end of the file.
    pub(super) fn tail(&self) -> Bytes {
        self.held.1.clone()
    }

    /// A range of metadata, kept in the storage's cache.
    pub(super) async fn metadata(&self, range: Range<u64>) -> Result<Bytes> {
        self.check(&range)?;
        match self.held(&range) {
            Some(bytes) => Ok(bytes),
            None => self.storage.get_range_immutable(&self.path, range).await,
        }
    }

    /// Ranges of data in the order asked. Errors: `Corrupt` for one beyond the end, or where the file is shorter.
    pub(super) async fn data(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        ranges.iter().try_for_each(|range| self.check(range))?;
        if let Some(bytes) = ranges.iter().map(|range| self.held(range)).collect::<Option<Vec<_>>>() {
            return Ok(bytes);
        }
        self.storage.get_ranges(&self.path, ranges).await
    }

    fn check(&self, range: &Range<u64>) -> Result<()> {
        if range.start <= range.end && range.end <= self.size {
            return Ok(());
        }
        let message = format!("bytes {}..{} do not lie in a file of {} bytes", range.start, range.end, self.size);
        Err(Error::corrupt(message).at(&self.path))
    }

    fn held(&self, range: &Range<u64>) -> Option<Bytes> {
        let from = usize::try_from(range.start.checked_sub(self.held.0)?).ok()?;
        let to = usize::try_from(range.end.checked_sub(self.held.0)?).ok()?;
        (from <= to && to <= self.held.1.len()).then(|| self.held.1.slice(from..to))
    }
}
