//! Rows as canonical JSON: one object a row, one member a column, the same text from every front end and test.
//!
//! | type | JSON |
//! |---|---|
//! | integers, FLOAT, DOUBLE | a number that reads back the same; `"NaN"`, `"Infinity"`, `"-Infinity"` |
//! | DECIMAL(p, s) | a string with s digits behind the point |
//! | BINARY, VARBINARY, BLOB | a string of lower-case hex digits |
//! | DATE, TIME(p), TIMESTAMP(p) | `"2024-01-31"`, `"12:00:00.123"`, `"2024-01-31T12:00:00.123"`, LTZ with `Z` |
//! | MAP, MULTISET | `[[key, value], …]` sorted by the JSON text of the key |
//! | VARIANT | a string that holds JSON text |

use arrow_array::RecordBatch;
use serde_json::Value;

use super::DataField;
use super::json_cells::Cells;
use super::text::write_json_string;
use crate::error::{Error, Result};

/// The rows of a batch, ready to be written as JSON in any order.
pub struct JsonRows<'a> {
    columns: Vec<(Vec<u8>, Cells<'a>)>,
    rows: usize,
}

impl<'a> JsonRows<'a> {
    /// Takes a batch whose columns are those of `fields`, in that order and of the types of [`super::arrow`].
    /// Errors: `Invalid` when a column has another type or the numbers of columns differ.
    pub fn new(batch: &'a RecordBatch, fields: &[DataField]) -> Result<Self> {
        if batch.num_columns() != fields.len() {
            let message = format!("expected a batch of {} columns, found {}", fields.len(), batch.num_columns());
            return Err(Error::invalid(message));
        }
        let column = |(field, array): (&DataField, &'a arrow_array::ArrayRef)| {
            let cells = Cells::new(array, &field.data_type).map_err(|error| error.with("column", &field.name))?;
            Ok((member(&field.name), cells))
        };
        let columns = fields.iter().zip(batch.columns()).map(column).collect::<Result<_>>()?;
        Ok(JsonRows { columns, rows: batch.num_rows() })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Appends row `row` as an object, without a line end. Errors: `Corrupt` for a VARIANT that cannot be decoded.
    ///
    /// # Panics
    /// When `row` is not below [`JsonRows::len`].
    pub fn write_object(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'{');
        for (index, (name, cells)) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(name);
            cells.write(row, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    /// Appends row `row` as an array of its cells. Errors and panics: as [`JsonRows::write_object`].
    pub fn write_array(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        out.push(b'[');
        for (index, (_, cells)) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            cells.write(row, out)?;
        }
        out.push(b']');
        Ok(())
    }

    /// Appends the cell of `column` in `row`. Errors and panics: as [`JsonRows::write_object`], and for a `column`
    /// that is not there.
    pub fn write_cell(&self, row: usize, column: usize, out: &mut Vec<u8>) -> Result<()> {
        self.columns[column].1.write(row, out)
    }
}

/// Appends the rows of `batch` as lines of JSON objects. Errors: as [`JsonRows::new`] and [`JsonRows::write_object`].
pub fn write_ndjson(batch: &RecordBatch, fields: &[DataField], out: &mut Vec<u8>) -> Result<()> {
    let rows = JsonRows::new(batch, fields)?;
    for row in 0..rows.len() {
        rows.write_object(row, out)?;
        out.push(b'\n');
    }
    Ok(())
}

/// The cells of `batch`, row by row, as JSON values; integers keep their 64 bits. Errors: as [`write_ndjson`].
pub fn row_cells(batch: &RecordBatch, fields: &[DataField]) -> Result<Vec<Vec<Value>>> {
    let rows = JsonRows::new(batch, fields)?;
    let mut text = Vec::new();
    let mut cells = Vec::with_capacity(rows.len());
    for row in 0..rows.len() {
        text.clear();
        rows.write_array(row, &mut text)?;
        let parsed = serde_json::from_slice(&text);
        cells.push(parsed.map_err(|error| Error::internal("a canonical row is not json").because(error))?);
    }
    Ok(cells)
}

/// `"name":`, escaped once for all rows.
pub(super) fn member(name: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(name.len() + 3);
    write_json_string(name, &mut text);
    text.push(b':');
    text
}

#[cfg(test)]
mod tests;
