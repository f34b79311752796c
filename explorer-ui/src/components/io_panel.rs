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
    let start = requests.iter().map(|request| request.start_millis).fold(f64::INFINITY, f64::min);
    let end =
        requests.iter().map(|request| request.start_millis + request.duration_millis).fold(f64::NEG_INFINITY, f64::max);
    let length = (end - start).max(1.0);
    html! {
        <table class="waterfall">
            <thead><tr><th>{"File"}</th><th class="num">{"Bytes"}</th><th class="num">{"Time"}</th><th>{ format!("0 … {}", format::duration(length)) }</th></tr></thead>
            <tbody>
            { for requests.iter().map(|request| {
                let from = (request.start_millis - start) / length * 100.0;
                let width = (request.duration_millis / length * 100.0).max(0.6).min(100.0 - from.min(99.0));
                let name = request.path.rsplit('/').next().unwrap_or_default();
                let range = request.start.zip(request.end).map(|(start, end)| format!(" [{}–{})", format::bytes(start), format::bytes(end))).unwrap_or_default();
                let tone = if request.cached { "cached" } else if request.outcome == "ok" || request.outcome.is_empty() { "" } else { "odd" };
                html! {
                    <tr key={request.seq.to_string()} class={tone} title={format!("{} {}{range}\n{} bytes, {}", request.method, request.path, format::exact(request.bytes), request.outcome)}>
                        <td class="mono">{ format::middle_cut(name, head, tail) }<small>{ if request.cached { " cached".to_owned() } else { range } }</small></td>
                        <td class="num">{ format::bytes(request.bytes) }</td>
                        <td class="num">{ format::duration(request.duration_millis) }</td>
                        <td class="waterfall-lane"><i style={format!("left:{from:.2}%;width:{width:.2}%")}></i></td>
                    </tr>
                }
            }) }
            </tbody>
        </table>
    }
}
