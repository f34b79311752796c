//! The history: timeline and table. Choosing a snapshot makes every tab show it.

use yew::prelude::*;

pub(crate) mod chart;

use crate::{
    components::{
        bits::{ago, count, empty, optional, panel},
        inspector::signed,
        page::use_page,
        problem::ProblemView,
        skeleton,
    },
    format,
    model::SnapshotInfo,
    route::At,
    state::{Action, Selection, Shown, State},
    timeline::flags,
};

/// The Snapshots view.
#[component]
pub(crate) fn Snapshots() -> Html {
    let page = use_page();
    let state = &page.state;
    let key = state.table_key();
    let list = match state.snapshots.show(key.as_ref()) {
        Shown::Waiting => return skeleton::waiting(html! { <>{ skeleton::panel(150) }{ skeleton::panel(300) }</> }),
        Shown::Failed(problem) => return html! { <ProblemView {problem} /> },
        Shown::Fresh(list) | Shown::Stale(list) => list,
    };
    if list.is_empty() {
        return empty("No snapshot yet", html! { "Every commit makes one; nothing was committed so far." });
    }
    let flags = state.tags.show(key.as_ref()).value().map(|tags| flags(tags)).unwrap_or_default();
    let shown = state.snapshot().map(|snapshot| snapshot.id);
    let row = |snapshot: &SnapshotInfo| {
        let id = snapshot.id;
        let chosen = state.selection == Some(Selection::Snapshot(id));
        html! {
            <tr key={id.to_string()} class={classes!(chosen.then_some("on"), (shown == Some(id)).then_some("shown"))} onclick={page.on(Action::Select(Some(Selection::Snapshot(id))))}>
                <td><button class="plain" aria-pressed={chosen.to_string()}>{ format!("#{id}") }</button>{ for flags.get(&id).into_iter().flatten().map(|name| html! { <span class="flag">{ name.clone() }</span> }) }</td>
                <td>{ chart::kind_mark(&snapshot.commit_kind) }{ snapshot.commit_kind.to_lowercase() }</td>
                <td>{ ago(snapshot.time_millis) }</td>
                <td class="num">{ optional(snapshot.total_record_count, count) }</td>
                <td class="num">{ optional(snapshot.delta_record_count, signed) }</td>
                <td class="num col-schema">{ snapshot.schema_id.to_string() }</td>
                <td class="mono mute col-by">{ format::middle_cut(&snapshot.commit_user, 9, 4) }</td>
                <td class="end">
                    if shown == Some(id) { <span class="chip acc">{"shown"}</span> } else {
                        <button onclick={let page = page.clone(); Callback::from(move |event: MouseEvent| { event.stop_propagation(); page.send(Action::TimeTravel(At::Snapshot(id))); })}>{"Travel"}</button>
                    }
                </td>
            </tr>
        }
    };
    let more = list.len() >= State::SNAPSHOT_LIMIT;
    html! {
        <>
        <chart::Timeline small=false />
        { panel("Snapshots", html! { { if more { format!("The newest {}; older ones are reached by time or tag.", list.len()) } else { format::counted(list.len(), "snapshot") } } }, html! {}, html! {
            <div class="scroll-x"><table class="list rows">
                <thead><tr><th>{"Snapshot"}</th><th>{"Kind"}</th><th>{"Committed"}</th><th class="num">{"Rows in files"}</th><th class="num">{"Change"}</th><th class="num col-schema">{"Schema"}</th><th class="col-by">{"By"}</th><th><span class="sr">{"Travel"}</span></th></tr></thead>
                <tbody>{ for list.iter().map(row) }</tbody>
            </table></div>
        }) }
        </>
    }
}
