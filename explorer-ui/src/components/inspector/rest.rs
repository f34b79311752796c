//! Snapshots.

use yew::prelude::*;

use super::head;
use crate::{
    cell::Cell,
    commands,
    components::{
        bits::{ago, command, copyable, count, optional, pairs},
        page::Page,
    },
    format,
    route::{At, Range, Route},
    state::Action,
};

/// The snapshot with this id.
pub(super) fn snapshot(page: &Page, id: i64) -> Option<Html> {
    let list = page.state.snapshots.show(page.state.table_key().as_ref());
    let snapshot = list.value()?.iter().find(|snapshot| snapshot.id == id)?.clone();
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
    let info = page.info()?;
    let range = Range { from: (id - 1).to_string(), to: id.to_string(), mode: String::new() };
    let route = Route { at: At::Snapshot(id), filter: String::new(), columns: Vec::new(), ..page.state.route.clone() };
    Some(html! {
        <>
        { head(page, "Snapshot") }
        { pairs(facts) }
        <div class="inspector-tools">
            <button class="primary" disabled={shown} onclick={page.on(Action::TimeTravel(At::Snapshot(id)))}>{ if shown { "Shown now" } else { "Look at this snapshot" } }</button>
            <button onclick={page.on(Action::Changes(range))}>{"See its changes"}</button>
        </div>
        <h2>{"Read it in the CLI"}</h2>
        { command(page, &commands::read(&route, info, &page.warehouse_url()), "command") }
        <h2>{"Keep it with a tag"}</h2>
        { command(page, &commands::tag(&route, info, &page.warehouse_url(), id), "command") }
        </>
    })
}

/// A change, with its sign.
pub(crate) fn signed(value: i64) -> Html {
    let sign = if value > 0 { "+" } else { "" };
    html! { <span title={format::exact(value)}>{ format!("{sign}{}", format::short(value)) }</span> }
}
