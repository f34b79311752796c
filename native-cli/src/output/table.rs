//! Lines and columns for people: as wide as the terminal, and only as many rows as anybody reads.

use std::io::{IsTerminal, stdout};

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, TypeKind, json_rows};
use comfy_table::{Attribute, Cell, CellAlignment, Table, presets};
use serde_json::Value;

use super::{Flow, Output, RowSink, flush, write_all};
use crate::{error::Result, notice};

/// Rows held at most where standard output is no terminal: widths are known only when all rows are.
const MOST_ROWS: usize = 100_000;
/// Characters of a cell on a terminal: as many as let all columns stand side by side.
const WIDEST_CELLS: [usize; 3] = [60, 32, 20];

/// Collects rows, and prints them at the end.
pub(super) struct TableSink {
    output: Output,
    fields: Vec<DataField>,
    rows: Vec<Vec<String>>,
    limit: usize,
    is_terminal: bool,
    is_cut: bool,
}

impl TableSink {
    /// Prints rows of `fields`, on a terminal at most `max_rows`.
    pub(super) fn new(output: Output, fields: Vec<DataField>, max_rows: usize) -> Self {
        let is_terminal = stdout().is_terminal();
        let limit = if is_terminal { max_rows } else { MOST_ROWS };
        TableSink { output, fields, rows: Vec::new(), limit, is_terminal, is_cut: false }
    }

    /// The widest cells with which all columns fit, else the narrowest; and how many columns fit then, at least one.
    fn layout(&self) -> (usize, usize) {
        let Some(width) = Table::new().width().filter(|_| self.is_terminal) else {
            return (usize::MAX, self.fields.len());
        };
        let layouts = WIDEST_CELLS.map(|widest| (widest, self.columns_that_fit(width.into(), widest)));
        let all = layouts.into_iter().find(|(_, columns)| *columns == self.fields.len());
        all.or(layouts.last().copied()).unwrap_or((usize::MAX, self.fields.len()))
    }

    fn columns_that_fit(&self, width: usize, widest: usize) -> usize {
        let needed = |(index, field): (usize, &DataField)| {
            let widest = if may_be_cut(&field.data_type.kind) { widest } else { usize::MAX };
            let cells = self.rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.chars().count().min(widest));
            // A border and two blanks besides.
            cells.max().unwrap_or(0).max(field.name.chars().count()) + 3
        };
        let needed = self.fields.iter().enumerate().map(needed).collect::<Vec<_>>();
        if needed.iter().sum::<usize>() < width {
            return needed.len();
        }
        // Room for the column that says that there are more.
        let mut left = width.saturating_sub(5);
        let fits = |needed: &usize| {
            left = left.checked_sub(*needed)?;
            Some(())
        };
        needed.iter().map_while(fits).count().max(1)
    }

    fn draw(&self, widest: usize, columns: usize) -> String {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_FULL_CONDENSED);
        let rest = (columns < self.fields.len()).then_some("…");
        let bold = self.is_terminal && notice::may_colour();
        let header = self.fields.iter().take(columns).map(|field| field.name.as_str()).chain(rest).map(Cell::new);
        table.set_header(header.map(|cell| if bold { cell.add_attribute(Attribute::Bold) } else { cell }));
        for row in &self.rows {
            let cut = |(cell, field): (&String, &DataField)| {
                shortened(cell, if may_be_cut(&field.data_type.kind) { widest } else { usize::MAX })
            };
            let cells = row.iter().zip(&self.fields).take(columns).map(cut);
            table.add_row(cells.chain(rest.map(str::to_owned)));
        }
        for (index, field) in self.fields.iter().take(columns).enumerate() {
            if let (true, Some(column)) = (is_number(&field.data_type.kind), table.column_mut(index)) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.to_string()
    }
}

impl RowSink for TableSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<Flow> {
        let room = self.limit - self.rows.len();
        let shown = batch.slice(0, room.min(batch.num_rows()));
        for row in json_rows::row_cells(&shown, &self.fields)? {
            let row = row.iter().map(text).collect();
            self.rows.push(row);
        }
        self.is_cut |= batch.num_rows() > room;
        Ok(if self.is_cut { Flow::Enough } else { Flow::More })
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        let (widest, columns) = self.layout();
        let drawn = self.draw(widest, columns);
        write_all(&mut self.output, format!("{drawn}\n").as_bytes())?;
        flush(&mut self.output)?;
        if self.is_cut {
            let shown = self.rows.len();
            notice::notice(&format!("first {shown} rows; --max-rows shows more, -o ndjson or -o csv print all"));
        }
        if columns < self.fields.len() {
            let all = self.fields.len();
            notice::notice(&format!("{columns} of {all} columns fit; --columns picks others, -o ndjson prints all"));
        }
        Ok(())
    }
}

/// A cell as one line.
fn text(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) => text.replace(['\n', '\r', '\t'], " "),
        other => other.to_string(),
    }
}

/// At most `widest` characters.
fn shortened(text: &str, widest: usize) -> String {
    match text.char_indices().nth(widest.saturating_sub(1)) {
        Some((at, last)) if text.len() > at + last.len_utf8() => format!("{}…", text.get(..at).unwrap_or_default()),
        _ => text.to_owned(),
    }
}

/// Texts and nested values say something even when cut; numbers and times would say something else.
fn may_be_cut(kind: &TypeKind) -> bool {
    let is_time = matches!(
        kind,
        TypeKind::Boolean | TypeKind::Date | TypeKind::Time(_) | TypeKind::Timestamp(_) | TypeKind::TimestampLtz(_)
    );
    !is_time && !is_number(kind)
}

fn is_number(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::TinyInt
            | TypeKind::SmallInt
            | TypeKind::Int
            | TypeKind::BigInt
            | TypeKind::Float
            | TypeKind::Double
            | TypeKind::Decimal { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_cells_are_shortened() {
        assert_eq!(shortened("abcde", 5), "abcde");
        assert_eq!(shortened("abcdef", 5), "abcd…");
        assert_eq!(shortened("éééééé", 5), "éééé…");
        assert_eq!(shortened("", 5), "");
        assert_eq!(shortened("abc", usize::MAX), "abc");
    }
}
