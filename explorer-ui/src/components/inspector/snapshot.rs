//! A snapshot: what it is, what to compare it with, and how to keep it.

use std::collections::BTreeMap;

use serde_json::json;
use yew::prelude::*;

use super::{head, rest::signed};
use crate::{
    cell::Cell,
    commands,
    components::{
        ask::use_ask,
        bits::{ago, command, copyable, count, optional, pairs},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    history::compare::Pair,
    model::{SnapshotInfo, TagInfo},
    route::{At, Range, Route},
    state::{Action, Ask, Shown},
};

/// Tags offered to compare with.
const TAGS: usize = 8;
/// Properties listed: a writer may note any number of them.
const PROPERTIES: usize = 40;

/// Properties of [`Snapshot`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The snapshot's id.
    pub(super) id: i64,
}

/// The snapshot with this id, read where it is not among the newest.
#[component]
pub(super) fn Snapshot(props: &Props) -> Html {
    let page = use_page();
    let id = props.id;
    let newest = page.state.snapshots.show(page.state.table_key().as_ref());
    let known = newest.value().and_then(|list| list.iter().find(|snapshot| snapshot.id == id)).cloned();
    let params = json!({ "after": id - 1, "before": id.saturating_add(1), "limit": 1 });
    let read = use_ask::<Vec<SnapshotInfo>>(if known.is_some() {
        None
    } else {
        Ask::of_table(&page.state, "snapshots", params)
    });
    let found = match (known, &read) {
        (Some(known), _) => Some(known),
        (None, Shown::Fresh(list)) => list.iter().find(|snapshot| snapshot.id == id).cloned(),
        (None, Shown::Failed(problem)) => {
            return html! { <>{ head(&page, "Snapshot") }<ProblemView problem={problem.clone()} /></> };
        }
        (None, _) => return html! { <>{ head(&page, "Snapshot") }{ skeleton::waiting(skeleton::lines(9)) }</> },
    };
    match found {
        Some(snapshot) => facts(&page, &snapshot),
        None => {
            html! { <>{ head(&page, "Snapshot") }<p class="note">{ format!("Snapshot {id} has expired, or was rolled back.") }</p></> }
        }
    }
}

fn facts(page: &Page, snapshot: &SnapshotInfo) -> Html {
    let id = snapshot.id;
    let Some(info) = page.info() else { return html! {} };
    let shown = page.state.snapshot().is_some_and(|shown| shown.id == id);
    let name = |name: &Option<String>| {
        name.as_ref().map_or_else(
            || html! { <span class="none">{"–"}</span> },
            |name| copyable(page, name, format::middle_cut(name, 13, 8)),
        )
    };
    let mut facts = vec![
        ("snapshot", html! { <b>{ format!("#{id}") }</b> }),
        ("kind", html! { snapshot.commit_kind.clone() }),
        (
            "committed",
            html! { <>{ ago(snapshot.time_millis) }<br /><small class="mute">{ format!("{} UTC", format::utc(snapshot.time_millis)) }</small></> },
        ),
        ("rows in files", optional(snapshot.total_record_count, count)),
        ("change", optional(snapshot.delta_record_count, signed)),
        ("changelog", optional(snapshot.changelog_record_count, count)),
        ("schema", html! { snapshot.schema_id.to_string() }),
        ("by", html! { <span class="mono">{ format::middle_cut(&snapshot.commit_user, 12, 6) }</span> }),
        (
            "identifier",
            optional(snapshot.commit_identifier, |value| html! { <span class="mono">{ value.to_string() }</span> }),
        ),
        ("base list", name(&snapshot.base_manifest_list)),
        ("delta list", name(&snapshot.delta_manifest_list)),
    ];
    facts.extend(
        (snapshot.writer_version != Cell::Null).then(|| ("written by", html! { snapshot.writer_version.copy_text() })),
    );
    facts.extend(snapshot.index_manifest.is_some().then(|| ("indexes", name(&snapshot.index_manifest))));
    facts.extend(snapshot.operation.clone().map(|operation| ("operation", html! { operation })));
    facts.extend(
        snapshot.watermark.filter(|mark| *mark > i64::MIN).map(|mark| ("watermark", html! { format::utc(mark) })),
    );
    let range = Range { from: (id - 1).to_string(), to: id.to_string(), mode: String::new() };
    let route = Route { at: At::Snapshot(id), filter: String::new(), columns: Vec::new(), ..page.state.route.clone() };
    html! {
        <>
        { head(page, "Snapshot") }
        { pairs(facts) }
        { snapshot.properties.as_ref().map(|noted| properties(page, noted)).unwrap_or_default() }
        <div class="inspector-tools">
            <button class="primary" disabled={shown} onclick={page.on(Action::TimeTravel(At::Snapshot(id)))}>{ if shown { "Shown now" } else { "Look at this snapshot" } }</button>
            <button onclick={page.on(Action::Changes(range))}>{"See its changes"}</button>
        </div>
        { comparisons(page, id) }
        <h2>{"Read it in the CLI"}</h2>
        { command(page, &commands::read(&route, info, &page.warehouse_url()), "command") }
        <h2>{"Keep it with a tag"}</h2>
        { command(page, &commands::tag(&route, info, &page.warehouse_url(), id), "command") }
        </>
    }
}

/// What the writer noted: names and values are its own, so both are cut where they are long.
fn properties(page: &Page, noted: &BTreeMap<String, String>) -> Html {
    if noted.is_empty() {
        return html! {};
    }
    let rest = noted.len().saturating_sub(PROPERTIES);
    html! {
        <>
        <h2>{"Properties"}</h2>
        <dl class="pairs properties">
            { for noted.iter().take(PROPERTIES).map(|(name, value)| html! {
                <><dt class="mono" title={name.clone()}>{ format::middle_cut(name, 26, 12) }</dt><dd>if value.is_empty() { <span class="none">{"empty"}</span> } else { { copyable(page, value, format::middle_cut(value, 40, 12)) } }</dd></>
            }) }
        </dl>
        if rest > 0 { <p class="note">{ format!("and {} more", format::counted(rest, "property")) }</p> }
        </>
    }
}

/// What one click compares it with.
fn comparisons(page: &Page, id: i64) -> Html {
    let button = |label: String, pair: Pair| {
        let page = page.clone();
        html! { <button onclick={Callback::from(move |_: MouseEvent| page.compare(&pair))}>{ label }</button> }
    };
    let latest = page.info().and_then(|info| info.latest_snapshot.as_ref()).map(|latest| latest.id);
    let tags = page.state.tags.show(page.state.table_key().as_ref());
    let tags: Vec<TagInfo> = tags
        .value()
        .map(|tags| tags.iter().filter(|tag| tag.snapshot_id != id).take(TAGS).cloned().collect())
        .unwrap_or_default();
    html! {
        <>
        <h2>{"Compare it with"}</h2>
        <div class="inspector-tools">
            if id > 1 { { button("The one before".to_owned(), Pair::with_previous(id)) } }
            if let Some(latest) = latest.filter(|latest| *latest != id) { { button("The latest".to_owned(), Pair { from: id.to_string(), to: latest.to_string() }) } }
            { for tags.iter().map(|tag| button(format!("Tag {}", format::middle_cut(&tag.name, 14, 4)), Pair::with_tag(tag, id))) }
        </div>
        </>
    }
}
