//! The newest snapshots, and any other by its number.

use serde_json::json;
use yew::prelude::*;

use super::{
    History,
    choices::{Choice, Choices},
    line,
};
use crate::{
    components::{ask::use_ask, page::use_page, skeleton},
    model::SnapshotInfo,
    route::At,
    state::{Ask, Shown},
    travel::{Found, number},
};

/// Properties of [`Snapshots`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What is known of the history.
    pub(super) history: History,
    /// Whether it is there.
    pub(super) shown: Shown<Vec<SnapshotInfo>>,
}

/// The search among snapshots.
#[component]
pub(super) fn Snapshots(props: &Props) -> Html {
    let page = use_page();
    let search = use_state_eq(String::new);
    let known = props.history.known();
    let asked = number(&search);
    let place = asked.map(|id| (id, known.numbered(id)));
    // One that is not among the newest: whether it is there, the engine tells.
    let far = place.as_ref().filter(|(_, found)| *found == Found::Unknown).map(|(id, _)| *id);
    let ask = far.and_then(|id| {
        let params = json!({ "after": id - 1, "before": id.saturating_add(1), "limit": 1 });
        Ask::of_table(&page.state, "snapshots", params)
    });
    let told = use_ask::<Vec<SnapshotInfo>>(ask);
    if let Shown::Waiting = props.shown {
        return skeleton::waiting(skeleton::lines(6));
    }
    if let Shown::Failed(problem) = &props.shown {
        return html! { <p class="note bad" role="alert">{ problem.message.clone() }</p> };
    }
    let mut found: Vec<&SnapshotInfo> = known.search(&search);
    let mut note = html! {};
    match (&place, far, &told) {
        (_, Some(id), Shown::Fresh(list)) => match list.iter().find(|snapshot| snapshot.id == id) {
            Some(snapshot) => found.insert(0, snapshot),
            None => note = html! { <span class="bad">{ format!("There is no snapshot #{id}.") }</span> },
        },
        (_, Some(_), Shown::Failed(problem)) => note = html! { <span class="bad">{ problem.message.clone() }</span> },
        (_, Some(id), _) => note = html! { format!("Looking for #{id}…") },
        (Some((id, Found::This(exact))), ..) => {
            // The one with that very number comes first.
            found.retain(|snapshot| snapshot.id != *id);
            found.insert(0, exact);
        }
        (Some((_, Found::Nothing(why))), ..) if found.is_empty() => {
            note = html! { <span class="bad">{ why.clone() }</span> }
        }
        (None, ..) if found.is_empty() => {
            note = html! { <span class="bad">{"No snapshot that is known has that."}</span> }
        }
        (None, ..)
            if search.is_empty()
                && known.oldest.is_none_or(|oldest| known.newest.iter().all(|one| one.id != oldest.id)) =>
        {
            note = html! { "Older ones are found by their number." };
        }
        _ => {}
    }
    let choice = |snapshot: &&SnapshotInfo| {
        let (name, detail) = line(snapshot);
        Choice { at: At::Snapshot(snapshot.id), name, detail }
    };
    let onsearch = {
        let search = search.clone();
        Callback::from(move |text: String| search.set(text))
    };
    html! { <Choices label="Snapshots" hint="Number, kind or writer" search={(*search).clone()} {onsearch} choices={found.iter().map(choice).collect::<Vec<_>>()} {note} /> }
}
