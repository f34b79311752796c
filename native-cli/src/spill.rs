//! Temporary files for write buffers that are full, in the system's folder for such (`TMPDIR`).

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    ops::Range,
};

use bytes::Bytes;
use cenote_core::{
    Error, Result,
    io::{SpillArea, SpillFile},
};

/// Makes files without a name, where the system has such: nothing is left of them even if the process is killed.
#[derive(Debug)]
pub(crate) struct TempFolder;

#[derive(Debug)]
struct TempFile(File);

impl SpillArea for TempFolder {
    fn create(&self) -> Result<Box<dyn SpillFile>> {
        let file = tempfile::tempfile().map_err(|error| failed("create", &error))?;
        Ok(Box::new(TempFile(file)))
    }
}

impl SpillFile for TempFile {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.0.seek(SeekFrom::End(0)).and_then(|_| self.0.write_all(bytes));
        written.map_err(|error| failed("write", &error))
    }

    fn read(&mut self, range: Range<u64>) -> Result<Bytes> {
        let length = usize::try_from(range.end.saturating_sub(range.start));
        let mut bytes = vec![0; length.map_err(|_| Error::internal("a spilled block is too large"))?];
        let read = self.0.seek(SeekFrom::Start(range.start)).and_then(|_| self.0.read_exact(&mut bytes));
        read.map_err(|error| failed("read", &error))?;
        Ok(bytes.into())
    }
}

fn failed(doing: &str, error: &io::Error) -> Error {
    let folder = std::env::temp_dir();
    Error::unavailable(format!(
        "cannot {doing} a temporary file for rows that do not fit in write-buffer-size: {error}"
    ))
    .at(folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let mut file = TempFolder.create().unwrap();
        file.append(b"hello ").unwrap();
        file.append(b"world").unwrap();
        assert_eq!(file.read(4..8).unwrap(), "o wo");
        file.append(b"!").unwrap();
        assert_eq!(file.read(6..12).unwrap(), "world!");
        assert!(file.read(6..13).is_err());
    }
}
