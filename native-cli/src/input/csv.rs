//! CSV with a header line.

use std::io::BufRead;

use super::{
    InputBatch, InputOptions, Source,
    bad_rows::{BadRows, Problem},
    csv_record::{Record, RecordError, RecordReader},
    rows::{Cell, Origin, RowCollector},
};
use crate::error::{Failure, Result};

/// Rows of a CSV file.
pub(super) struct CsvSource {
    reader: RecordReader<Box<dyn BufRead>>,
    record: Record,
    width: usize,
    origins: Vec<Origin>,
    kind: Option<usize>,
    rows: RowCollector,
    bad: BadRows,
}

/// The names of a header line. Errors: an empty input, names that are no text or stand there twice.
fn header(reader: &mut RecordReader<impl BufRead>, options: &InputOptions) -> Result<Vec<String>> {
    let mut record = Record::default();
    let is_there = reader.read(&mut record).map_err(|error| match error {
        RecordError::Io(error) => Failure::file(options.display_name(), &error),
        RecordError::Malformed(line, problem) => options.error_at(line, problem),
    })?;
    if !is_there {
        return Err(Failure::error(format!("{}: no header line, the input is empty", options.display_name())));
    }
    let name = |index| record.field(index).map(|(name, _)| name.trim().to_owned());
    let names = (0..record.len()).map(name).collect::<Option<Vec<_>>>();
    let names = names.ok_or_else(|| options.error_at(record.line, "the header is not UTF-8"))?;
    if let Some(name) = names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|n| n == *name)) {
        return Err(options.error_at(record.line, &format!("the header names column {:?} twice", name.1)));
    }
    Ok(names)
}

/// The column names of a CSV file.
pub(super) fn names(input: Box<dyn BufRead>, options: &InputOptions) -> Result<Vec<String>> {
    header(&mut RecordReader::new(input, options.delimiter), options)
}

impl CsvSource {
    /// Reads the header. Errors: a header that does not fit the table.
    pub(super) fn open(input: Box<dyn BufRead>, options: InputOptions) -> Result<Self> {
        let mut reader = RecordReader::new(input, options.delimiter);
        let names = header(&mut reader, &options)?;
        let origins = options.origins(&names)?;
        let kind = options.rowkind_field.as_ref().and_then(|kind| names.iter().position(|name| name == kind));
        let bad = BadRows::new(&options, "line")?;
        let rows = RowCollector::new(options)?;
        Ok(CsvSource { reader, record: Record::default(), width: names.len(), origins, kind, rows, bad })
    }

    fn push_record(&mut self) -> Result<(), Problem> {
        if self.record.len() != self.width {
            let problem = format!("expected {} fields as in the header, found {}", self.width, self.record.len());
            return Err(problem.into());
        }
        for (column, origin) in self.origins.iter().enumerate() {
            let cell = match origin {
                Origin::Constant(text) => Cell::Text(text),
                Origin::Missing => Cell::Missing,
                Origin::Input(index) => match self.record.field(*index) {
                    Some((text, quoted)) if !quoted && text == self.rows.options().null_value => Cell::Null,
                    Some((text, _)) => Cell::Text(text),
                    None => return Err("the text is not UTF-8".into()),
                },
            };
            self.rows.push(column, cell)?;
        }
        if let Some(index) = self.kind {
            self.rows.push_kind(self.record.field(index).map(|(text, _)| text.trim()))?;
        }
        Ok(())
    }
}

impl Source for CsvSource {
    fn next_batch(&mut self) -> Result<Option<InputBatch>> {
        loop {
            match self.reader.read(&mut self.record) {
                Ok(false) => return self.rows.take(),
                Ok(true) => {
                    if let Err(problem) = self.push_record() {
                        self.rows.abandon();
                        self.bad.leave_out(self.record.line, self.reader.raw(), problem)?;
                    } else if self.rows.end_row() {
                        return self.rows.take();
                    }
                }
                Err(RecordError::Io(error)) => {
                    return Err(Failure::file(self.rows.options().display_name(), &error));
                }
                Err(RecordError::Malformed(line, problem)) => {
                    self.bad.leave_out(line, self.reader.raw(), problem.into())?;
                    self.reader.skip_malformed();
                }
            }
        }
    }

    fn finish(&mut self) -> Result<u64> {
        self.bad.finish()
    }
}
