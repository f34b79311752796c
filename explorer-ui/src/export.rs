//! Rows for other programs: the formats of a download, and what the clipboard gets.

use crate::{
    cell::{Cell, Look, look_of},
    model::ScanColumn,
};

/// A format of a download. The engine writes them, so that they are those of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 4180; null is an unquoted nothing, the empty string is `""`.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Arrow IPC file.
    Arrow,
    /// Parquet file.
    Parquet,
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [ExportFormat; 4] =
        [ExportFormat::Csv, ExportFormat::Ndjson, ExportFormat::Arrow, ExportFormat::Parquet];

    /// File name ending, which is the engine's name of it too.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Ndjson => "ndjson",
            ExportFormat::Arrow => "arrow",
            ExportFormat::Parquet => "parquet",
        }
    }

    /// Its name on the page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            ExportFormat::Csv => "CSV",
            ExportFormat::Ndjson => "NDJSON",
            ExportFormat::Arrow => "Arrow",
            ExportFormat::Parquet => "Parquet",
        }
    }
}

/// How cells are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyFormat {
    /// As spreadsheets take them; a header only above several rows.
    Tsv,
    /// JSON: an object, or a list of them.
    Json,
    /// Literals of SQL.
    Sql,
}

/// Cells as text: `rows` hold the cells of `columns`.
#[must_use]
pub fn copied(format: CopyFormat, columns: &[&ScanColumn], rows: &[Vec<&Cell>]) -> String {
    match format {
        CopyFormat::Tsv => {
            let line = |row: &Vec<&Cell>| row.iter().map(|cell| tsv(&cell.copy_text())).collect::<Vec<_>>().join("\t");
            let header = (rows.len() > 1).then(|| {
                let names: Vec<String> = columns.iter().map(|column| tsv(&column.name)).collect();
                names.join("\t")
            });
            header.into_iter().chain(rows.iter().map(line)).collect::<Vec<_>>().join("\n")
        }
        CopyFormat::Json => match (columns, rows) {
            ([_], [row]) => row.first().map(ToString::to_string).unwrap_or_default(),
            (_, [row]) => object(columns, row),
            _ => {
                let lines: Vec<String> = rows.iter().map(|row| object(columns, row)).collect();
                format!("[{}]", lines.join(",\n "))
            }
        },
        CopyFormat::Sql => {
            let tuple = |row: &Vec<&Cell>| {
                let cells: Vec<String> =
                    columns.iter().zip(row).map(|(column, cell)| sql(&column.type_text, cell)).collect();
                if columns.len() == 1 { cells.concat() } else { format!("({})", cells.join(", ")) }
            };
            rows.iter().map(tuple).collect::<Vec<_>>().join(",\n")
        }
    }
}

/// One row as a compact JSON object, columns in order.
#[must_use]
pub fn row_json(columns: &[ScanColumn], row: &[Cell]) -> String {
    object(&columns.iter().collect::<Vec<_>>(), &row.iter().collect::<Vec<_>>())
}

fn object(columns: &[&ScanColumn], row: &[&Cell]) -> String {
    let members: Vec<String> = columns
        .iter()
        .zip(row)
        .map(|(column, cell)| format!("{}:{cell}", serde_json::to_string(&column.name).unwrap_or_default()))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// A cell that holds a tab or a line end is quoted, as spreadsheets expect.
fn tsv(text: &str) -> String {
    if text.contains(['\t', '\n', '\r', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// The value as a literal of SQL, with the type's name where the text alone would not tell it.
#[must_use]
pub fn sql(type_text: &str, cell: &Cell) -> String {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match (cell, look_of(type_text)) {
        (Cell::Null, _) => "NULL".to_owned(),
        (Cell::Bool(value), _) => value.to_string().to_uppercase(),
        // Not a number, the infinities.
        (Cell::Text(value), Look::Number) if value.parse::<f64>().is_ok_and(f64::is_finite) => value.to_string(),
        (Cell::Text(value), Look::Number) => format!("CAST({} AS DOUBLE)", text(value)),
        (Cell::Text(value), Look::Binary) => format!("X'{value}'"),
        (Cell::Text(value), Look::Time) => {
            let upper = type_text.to_ascii_uppercase();
            let name = ["DATE", "TIMESTAMP", "TIME"].into_iter().find(|name| upper.starts_with(name));
            format!("{} {}", name.unwrap_or_default(), text(&value.replacen('T', " ", 1).replace('Z', "")))
        }
        (Cell::Text(value), _) => text(value),
        (Cell::Int(_) | Cell::Float(_), _) => cell.to_string(),
        (Cell::List(_) | Cell::Row(_), _) => text(&cell.to_string()),
    }
}

/// A column as a filter or SQL names it: quoted where it is no plain word.
#[must_use]
pub fn quoted_name(name: &str) -> String {
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
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

    fn column(name: &str, type_text: &str) -> ScanColumn {
        ScanColumn { name: name.into(), type_text: type_text.into() }
    }

    #[test]
    fn one_cell_is_copied_bare_and_many_with_their_names() {
        let columns = [column("a", "INT"), column("b", "STRING")];
        let (one, text, null) = (Cell::Int(1), Cell::Text("x\ty \"z\"".into()), Cell::Null);
        let only: Vec<&ScanColumn> = columns.iter().take(1).collect();
        let both: Vec<&ScanColumn> = columns.iter().collect();
        assert_eq!(copied(CopyFormat::Tsv, &only, &[vec![&one]]), "1");
        assert_eq!(copied(CopyFormat::Json, &only, &[vec![&one]]), "1");
        let rows = [vec![&one, &text], vec![&null, &null]];
        assert_eq!(copied(CopyFormat::Tsv, &both, &rows), "a\tb\n1\t\"x\ty \"\"z\"\"\"\n\t");
        assert_eq!(copied(CopyFormat::Json, &both, &rows[1..]), r#"{"a":null,"b":null}"#);
        assert!(copied(CopyFormat::Json, &both, &rows).starts_with("[{\"a\":1,"));
        assert_eq!(copied(CopyFormat::Sql, &both, &rows), "(1, 'x\ty \"z\"'),\n(NULL, NULL)");
    }

    #[test]
    fn literals_of_sql_have_their_types() {
        let text = |text: &str| Cell::Text(text.into());
        assert_eq!(sql("STRING", &text("it's")), "'it''s'");
        assert_eq!(sql("BIGINT", &text("9223372036854775807")), "9223372036854775807");
        assert_eq!(sql("DECIMAL(10, 2)", &text("1.50")), "1.50");
        assert_eq!(sql("DOUBLE", &text("NaN")), "CAST('NaN' AS DOUBLE)");
        assert_eq!(sql("BYTES", &text("00ff")), "X'00ff'");
        assert_eq!(sql("TIMESTAMP(3)", &text("2024-01-31T12:00:00.123")), "TIMESTAMP '2024-01-31 12:00:00.123'");
        assert_eq!(sql("DATE NOT NULL", &text("2024-01-31")), "DATE '2024-01-31'");
        assert_eq!(sql("BOOLEAN", &Cell::Bool(true)), "TRUE");
    }

    #[test]
    fn odd_names_are_quoted() {
        assert_eq!(quoted_name("month"), "month");
        assert_eq!(quoted_name("a `b`"), "`a ``b```");
        assert_eq!(quoted_name("1st"), "`1st`");
    }

    #[test]
    fn download_names_are_tame() {
        assert_eq!(file_name("../a b/c", ExportFormat::Csv), "_a_b_c.csv");
        assert_eq!(file_name("", ExportFormat::Parquet), "rows.parquet");
    }
}
