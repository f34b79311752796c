//! Comma-separated values: null is an empty field, an empty text is `""`, nested values are JSON.

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, json_rows::JsonRows};

use super::{Flow, Output, RowSink, flush, write_all};
use crate::error::Result;

/// Prints lines as they come.
pub(super) struct CsvSink {
    output: Output,
    fields: Vec<DataField>,
}

impl CsvSink {
    /// Prints the header.
    pub(super) fn new(mut output: Output, fields: Vec<DataField>) -> Result<Self> {
        let header = fields.iter().map(|field| quoted(&field.name)).collect::<Vec<_>>().join(",");
        write_all(&mut output, format!("{header}\n").as_bytes())?;
        Ok(CsvSink { output, fields })
    }
}

impl RowSink for CsvSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let rows = JsonRows::new(batch, &self.fields)?;
        let (mut line, mut json) = (String::new(), Vec::new());
        for row in 0..rows.len() {
            line.clear();
            for column in 0..self.fields.len() {
                json.clear();
                rows.write_cell(row, column, &mut json)?;
                if column > 0 {
                    line.push(',');
                }
                push_cell(&mut line, &json);
            }
            line.push('\n');
            write_all(&mut self.output, line.as_bytes())?;
        }
        Ok(Flow::More)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        flush(&mut self.output)
    }
}

/// Appends a field, given the JSON text of its value.
fn push_cell(line: &mut String, json: &[u8]) {
    let json = String::from_utf8_lossy(json);
    if json == "null" {
        return;
    }
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => line.push_str(&quoted(plain)),
        Some(_) => line.push_str(&quoted(&serde_json::from_str::<String>(&json).unwrap_or_default())),
        None => line.push_str(&quoted(&json)),
    }
}

/// In quotes where it must be.
fn quoted(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.trim().len() != text.len() {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_differ() {
        let cell = |json: &str| {
            let mut line = String::new();
            push_cell(&mut line, json.as_bytes());
            line
        };
        assert_eq!(cell("null"), "");
        assert_eq!(cell(r#""""#), r#""""#);
        assert_eq!(cell(r#""a,\"b\"""#), r#""a,""b""""#);
        assert_eq!(cell(r#"[1,"x"]"#), r#""[1,""x""]""#);
        assert_eq!(cell("1"), "1");
        assert_eq!(cell(r#""null""#), "null");
    }
}
