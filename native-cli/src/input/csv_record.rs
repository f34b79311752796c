//! Splits CSV (RFC 4180) into records. Unlike other readers it tells `""` (an empty text) from an empty field (null),
//! and knows on which line each record starts.

use std::io::{self, BufRead};

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
}

impl<R: BufRead> RecordReader<R> {
    /// Reads from `input`, leaving out a byte order mark.
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        RecordReader { input, delimiter, line: 0, buffer: Vec::new() }
    }

    /// The next record that is no blank line; false at the end.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, RecordError> {
        loop {
            record.clear();
            if !self.next_line()? {
                return Ok(false);
            }
            record.line = self.line;
            self.split(record)?;
            if !record.is_blank() {
                return Ok(true);
            }
        }
    }

    /// Appends the next line to the buffer, with its end; false at the end of the input.
    fn append_line(&mut self) -> Result<bool, RecordError> {
        let read = self.input.read_until(b'\n', &mut self.buffer).map_err(RecordError::Io)?;
        self.line += 1;
        Ok(read > 0)
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
    fn malformed() {
        for input in ["a\n\"b", "a\n\"b\"c\n"] {
            let mut reader = RecordReader::new(input.as_bytes(), b',');
            let mut record = Record::default();
            assert!(reader.read(&mut record).unwrap());
            assert!(matches!(reader.read(&mut record), Err(RecordError::Malformed(2, _))));
        }
    }
}
