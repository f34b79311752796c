//! Rows as CSV or NDJSON text for a download or the clipboard.

use crate::{cell::Cell, model::ScanColumn};

/// A text format of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 4180; null is an unquoted nothing, the empty string is `""`.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl ExportFormat {
    /// File name ending.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Ndjson => "ndjson",
        }
    }

    /// Media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::Csv => "text/csv;charset=utf-8",
            ExportFormat::Ndjson => "application/x-ndjson",
        }
    }

    /// What stands before the rows.
    #[must_use]
    pub fn header(self, columns: &[ScanColumn]) -> String {
        match self {
            ExportFormat::Csv => {
                let names: Vec<String> = columns.iter().map(|column| csv_text(&column.name)).collect();
                names.join(",") + "\r\n"
            }
            ExportFormat::Ndjson => String::new(),
        }
    }

    /// Appends one row.
    pub fn row(self, columns: &[ScanColumn], row: &[Cell], out: &mut String) {
        match self {
            ExportFormat::Csv => {
                for (index, cell) in row.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(&csv_cell(cell));
                }
                out.push_str("\r\n");
            }
            ExportFormat::Ndjson => {
                out.push_str(&row_json(columns, row));
                out.push('\n');
            }
        }
    }
}

/// One row as a compact JSON object, columns in order.
#[must_use]
pub fn row_json(columns: &[ScanColumn], row: &[Cell]) -> String {
    let members: Vec<String> = columns
        .iter()
        .zip(row)
        .map(|(column, cell)| format!("{}:{cell}", serde_json::to_string(&column.name).unwrap_or_default()))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn csv_cell(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text(text) if text.is_empty() => "\"\"".to_owned(),
        other => csv_text(&other.copy_text()),
    }
}

fn csv_text(text: &str) -> String {
    let quote = text.contains([',', '"', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ');
    if quote { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// A download's name: only letters, digits, `-`, `_` and `.` of the table's name survive.
#[must_use]
pub fn file_name(table: &str, format: ExportFormat) -> String {
    let safe: String =
        table.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).take(80).collect();
    let stem = safe.trim_matches('.');
    format!("{}.{}", if stem.is_empty() { "rows" } else { stem }, format.extension())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<ScanColumn> {
        ["a", "b,c"].iter().map(|name| ScanColumn { name: (*name).into(), type_text: String::new() }).collect()
    }

    #[test]
    fn csv_tells_null_from_empty_and_quotes() {
        let mut out = ExportFormat::Csv.header(&columns());
        ExportFormat::Csv.row(&columns(), &[Cell::Null, Cell::Text("".into())], &mut out);
        ExportFormat::Csv.row(&columns(), &[Cell::Int(1), Cell::Text("x \"y\"\n".into())], &mut out);
        assert_eq!(out, "a,\"b,c\"\r\n,\"\"\r\n1,\"x \"\"y\"\"\n\"\r\n");
    }

    #[test]
    fn ndjson_keeps_column_order() {
        let mut out = String::new();
        ExportFormat::Ndjson.row(&columns(), &[Cell::Int(1), Cell::List([Cell::Null].into())], &mut out);
        assert_eq!(out, "{\"a\":1,\"b,c\":[null]}\n");
    }

    #[test]
    fn download_names_are_tame() {
        assert_eq!(file_name("../a b/c", ExportFormat::Csv), "_a_b_c.csv");
        assert_eq!(file_name("", ExportFormat::Ndjson), "rows.ndjson");
    }
}
