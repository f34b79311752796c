//! The I/O meter opened: every request of this view as a waterfall, and how the scan chose its files.

use yew::prelude::*;

use super::{
    bits,
    dialog::Dialog,
    page::{Page, use_page},
};
use crate::{
    format,
    model::{Explain, RequestInfo},
    route::Tab,
    state::{Action, Overlay},
    waterfall::{Lane, lanes},
};

/// The drawer at the lower edge.
#[component]
pub(crate) fn IoPanel() -> Html {
    let page = use_page();
    let io = &page.state.io;
    let all = use_state_eq(|| false);
    let requests: &[RequestInfo] = if *all { &io.requests } else { io.of_view() };
    let choose = |value: bool| {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(value))
    };
    let sum: i64 = requests.iter().map(|request| request.bytes).sum();
    html! {
        <Dialog title="Requests" look="drawer" onclose={page.on(Action::Overlay(Overlay::Io))}>
            <div class="io-head">
                <div class="segments" role="group" aria-label="Which requests">
                    <button aria-pressed={(!*all).to_string()} onclick={choose(false)}>{"This view"}</button>
                    <button aria-pressed={all.to_string()} onclick={choose(true)}>{"Session"}</button>
                </div>
                <span class="mute">{ format::counted(requests.len(), "request") }{" · "}{ bits::bytes(sum) }{" · "}{ format::counted(requests.iter().filter(|request| request.cached).count(), "cache hit") }</span>
            </div>
            { funnel(&page) }
            if requests.is_empty() {
                <p class="note">{"Nothing was asked of the store for this view: it was all at hand."}</p>
            } else {
                { waterfall(requests, (24, 16)) }
            }
        </Dialog>
    }
}

/// How the scan chose: each step keeps less.
fn funnel(page: &Page) -> Html {
    if page.state.route.tab != Tab::Data {
        return html! {};
    }
    let shown = page.state.explain.show(page.state.scan_key().as_ref());
    let Some(explain) = shown.value() else { return html! {} };
    let explain: &Explain = explain;
    html! {
        <div class="funnel">
            <h3>{"How this scan chose its files"}</h3>
            { for explain.steps.iter().map(|step| {
                #[allow(clippy::cast_precision_loss)]
                let share = step.kept as f64 / step.total.max(1) as f64 * 100.0;
                html! {
                    <div class="funnel-step">
                        <span>{ step.name.clone() }</span>
                        <span class="funnel-bar"><i style={format!("width:{share:.1}%")}></i></span>
                        <span class="num">{ format!("{} of {} {}", format::exact(step.kept), format::exact(step.total), step.unit) }</span>
                    </div>
                }
            }) }
            <p class="note">{ format!("{} in {}, {}", format::counted(usize::try_from(explain.files).unwrap_or_default(), "file"), format::counted(usize::try_from(explain.splits).unwrap_or_default(), "split"), format::bytes(explain.bytes)) }</p>
        </div>
    }
}

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
