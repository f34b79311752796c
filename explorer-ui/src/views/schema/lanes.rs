//! The lanes: one line a column, from the version that brought it to the one that dropped it.

use yew::prelude::*;

use super::Versions;
use crate::{
    components::{
        bits::{ago, panel},
        page::{Page, use_page},
        size::use_size,
    },
    format,
    lanes::{Lane, Stop, lanes},
    model::SchemaInfo,
    schema_diff::{self, FieldChange, FieldDiff},
    state::{Action, Selection},
};

/// Columns beyond which only those that changed are drawn at first.
const MANY: usize = 16;
/// Lanes drawn at most.
const DRAWN: usize = 120;
/// Versions drawn at most: the newest.
const VERSIONS: usize = 40;
const ROW: f64 = 27.0;
const TOP: f64 = 20.0;
const LEFT: f64 = 14.0;
const NARROWEST: f64 = 148.0;

/// Versions as buttons, and the lanes below them.
#[component]
pub(super) fn Lanes(props: &Versions) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let columns = props.all.iter().map(|schema| schema.fields.len()).max().unwrap_or_default();
    let touched = use_state_eq(|| columns > MANY && props.all.len() > 1);
    let shown = newest(&props.all);
    let followed = use_memo((props.all.clone(), *touched), |(all, touched)| lanes(newest(all), *touched, DRAWN));
    let words =
        use_memo(props.all.clone(), |all| newest(all).iter().map(|schema| changed(all, schema)).collect::<Vec<_>>());
    let (drawn, left_out) = (&followed.lanes, followed.left_out);
    #[allow(clippy::cast_precision_loss)]
    let step = ((width - LEFT) / shown.len().max(1) as f64).max(NARROWEST).floor();
    let tools = html! {
        if props.all.len() > 1 {
            <div class="legend lane-legend">
                { for [("came", "added"), ("renamed", "renamed"), ("retyped", "retyped"), ("gone", "dropped")].into_iter().map(|(sign, word)| html! { <span>{ beside(sign) }{ word }</span> }) }
            </div>
            <label class="check"><input type="checkbox" checked={*touched} onchange={{ let touched = touched.clone(); Callback::from(move |_: Event| touched.set(!*touched)) }} />{"only what changed"}</label>
        }
    };
    let rows = drawn.iter().flat_map(|lane| &lane.stops).map(|stop| stop.row + 1).max().unwrap_or(1);
    #[allow(clippy::cast_precision_loss)]
    let height = TOP + ROW * (rows - 1) as f64 + 14.0;
    let remark = match (left_out, props.all.len().saturating_sub(shown.len())) {
        (0, 0) => "One line a column, by its id: it keeps its line over renames and moves.".to_owned(),
        (0, old) => format!("The newest {} versions; {old} older ones are left out.", shown.len()),
        (more, _) => format!("The first {DRAWN} columns; {more} more are left out."),
    };
    panel(
        "Versions",
        html! { remark },
        tools,
        html! {
            <div class="scroll-x lanes" ref={node} tabindex="0" role="group" aria-label="Versions of the schema">
                <ol class="lane-heads">{ for shown.iter().zip(words.iter()).map(|(schema, words)| head(&page, props, schema, (words, step))) }</ol>
                if drawn.is_empty() { <p class="note">{"No version changed a column."}</p> } else if width > 60.0 { { draw(&page, shown, drawn, (step, height), props.current) } } else { <div style={format!("height:{height}px")}></div> }
            </div>
        },
    )
}

/// The versions drawn.
fn newest(all: &[SchemaInfo]) -> &[SchemaInfo] {
    all.get(all.len().saturating_sub(VERSIONS)..).unwrap_or_default()
}

/// What a version changed, in a few words.
fn changed(all: &[SchemaInfo], schema: &SchemaInfo) -> String {
    match schema_diff::previous(all, schema.id) {
        None => format::counted(schema.fields.len(), "column"),
        Some(before) => summary(
            &schema_diff::fields(&before.fields, &schema.fields),
            schema_diff::options(&before.options, &schema.options).len(),
        ),
    }
}

/// A version: chosen by a click, with what it changed.
fn head(page: &Page, props: &Versions, schema: &SchemaInfo, (words, step): (&str, f64)) -> Html {
    let on = schema.id == props.current;
    let role = if props.before == Some(schema.id) { "compared" } else { "" };
    let onclick = {
        let (page, id) = (page.clone(), schema.id);
        Callback::from(move |_: MouseEvent| {
            page.send(Action::Focus("from", None));
            page.send(Action::Focus("to", Some(id.to_string())));
        })
    };
    html! {
        <li key={schema.id.to_string()} style={format!("width:{step}px")}>
            <button class={classes!("version", on.then_some("on"), role)} aria-pressed={on.to_string()} {onclick}>
                <span><b>{ format!("schema {}", schema.id) }</b>{" "}<small>{ schema.time_millis.map(ago).unwrap_or_default() }</small></span>
                <span>{ words.to_owned() }</span>
            </button>
        </li>
    }
}

fn summary(diffs: &[FieldDiff], options: usize) -> String {
    let count = |test: fn(&FieldChange) -> bool| diffs.iter().filter(|diff| diff.changes.iter().any(test)).count();
    let words = [
        (count(|change| *change == FieldChange::Added), "added"),
        (count(|change| *change == FieldChange::Dropped), "dropped"),
        (count(|change| matches!(change, FieldChange::Renamed(_))), "renamed"),
        (count(|change| matches!(change, FieldChange::Retyped(_))), "retyped"),
        (count(|change| *change == FieldChange::Moved), "moved"),
        (count(|change| matches!(change, FieldChange::Described | FieldChange::Defaulted(_))), "annotated"),
        (options, if options == 1 { "option" } else { "options" }),
    ];
    let said: Vec<String> =
        words.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if said.is_empty() { "nothing changed".to_owned() } else { said.join(", ") }
}

fn draw(page: &Page, shown: &[SchemaInfo], drawn: &[Lane], (step, height): (f64, f64), current: i64) -> Html {
    #[allow(clippy::cast_precision_loss)]
    let (x, y) = (|version: usize| LEFT + step * version as f64, |row: usize| TOP + ROW * row as f64);
    #[allow(clippy::cast_precision_loss)]
    let width = LEFT + step * shown.len() as f64;
    let column = shown.iter().position(|schema| schema.id == current);
    let label = format!(
        "{} over {}; the table of columns below says the same",
        format::counted(drawn.len(), "column"),
        format::counted(shown.len(), "version")
    );
    html! {
        <svg class="lane-map" width={width.to_string()} height={height.to_string()} role="img" aria-label={label}>
            if let Some(column) = column { <rect class="lane-now" x={(x(column) - LEFT).to_string()} y="0" width={step.to_string()} height={height.to_string()} rx="6" /> }
            { for drawn.iter().map(|lane| {
                let on = page.state.selection == Some(Selection::Field(lane.id));
                let dropped = lane.dropped_in(shown.len());
                html! {
                    <g key={lane.id} class={classes!("lane-line", on.then_some("on"), dropped.is_some().then_some("ends"))} onclick={page.on(Action::Select(Some(Selection::Field(lane.id))))}>
                        <title>{ story(lane, shown) }</title>
                        <path class="lane-hit" d={path(lane, x, y, step, shown.len())} />
                        <path d={path(lane, x, y, step, shown.len())} />
                        { for lane.stops.iter().enumerate().map(|(index, stop)| {
                            let gone = index + 1 == lane.stops.len() && dropped.is_some();
                            mark_of(stop, index == 0, x(stop.version), y(stop.row), step, gone)
                        }) }
                    </g>
                }
            }) }
        </svg>
    }
}

/// The line of a lane: straight through a version, curved between two where the column moved.
fn path(lane: &Lane, x: impl Fn(usize) -> f64, y: impl Fn(usize) -> f64, step: f64, versions: usize) -> String {
    let mut out = String::new();
    for pair in lane.stops.windows(2) {
        let [from, to] = pair else { continue };
        let (x0, y0, x1, y1) = (x(from.version), y(from.row), x(to.version), y(to.row));
        let straight = x1 - step * 0.3;
        out.push_str(&format!("M{x0} {y0}H{straight}C{} {y0} {} {y1} {x1} {y1}", x1 - step * 0.12, x1 - step * 0.18));
    }
    if let Some(last) = lane.stops.last() {
        let reach = if last.version + 1 < versions { 0.82 } else { 0.9 };
        out.push_str(&format!("M{} {}h{}", x(last.version), y(last.row), step * reach));
    }
    out
}

/// The mark of a version on a lane, its name where it is new, and a cross where the lane ends.
fn mark_of(stop: &Stop, first: bool, x: f64, y: f64, step: f64, gone: bool) -> Html {
    let renamed = stop.changes.iter().any(|change| matches!(change, FieldChange::Renamed(_)));
    let retyped = stop.changes.iter().any(|change| matches!(change, FieldChange::Retyped(_)));
    let sign = match () {
        () if stop.changes.contains(&FieldChange::Added) => "came",
        () if renamed => "renamed",
        () if retyped => "retyped",
        () => "same",
    };
    let text = match (first || renamed, retyped) {
        (_, true) => Some(format!("{} {}", stop.name, stop.type_text)),
        (true, false) => Some(stop.name.clone()),
        (false, false) => None,
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let fits = ((step - 34.0) / 6.4).max(8.0) as usize;
    let end = x + step * 0.82;
    html! {
        <>
        { shape(sign, x, y) }
        if let Some(text) = text { <text x={(x + 10.0).to_string()} y={(y - 6.0).to_string()}>{ format::middle_cut(&text, fits * 2 / 3, fits / 3) }</text> }
        if gone { { shape("gone", end, y) } }
        </>
    }
}

fn shape(sign: &'static str, x: f64, y: f64) -> Html {
    let class = classes!("lane-mark", format!("lane-{sign}"));
    match sign {
        "came" => html! { <circle {class} cx={x.to_string()} cy={y.to_string()} r="5" /> },
        "renamed" => {
            html! { <path {class} d={format!("M{x} {}L{} {y}L{x} {}L{} {y}Z", y - 6.0, x + 6.0, y + 6.0, x - 6.0)} /> }
        }
        "retyped" => {
            html! { <rect {class} x={(x - 4.5).to_string()} y={(y - 4.5).to_string()} width="9" height="9" rx="1.5" /> }
        }
        "gone" => {
            html! { <path {class} d={format!("M{} {}l9 9m0 -9l-9 9", x - 4.5, y - 4.5)} /> }
        }
        _ => html! { <circle {class} cx={x.to_string()} cy={y.to_string()} r="3" /> },
    }
}

/// A mark beside its word.
fn beside(sign: &'static str) -> Html {
    html! { <svg class="kind-mark" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">{ shape(sign, 0.0, 0.0) }</svg> }
}

/// What happened to a column, for the pointer that rests on it.
fn story(lane: &Lane, shown: &[SchemaInfo]) -> String {
    let mut lines = vec![format!("column {}", lane.id)];
    let id = |version: usize| shown.get(version).map_or_else(String::new, |schema| schema.id.to_string());
    let told = lane.stops.iter().enumerate().filter(|(index, stop)| *index == 0 || !stop.changes.is_empty());
    lines.extend(told.map(|(_, stop)| format!("schema {}: {} {}", id(stop.version), stop.name, stop.type_text)));
    lines.extend(lane.dropped_in(shown.len()).map(|version| format!("schema {}: dropped", id(version))));
    lines.join("\n")
}
