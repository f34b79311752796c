//! NDJSON: one JSON object a line.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::{
    InputBatch, InputOptions, Source,
    rows::{Cell, RowCollector},
};
use crate::error::{Failure, Result};

/// Longest line: more than that is no NDJSON.
const LONGEST_LINE: u64 = 256 << 20;

/// Rows of an NDJSON file.
pub(super) struct NdjsonSource {
    input: Box<dyn BufRead>,
    buffer: Vec<u8>,
    line: u64,
    /// Names of the table's columns, with the text of those that are the same in every row.
    columns: Vec<(String, Option<String>)>,
    rows: RowCollector,
}

impl NdjsonSource {
    /// Nothing is read yet.
    pub(super) fn open(input: Box<dyn BufRead>, options: InputOptions) -> Result<Self> {
        let constant = |name: &String| options.constants.get(name).cloned();
        let columns = options.fields.iter().map(|field| (field.name.clone(), constant(&field.name))).collect();
        Ok(NdjsonSource { input, buffer: Vec::new(), line: 0, columns, rows: RowCollector::new(options)? })
    }

    /// The next line that is not blank, `None` at the end.
    fn next_object(&mut self) -> Result<Option<Map<String, Value>>> {
        loop {
            self.buffer.clear();
            self.line += 1;
            let read = (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|error| Failure::file(self.rows.options().display_name(), &error))?;
            if read == 0 {
                return Ok(None);
            }
            if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            if self.buffer.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            return match serde_json::from_slice(&self.buffer) {
                Ok(Value::Object(members)) => Ok(Some(members)),
                Ok(_) => Err(self.error("expected a JSON object")),
                Err(error) => Err(self.error(&format!("not a JSON object: {error}"))),
            };
        }
    }

    fn push_object(&mut self, members: &Map<String, Value>) -> Result<bool> {
        let kind_field = self.rows.options().rowkind_field.clone();
        let known =
            |name: &String| kind_field.as_ref() == Some(name) || self.columns.iter().any(|(column, _)| column == name);
        if !self.rows.options().ignore_unknown
            && let Some(name) = members.keys().find(|name| !known(name))
        {
            return Err(self.rows.options().unknown_column(name, Some(self.line)));
        }
        for (index, (name, constant)) in self.columns.iter().enumerate() {
            let cell = match (constant, members.get(name)) {
                (Some(text), _) => Cell::Text(text),
                (None, Some(value)) => Cell::Json(value),
                (None, None) => Cell::Null,
            };
            self.rows.push(index, cell, self.line)?;
        }
        if let Some(name) = kind_field {
            self.rows.push_kind(members.get(&name).and_then(Value::as_str), self.line)?;
        }
        Ok(self.rows.end_row())
    }

    fn error(&self, problem: &str) -> Failure {
        self.rows.options().error_at(self.line, problem)
    }
}

impl Source for NdjsonSource {
    fn next_batch(&mut self) -> Result<Option<InputBatch>> {
        while let Some(members) = self.next_object()? {
            if self.push_object(&members)? {
                break;
            }
        }
        self.rows.take()
    }
}
