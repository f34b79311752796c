//! Travel in time: to a snapshot, a tag, a time or a watermark, with what is looked at now and the way back.

use serde_json::json;
use web_sys::KeyboardEvent;
use yew::prelude::*;

mod choices;
mod moment;
mod snapshots;
mod tags;

use super::{
    ask::use_ask,
    bits::{ago, count},
    dialog::Dialog,
    page::{Page, use_page},
};
use crate::{
    browser,
    model::SnapshotInfo,
    route::At,
    shared::Shared,
    state::{Action, Ask, Overlay, State},
    travel::Known,
};

/// By what one travels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Snapshot,
    Tag,
    Time,
    Watermark,
}

impl By {
    const ALL: [By; 4] = [By::Snapshot, By::Tag, By::Time, By::Watermark];

    /// That of a state looked at.
    fn of(at: &At) -> By {
        match at {
            At::Latest | At::Snapshot(_) | At::Version(_) => By::Snapshot,
            At::Tag(_) => By::Tag,
            At::Time(_) => By::Time,
            At::Watermark(_) => By::Watermark,
        }
    }

    fn label(self) -> &'static str {
        match self {
            By::Snapshot => "Snapshot",
            By::Tag => "Tag",
            By::Time => "Time",
            By::Watermark => "Watermark",
        }
    }

    /// The id of its tab.
    fn id(self) -> String {
        format!("travel-by-{}", self.label().to_lowercase())
    }
}

/// What is known of the history, as components hold it.
#[derive(Clone, PartialEq, Default)]
struct History {
    newest: Option<Shared<Vec<SnapshotInfo>>>,
    oldest: Option<Shared<Vec<SnapshotInfo>>>,
}

impl History {
    fn known(&self) -> Known<'_> {
        let newest = self.newest.as_ref().map_or(&[][..], |list| list.as_slice());
        Known::of(newest, State::SNAPSHOT_LIMIT, self.oldest.as_ref().and_then(|list| list.last()))
    }
}

/// The box under the time chip.
#[component]
pub(crate) fn TimeTravel() -> Html {
    let page = use_page();
    let state = &page.state;
    let by = use_state_eq(|| By::of(&state.route.at));
    let shown = state.snapshots.show(state.table_key().as_ref());
    let many = shown.value().is_some_and(|list| list.len() >= State::SNAPSHOT_LIMIT);
    // Both ends of the history: where it begins.
    let ends = Ask::of_table(state, "snapshots", json!({ "limit": 2, "spread": true })).filter(|_| many);
    let ends = use_ask::<Vec<SnapshotInfo>>(ends);
    let history = History { newest: shown.value().cloned(), oldest: ends.value().cloned() };
    let body = match *by {
        By::Snapshot => html! { <snapshots::Snapshots {history} {shown} /> },
        By::Tag => html! { <tags::Tags /> },
        By::Time => html! { <moment::Moment key="time" {history} watermark=false /> },
        By::Watermark => html! { <moment::Moment key="watermark" {history} watermark=true /> },
    };
    html! {
        <Dialog title="Travel in time" look="popover" onclose={page.on(Action::Overlay(Overlay::TimeTravel))}>
            <div class="travel">
                { now(&page) }
                { tabs(&by) }
                <div role="tabpanel" id="travel-panel" aria-labelledby={by.id()}>{ body }</div>
            </div>
        </Dialog>
    }
}

/// What is looked at, and the way back to the newest.
fn now(page: &Page) -> Html {
    let state = &page.state;
    let meant = match &state.route.at {
        At::Latest => html! { "the newest state" },
        At::Snapshot(id) => html! { format!("snapshot #{id}") },
        At::Tag(name) => html! { <>{"tag "}<span class="flag">{ name.clone() }</span></> },
        At::Time(millis) => {
            html! { <>{"the state of "}<time>{ format!("{} UTC", crate::format::utc(*millis)) }</time></> }
        }
        At::Watermark(mark) => {
            html! { <>{"watermark "}<time>{ format!("{} UTC", crate::format::utc(*mark)) }</time></> }
        }
        At::Version(version) => html! { <>{"version "}<b>{ version.clone() }</b></> },
    };
    let is_snapshot = matches!(state.route.at, At::Snapshot(_));
    let latest = page.info().and_then(|info| info.latest_snapshot.as_ref());
    html! {
        <div class="travel-now">
            <p role="status">{"Shown: "}{ meant }
                if let Some(snapshot) = state.snapshot() {
                    <small>{ if is_snapshot { String::new() } else { format!("#{} · ", snapshot.id) } }<span class="kind">{ snapshot.commit_kind.to_lowercase() }</span>{" · "}{ ago(snapshot.time_millis) }</small>
                }
            </p>
            if state.route.at != At::Latest {
                <button class="primary" onclick={page.on(Action::TimeTravel(At::Latest))}>{ latest.map_or_else(|| "Back to the newest".to_owned(), |latest| format!("Back to the newest, #{}", latest.id)) }</button>
            }
        </div>
    }
}

/// The ways to travel, turned through by the arrow keys.
fn tabs(by: &UseStateHandle<By>) -> Html {
    let onkeydown = {
        let by = by.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => By::ALL.len() - 1,
                _ => return,
            };
            let at = By::ALL.iter().position(|one| *one == *by).unwrap_or_default();
            let next = By::ALL[(at + step) % By::ALL.len()];
            event.prevent_default();
            by.set(next);
            browser::focus(&next.id());
        })
    };
    html! {
        <div class="segments" role="tablist" aria-label="Travel by" {onkeydown}>
            { for By::ALL.into_iter().map(|one| {
                let on = **by == one;
                let choose = {
                    let by = by.clone();
                    Callback::from(move |_: MouseEvent| by.set(one))
                };
                html! { <button role="tab" id={one.id()} aria-selected={on.to_string()} aria-controls="travel-panel" tabindex={if on { "0" } else { "-1" }} onclick={choose}>{ one.label() }</button> }
            }) }
        </div>
    }
}

/// A snapshot in a line: its number and kind, and behind them its rows and age.
fn line(snapshot: &SnapshotInfo) -> (Html, Html) {
    let name = html! { <><b>{ format!("#{}", snapshot.id) }</b>{" "}<span class="kind">{ snapshot.commit_kind.to_lowercase() }</span></> };
    let rows = snapshot.total_record_count.map(|rows| html! { <>{ count(rows) }{" rows · "}</> });
    (name, html! { <>{ rows.unwrap_or_default() }{ ago(snapshot.time_millis) }</> })
}
