//! The warehouse: databases and tables, and places opened before.

use std::collections::BTreeSet;

use web_sys::{Element, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::{
    icon::{Icon, icon},
    page::{Page, use_page},
    size::use_size,
    skeleton,
    top_bar::table_link,
};
use crate::{
    browser, format,
    route::Route,
    state::{Action, Sheet, Shown},
    tree::{self, ROW, TreeRow},
};

/// The tree on the left; a sheet on a phone.
#[component]
pub(crate) fn Tree() -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let folded = use_state_eq(BTreeSet::<String>::new);
    let scroll = use_state_eq(|| 0.0_f64);
    let focused = use_state_eq(|| None::<usize>);
    let node = use_node_ref();
    let (_, height) = use_size(&node);
    use_effect_with(*focused, |focused| {
        if let Some(row) = focused {
            browser::focus(&row_id(*row));
        }
    });
    let state = &page.state;
    let shown = state.warehouse.show(Some(&state.opening));
    let here = Route { place: state.route.place.clone(), ..Route::default() }.print();
    let recent: Vec<String> = state.recent.iter().filter(|link| **link != here).cloned().collect();
    let index = shown.value().and_then(|warehouse| {
        let name = state.route.table.as_ref()?;
        let here = TreeRow::Table { database: &name.database, table: name.base() };
        tree::rows(warehouse, &recent, &search, &folded).iter().position(|row| *row == here)
    });
    {
        // The table looked at is in sight, however the page came to it.
        let (node, scroll) = (node.clone(), scroll.clone());
        use_effect_with((index, height > 0.0), move |(index, measured)| {
            let to = index.filter(|_| *measured).and_then(|index| tree::scroll_to(index, *scroll, height));
            if let (Some(to), Some(element)) = (to, node.cast::<Element>()) {
                show_from(&element, to);
                scroll.set(to);
            }
        });
    }
    let Some(warehouse) = shown.value() else {
        let body = match shown {
            Shown::Failed(_) => html! { <p class="tree-note">{"The warehouse could not be opened."}</p> },
            _ => skeleton::waiting(skeleton::lines(7)),
        };
        return html! {
            <nav class="tree" aria-label="Tables">
                <input class="tree-search" type="search" placeholder="Search tables" aria-label="Search tables" disabled=true />
                <div class="tree-rows" ref={node}>{ body }</div>
            </nav>
        };
    };
    let tables: usize = warehouse.databases.iter().map(|database| database.tables.len()).sum();
    let rows = tree::rows(warehouse, &recent, &search, &folded);
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| search.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let onscroll = {
        let scroll = scroll.clone();
        Callback::from(move |event: Event| scroll.set(f64::from(event.target_unchecked_into::<Element>().scroll_top())))
    };
    let onkeydown = {
        let takes: Vec<bool> = rows.iter().map(TreeRow::takes_keys).collect();
        let (node, scroll, focused) = (node.clone(), scroll.clone(), focused.clone());
        Callback::from(move |event: KeyboardEvent| {
            let at = browser::focused_id().and_then(|id| id.strip_prefix(ROW_ID)?.parse().ok()).unwrap_or_default();
            let Some(next) = tree::step(&takes, at, &event.key()) else { return };
            event.prevent_default();
            let element = node.cast::<Element>();
            if let (Some(element), Some(to)) = (element, tree::scroll_to(next, *scroll, height)) {
                show_from(&element, to);
                scroll.set(to);
            }
            // It may not be drawn yet: it gets the keyboard once it is.
            focused.set(Some(next));
            browser::focus(&row_id(next));
        })
    };
    let fold = |name: &str| {
        let (folded, name) = (folded.clone(), name.to_owned());
        Callback::from(move |_: MouseEvent| {
            let mut next = (*folded).clone();
            if !next.remove(&name) {
                next.insert(name.clone());
            }
            folded.set(next);
        })
    };
    let sight = tree::in_sight(*scroll, height.max(600.0), rows.len());
    #[allow(clippy::cast_precision_loss)]
    let top = |row: usize| format!("top:{}px", row as f64 * ROW);
    #[allow(clippy::cast_precision_loss)]
    let whole = format!("height:{}px", rows.len() as f64 * ROW);
    html! {
        <nav class="tree" aria-label="Tables">
            <input class="tree-search" type="search" placeholder={format!("Search {}", format::counted(tables, "table"))} aria-label="Search tables" value={(*search).clone()} {oninput} />
            <div class="tree-rows" ref={node} {onscroll} {onkeydown}>
                if warehouse.databases.is_empty() {
                    <p class="tree-note">{ if warehouse.can_list { "No database here yet." } else { "This store cannot list. Open a table by its own address." } }</p>
                } else if rows.is_empty() {
                    <p class="tree-note">{"No table like this."}</p>
                }
                <ul style={whole}>
                    { for sight.filter_map(|index| Some((index, rows.get(index)?))).map(|(index, row)| html! {
                        <li key={index} style={top(index)} aria-setsize={rows.len().to_string()} aria-posinset={(index + 1).to_string()}>{ draw(&page, index, row, &fold) }</li>
                    }) }
                </ul>
            </div>
        </nav>
    }
}

#[allow(clippy::cast_possible_truncation)]
fn show_from(element: &Element, top: f64) {
    element.set_scroll_top(top as i32);
}

/// Ids of rows begin so.
const ROW_ID: &str = "tree-row-";

fn row_id(row: usize) -> String {
    format!("{ROW_ID}{row}")
}

fn draw(page: &Page, index: usize, row: &TreeRow, fold: &dyn Fn(&str) -> Callback<MouseEvent>) -> Html {
    let state = &page.state;
    match row {
        TreeRow::Database { name, tables, folded } => html! {
            <h2><button id={row_id(index)} class={classes!("tree-database", folded.then_some("folded"))} aria-expanded={(!folded).to_string()} onclick={fold(name)}>
                { icon(Icon::Chevron) }<span>{ (*name).to_owned() }</span><small>{ tables.to_string() }</small>
            </button></h2>
        },
        TreeRow::Table { database, table } => {
            let name = state.route.table.as_ref();
            let on = name.is_some_and(|name| name.database == *database && name.base() == *table);
            let id = format!("{database}/{table}");
            let rows = state.counts.iter().find(|(other, _)| *other == id).map(|(_, rows)| *rows);
            html! {
                <a id={row_id(index)} class={classes!("tree-item", on.then_some("on"))} aria-current={on.then_some("page")} href={table_link(&state.route, database, table)} title={(*table).to_owned()} onclick={page.on(Action::Sheet(Sheet::None))}>
                    <span>{ (*table).to_owned() }</span>
                    if let Some(rows) = rows { <small title={format!("{} rows in files", format::exact(rows))}>{ format::short(rows) }</small> }
                </a>
            }
        }
        TreeRow::Recent => html! { <h2 class="tree-title">{"Recent"}</h2> },
        TreeRow::Place(link) => {
            let label = Route::parse(link).place.map(|place| place.label().to_owned()).unwrap_or_default();
            html! { <a id={row_id(index)} class="tree-item" href={(*link).to_owned()} title={label.clone()}><span>{ format::middle_cut(&label, 12, 14) }</span></a> }
        }
    }
}
