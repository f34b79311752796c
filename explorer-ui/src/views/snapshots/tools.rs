//! What is compared, and which part of the view is shown.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::History;
use crate::{
    components::page::use_page,
    history::compare::{Pair, choices},
    model::SnapshotInfo,
    state::Action,
};

/// Snapshots offered in the lists of ends; others are picked in the picture or the list.
const OFFERED: usize = 200;

/// Properties of [`Bar`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) history: History,
}

/// The bar between picture and list.
#[component]
pub(super) fn Bar(props: &Props) -> Html {
    let page = use_page();
    let state = &page.state;
    let pair = Pair::of(&state.route);
    let refs = state.route.focus("show") == Some("refs");
    let part = |name: &'static str, value: Option<&str>, on: bool| {
        let value = value.map(str::to_owned);
        html! { <button aria-pressed={on.to_string()} onclick={page.on(Action::Focus("show", value))}>{ name }</button> }
    };
    html! {
        <div class="history-bar">
            <div class="segments" role="group" aria-label="Part of the history">
                { part("Snapshots", None, !refs) }
                { part("Who keeps what", Some("refs"), refs) }
            </div>
            if !refs { <Ends history={props.history.clone()} {pair} /> }
        </div>
    }
}

/// Properties of [`Ends`].
#[derive(Properties, PartialEq)]
struct EndsProps {
    history: History,
    pair: Pair,
}

/// Both ends of the comparison.
#[component]
fn Ends(props: &EndsProps) -> Html {
    let page = use_page();
    let EndsProps { history, pair } = props;
    let tags = page.state.tags.show(page.state.table_key().as_ref());
    let tags = tags.value().map(|tags| tags.as_slice()).unwrap_or_default();
    let newest: Vec<SnapshotInfo> = history.known.values().rev().take(OFFERED).cloned().collect();
    let end = |label: &'static str, chosen: &str, other: fn(Pair, String) -> Pair| {
        let (page, pair) = (page.clone(), pair.clone());
        let onchange = Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlSelectElement>().value();
            page.compare(&other(pair.clone(), text));
        });
        html! {
            <label>{ label }<select {onchange}>
                <option value="" selected={chosen.is_empty()}>{"–"}</option>
                { for choices(chosen, &newest, tags).into_iter().map(|(value, text)| html! { <option key={value.clone()} selected={value == chosen} value={value.clone()}>{ text }</option> }) }
            </select></label>
        }
    };
    let go = |pair: Pair| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.compare(&pair))
    };
    let latest = history.all.last;
    html! {
        <div class="history-ends" role="group" aria-label="Compare two states">
            { end("Compare", &pair.from, |pair, from| Pair { from, ..pair }) }
            { end("with", &pair.to, |pair, to| Pair { to, ..pair }) }
            if pair.is_whole() {
                <button onclick={go(pair.clone().swapped())} title="The other way round">{"Swap"}</button>
            }
            if pair == &Pair::default() {
                <button disabled={latest <= history.all.first} onclick={go(Pair::with_previous(latest))}>{"Last commit"}</button>
            } else {
                <button onclick={go(Pair::default())}>{"Clear"}</button>
            }
            if !pair.from.is_empty() && !pair.is_whole() {
                <span class="note" role="status">{ format!("{} is picked: pick another one.", crate::history::compare::name_of(&pair.from)) }</span>
            }
        </div>
    }
}
