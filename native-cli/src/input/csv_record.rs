//! Splits CSV (RFC 4180) into records. Unlike other readers it tells `""` (an empty text) from an empty field (null),
//! and knows on which line each record starts.

use std::io::{self, BufRead, Read};

/// One record.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Contents of all fields, one after the other, unquoted.
    bytes: Vec<u8>,
    /// Where each field ends in `bytes`, and whether it was quoted.
    ends: Vec<(usize, bool)>,
    /// Line of the input on which the record starts, from 1.
    pub(super) line: u64,
}

/// Why no record could be split off.
#[derive(Debug)]
pub(super) enum RecordError {
    /// Reading failed.
    Io(io::Error),
    /// A quote that is never closed, or text behind a closing quote; with the line of the record.
    Malformed(u64, &'static str),
}

impl Record {
    /// Number of fields.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field and whether it was quoted; `None` behind the last one or where the bytes are not UTF-8.
    pub(super) fn field(&self, index: usize) -> Option<(&str, bool)> {
        let (end, quoted) = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        let text = std::str::from_utf8(self.bytes.get(start..end)?).ok()?;
        Some((text, quoted))
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn end_field(&mut self, quoted: bool) {
        self.ends.push((self.bytes.len(), quoted));
    }

    fn is_blank(&self) -> bool {
        matches!(self.ends.as_slice(), [(0, false)])
    }
}

/// Longest record: more than that is a quote that was never closed.
const LONGEST_RECORD: usize = 64 << 20;

/// Splits an input into records.
pub(super) struct RecordReader<R> {
    input: R,
    delimiter: u8,
    line: u64,
    buffer: Vec<u8>,
    /// Lines read for a quote that was never closed, to be read again.
    pending: Vec<u8>,
    /// How much of `pending` was read again.
    pending_at: usize,
}

impl<R: BufRead> RecordReader<R> {
    /// Reads from `input`, leaving out a byte order mark.
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        RecordReader { input, delimiter, line: 0, buffer: Vec::new(), pending: Vec::new(), pending_at: 0 }
    }

    /// The next record that is no blank line; false at the end.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        loop {
            record.clear();
            if !self.next_line()? {
                return Ok(false);
            }
            record.line = self.line;
            if self.buffer.len() > LONGEST_RECORD {
                return Err(RecordError::Malformed(record.line, "the line is longer than 64 MiB"));
            }
            self.split(record)?;
            if !record.is_blank() {
                return Ok(true);
            }
        }
    }

    /// The bytes of the record read last, with its line end.
    pub(super) fn raw(&self) -> &[u8] {
        &self.buffer
    }

    /// After a malformed record: goes on behind its first line, so that a stray quote does not swallow the rest.
    pub(super) fn skip_malformed(&mut self) {
        let first = self.buffer.iter().position(|byte| *byte == b'\n').map_or(self.buffer.len(), |end| end + 1);
        let rest = self.buffer.split_off(first);
        // Lines that are read again are counted again.
        self.line -= rest.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.line -= u64::from(rest.last().is_some_and(|byte| *byte != b'\n'));
        if self.pending.is_empty() {
            self.pending = rest;
        } else {
            // All of the record came from there.
            self.pending_at = self.pending_at.saturating_sub(rest.len());
        }
    }

    /// Appends the next line to the buffer, with its end; false at the end of the input.
    fn append_line(&mut self) -> Result<bool, RecordError> {
        let again = self.pending.get(self.pending_at..).unwrap_or_default();
        let read = if again.is_empty() {
            self.pending.clear();
            self.pending_at = 0;
            self.read_line().map_err(RecordError::Io)?
        } else {
            let end = again.iter().position(|byte| *byte == b'\n').map_or(again.len(), |end| end + 1);
            self.buffer.extend_from_slice(again.get(..end).unwrap_or_default());
            self.pending_at += end;
            end
        };
        self.line += u64::from(read > 0);
        Ok(read > 0)
    }

    /// Appends a line of the input; of one that is too long, only so much that this is seen.
    fn read_line(&mut self) -> io::Result<usize> {
        let longest = LONGEST_RECORD as u64 + 1;
        let read = (&mut self.input).take(longest).read_until(b'\n', &mut self.buffer)?;
        if read as u64 == longest && self.buffer.last() != Some(&b'\n') {
            self.input.skip_until(b'\n')?;
        }
        Ok(read)
    }

    fn next_line(&mut self) -> Result<bool, RecordError> {
        self.buffer.clear();
        let more = self.append_line()?;
        if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.buffer.drain(..3);
        }
        Ok(more)
    }

    fn split(&mut self, record: &mut Record) -> Result<(), RecordError> {
        let mut at = 0;
        loop {
            let (next, quoted) = match self.buffer.get(at) {
                Some(b'"') => (self.quoted_field(at + 1, record)?, true),
                _ => (self.plain_field(at, record), false),
            };
            record.end_field(quoted);
            match self.buffer.get(next) {
                Some(byte) if *byte == self.delimiter => at = next + 1,
                Some(b'\r') if matches!(self.buffer.get(next + 1), Some(b'\n') | None) => return Ok(()),
                Some(b'\n') | None => return Ok(()),
                Some(_) => return Err(RecordError::Malformed(record.line, "text behind a closing quote")),
            }
        }
    }

    /// Copies an unquoted field; returns the position behind it.
    fn plain_field(&self, start: usize, record: &mut Record) -> usize {
        let rest = self.buffer.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == self.delimiter || *byte == b'\n').unwrap_or(rest.len());
        let field = rest.get(..length).unwrap_or_default();
        let at_line_end = rest.get(length).is_none_or(|byte| *byte == b'\n');
        let field = if at_line_end { field.strip_suffix(b"\r").unwrap_or(field) } else { field };
        record.bytes.extend_from_slice(field);
        start + length
    }

    /// Copies a quoted field whose first character stands at `at`, reading more lines where it holds line ends; returns
    /// the position behind the closing quote.
    fn quoted_field(&mut self, mut at: usize, record: &mut Record) -> Result<usize, RecordError> {
        loop {
            match self.buffer.get(at) {
                Some(b'"') if self.buffer.get(at + 1) == Some(&b'"') => {
                    record.bytes.push(b'"');
                    at += 2;
                }
                Some(b'"') => return Ok(at + 1),
                Some(byte) => {
                    record.bytes.push(*byte);
                    at += 1;
                }
                None => {
                    if self.buffer.len() > LONGEST_RECORD || !self.append_line()? {
                        return Err(RecordError::Malformed(record.line, "a quote that is never closed"));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields as text, quoted ones in brackets, records as `line:fields`.
    fn check(input: &str, expected: &[&str]) {
        let mut reader = RecordReader::new(input.as_bytes(), b',');
        let mut record = Record::default();
        let mut found = Vec::new();
        while reader.read(&mut record).unwrap() {
            let fields = (0..record.len()).map(|index| match record.field(index) {
                Some((text, true)) => format!("[{text}]"),
                Some((text, false)) => text.to_owned(),
                None => "?".into(),
            });
            found.push(format!("{}:{}", record.line, fields.collect::<Vec<_>>().join("|")));
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn records() {
        check("a,b\n1,2\n", &["1:a|b", "2:1|2"]);
        check("a,b\r\n,\"\"\r\n", &["1:a|b", "2:|[]"]);
        check("\u{feff}a\n\n\n1", &["1:a", "4:1"]);
        check("\"x \"\"y\"\"\n,z\",w\nq\n", &["1:[x \"y\"\n,z]|w", "3:q"]);
        check("a,\n,", &["1:a|", "2:|"]);
        check("\"\"\n", &["1:[]"]);
        check("", &[]);
    }

    #[test]
    fn a_stray_quote_costs_one_line() {
        let mut reader = RecordReader::new("a\n\"b\nc\n\"d\"x\ne".as_bytes(), b',');
        let mut record = Record::default();
        let mut seen = Vec::new();
        loop {
            match reader.read(&mut record) {
                Ok(false) => break,
                Ok(true) => seen.push((record.line, record.field(0).unwrap().0.to_owned())),
                Err(RecordError::Malformed(line, problem)) => {
                    seen.push((line, problem.to_owned()));
                    reader.skip_malformed();
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        // The quote of line 2 ends on line 4, with text behind it; then line 4 is wrong by itself.
        let behind = "text behind a closing quote";
        let expected = [(1, "a"), (2, behind), (3, "c"), (4, behind), (5, "e")];
        assert_eq!(seen, expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn malformed() {
        for input in ["a\n\"b", "a\n\"b\"c\n"] {
            let mut reader = RecordReader::new(input.as_bytes(), b',');
            let mut record = Record::default();
            assert!(reader.read(&mut record).unwrap());
            assert!(matches!(reader.read(&mut record), Err(RecordError::Malformed(2, _))));
        }
    }
}
