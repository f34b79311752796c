//! Lines and columns for people: as wide as the terminal, and only as many rows as anybody reads.

use std::io::{IsTerminal, stdout};

use arrow_array::RecordBatch;
use cenote_core::types::{DataField, TypeKind, json_rows};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use super::{Flow, Output, RowSink, flush, write_all};
use crate::{error::Result, notice};

/// Rows held at most where standard output is no terminal: widths are known only when all rows are.
const MOST_ROWS: usize = 100_000;
/// Characters of a cell on a terminal.
const WIDEST_CELL: usize = 60;

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

    fn text(&self, value: &Value) -> String {
        let text = match value {
            Value::Null => "NULL".to_owned(),
            Value::String(text) => text.replace(['\n', '\r', '\t'], " "),
            other => other.to_string(),
        };
        match text.char_indices().nth(WIDEST_CELL - 1) {
            Some((at, _)) if self.is_terminal && text.chars().count() > WIDEST_CELL => {
                format!("{}…", text.get(..at).unwrap_or_default())
            }
            _ => text,
        }
    }

    fn draw(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_FULL_CONDENSED);
        if self.is_terminal {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        }
        table.set_header(self.fields.iter().map(|field| Cell::new(&field.name)));
        for row in &self.rows {
            table.add_row(row);
        }
        for (index, field) in self.fields.iter().enumerate() {
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
            let row = row.iter().map(|value| self.text(value)).collect();
            self.rows.push(row);
        }
        self.is_cut |= batch.num_rows() > room;
        Ok(if self.is_cut { Flow::Enough } else { Flow::More })
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        let drawn = self.draw();
        write_all(&mut self.output, format!("{drawn}\n").as_bytes())?;
        flush(&mut self.output)?;
        if self.is_cut {
            let shown = self.rows.len();
            notice::notice(&format!("first {shown} rows; --max-rows shows more, -o ndjson or -o csv print all"));
        }
        Ok(())
    }
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
