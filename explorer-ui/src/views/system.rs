//! System tables: what the table is made of, and what the warehouse knows, as tables.

use yew::prelude::*;

use super::data;
use crate::{
    components::{
        bits::empty,
        page::{Page, use_page},
    },
    state::Action,
    system::{self, Group, SystemTable},
};

/// The System view.
#[component]
pub(crate) fn System() -> Html {
    let page = use_page();
    let shown = system::shown(page.state.route.system.as_deref()).to_owned();
    let name = page.info().map(|info| info.name.clone()).unwrap_or_default();
    // These rows are the table's own, with a column that says what each does.
    let kinds = matches!(shown.as_str(), "audit_log" | "binlog");
    let full = if system::is_global(&shown) { shown.clone() } else { format!("{name}${shown}") };
    let none = empty("No rows", html! { format!("{full} is empty.") });
    let in_warehouse = page.state.route.place.as_ref().is_some_and(|place| !place.is_table());
    html! {
        <>
        <nav class="system-list" aria-label="System tables">
            { for Group::ALL.into_iter().filter(|group| in_warehouse || *group != Group::Warehouse).map(|group| html! {
                <>
                <h3>{ group.label() }</h3>
                { for system::ALL.iter().filter(|table| table.group == group).map(|table| item(&page, table, &shown)) }
                </>
            }) }
        </nav>
        <div class="data-tools">
            <p class="mute"><b class="mono">{ full }</b>{" "}{ system::tells(&shown) }</p>
            { data::export(&page) }
        </div>
        { data::rows(&page, kinds, none) }
        { data::footer(&page, &page.state.scan) }
        </>
    }
}

fn item(page: &Page, table: &SystemTable, shown: &str) -> Html {
    let on = table.name == shown;
    html! {
        <button key={table.name} class={on.then_some("on")} aria-pressed={on.to_string()} onclick={page.on(Action::System(table.name.to_owned()))}>
            <span class="mono">{ table.name }</span><small>{ table.tells }</small>
        </button>
    }
}
