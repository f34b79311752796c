//! Who keeps one data file from being deleted, for the inspector of the file.

use serde_json::json;
use yew::prelude::*;

use super::{
    ask::use_ask,
    bits::{ago, command, pairs},
    page::{Page, use_page},
    running::running,
    skeleton,
};
use crate::{
    commands,
    history::{
        diff::CommitInfo,
        pins::{FilePinsInfo, sentence},
    },
    state::{Action, Ask, Selection, Shown},
};

/// Properties of [`FilePins`].
#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// The file, as `files` gives it.
    pub(crate) path: AttrValue,
}

/// Who keeps the file. Metadata of all kept states is read for it, so it waits to be asked.
#[component]
pub(crate) fn FilePins(props: &Props) -> Html {
    let page = use_page();
    // Which file was asked about: another one is not asked about by itself.
    let asked = use_state_eq(|| None::<AttrValue>);
    let wanted = asked.as_ref() == Some(&props.path);
    let ask = wanted
        .then(|| {
            Ask::of_table(&page.state, "pinsOf", json!({ "path": props.path.as_str(), "address": page.address() }))
        })
        .flatten();
    let shown = use_ask::<FilePinsInfo>(ask);
    let onclick = {
        let (asked, path) = (asked.clone(), props.path.clone());
        Callback::from(move |_: MouseEvent| asked.set(Some(path.clone())))
    };
    let body = match &shown {
        _ if !wanted => html! { <div class="inspector-tools"><button {onclick}>{"Find out"}</button></div> },
        Shown::Waiting | Shown::Stale(_) => {
            html! { <>{ running(&page, "pinsOf") }{ skeleton::waiting(skeleton::lines(3)) }</> }
        }
        Shown::Failed(problem) if problem.is_cancelled() => {
            html! { <div class="inspector-tools"><button onclick={page.on(Action::Retry)}>{"Find out"}</button></div> }
        }
        Shown::Failed(problem) => html! { <p class="note bad" role="alert">{ problem.message.clone() }</p> },
        Shown::Fresh(pins) => told(&page, pins),
    };
    html! { <><h2>{"Who keeps it"}</h2>{ body }</> }
}

fn told(page: &Page, pins: &FilePinsInfo) -> Html {
    let commit = |commit: &CommitInfo| {
        html! { <><button class="plain" onclick={page.on(Action::Select(Some(Selection::Snapshot(commit.id))))}>{ format!("#{} {}", commit.id, commit.commit_kind.to_lowercase()) }</button>{" "}<span class="mute">{ ago(commit.time_millis) }</span></> }
    };
    let mut facts = Vec::new();
    facts.extend(pins.added_by.as_ref().map(|by| ("brought by", commit(by))));
    facts.extend(pins.removed_by.as_ref().map(|by| ("taken by", commit(by))));
    html! {
        <>
        <p>{ sentence(pins) }</p>
        { pairs(facts) }
        if !pins.freed_by.is_empty() {
            <h2>{"What would free it"}</h2>
            <ol class="free-steps">{ for pins.freed_by.iter().map(|step| html! {
                <li>{ step.what.clone() }{ step.command.as_ref().map(|line| command(page, &commands::in_warehouse(line, &page.state.route, &page.warehouse_url()), "command")).unwrap_or_default() }</li>
            }) }</ol>
        }
        if !pins.not_looked_at.is_empty() { <p class="note">{ format!("Not looked at: {}.", pins.not_looked_at.join("; ")) }</p> }
        </>
    }
}
