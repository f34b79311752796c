//! The rows: filter, what it costs, columns, export, and the grid.
//!
//! There is no way to sort: rows come in the order of the files, and another order would need all of them first, which no
//! bounded memory holds. A filter on what one looks for, and the statistics of a column, answer the same questions.

use yew::prelude::*;

mod cells;
mod column_menu;
mod columns;
mod export;
mod filter_bar;
mod foot;
mod funnel;
mod grid;
mod grip;
mod head;
mod row;
mod selection;

pub(super) use export::export;
pub(super) use foot::footer;

use crate::{
    components::{
        bits::empty,
        icon::{Icon, icon},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    state::{Action, Overlay},
    views::row_history,
};

/// The Data view.
#[component]
pub(crate) fn Data() -> Html {
    let page = use_page();
    let Some(info) = page.info() else { return skeleton::waiting(skeleton::panel(420)) };
    if info.latest_snapshot.is_none() {
        return empty(
            "No rows",
            html! { <>{"Nothing was written yet. "}<code>{"cenote write"}</code>{" makes the first snapshot."}</> },
        );
    }
    let scan = &page.state.scan;
    let filter_problem =
        scan.problem.as_ref().filter(|problem| problem.is_invalid() && !page.state.route.filter.is_empty());
    let body = if filter_problem.is_some() { filter_bar::help(&page) } else { rows(&page, false, no_rows(&page)) };
    html! {
        <>
        <div class="data-tools">
            <filter_bar::FilterBar problem={filter_problem.map(|problem| problem.message.clone())} />
            <div class="anchor">
                <button aria-haspopup="dialog" onclick={page.on(Action::Overlay(Overlay::Columns))}>{ icon(Icon::Columns) }{ columns_label(&page) }</button>
                if page.state.overlay == Overlay::Columns { <columns::ColumnPicker /> }
            </div>
            { row_history::by_key(&page) }
            { export(&page) }
        </div>
        <funnel::Funnel />
        { body }
        { footer(&page, scan) }
        </>
    }
}

/// The grid of the rows looked at, or why there is none; `none` says that there are no rows. With `kinds` the first column
/// says what each row does, and colours it.
pub(super) fn rows(page: &Page, kinds: bool, none: Html) -> Html {
    let scan = &page.state.scan;
    let is_current = page.state.scan_key().is_some_and(|key| scan.is_for(&key));
    match (&scan.problem, &scan.opened) {
        (Some(problem), _) if is_current => html! { <ProblemView problem={problem.clone()} /> },
        (None, Some(_)) if is_current && scan.total == Some(0) => none,
        (None, Some(opened)) if is_current && scan.has_begun() => html! {
            <grid::Grid opened={opened.clone()} scan={scan.clone()} selection={page.state.selection.clone()} {kinds} />
        },
        _ => skeleton::waiting(skeleton_grid()),
    }
}

fn columns_label(page: &Page) -> String {
    let all = page.info().map_or(0, |info| info.fields.len());
    match page.state.route.columns.len() {
        0 => "Columns".to_owned(),
        some => format!("{some} of {all} columns"),
    }
}

fn no_rows(page: &Page) -> Html {
    if page.state.route.filter.trim().is_empty() {
        empty("No rows here", html! { "The table is empty at this snapshot: its rows were deleted, or never came." })
    } else {
        empty(
            "No row matches",
            html! { <>{"The filter let no row through. "}<button onclick={page.on(Action::Filter(String::new()))}>{"Clear the filter"}</button></> },
        )
    }
}

fn skeleton_grid() -> Html {
    html! { <div class="grid-box">{ for (0..14).map(|_| html! { <div class="grid-row-skeleton">{ for (0..6).map(|_| html! { <div class="skeleton"></div> }) }</div> }) }</div> }
}
