//! What changed between two states, row by row, with what each row does.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::data;
use crate::{
    components::{
        bits::empty,
        page::{Page, use_page},
        skeleton,
    },
    format,
    model::{SnapshotInfo, TagInfo},
    route::Range,
    state::Action,
};

/// Ways to find changes out, as the engine names them; empty is its own choice.
const MODES: [(&str, &str); 4] =
    [("", "automatic"), ("changelog", "changelog files"), ("delta", "files added"), ("diff", "difference of states")];

/// The Changelog view.
#[component]
pub(crate) fn Changelog() -> Html {
    let page = use_page();
    let Some(info) = page.info() else { return skeleton::waiting(skeleton::panel(420)) };
    if info.latest_snapshot.is_none() {
        return empty("No changes", html! { "Nothing was written yet." });
    }
    let none = empty("No changes", html! { "Nothing changed in this range, as this way of looking sees it." });
    html! {
        <>
        <div class="data-tools">
            <Ends />
            { data::export(&page) }
        </div>
        { data::rows(&page, true, none) }
        { data::footer(&page, &page.state.scan) }
        </>
    }
}

/// Both ends of the range, and the way to look.
#[component]
fn Ends() -> Html {
    let page = use_page();
    let range = page.state.route.range.clone();
    let key = page.state.table_key();
    let (snapshots, tags) = (page.state.snapshots.show(key.as_ref()), page.state.tags.show(key.as_ref()));
    let snapshots = snapshots.value().map(|list| list.as_slice()).unwrap_or_default();
    let tags = tags.value().map(|list| list.as_slice()).unwrap_or_default();
    let from = choices("the beginning", &range.from, snapshots, tags);
    let to = choices("the newest", &range.to, snapshots, tags);
    let modes = MODES.map(|(mode, word)| (mode.to_owned(), word.to_owned())).to_vec();
    html! {
        <div class="range">
            { choice(&page, "After", &range.from, from, |range, text| Range { from: text, ..range }) }
            { choice(&page, "up to", &range.to, to, |range, text| Range { to: text, ..range }) }
            { choice(&page, "by", &range.mode, modes, |range, text| Range { mode: text, ..range }) }
        </div>
    }
}

/// What an end may be: as far as there is anything, a tag, a snapshot, or what the address says.
fn choices(open: &str, chosen: &str, snapshots: &[SnapshotInfo], tags: &[TagInfo]) -> Vec<(String, String)> {
    let mut choices = vec![(String::new(), open.to_owned())];
    choices.extend(tags.iter().map(|tag| (tag.name.clone(), format!("tag {} (#{})", tag.name, tag.snapshot_id))));
    choices.extend(snapshots.iter().map(|snapshot| {
        let (kind, time) = (snapshot.commit_kind.to_lowercase(), format::utc(snapshot.time_millis));
        (snapshot.id.to_string(), format!("#{} {kind} {time}", snapshot.id))
    }));
    if !choices.iter().any(|(value, _)| value == chosen) {
        choices.push((
            chosen.to_owned(),
            if chosen.parse::<i64>().is_ok() { format!("#{chosen}") } else { chosen.to_owned() },
        ));
    }
    choices
}

fn choice(
    page: &Page,
    label: &'static str,
    chosen: &str,
    choices: Vec<(String, String)>,
    changed: fn(Range, String) -> Range,
) -> Html {
    let onchange = {
        let page = page.clone();
        Callback::from(move |event: Event| {
            let text = event.target_unchecked_into::<HtmlSelectElement>().value();
            page.send(Action::Changes(changed(page.state.route.range.clone(), text)));
        })
    };
    html! {
        <label>{ label }<select {onchange}>
            { for choices.into_iter().map(|(value, text)| (value == chosen, value, text)).map(|(selected, value, text)| html! { <option {selected} {value}>{ text }</option> }) }
        </select></label>
    }
}
