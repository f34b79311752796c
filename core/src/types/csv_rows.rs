//! Rows as comma-separated values: null is an empty field, an empty text is `""`, nested values are JSON.

use arrow_array::RecordBatch;

use super::{DataField, json_rows::JsonRows};
use crate::error::Result;

/// Appends the line of column names.
pub fn write_csv_header(fields: &[DataField], out: &mut Vec<u8>) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_quoted(&field.name, out);
    }
    out.push(b'\n');
}

/// Appends the rows of `batch` as lines. Errors: as [`JsonRows::new`] and [`JsonRows::write_cell`].
pub fn write_csv(batch: &RecordBatch, fields: &[DataField], out: &mut Vec<u8>) -> Result<()> {
    let rows = JsonRows::new(batch, fields)?;
    let mut json = Vec::new();
    for row in 0..rows.len() {
        for column in 0..fields.len() {
            json.clear();
            rows.write_cell(row, column, &mut json)?;
            if column > 0 {
                out.push(b',');
            }
            push_cell(&json, out);
        }
        out.push(b'\n');
    }
    Ok(())
}

/// Appends a field, given the JSON text of its value.
fn push_cell(json: &[u8], out: &mut Vec<u8>) {
    let json = String::from_utf8_lossy(json);
    if json == "null" {
        return;
    }
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => push_quoted(plain, out),
        Some(_) => push_quoted(&serde_json::from_str::<String>(&json).unwrap_or_default(), out),
        None => push_quoted(&json, out),
    }
}

/// In quotes where it must be.
fn push_quoted(text: &str, out: &mut Vec<u8>) {
    if text.is_empty() || text.contains([',', '"', '\n', '\r']) || text.trim().len() != text.len() {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_differ() {
        let cell = |json: &str| {
            let mut line = Vec::new();
            push_cell(json.as_bytes(), &mut line);
            String::from_utf8(line).unwrap()
        };
        assert_eq!(cell("null"), "");
        assert_eq!(cell(r#""""#), r#""""#);
        assert_eq!(cell(r#""a,\"b\"""#), r#""a,""b""""#);
        assert_eq!(cell(r#"[1,"x"]"#), r#""[1,""x""]""#);
        assert_eq!(cell("1"), "1");
        assert_eq!(cell(r#""null""#), "null");
    }
}
