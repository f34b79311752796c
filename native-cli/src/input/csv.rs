//! CSV with a header line.

use std::io::BufRead;

use super::{
    InputBatch, InputOptions, Source,
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
}

impl CsvSource {
    /// Reads the header. Errors: a header that does not fit the table.
    pub(super) fn open(input: Box<dyn BufRead>, options: InputOptions) -> Result<Self> {
        let mut reader = RecordReader::new(input, options.delimiter);
        let mut record = Record::default();
        if !reader.read(&mut record).map_err(|error| failure(&options, error))? {
            return Err(Failure::error(format!("{}: no header line, the input is empty", options.display_name())));
        }
        let name = |index| record.field(index).map(|(name, _)| name.trim().to_owned());
        let names = (0..record.len()).map(name).collect::<Option<Vec<_>>>();
        let names = names.ok_or_else(|| options.error_at(record.line, "the header is not UTF-8"))?;
        if let Some(name) = names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|n| n == *name)) {
            return Err(options.error_at(record.line, &format!("the header names column {:?} twice", name.1)));
        }
        let origins = options.origins(&names)?;
        let kind = options.rowkind_field.as_ref().and_then(|kind| names.iter().position(|name| name == kind));
        let rows = RowCollector::new(options)?;
        Ok(CsvSource { reader, record, width: names.len(), origins, kind, rows })
    }

    fn push_record(&mut self) -> Result<bool> {
        let line = self.record.line;
        if self.record.len() != self.width {
            let problem = format!("expected {} fields as in the header, found {}", self.width, self.record.len());
            return Err(self.rows.options().error_at(line, &problem));
        }
        for (column, origin) in self.origins.iter().enumerate() {
            let cell = match origin {
                Origin::Constant(text) => Cell::Text(text),
                Origin::Missing => Cell::Null,
                Origin::Input(index) => match self.record.field(*index) {
                    Some((text, quoted)) if !quoted && text == self.rows.options().null_value => Cell::Null,
                    Some((text, _)) => Cell::Text(text),
                    None => return Err(self.rows.options().error_at(line, "the text is not UTF-8")),
                },
            };
            self.rows.push(column, cell, line)?;
        }
        if let Some(index) = self.kind {
            self.rows.push_kind(self.record.field(index).map(|(text, _)| text.trim()), line)?;
        }
        Ok(self.rows.end_row())
    }
}

impl Source for CsvSource {
    fn next_batch(&mut self) -> Result<Option<InputBatch>> {
        while self.reader.read(&mut self.record).map_err(|error| failure(self.rows.options(), error))? {
            if self.push_record()? {
                break;
            }
        }
        self.rows.take()
    }
}

fn failure(options: &InputOptions, error: RecordError) -> Failure {
    match error {
        RecordError::Io(error) => Failure::file(options.display_name(), &error),
        RecordError::Malformed(line, problem) => options.error_at(line, problem),
    }
}
