//! What is selected in the grid, as text.

use crate::{
    components::page::Page,
    export::{CopyFormat, copied},
    format,
    grid::{keys::Block, lanes::Lanes},
    model::ScanOpened,
    state::Action,
};

/// Rows that the clipboard takes at most.
const COPIED_ROWS: usize = 50_000;

/// First and last place selected in a row, where more than one cell is.
pub(super) fn selected_places(block: Option<&Block>, row: usize) -> Option<(usize, usize)> {
    let block = block.filter(|block| block.rows.contains(&row) && (block.height() > 1 || block.width() > 1))?;
    Some((*block.columns.start(), *block.columns.end()))
}

/// Copies a block, as far as it is loaded.
pub(super) fn copy_block(page: &Page, opened: &ScanOpened, lanes: &Lanes, block: &Block, format: CopyFormat) {
    let chosen: Vec<usize> = block.columns.clone().filter_map(|place| lanes.order.get(place).copied()).collect();
    let columns: Vec<_> = chosen.iter().filter_map(|&index| opened.columns.get(index)).collect();
    let rows: Vec<_> = block
        .rows
        .clone()
        .take(COPIED_ROWS)
        .filter_map(|row| page.state.scan.row(row))
        .map(|row| chosen.iter().filter_map(|&index| row.get(index)).collect())
        .collect();
    if rows.len() < block.height() {
        let (got, all) = (format::counted(rows.len(), "row"), format::counted(block.height(), "row"));
        page.send(Action::Toast(format!("{got} of {all} are loaded: an export has them all")));
    }
    page.copy(&copied(format, &columns, &rows));
}
