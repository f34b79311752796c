//! Which columns to read and show.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::{
    components::{dialog::Dialog, page::use_page},
    format,
    grid::picks::{found, only_found, toggled},
    model::FieldInfo,
    state::{Action, Overlay},
};

/// Columns listed at once: a table may have any number, and nobody scrolls through ten thousand.
const LISTED: usize = 200;

/// Check boxes of the columns, and a search among them.
#[component]
pub(super) fn ColumnPicker() -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let opened = page.state.opened().cloned();
    let all: &[FieldInfo] = opened.as_ref().map_or(&[], |opened| &opened.info.fields);
    let shown = &page.state.route.columns;
    let found = found(all, shown, &search, LISTED);
    let toggle = |name: &str| {
        let (page, name) = (page.clone(), name.to_owned());
        Callback::from(move |_: Event| {
            let all = page.info().map_or(&[][..], |info| info.fields.as_slice());
            if let Some(next) = toggled(all, &page.state.route.columns, &name) {
                page.send(Action::Columns(next));
            }
        })
    };
    let only = {
        let (page, search) = (page.clone(), search.clone());
        Callback::from(move |_: MouseEvent| {
            let all = page.info().map_or(&[][..], |info| info.fields.as_slice());
            page.send(Action::Columns(only_found(all, &search)));
        })
    };
    let oninput = {
        let search = search.clone();
        Callback::from(move |event: InputEvent| search.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let only_keys = page.info().map(|info| info.primary_keys.clone()).filter(|keys| !keys.is_empty());
    let searched = !search.trim().is_empty();
    let more = found.total.saturating_sub(found.listed.len());
    html! {
        <Dialog title="Columns" look="popover" onclose={page.on(Action::Overlay(Overlay::Columns))}>
            <div class="picker-tools">
                if all.len() > 8 { <input type="search" placeholder="Search" aria-label="Search columns" value={(*search).clone()} {oninput} /> }
                <button disabled={shown.is_empty()} onclick={page.on(Action::Columns(Vec::new()))}>{"All"}</button>
                if let Some(keys) = only_keys { <button onclick={page.on(Action::Columns(keys))}>{"Keys"}</button> }
                if searched && found.total > 0 { <button onclick={only}>{ format!("Only these {}", format::exact(i64::try_from(found.total).unwrap_or(i64::MAX))) }</button> }
            </div>
            <div class="picker-list">
                { for found.listed.iter().map(|(field, on)| html! {
                    <label class="check" key={field.id}><input type="checkbox" checked={*on} onchange={toggle(&field.name)} /><span>{ field.name.clone() }</span><small class="mono">{ field.type_text.clone() }</small></label>
                }) }
            </div>
            <p class="note" role="status">
                if found.total == 0 { {"No column has that in its name."} }
                if more > 0 { { format!("{} more: search for them.", format::counted(more, "column")) } }
            </p>
        </Dialog>
    }
}
