//! What a filter reads of the table, and how: a line beside the filter, and a funnel of the steps when it is opened.

use serde_json::{Value, json};
use yew::prelude::*;

use crate::{
    components::{
        ask::use_ask,
        bits::bytes,
        page::{Page, use_page},
        skeleton,
    },
    format,
    funnel::{ScanExplain, Stage, headline, shape, stages, telling},
    state::{Action, Ask, Shown},
};

/// Height of a stage, pixels.
const STAGE_PX: f64 = 34.0;
/// Height of the words above the first.
const HEAD_PX: f64 = 20.0;
/// Width of the drawing, in its own units.
const WIDTH: f64 = 300.0;

/// The question how the shown rows are found; `analyze` reads them, too.
fn ask(page: &Page, filtered: bool, analyze: bool) -> Option<Ask> {
    let route = &page.state.route;
    let mut params = json!({});
    let object = params.as_object_mut()?;
    if filtered && !route.filter.trim().is_empty() {
        object.insert("filter".to_owned(), Value::from(route.filter.trim()));
    }
    if filtered && !route.columns.is_empty() {
        object.insert("columns".to_owned(), json!(route.columns));
    }
    if analyze {
        object.insert("analyze".to_owned(), Value::from(true));
    }
    Ask::at(&page.state, "explain", params)
}

/// The line, and the funnel when the address says so.
#[component]
pub(super) fn Funnel() -> Html {
    let page = use_page();
    let filtered = !page.state.route.filter.trim().is_empty();
    let open = page.state.route.focus("funnel").is_some();
    let analyzes = page.state.route.focus("funnel") == Some("read");
    let wrong = page.state.scan.problem.is_some();
    let wanted = (filtered || open) && !wrong;
    let explain = use_ask::<ScanExplain>(ask(&page, true, false).filter(|_| wanted));
    let all = use_ask::<ScanExplain>(ask(&page, false, false).filter(|_| wanted));
    let read = use_ask::<ScanExplain>(ask(&page, true, true).filter(|_| wanted && analyzes));
    if !wanted {
        return html! {};
    }
    let toggle = page.on(Action::Focus("funnel", (!open).then(|| "plan".to_owned())));
    let line = match (&explain, &all) {
        (Shown::Failed(problem), _) | (_, Shown::Failed(problem)) => problem.message.clone(),
        (Shown::Waiting, _) | (_, Shown::Waiting) => "looking which files this reads…".to_owned(),
        (Shown::Fresh(one) | Shown::Stale(one), Shown::Fresh(all) | Shown::Stale(all)) => {
            headline(&one.explain, &all.explain)
        }
    };
    html! {
        <section class="scan-cost" aria-label="What this reads">
            <p role="status"><span class={classes!("cost-text", matches!(explain, Shown::Stale(_)).then_some("stale"))}>{ if filtered { "This filter " } else { "This " } }{ line }</span>
                <button class="quiet" aria-expanded={open.to_string()} aria-controls="funnel" onclick={toggle}>{ if open { "Hide how" } else { "How" } }</button>
            </p>
            if open { <div id="funnel">{ opened(&page, &explain, &read, analyzes) }</div> }
        </section>
    }
}

fn opened(page: &Page, explain: &Shown<ScanExplain>, read: &Shown<ScanExplain>, analyzes: bool) -> Html {
    let shown = if analyzes && read.value().is_some() { read } else { explain };
    let Some(value) = shown.value() else { return skeleton::waiting(skeleton::lines(4)) };
    let (stages, idle) = telling(stages(&value.explain));
    html! {
        <div class="funnel-panel">
            <div class="funnel-picture">{ picture(&stages) }</div>
            <div class="funnel-table">
                if !stages.is_empty() { { table(&stages) } }
                if !idle.is_empty() { <p class="note">{ format!("Nothing was left out by: {}.", idle.join(", ")) }</p> }
                <p class="note">{ format!("Left to read: {} in {}, {}, {} rows before the filter.",
                    format::counted(usize::try_from(value.explain.files).unwrap_or_default(), "file"),
                    format::counted(usize::try_from(value.explain.splits).unwrap_or_default(), "split"),
                    format::bytes(value.explain.bytes), format::exact(value.rows)) }</p>
                { analyze(page, read, analyzes) }
            </div>
        </div>
    }
}

/// The button that reads the rows to count what is left out within files, and how that goes.
fn analyze(page: &Page, read: &Shown<ScanExplain>, analyzes: bool) -> Html {
    match read {
        _ if !analyzes => html! {
            <p><button onclick={page.on(Action::Focus("funnel", Some("read".to_owned())))}>{"Count within files, too"}</button><small class="mute">{" reads the rows once and shows none"}</small></p>
        },
        Shown::Waiting | Shown::Stale(_) => html! {
            <p role="status"><span class="ripple" aria-hidden="true"></span>{" reading "}{ format::bytes(bytes_of_view(page)) }{" so far "}<button onclick={page.on(Action::Focus("funnel", Some("plan".to_owned())))}>{"Cancel"}</button></p>
        },
        Shown::Failed(problem) => html! { <p class="note bad">{ problem.message.clone() }</p> },
        Shown::Fresh(_) => html! { <p class="note">{"Counted while the rows were read."}</p> },
    }
}

fn bytes_of_view(page: &Page) -> i64 {
    page.state.io.of_view().iter().map(|request| request.bytes).sum()
}

/// Each step as wide as what is left of the table: things to the left of the middle, their bytes to the right. The table beside
/// it says the same.
fn picture(stages: &[Stage]) -> Html {
    #[allow(clippy::cast_precision_loss)]
    let height = HEAD_PX + stages.len() as f64 * STAGE_PX;
    let middle = WIDTH / 2.0;
    html! {
        <svg class="funnel-svg" viewBox={format!("0 0 {WIDTH} {height}")} aria-hidden="true">
            <text class="side" x={(middle - 8.0).to_string()} y="12" text-anchor="end">{"how many"}</text>
            <text class="side" x={(middle + 8.0).to_string()} y="12" text-anchor="start">{"bytes"}</text>
            { for stages.iter().enumerate().map(|(index, stage)| {
                #[allow(clippy::cast_precision_loss)]
                let top = HEAD_PX + index as f64 * STAGE_PX;
                html! { <g key={index} class={stage.narrows().then_some("narrows")}>
                    <path d={shape(stage, (WIDTH, top, STAGE_PX - 2.0))}><title>{ told(stage) }</title></path>
                    <text x={middle.to_string()} y={(top + STAGE_PX / 2.0 + 3.0).to_string()}>{ stage.name.clone() }</text>
                </g> }
            }) }
            <line class="middle" x1={middle.to_string()} x2={middle.to_string()} y1="2" y2={HEAD_PX.to_string()} />
        </svg>
    }
}

/// A step in words.
fn told(stage: &Stage) -> String {
    let kept =
        format!("{}: {} of {} {}", stage.name, format::exact(stage.kept), format::exact(stage.total), stage.unit);
    match stage.bytes {
        Some((left, all)) => format!("{kept}, {} of {}", format::bytes(left), format::bytes(all)),
        None => kept,
    }
}

fn table(stages: &[Stage]) -> Html {
    let none = || html! { <span class="none" title="Rows have no bytes of their own">{"–"}</span> };
    html! {
        <div class="scroll-x" tabindex="0"><table class="list">
            <thead><tr><th>{"Step"}</th><th class="num">{"Kept"}</th><th class="num">{"of"}</th><th class="num">{"Bytes kept"}</th><th class="num">{"of"}</th><th>{"What is left out"}</th></tr></thead>
            <tbody>{ for stages.iter().map(|stage| html! {
                <tr key={stage.name.clone()}><td>{ stage.name.clone() }</td><td class="num">{ format::exact(stage.kept) }</td><td class="num">{ format!("{} {}", format::exact(stage.total), stage.unit) }</td>
                    <td class="num">{ stage.bytes.map_or_else(none, |(left, _)| bytes(left)) }</td><td class="num">{ stage.bytes.map_or_else(none, |(_, all)| bytes(all)) }</td><td>{ stage.tells }</td></tr>
            }) }</tbody>
        </table></div>
    }
}
