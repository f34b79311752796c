//! System tables: what the table is made of, as tables.

use yew::prelude::*;

use super::data;
use crate::{
    components::{bits::empty, page::use_page},
    state::Action,
    system,
};

/// The System view.
#[component]
pub(crate) fn System() -> Html {
    let page = use_page();
    let shown = system::shown(page.state.route.system.as_deref()).to_owned();
    let name = page.info().map(|info| info.name.clone()).unwrap_or_default();
    // These rows are the table's own, with a column that says what each does.
    let kinds = matches!(shown.as_str(), "audit_log" | "binlog");
    let none = empty("No rows", html! { format!("{name}${shown} is empty.") });
    html! {
        <>
        <div class="choices" role="group" aria-label="System tables">
            { for system::ALL.iter().map(|table| {
                let on = table.name == shown;
                html! { <button key={table.name} class={classes!("choice", on.then_some("on"))} aria-pressed={on.to_string()} title={table.tells} onclick={page.on(Action::System(table.name.to_owned()))}>{ table.name }</button> }
            }) }
        </div>
        <div class="data-tools">
            <p class="mute"><b class="mono">{ format!("{name}${shown}") }</b>{" "}{ system::tells(&shown) }</p>
            { data::export(&page) }
        </div>
        { data::rows(&page, kinds, none) }
        { data::footer(&page, &page.state.scan) }
        </>
    }
}
