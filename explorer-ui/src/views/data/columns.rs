//! Which columns to read and show.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    components::{dialog::Dialog, page::use_page},
    state::{Action, Overlay},
};

/// Check boxes of all columns.
#[component]
pub(super) fn ColumnPicker() -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let all: Vec<String> =
        page.info().map(|info| info.fields.iter().map(|field| field.name.clone()).collect()).unwrap_or_default();
    let shown = &page.state.route.columns;
    let is_on = |name: &String| shown.is_empty() || shown.contains(name);
    let toggle = |name: String| {
        let (page, all) = (page.clone(), all.clone());
        let next: Vec<String> =
            all.iter().filter(|other| if **other == name { !is_on(other) } else { is_on(other) }).cloned().collect();
        Callback::from(move |_: Event| {
            // None would mean all; the last column stays.
            if !next.is_empty() {
                let everything = next.len() == all.len();
                page.send(Action::Columns(if everything { Vec::new() } else { next.clone() }));
            }
        })
    };
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| search.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let needle = search.to_lowercase();
    let only_keys = page.info().map(|info| info.primary_keys.clone()).filter(|keys| !keys.is_empty());
    html! {
        <Dialog title="Columns" look="popover" onclose={page.on(Action::Overlay(Overlay::Columns))}>
            <div class="picker-tools">
                if all.len() > 8 { <input type="search" placeholder="Search" aria-label="Search columns" value={(*search).clone()} {oninput} /> }
                <button disabled={shown.is_empty()} onclick={page.on(Action::Columns(Vec::new()))}>{"All"}</button>
                if let Some(keys) = only_keys { <button onclick={page.on(Action::Columns(keys))}>{"Keys"}</button> }
            </div>
            <div class="picker-list">
                { for all.iter().filter(|name| needle.is_empty() || name.to_lowercase().contains(&needle)).map(|name| html! {
                    <label class="check" key={name.clone()}><input type="checkbox" checked={is_on(name)} onchange={toggle(name.clone())} /><span>{ name.clone() }</span><small class="mono">{ page.info().map(|info| info.type_of(name).to_owned()).unwrap_or_default() }</small></label>
                }) }
            </div>
        </Dialog>
    }
}
