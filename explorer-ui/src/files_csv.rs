//! The list of data files as CSV.

use crate::{cell::Cell, model::FileInfo};

const NAMES: [&str; 17] = [
    "partition",
    "bucket",
    "level",
    "name",
    "path",
    "format",
    "size",
    "rows",
    "delete_rows",
    "deleted_by_vector",
    "min_key",
    "max_key",
    "min_sequence",
    "max_sequence",
    "creation_millis",
    "schema_id",
    "source",
];

/// The first line.
#[must_use]
pub fn header() -> String {
    NAMES.join(",") + "\r\n"
}

/// Appends the line of a file.
pub fn row(file: &FileInfo, out: &mut String) {
    let text = |text: &str| Cell::Text(text.into());
    let number = |number: Option<i64>| number.map_or(Cell::Null, Cell::Int);
    let key = |key: &[Cell]| if key.is_empty() { Cell::Null } else { Cell::List(key.to_vec().into()) };
    let cells: [Cell; NAMES.len()] = [
        text(&file.partition),
        Cell::Int(file.bucket),
        Cell::Int(file.level),
        text(&file.name),
        text(&file.path),
        text(&file.format),
        Cell::Int(file.size),
        Cell::Int(file.rows),
        number(file.delete_rows),
        number(file.deleted_by_vector),
        key(&file.min_key),
        key(&file.max_key),
        number(file.min_sequence),
        number(file.max_sequence),
        number(file.creation_millis),
        Cell::Int(file.schema_id),
        file.source.as_deref().map_or(Cell::Null, text),
    ];
    out.push_str(&cells.each_ref().map(field).join(","));
    out.push_str("\r\n");
}

/// By RFC 4180; null is an unquoted nothing, the empty string is `""`.
fn field(cell: &Cell) -> String {
    let text = match cell {
        Cell::Null => return String::new(),
        other => other.copy_text(),
    };
    let plain = !text.is_empty() && !text.contains([',', '"', '\n', '\r']) && text.trim() == text;
    if plain { text.to_string() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_as_many_fields_as_the_header() {
        let file = FileInfo {
            name: "a,b".into(),
            min_key: vec![Cell::Int(1), Cell::Text("x".into())],
            size: 9,
            ..FileInfo::default()
        };
        let mut line = String::new();
        row(&file, &mut line);
        assert_eq!(line, "\"\",0,0,\"a,b\",\"\",\"\",9,0,,,\"[1,\"\"x\"\"]\",,,,,0,\r\n");
        assert_eq!(header().trim_end().split(',').count(), NAMES.len());
    }
}
