//! A cell of the grid, opened, and the row around it.

use yew::prelude::*;

use super::head;
use crate::{
    cell::Cell,
    components::{
        bits::{command, pairs},
        page::Page,
    },
    export::row_json,
    format,
    state::{Action, Selection},
    views::row_history,
};

/// The cell at this row and column.
pub(super) fn cell(page: &Page, row: usize, column: usize) -> Option<Html> {
    let scan = &page.state.scan;
    let columns = &scan.opened.as_ref()?.columns;
    let values = scan.row(row)?;
    let (chosen, value) = (columns.get(column)?, values.get(column)?);
    let facts = vec![
        ("column", html! { <b>{ chosen.name.clone() }</b> }),
        ("type", html! { <span class="mono">{ chosen.type_text.clone() }</span> }),
        ("row", html! { format::exact(i64::try_from(row + 1).unwrap_or(i64::MAX)) }),
    ];
    Some(html! {
        <>
        { head(page, "Cell") }
        { pairs(facts) }
        { opened(page, value) }
        <h2>{"Row"}</h2>
        <dl class="pairs row-pairs">
            { for columns.iter().zip(values.iter()).enumerate().map(|(index, (each, value))| html! {
                <>
                <dt title={each.type_text.clone()}>{ each.name.clone() }</dt>
                <dd class={(index == column).then_some("on")}><button class="plain" onclick={page.on(Action::Select(Some(Selection::Cell { row, column: index })))}>{ brief(value) }</button></dd>
                </>
            }) }
        </dl>
        <div class="inspector-tools"><button onclick={page.copier(row_json(columns, values))}>{"Copy row as JSON"}</button>{ row_history::entry(page, row) }</div>
        </>
    })
}

/// The whole value.
fn opened(page: &Page, value: &Cell) -> Html {
    match value {
        Cell::Null => html! { <p class="note">{"null: no value at all, which is not the empty text."}</p> },
        Cell::Text(text) if text.is_empty() => html! { <p class="note">{"The empty text, which is not null."}</p> },
        Cell::Text(text) => command(page, text, "value"),
        nested if nested.is_nested() => command(page, &nested.pretty(), "value"),
        other => command(page, &other.to_string(), "value"),
    }
}

fn brief(value: &Cell) -> Html {
    match value {
        Cell::Null => html! { <span class="null">{"null"}</span> },
        Cell::Text(text) if text.is_empty() => html! { <span class="null">{"empty"}</span> },
        other => html! { format::middle_cut(&other.copy_text(), 60, 8) },
    }
}
