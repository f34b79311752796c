//! The branch looked at, and the way to another one.

use serde::Deserialize;
use serde_json::json;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    ask::use_ask,
    bits::ago,
    dialog::Dialog,
    icon::{Icon, icon},
    page::use_page,
    skeleton,
};
use crate::{
    route::MAIN,
    state::{Action, Ask, Overlay, Shown},
};

/// A branch as the engine tells it.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct BranchInfo {
    name: String,
    snapshot_id: Option<i64>,
    time_millis: Option<i64>,
}

/// The chip in the top bar, with the list under it while that is open.
#[component]
pub(crate) fn BranchChip() -> Html {
    let page = use_page();
    let open = page.state.overlay == Overlay::Branches;
    let branch = page.state.route.branch().to_owned();
    let other = (branch != MAIN).then_some("warm");
    html! {
        <div class="anchor branch-chip">
            <button class={classes!("chip", other)} aria-haspopup="dialog" aria-expanded={open.to_string()} title="Branch" onclick={page.on(Action::Overlay(Overlay::Branches))}>
                { icon(Icon::Branch) }<span>{ branch }</span>{ icon(Icon::Chevron) }
            </button>
            if open { <Branches /> }
        </div>
    }
}

/// The list of branches.
#[component]
fn Branches() -> Html {
    let page = use_page();
    let shown = use_ask::<Vec<BranchInfo>>(Ask::of_table(&page.state, "branches", json!({})));
    let current = page.state.route.branch().to_owned();
    let item = |name: &str, detail: Html| {
        let on = name == current;
        let route = page.state.route.on_branch(name);
        html! {
            <button key={name.to_owned()} class={classes!("menu-item", on.then_some("on"))} aria-current={on.then_some("true")} onclick={page.on(Action::Go(route))}>
                <span>{ name.to_owned() }</span><small>{ detail }</small>
            </button>
        }
    };
    let pick = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let name = event.target_unchecked_into::<HtmlInputElement>().value().trim().to_owned();
            if !name.is_empty() {
                page.send(Action::Go(page.state.route.on_branch(&name)));
            }
        })
    };
    let detail = |branch: &BranchInfo| html! { <>{ branch.snapshot_id.map(|id| format!("#{id}")).unwrap_or_default() }if let Some(time) = branch.time_millis { {" · "}{ ago(time) } }</> };
    html! {
        <Dialog title="Branches" look="popover" onclose={page.on(Action::Overlay(Overlay::Branches))}>
            { item(MAIN, html! {}) }
            { match &shown {
                Shown::Waiting => skeleton::waiting(skeleton::lines(2)),
                Shown::Failed(problem) => html! { <p class="tree-note">{ problem.message.clone() }</p> },
                Shown::Fresh(list) | Shown::Stale(list) if list.is_empty() => html! { <p class="tree-note">{"The table has no other branch."}</p> },
                Shown::Fresh(list) | Shown::Stale(list) => html! { <>{ for list.iter().filter(|branch| branch.name != MAIN).map(|branch| item(&branch.name, detail(branch))) }</> },
            } }
            <label class="menu-time">{"By name"}<input type="text" class="mono" spellcheck="false" placeholder="branch" onchange={pick} /></label>
        </Dialog>
    }
}
