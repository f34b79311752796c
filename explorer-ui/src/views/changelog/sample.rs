//! Some changed rows as a plain table: kinds in colour, sign and word; of an update what changed is marked.

use yew::prelude::*;

use crate::{
    cell::{Cell, Look, look_of},
    components::page::Page,
    format,
    history::kinds::{KINDS, changed_at, key_columns},
    model::ScanColumn,
    views::snapshots::diff_class,
};

/// Characters of a cell that are drawn.
const DRAWN: usize = 60;

/// The rows; their first column is the kind.
pub(crate) fn table(page: &Page, columns: &[ScanColumn], rows: &[Vec<Cell>]) -> Html {
    let keys = page.info().map(|info| key_columns(info, columns)).unwrap_or_default();
    let looks: Vec<Look> = columns.iter().map(|column| look_of(&column.type_text)).collect();
    let row = |(index, cells): (usize, &Vec<Cell>)| {
        let changed = changed_at(index, |at| rows.get(at).map(Vec::as_slice), &keys);
        let kind = cells.first().map(Cell::copy_text).unwrap_or_default();
        html! {
            <tr key={index} class={diff_class(&kind)}>
                { for cells.iter().enumerate().map(|(column, cell)| html! {
                    <td key={column} class={classes!((looks.get(column) == Some(&Look::Number)).then_some("num"), changed.contains(&column).then_some("changed-cell"))}>{ if column == 0 { label(&kind) } else { drawn(cell) } }</td>
                }) }
            </tr>
        }
    };
    html! {
        <div class="scroll-x sample" tabindex="0" role="group" aria-label="Changed rows">
            <table class="list">
                <thead><tr>{ for columns.iter().enumerate().map(|(index, column)| html! { <th key={index} class={(looks.get(index) == Some(&Look::Number)).then_some("num")} title={column.type_text.clone()}>{ if index == 0 { "Kind".to_owned() } else { column.name.clone() } }</th> }) }</tr></thead>
                <tbody>{ for rows.iter().enumerate().map(row) }</tbody>
            </table>
        </div>
    }
}

/// The kind with its word: colour alone tells nothing to many.
pub(crate) fn label(kind: &str) -> Html {
    let word = KINDS.iter().find(|(one, _)| *one == kind).map_or("", |(_, word)| *word);
    html! { <span class="row-kind"><b>{ kind.to_owned() }</b>{" "}{ word }</span> }
}

/// A value in a table cell.
pub(crate) fn drawn(cell: &Cell) -> Html {
    match cell {
        Cell::Null => html! { <span class="null">{"null"}</span> },
        Cell::Text(text) if text.is_empty() => html! { <span class="null">{"empty"}</span> },
        other => {
            let text = other.copy_text();
            html! { <span title={(text.chars().count() > DRAWN).then(|| text.clone())}>{ format::middle_cut(&text, DRAWN - 12, 10) }</span> }
        }
    }
}
