//! The warehouse: databases and tables.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{page::use_page, skeleton, top_bar::table_link};
use crate::{
    format,
    state::{Action, Sheet, Shown},
};

/// Tables beyond which a search box helps.
const SEARCHABLE: usize = 12;

/// The tree on the left; a sheet on a phone.
#[component]
pub(crate) fn Tree() -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let state = &page.state;
    let shown = state.warehouse.show(Some(&state.opening));
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| search.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let body = match &shown {
        Shown::Waiting => skeleton::waiting(skeleton::lines(7)),
        Shown::Failed(_) => html! { <p class="tree-note">{"The warehouse could not be opened."}</p> },
        Shown::Fresh(warehouse) | Shown::Stale(warehouse) => {
            let tables: usize = warehouse.databases.iter().map(|database| database.tables.len()).sum();
            let needle = search.to_lowercase();
            html! {
                <>
                if tables > SEARCHABLE {
                    <input class="tree-search" type="search" placeholder={format!("Search {}", format::counted(tables, "table"))} aria-label="Search tables" value={(*search).clone()} {oninput} />
                }
                if warehouse.databases.is_empty() {
                    <p class="tree-note">{ if warehouse.can_list { "No database here yet." } else { "This store cannot list. Open a table by its own address." } }</p>
                }
                { for warehouse.databases.iter().map(|database| html! {
                    <section key={database.name.clone()}>
                        <h2>{ database.name.clone() }</h2>
                        <ul>
                        { for database.tables.iter().filter(|table| needle.is_empty() || table.to_lowercase().contains(&needle)).map(|table| {
                            let on = state.route.table.as_ref().is_some_and(|name| name.database == database.name && name.table == *table);
                            let id = format!("{}/{table}", database.name);
                            let rows = state.counts.iter().find(|(other, _)| *other == id).map(|(_, rows)| *rows);
                            html! {
                                <li key={table.clone()}>
                                    <a class={classes!("tree-item", on.then_some("on"))} aria-current={on.then_some("page")} href={table_link(&state.route, &database.name, table)} onclick={page.on(Action::Sheet(Sheet::None))}>
                                        <span>{ table.clone() }</span>
                                        if let Some(rows) = rows { <small title={format!("{} rows in files", format::exact(rows))}>{ format::short(rows) }</small> }
                                    </a>
                                </li>
                            }
                        }) }
                        </ul>
                    </section>
                }) }
                </>
            }
        }
    };
    html! { <nav class="tree" aria-label="Tables">{ body }</nav> }
}
