//! `listagg`: texts joined by a delimiter.

use std::collections::HashSet;

use super::{FieldOptions, Stepwise, not_retractable};
use crate::{
    error::{Error, Result},
    merge::column::{Cell, Column},
    types::Datum,
};

/// Blank texts count as absent.
#[derive(Debug)]
pub(super) struct ListAgg {
    /// `list-agg-delimiter`
    delimiter: String,
    /// `distinct`: parts of the input that are there already, and blank ones, are left out.
    distinct: bool,
}

impl ListAgg {
    pub(super) fn new(options: &FieldOptions<'_>) -> Result<Self> {
        let delimiter = options.text("list-agg-delimiter").unwrap_or(",").to_owned();
        Ok(ListAgg { delimiter, distinct: options.flag("distinct")? })
    }

    fn join(&self, mut state: String, input: &str) -> String {
        if !self.distinct {
            state.push_str(&self.delimiter);
            state.push_str(input);
            return state;
        }
        // Java splits by a blank where the delimiter is empty.
        let delimiter = if self.delimiter.is_empty() { " " } else { &self.delimiter };
        let mut present: HashSet<String> = state.split(delimiter).map(str::to_owned).collect();
        for part in input.split(delimiter).filter(|part| !is_blank(part)) {
            if present.insert(part.to_owned()) {
                state.push_str(&self.delimiter);
                state.push_str(part);
            }
        }
        state
    }
}

impl Stepwise for ListAgg {
    fn aggregate(&self, column: &Column<'_>, state: Cell, input: Cell, _: &mut bool) -> Result<Cell> {
        let input_text = text(column, input.clone())?;
        let Some(input_text) = input_text.filter(|text| !is_blank(text)) else { return Ok(state) };
        match text(column, state)? {
            Some(state) if !is_blank(&state) => Ok(Cell::Value(Datum::String(self.join(state, &input_text)))),
            _ => Ok(input),
        }
    }

    fn retract(&self, _: &Column<'_>, _: Cell, _: Cell) -> Result<Cell> {
        Err(not_retractable("listagg"))
    }
}

fn text(column: &Column<'_>, cell: Cell) -> Result<Option<String>> {
    match column.datum(cell)? {
        None => Ok(None),
        Some(Datum::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::internal("expected a text")),
    }
}

/// Java `Character.isWhitespace` on every character.
fn is_blank(text: &str) -> bool {
    text.chars().all(|letter| match letter {
        '\u{1c}'..='\u{1f}' => true,
        '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}' => false,
        letter => letter.is_whitespace(),
    })
}
