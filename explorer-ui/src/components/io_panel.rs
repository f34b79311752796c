//! The I/O meter opened: every request of this view as a waterfall, click by click.

use yew::prelude::*;

use super::{bits, dialog::Dialog, page::use_page};
use crate::{
    format,
    model::RequestInfo,
    requests::{FileKind, bursts, har, kinds, sums},
    state::{Action, Overlay, State},
    waterfall::{Lane, lanes},
};

/// The drawer at the lower edge.
#[component]
pub(crate) fn IoPanel() -> Html {
    let page = use_page();
    let io = &page.state.io;
    let all = use_state_eq(|| false);
    let only = use_state_eq(|| None::<FileKind>);
    let requests: &[RequestInfo] = if *all { &io.requests } else { io.of_view() };
    let kinds = kinds(requests);
    let kept: Vec<RequestInfo> = requests
        .iter()
        .zip(&kinds)
        .filter(|(_, kind)| only.is_none_or(|only| only == **kind))
        .map(|(request, _)| request.clone())
        .collect();
    let choose = |value: bool| {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(value))
    };
    html! {
        <Dialog title="Requests" look="drawer" onclose={page.on(Action::Overlay(Overlay::Io))}>
            <div class="io-head">
                <div class="segments" role="group" aria-label="Which requests">
                    <button aria-pressed={(!*all).to_string()} onclick={choose(false)}>{"This view"}</button>
                    <button aria-pressed={all.to_string()} onclick={choose(true)}>{"Session"}</button>
                </div>
                { kind_chips(&kinds, &only) }
                { totals(&kept) }
                <button disabled={kept.is_empty()} title="HTTP archive: other tools draw it" onclick={page.copier(har(&kept, "").to_string())}>{"Copy as HAR"}</button>
            </div>
            if requests.len() >= State::REQUEST_LIMIT { <p class="note">{ format!("The newest {} requests: older ones are forgotten, their sums are not.", State::REQUEST_LIMIT) }</p> }
            if kept.is_empty() {
                <p class="note">{"Nothing was asked of the store for this view: it was all at hand."}</p>
            } else {
                { groups(&kept) }
            }
        </Dialog>
    }
}

/// What the files are for; one kind may be chosen.
fn kind_chips(kinds: &[FileKind], only: &UseStateHandle<Option<FileKind>>) -> Html {
    let chip = |kind: FileKind| {
        let count = kinds.iter().filter(|other| **other == kind).count();
        let on = **only == Some(kind);
        let only = only.clone();
        let onclick = Callback::from(move |_: MouseEvent| only.set(Some(kind).filter(|_| !on)));
        (count > 0 || on).then(|| html! { <button key={kind.label()} class={classes!("choice", on.then_some("on"))} aria-pressed={on.to_string()} {onclick}>{ format!("{} {count}", kind.label()) }</button> })
    };
    html! { <div class="io-kinds" role="group" aria-label="Kinds of files">{ for FileKind::ALL.into_iter().filter_map(chip) }</div> }
}

fn totals(requests: &[RequestInfo]) -> Html {
    let sums = sums(requests);
    html! {
        <span class="mute io-totals">
            { format::counted(sums.requests, "request") }{" · "}{ bits::bytes(sums.bytes) }{" · "}{ format::counted(sums.cached, "cache hit") }
            if sums.failed > 0 { <span class="bad">{ format!(" · {} failed", sums.failed) }</span> }
            if sums.retries > 0 { { format!(" · {} asked again", sums.retries) } }
        </span>
    }
}

/// A waterfall for each click, the newest first and open.
fn groups(requests: &[RequestInfo]) -> Html {
    let bursts = bursts(requests);
    let newest = bursts.len();
    html! { <>{ for bursts.iter().enumerate().rev().take(CLICKS).map(|(number, burst)| {
        let those = requests.get(burst.first..burst.end).unwrap_or_default();
        let sums = sums(those);
        html! {
            <details class="io-click" key={burst.start_millis.to_string()} open={number + 1 == newest}>
                <summary>{ format!("{} · {} · {}", format::counted(those.len(), "request"), format::bytes(sums.bytes), format::duration(burst.millis)) }<small class="mute">{ format!(" at {} UTC", format::utc(whole(burst.start_millis))) }</small></summary>
                { waterfall(those, (24, 16)) }
            </details>
        }
    }) }</> }
}

#[allow(clippy::cast_possible_truncation)]
fn whole(millis: f64) -> i64 {
    millis as i64
}

/// Clicks shown, at most; the newest count.
const CLICKS: usize = 12;

/// Requests drawn, at most; the newest count.
const DRAWN: usize = 200;

/// Requests as bars over time, in a table for those who read it; names keep so many characters at both ends.
pub(crate) fn waterfall(requests: &[RequestInfo], (head, tail): (usize, usize)) -> Html {
    let requests = requests.get(requests.len().saturating_sub(DRAWN)..).unwrap_or_default();
    let (lanes, length) = lanes(requests);
    html! {
        <table class="waterfall">
            <thead><tr><th>{"File"}</th><th class="num">{"Bytes"}</th><th class="num">{"Time"}</th><th title="Pauses between clicks are left out">{ format!("0 … {}", format::duration(length)) }</th></tr></thead>
            <tbody>{ for lanes.iter().map(|lane| row(&requests[lane.index], lane, (head, tail))) }</tbody>
        </table>
    }
}

fn row(request: &RequestInfo, lane: &Lane, (head, tail): (usize, usize)) -> Html {
    let name = request.path.rsplit('/').next().unwrap_or_default();
    let range = request
        .start
        .zip(request.end)
        .map(|(start, end)| format!(" [{}–{})", format::bytes(start), format::bytes(end)));
    let (tone, note) = match (request.cached, request.outcome.as_str()) {
        (true, _) => ("cached", " cached".to_owned()),
        (false, "ok" | "") => ("", range.clone().unwrap_or_default()),
        // Snapshots and schemas are found by asking for the next one: that it is not there is an answer.
        (false, "absent" | "not found" | "404") => ("absent", " absent".to_owned()),
        (false, outcome) => ("odd", format!(" {outcome}")),
    };
    let title = format!(
        "{} {}{}\n{} bytes, {}",
        request.method,
        request.path,
        range.unwrap_or_default(),
        format::exact(request.bytes),
        request.outcome
    );
    html! {
        <tr key={request.seq.to_string()} class={tone} {title}>
            <td class="mono">{ format::middle_cut(name, head, tail) }<small>{ note }</small></td>
            <td class="num">{ format::bytes(request.bytes) }</td>
            <td class="num">{ format::duration(request.duration_millis) }</td>
            <td class="waterfall-lane"><i style={format!("left:{:.2}%;width:{:.2}%", lane.from, lane.width)}></i></td>
        </tr>
    }
}
