//! Commit messages as bytes, for workers that write and a committer elsewhere (Java `CommitMessageSerializer` with
//! `DataFileMetaSerializer` and `IndexFileMetaSerializer`).
//!
//! Java keeps the version beside the bytes, not in them. Numbers in front of rows are big-endian, rows are binary rows
//! without arity.

mod records;

use records::{FileRecords, IndexRecords};

use super::CommitMessage;
use crate::{
    error::{Error, Result},
    spec::{binary_row::BinaryRow, data_file::DataFileMeta, index_manifest::IndexFileMeta},
    types::{DataType, DatumRow},
};

impl CommitMessage {
    /// The version that Java writes today; Paimon 2.0 writes 12, Paimon 1.4 writes 11.
    pub const VERSION: i32 = 13;

    /// The oldest version that is read and written.
    pub const OLDEST_VERSION: i32 = 11;

    /// The bytes that Java reads with `deserialize(version, bytes)`.
    ///
    /// Errors: `Unsupported` for other versions, and for what an older version has no place for.
    pub fn to_bytes(&self, version: i32) -> Result<Vec<u8>> {
        let (files, index) = (FileRecords::of(version), IndexRecords::of(version));
        check_version(version)?;
        let mut out = Vec::new();
        put_sized(&mut out, self.partition.serialized())?;
        out.extend(self.bucket.to_be_bytes());
        let known = self.total_buckets != CommitMessage::TABLE_BUCKETS;
        out.push(u8::from(known));
        if known {
            out.extend(self.total_buckets.to_be_bytes());
        }
        let put_files = |out: &mut Vec<u8>, list: &[DataFileMeta]| put_list(out, list, |file| files.write(file));
        let put_index = |out: &mut Vec<u8>, list: &[IndexFileMeta]| put_list(out, list, |file| index.write(file));
        for list in [&self.new_files, &self.deleted_files, &self.changelog_files] {
            put_files(&mut out, list)?;
        }
        for list in [&self.new_index_files, &self.deleted_index_files] {
            put_index(&mut out, list)?;
        }
        for list in [&self.compact_before, &self.compact_after, &self.compact_changelog_files] {
            put_files(&mut out, list)?;
        }
        for list in [&self.compact_new_index_files, &self.compact_deleted_index_files] {
            put_index(&mut out, list)?;
        }
        Ok(out)
    }

    /// Reads what Java's `serialize` or [`CommitMessage::to_bytes`] made.
    ///
    /// Errors: `Unsupported` for other versions, `Corrupt` for bytes that are no message of this version.
    pub fn from_bytes(version: i32, bytes: &[u8]) -> Result<Self> {
        check_version(version)?;
        let (files, index) = (FileRecords::of(version), IndexRecords::of(version));
        let mut input = Input { rest: bytes };
        let partition = BinaryRow::from_serialized(input.sized()?);
        partition.arity()?;
        let bucket = input.int()?;
        let total_buckets = match input.byte()? {
            0 => CommitMessage::TABLE_BUCKETS,
            _ => input.int()?,
        };
        let mut message = CommitMessage::new(partition, bucket, total_buckets);
        for list in [&mut message.new_files, &mut message.deleted_files, &mut message.changelog_files] {
            *list = input.list(|bytes| files.read(bytes))?;
        }
        for list in [&mut message.new_index_files, &mut message.deleted_index_files] {
            *list = input.list(|bytes| index.read(bytes))?;
        }
        for list in [&mut message.compact_before, &mut message.compact_after, &mut message.compact_changelog_files] {
            *list = input.list(|bytes| files.read(bytes))?;
        }
        for list in [&mut message.compact_new_index_files, &mut message.compact_deleted_index_files] {
            *list = input.list(|bytes| index.read(bytes))?;
        }
        match input.rest.len() {
            0 => Ok(message),
            more => Err(Error::corrupt(format!("{more} bytes behind the end of a commit message"))),
        }
    }
}

fn check_version(version: i32) -> Result<()> {
    let (oldest, newest) = (CommitMessage::OLDEST_VERSION, CommitMessage::VERSION);
    if (oldest..=newest).contains(&version) {
        return Ok(());
    }
    Err(Error::unsupported(format!("commit messages of version {version}, expected {oldest} to {newest}")))
}

fn put_sized(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    let size = i32::try_from(bytes.len()).map_err(|_| Error::invalid("a commit message of more than 2 GiB"))?;
    out.extend(size.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn put_list<T>(out: &mut Vec<u8>, list: &[T], row: impl Fn(&T) -> Result<BinaryRow>) -> Result<()> {
    let count = i32::try_from(list.len()).map_err(|_| Error::invalid("a commit message of more than 2^31 files"))?;
    out.extend(count.to_be_bytes());
    list.iter().try_for_each(|item| put_sized(out, row(item)?.row_bytes()))
}

/// The bytes that are still to be read.
struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| {
            let left = self.rest.len();
            Error::corrupt(format!("a commit message ends early: expected {length} bytes more, found {left}"))
        })?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    fn int(&mut self) -> Result<i32> {
        let bytes = self.take(4)?;
        Ok(bytes.first_chunk().map(|bytes| i32::from_be_bytes(*bytes)).unwrap_or_default())
    }

    /// A size or count.
    fn length(&mut self) -> Result<usize> {
        let length = self.int()?;
        usize::try_from(length).map_err(|_| Error::corrupt(format!("expected a length, found {length}")))
    }

    fn sized(&mut self) -> Result<&'a [u8]> {
        let length = self.length()?;
        self.take(length)
    }

    fn list<T>(&mut self, read: impl Fn(&[u8]) -> Result<T>) -> Result<Vec<T>> {
        let count = self.length()?;
        // No room is made before the items are there: the count may be anything.
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(read(self.sized()?)?);
        }
        Ok(list)
    }
}

/// Values of a row without arity.
fn values(types: &[DataType], row: &[u8]) -> Result<DatumRow> {
    let arity = i32::try_from(types.len()).unwrap_or(i32::MAX).to_be_bytes();
    BinaryRow::from_serialized([&arity, row].concat()).decode(types)
}

#[cfg(test)]
mod tests;
