//! The timeline: rows over snapshots, commit kinds as marks, tags as flags.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use crate::{
    components::{
        bits::panel,
        page::{Page, use_page},
        size::use_size,
        skeleton,
    },
    format,
    model::SnapshotInfo,
    route::{Route, Tab},
    state::{Action, Selection, Shown},
    timeline::{Mark, Point, flags, mark, points},
};

const LEFT: f64 = 46.0;
const BASE: f64 = 104.0;
const TOP: f64 = 26.0;
const HEIGHT: f64 = 136.0;

/// Properties of [`Timeline`].
#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// As a part of another view, with a link to the whole.
    pub(crate) small: bool,
}

/// The timeline.
#[component]
pub(crate) fn Timeline(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let list = page.state.snapshots.show(page.state.table_key().as_ref());
    let body = match &list {
        Shown::Waiting => html! { <div class="skeleton block" style={format!("height:{HEIGHT}px")}></div> },
        Shown::Failed(problem) => html! { <p class="note bad">{ problem.message.clone() }</p> },
        Shown::Fresh(list) | Shown::Stale(list) if list.is_empty() || width < 60.0 => {
            html! { <div style={format!("height:{HEIGHT}px")}></div> }
        }
        Shown::Fresh(list) | Shown::Stale(list) => draw(&page, list, width),
    };
    let tools = if props.small {
        html! { <a class="button" href={Route { tab: Tab::Snapshots, ..page.state.route.clone() }.print()}>{"All snapshots"}</a> }
    } else {
        legend()
    };
    panel(
        "Timeline",
        html! { "Rows in files after each commit. A tag keeps its snapshot." },
        tools,
        html! { <div class="chart" ref={node} aria-busy={matches!(list, Shown::Waiting).to_string()}>{ if matches!(list, Shown::Waiting) { skeleton::waiting(body) } else { body } }</div> },
    )
}

fn legend() -> Html {
    html! {
        <div class="legend">
            { for ["APPEND", "COMPACT", "OVERWRITE", "ANALYZE"].into_iter().map(|kind| html! { <span>{ kind_mark(kind) }{ kind.to_lowercase() }</span> }) }
        </div>
    }
}

/// The mark of a commit kind, beside text.
pub(crate) fn kind_mark(kind: &str) -> Html {
    html! { <svg class="kind-mark" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">{ mark_at(kind, 0.0, 0.0, 4.5, false) }</svg> }
}

pub(super) fn mark_at(kind: &str, x: f64, y: f64, size: f64, chosen: bool) -> Html {
    let class = classes!("mark", format!("mark-{:?}", mark(kind)).to_lowercase(), chosen.then_some("chosen"));
    match mark(kind) {
        Mark::Dot | Mark::Ring => {
            html! { <circle {class} cx={x.to_string()} cy={y.to_string()} r={size.to_string()} /> }
        }
        Mark::Square => {
            let side = size * 1.8;
            html! { <rect {class} x={(x - size * 0.9).to_string()} y={(y - size * 0.9).to_string()} width={side.to_string()} height={side.to_string()} rx="1.5" /> }
        }
        Mark::Diamond => {
            let reach = size * 1.3;
            html! { <path {class} d={format!("M{x} {}L{} {y}L{x} {}L{} {y}Z", y - reach, x + reach, y + reach, x - reach)} /> }
        }
    }
}

fn draw(page: &Page, list: &[SnapshotInfo], width: f64) -> Html {
    let right = width - 22.0;
    let points = points(list, LEFT, right);
    let flags =
        page.state.tags.show(page.state.table_key().as_ref()).value().map(|tags| flags(tags)).unwrap_or_default();
    let shown = page.state.snapshot().map(|snapshot| snapshot.id);
    let y = |point: &Point| BASE - point.height * (BASE - TOP - 8.0);
    let most = list.iter().filter_map(|snapshot| snapshot.total_record_count).max().unwrap_or_default();
    let line: String = points
        .iter()
        .enumerate()
        .map(|(index, point)| format!("{}{:.1} {:.1}", if index == 0 { "M" } else { "L" }, point.x, y(point)))
        .collect();
    let (first, last) = (points.first().map_or(LEFT, |point| point.x), points.last().map_or(right, |point| point.x));
    let crowded = points.len() > 1 && (right - LEFT) / (points.len() as f64 - 1.0) < 9.0;
    let onkeydown = {
        let (page, ids) = (page.clone(), list.iter().map(|snapshot| snapshot.id).collect::<Vec<_>>());
        Callback::from(move |event: KeyboardEvent| {
            let chosen = match page.state.selection {
                Some(Selection::Snapshot(id)) => Some(id),
                _ => page.state.snapshot().map(|snapshot| snapshot.id),
            };
            let at = chosen.and_then(|id| ids.iter().position(|other| *other == id)).unwrap_or_default();
            let to = match event.key().as_str() {
                "ArrowLeft" => at + 1,
                "ArrowRight" => at.saturating_sub(1),
                "Enter" => {
                    return chosen
                        .into_iter()
                        .for_each(|id| page.send(Action::TimeTravel(crate::route::At::Snapshot(id))));
                }
                _ => return,
            };
            event.prevent_default();
            page.send(Action::Select(ids.get(to).copied().map(Selection::Snapshot)));
        })
    };
    html! {
        <svg class="timeline" width={width.to_string()} height={HEIGHT.to_string()} role="group" tabindex="0" aria-label={format!("Timeline of {}: arrow keys choose, Enter travels", format::counted(list.len(), "snapshot"))} {onkeydown}>
            <line class="axis" x1={LEFT.to_string()} x2={right.to_string()} y1={BASE.to_string()} y2={BASE.to_string()} />
            <text x="2" y={(TOP + 12.0).to_string()}>{ format::short(most) }</text><text x="2" y={(BASE + 4.0).to_string()}>{"0"}</text>
            <path class="area" d={format!("{line}L{last:.1} {BASE}L{first:.1} {BASE}Z")} />
            <path class="line" d={line} />
            { for points.iter().map(|point| {
                let snapshot = &list[point.index];
                let chosen = page.state.selection == Some(Selection::Snapshot(snapshot.id));
                let size = if crowded { 2.4 } else { 4.5 };
                html! {
                    <g key={snapshot.id.to_string()} class={classes!("tick", (shown == Some(snapshot.id)).then_some("shown"))} onclick={page.on(Action::Select(Some(Selection::Snapshot(snapshot.id))))}>
                        <title>{ format!("#{} {}\n{} rows in files\n{} UTC", snapshot.id, snapshot.commit_kind.to_lowercase(), format::exact(snapshot.total_record_count.unwrap_or_default()), format::utc(snapshot.time_millis)) }</title>
                        <rect class="hit" x={(point.x - 8.0).to_string()} y={TOP.to_string()} width="16" height={(HEIGHT - TOP).to_string()} />
                        if shown == Some(snapshot.id) { <line class="now" x1={point.x.to_string()} x2={point.x.to_string()} y1={TOP.to_string()} y2={BASE.to_string()} /> }
                        { mark_at(&snapshot.commit_kind, point.x, BASE, if chosen { size + 1.5 } else { size }, chosen) }
                        if point.labelled { <text class="label" x={point.x.to_string()} y={(BASE + 22.0).to_string()}>{ snapshot.id.to_string() }</text> }
                    </g>
                }
            }) }
            { for points.iter().filter_map(|point| Some((point, flags.get(&list[point.index].id)?))).map(|(point, names)| flag(point.x, y(point), names, width)) }
        </svg>
    }
}

/// A tag, on a pole above its snapshot.
fn flag(x: f64, _y: f64, names: &[String], width: f64) -> Html {
    let text = match names {
        [one] => format::middle_cut(one, 12, 3),
        [one, rest @ ..] => format!("{} +{}", format::middle_cut(one, 9, 2), rest.len()),
        [] => return html! {},
    };
    #[allow(clippy::cast_precision_loss)]
    let length = text.chars().count() as f64 * 6.6 + 16.0;
    let back = x + length > width;
    let (start, tip) = if back { (x - length, -1.0) } else { (x, 1.0) };
    let d = format!("M{x} {BASE}V4H{}l{} 7 {} 7H{x}", x + tip * length, -5.0 * tip, 5.0 * tip);
    html! {
        <g class="tag-flag"><title>{ names.join("\n") }</title><path {d} /><text x={(start + if back { 11.0 } else { 6.0 }).to_string()} y="15">{ text }</text></g>
    }
}
