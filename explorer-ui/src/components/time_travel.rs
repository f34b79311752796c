//! Travel in time: tags, then snapshots, then any moment.

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    bits::{ago, count},
    dialog::Dialog,
    page::use_page,
    skeleton,
};
use crate::{
    route::At,
    state::{Action, Overlay, Shown},
};

/// Snapshots listed; the Snapshots view has all.
const LISTED: usize = 40;

/// The list under the time chip.
#[component]
pub(crate) fn TimeTravel() -> Html {
    let page = use_page();
    let state = &page.state;
    let key = state.table_key();
    let snapshots = state.snapshots.show(key.as_ref());
    let tags = state.tags.show(key.as_ref());
    let pick_time = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            let millis = js_sys::Date::parse(&text);
            if millis.is_finite() {
                #[allow(clippy::cast_possible_truncation)]
                page.send(Action::TimeTravel(At::Time(millis as i64)));
            }
        })
    };
    let pick_watermark = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            let millis = js_sys::Date::parse(&text);
            if millis.is_finite() {
                #[allow(clippy::cast_possible_truncation)]
                page.send(Action::TimeTravel(At::Watermark(millis as i64)));
            }
        })
    };
    let pick_version = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value().trim().to_owned();
            if !text.is_empty() {
                page.send(Action::TimeTravel(At::Version(text)));
            }
        })
    };
    let version = match &state.route.at {
        At::Version(version) => version.clone(),
        _ => String::new(),
    };
    let item = |at: At, label: Html, detail: Html| {
        let on = state.route.at == at;
        html! {
            <button class={classes!("menu-item", on.then_some("on"))} aria-current={on.then_some("true")} onclick={page.on(Action::TimeTravel(at))}>
                <span>{ label }</span><small>{ detail }</small>
            </button>
        }
    };
    let latest = page.info().and_then(|info| info.latest_snapshot.as_ref());
    html! {
        <Dialog title="Travel in time" look="popover" onclose={page.on(Action::Overlay(Overlay::TimeTravel))}>
            { item(At::Latest, html! { "Newest" }, latest.map(|snapshot| html! { format!("#{}", snapshot.id) }).unwrap_or_default()) }
            if let Some(tags) = tags.value().filter(|tags| !tags.is_empty()) {
                <h3>{"Tags"}</h3>
                { for tags.iter().map(|tag| item(At::Tag(tag.name.clone()), html! { <span class="flag">{ tag.name.clone() }</span> }, html! { format!("#{}", tag.snapshot_id) })) }
            }
            <h3>{"Snapshots"}</h3>
            { match &snapshots {
                Shown::Waiting => skeleton::waiting(skeleton::lines(5)),
                Shown::Failed(problem) => html! { <p class="note bad">{ problem.message.clone() }</p> },
                Shown::Fresh(list) | Shown::Stale(list) => html! { <>{ for list.iter().take(LISTED).map(|snapshot| item(
                    At::Snapshot(snapshot.id),
                    html! { <><b>{ format!("#{}", snapshot.id) }</b>{" "}<span class="kind">{ snapshot.commit_kind.to_lowercase() }</span></> },
                    html! { <>{ snapshot.total_record_count.map(count).unwrap_or_default() }{" rows · "}{ ago(snapshot.time_millis) }</> },
                )) }</> },
            } }
            <label class="menu-time">{"Version"}<input type="text" class="mono" spellcheck="false" placeholder="tag, id or watermark-MS" value={version} onchange={pick_version} /></label>
            <label class="menu-time">{"Watermark from"}<input type="datetime-local" step="1" onchange={pick_watermark} /></label>
            <label class="menu-time">{"At or before"}<input type="datetime-local" step="1" onchange={pick_time} /></label>
        </Dialog>
    }
}
