//! NDJSON: one JSON object a line.

use std::{
    collections::BTreeSet,
    io::{BufRead, Read},
};

use serde_json::{Map, Value};

use super::{
    InputBatch, InputOptions, Source,
    bad_rows::{BadRows, Problem},
    json_line,
    rows::{Cell, RowCollector},
};
use crate::error::{Failure, Result};

/// Longest line: more than that is no NDJSON.
const LONGEST_LINE: u64 = 256 << 20;

/// Lines of a text, one at a time.
struct Lines {
    input: Box<dyn BufRead>,
    buffer: Vec<u8>,
    /// Number of the line in `buffer`, from 1.
    line: u64,
}

impl Lines {
    fn new(input: Box<dyn BufRead>) -> Self {
        Lines { input, buffer: Vec::new(), line: 0 }
    }

    /// Reads the next line that is not blank; false at the end.
    fn next(&mut self) -> std::io::Result<bool> {
        loop {
            self.buffer.clear();
            self.line += 1;
            if (&mut self.input).take(LONGEST_LINE).read_until(b'\n', &mut self.buffer)? == 0 {
                return Ok(false);
            }
            if self.line == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            if !self.buffer.iter().all(u8::is_ascii_whitespace) {
                return Ok(true);
            }
        }
    }

    /// The object on the line.
    fn object(&mut self) -> Result<Map<String, Value>, Problem> {
        if self.buffer.len() as u64 >= LONGEST_LINE && !self.buffer.ends_with(b"\n") {
            self.input.skip_until(b'\n').map_err(|error| error.to_string())?;
            return Err(format!("the line is longer than {} MiB", LONGEST_LINE >> 20).into());
        }
        json_line::parse(&self.buffer).map_err(Problem::from)
    }
}

/// Rows of an NDJSON file.
pub(super) struct NdjsonSource {
    lines: Lines,
    /// Names of the table's columns, with the text of those that are the same in every row.
    columns: Vec<(String, Option<String>)>,
    rows: RowCollector,
    bad: BadRows,
}

/// The keys of all objects of a file; lines that are none are left to the load.
pub(super) fn names(input: Box<dyn BufRead>, options: &InputOptions) -> Result<Vec<String>> {
    let mut lines = Lines::new(input);
    let (mut known, mut names) = (BTreeSet::new(), Vec::new());
    while lines.next().map_err(|error| Failure::file(options.display_name(), &error))? {
        for name in lines.object().unwrap_or_default().into_iter().map(|(name, _)| name) {
            if known.insert(name.clone()) {
                names.push(name);
            }
        }
    }
    Ok(names)
}

impl NdjsonSource {
    /// Nothing is read yet.
    pub(super) fn open(input: Box<dyn BufRead>, options: InputOptions) -> Result<Self> {
        let constant = |name: &String| options.constants.get(name).cloned();
        let columns = options.fields.iter().map(|field| (field.name.clone(), constant(&field.name))).collect();
        let bad = BadRows::new(&options, "line")?;
        Ok(NdjsonSource { lines: Lines::new(input), columns, rows: RowCollector::new(options)?, bad })
    }

    fn push_line(&mut self) -> Result<(), Problem> {
        let members = self.lines.object()?;
        let kind_field = self.rows.options().rowkind_field.clone();
        let known =
            |name: &String| kind_field.as_ref() == Some(name) || self.columns.iter().any(|(column, _)| column == name);
        if !self.rows.options().ignore_unknown
            && let Some(name) = members.keys().find(|name| !known(name))
        {
            return Err(self.rows.options().unknown_name(name));
        }
        for (index, (name, constant)) in self.columns.iter().enumerate() {
            let spelled;
            let cell = match (constant, members.get(name)) {
                (Some(text), _) => Cell::Text(text),
                (None, Some(value @ (Value::Array(_) | Value::Object(_)))) if self.rows.takes_nested_as_text(index) => {
                    spelled = value.to_string();
                    Cell::Text(&spelled)
                }
                (None, Some(Value::Null)) => Cell::Null,
                (None, Some(value)) => Cell::Json(value),
                (None, None) => Cell::Missing,
            };
            self.rows.push(index, cell)?;
        }
        if let Some(name) = kind_field {
            self.rows.push_kind(members.get(&name).and_then(Value::as_str))?;
        }
        Ok(())
    }
}

impl Source for NdjsonSource {
    fn next_batch(&mut self) -> Result<Option<InputBatch>> {
        while self.lines.next().map_err(|error| Failure::file(self.rows.options().display_name(), &error))? {
            if let Err(problem) = self.push_line() {
                self.rows.abandon();
                self.bad.leave_out(self.lines.line, &self.lines.buffer, problem)?;
            } else if self.rows.end_row() {
                break;
            }
        }
        self.rows.take()
    }

    fn finish(&mut self) -> Result<u64> {
        self.bad.finish()
    }
}
