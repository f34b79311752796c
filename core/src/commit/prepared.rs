//! Prepared commits as a file: messages of one table that a worker wrote and a committer takes up.
//!
//! One line of JSON, then each message with its length as four bytes big-endian in front:
//!
//! ```text
//! {"format":"cenote-prepared-commit","table":"db.t","version":11,"messages":2}\n
//! ```

use serde::{Deserialize, Serialize};

use super::CommitMessage;
use crate::error::{Error, ErrorKind, Result};

const FORMAT: &str = "cenote-prepared-commit";

/// Bytes within which the first line ends.
const LONGEST_HEADER: usize = 4096;

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    table: String,
    version: i32,
    messages: usize,
}

/// The messages as a file. `table` is the name under which they are committed. The version is the oldest that has a place
/// for all they say, so that older readers understand them, too.
pub fn write_prepared(table: &str, messages: &[CommitMessage]) -> Result<Vec<u8>> {
    let mut version = CommitMessage::OLDEST_VERSION;
    let bytes = loop {
        match messages.iter().map(|message| message.to_bytes(version)).collect::<Result<Vec<_>>>() {
            Err(error) if error.kind() == ErrorKind::Unsupported && version < CommitMessage::VERSION => version += 1,
            bytes => break bytes?,
        }
    };
    let header = Header { format: FORMAT.to_owned(), table: table.to_owned(), version, messages: messages.len() };
    let mut file = serde_json::to_vec(&header).map_err(|error| Error::internal("cannot write JSON").because(error))?;
    file.push(b'\n');
    for message in bytes {
        let length = u32::try_from(message.len()).map_err(|_| Error::invalid("a commit message of more than 4 GiB"))?;
        file.extend(length.to_be_bytes());
        file.extend(message);
    }
    Ok(file)
}

/// The messages of a file. Errors: `Invalid` where it is for another table, `Corrupt` where it is no such file.
pub fn read_prepared(table: &str, file: &[u8]) -> Result<Vec<CommitMessage>> {
    let no_header = || Error::corrupt("expected a prepared commit: a line of JSON with its format and table");
    let end = file.iter().take(LONGEST_HEADER).position(|byte| *byte == b'\n').ok_or_else(no_header)?;
    let (line, rest) = file.split_at_checked(end).ok_or_else(no_header)?;
    let header: Header = serde_json::from_slice(line).map_err(|error| no_header().because(error))?;
    if header.format != FORMAT {
        return Err(no_header());
    }
    if header.table != table {
        return Err(Error::invalid(format!("the commit was prepared for table {}, not {table}", header.table)));
    }
    let mut rest = rest.get(1..).unwrap_or_default();
    let mut messages = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        let (bytes, tail) = tail.split_at_checked(length).ok_or_else(|| ends_early(&header, messages.len()))?;
        messages.push(CommitMessage::from_bytes(header.version, bytes)?);
        rest = tail;
    }
    if messages.len() != header.messages || !rest.is_empty() {
        return Err(ends_early(&header, messages.len()));
    }
    Ok(messages)
}

fn ends_early(header: &Header, found: usize) -> Error {
    Error::corrupt(format!("expected {} commit messages, found {found}", header.messages))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, spec::binary_row::BinaryRow};

    #[test]
    fn files_come_back_and_are_for_one_table() {
        let messages: Vec<_> = (0..3).map(|bucket| CommitMessage::new(BinaryRow::empty(), bucket, 3)).collect();
        let file = write_prepared("db.t", &messages).unwrap();
        assert_eq!(read_prepared("db.t", &file).unwrap(), messages);
        assert_eq!(read_prepared("db.other", &file).unwrap_err().kind(), ErrorKind::Invalid);
        for length in 0..file.len() {
            assert_eq!(read_prepared("db.t", &file[..length]).unwrap_err().kind(), ErrorKind::Corrupt, "{length}");
        }
    }

    /// Messages for two buckets of a primary-key table, as Java's `BatchTableWrite` and `CommitMessageSerializer` made
    /// them; the header was written beside.
    #[test]
    fn bytes_of_java_come_back_as_they_were() {
        let files = [
            (11, include_bytes!("testdata/java-1.4.2.commit").as_slice()),
            (12, include_bytes!("testdata/java-2.0.0.commit").as_slice()),
        ];
        for (version, file) in files {
            let messages = read_prepared("db.pk", file).unwrap();
            assert_eq!(messages.len(), 2);
            assert_eq!(messages.iter().map(|message| message.new_files[0].row_count).sum::<i64>(), 10);
            let bytes: Vec<Vec<u8>> = messages.iter().map(|message| message.to_bytes(version).unwrap()).collect();
            let theirs = &file[file.iter().position(|byte| *byte == b'\n').unwrap() + 1..];
            let ours: Vec<u8> =
                bytes.iter().flat_map(|bytes| [&(bytes.len() as u32).to_be_bytes(), &bytes[..]].concat()).collect();
            assert_eq!(ours, theirs, "version {version}");
        }
    }
}
