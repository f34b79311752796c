//! The tags of the table.

use yew::prelude::*;

use super::choices::{Choice, Choices};
use crate::{
    components::{
        bits::{ago, count, expiry},
        page::use_page,
        skeleton,
    },
    model::TagInfo,
    route::At,
    state::Shown,
};

/// The search among tags.
#[component]
pub(super) fn Tags() -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let all = match page.state.tags.show(page.state.table_key().as_ref()) {
        Shown::Waiting => return skeleton::waiting(skeleton::lines(4)),
        Shown::Failed(problem) => return html! { <p class="note bad" role="alert">{ problem.message.clone() }</p> },
        Shown::Fresh(all) | Shown::Stale(all) => all,
    };
    if all.is_empty() {
        return html! { <p class="note">{"The table has no tag. "}<code>{"cenote tag create"}</code>{" makes one."}</p> };
    }
    let needle = search.trim().to_lowercase();
    let choice = |tag: &TagInfo| Choice {
        at: At::Tag(tag.name.clone()),
        name: html! { <span class="flag">{ tag.name.clone() }</span> },
        detail: html! { <>{ format!("#{}", tag.snapshot_id) }if let Some(rows) = tag.record_count { {" · "}{ count(rows) }{" rows"} }if let Some(time) = tag.time_millis { {" · "}{ ago(time) } }if tag.expires_millis().is_some() { {" · "}{ expiry(tag) } }</> },
    };
    let choices: Vec<Choice> = all.iter().filter(|tag| tag.name.to_lowercase().contains(&needle)).map(choice).collect();
    let note = if choices.is_empty() {
        html! { <span class="bad">{"No tag has that in its name."}</span> }
    } else {
        html! {}
    };
    let onsearch = {
        let search = search.clone();
        Callback::from(move |text: String| search.set(text))
    };
    html! { <Choices label="Tags" hint="Name of a tag" search={(*search).clone()} {onsearch} {choices} {note} /> }
}
