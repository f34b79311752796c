//! A warehouse opened, no table chosen yet.

use yew::prelude::*;

use crate::{
    components::{bits::empty, page::use_page, problem::ProblemView, skeleton, top_bar::table_link},
    format,
    state::Shown,
};

/// Databases and tables as cards.
#[component]
pub(crate) fn WarehouseView() -> Html {
    let page = use_page();
    let state = &page.state;
    match state.warehouse.show(Some(&state.opening)) {
        Shown::Waiting => skeleton::waiting(skeleton::cards(6)),
        Shown::Failed(problem) => html! { <ProblemView {problem} /> },
        Shown::Fresh(warehouse) | Shown::Stale(warehouse) if warehouse.databases.is_empty() => empty(
            "No table to show",
            if warehouse.can_list {
                html! { <>{"The warehouse has no database yet. "}<code>{"cenote table create"}</code>{" makes the first table."}</> }
            } else {
                html! { <>{"This store cannot list its folders. Open a table by its own address, or serve the warehouse with "}<code>{"cenote serve"}</code>{"."}</> }
            },
        ),
        Shown::Fresh(warehouse) | Shown::Stale(warehouse) => html! {
            <div class="warehouse">
                <h1>{ state.route.place.as_ref().map(|place| place.label().to_owned()).unwrap_or_default() }</h1>
                { for warehouse.databases.iter().map(|database| html! {
                    <section key={database.name.clone()}>
                        <h2>{ database.name.clone() }<small>{ format::counted(database.tables.len(), "table") }</small></h2>
                        if database.tables.is_empty() { <p class="note">{"Empty."}</p> }
                        <div class="table-cards">
                            { for database.tables.iter().map(|table| html! { <a key={table.clone()} class="table-card" href={table_link(&state.route, &database.name, table)}>{ table.clone() }</a> }) }
                        </div>
                    </section>
                }) }
            </div>
        },
    }
}
