//! The picture of the history: one track of values over the snapshots of the window, commit kinds as marks, and what hangs
//! on snapshots as pennants. The list below it is the same as text.

use std::rc::Rc;

use serde_json::json;
use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::{
    History,
    chart::{kind_mark, mark_at},
    strip::{self, Strip},
    tag_title,
};
use crate::{
    components::{
        ask::use_ask,
        bits::panel,
        icon::{Icon, icon},
        page::{Page, use_page},
        running::running,
        size::use_size,
    },
    format,
    history::{
        compare::Pair,
        span::{Scale, Span},
        track::{MOST_SIZES, PennantKind, Placed, Point, SIGN, Sizes, SnapshotSize, Track, lay_out, points},
    },
    model::SnapshotInfo,
    route::At,
    state::{Action, Ask, Selection, Shown},
};

const LEFT: f64 = 52.0;
const RIGHT: f64 = 20.0;
/// Lanes of pennants.
const LANES: usize = 2;
const LANE_PX: f64 = 18.0;
const TOP: f64 = 8.0 + LANE_PX * 2.0;
const BASE: f64 = TOP + 92.0;
const HEIGHT: f64 = BASE + 32.0;
/// Histories shorter than this need no strip.
const SHORT: i64 = 40;

/// Properties of [`Picture`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) history: History,
}

/// The picture in its panel.
#[component]
pub(super) fn Picture(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let history = &props.history;
    let (all, span) = (history.all, history.span);
    let track = Track::parse(page.state.route.focus("track").unwrap_or_default());
    let long = all.count() > SHORT;
    let (sizes, sizes_note) = use_sizes(&page, track, span);
    let body = if width < 60.0 {
        html! { <div style={format!("height:{HEIGHT}px")}></div> }
    } else {
        draw(&page, history, track, &sizes, width)
    };
    let look = |next: Span| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.look_at(next, all))
    };
    let chosen = chosen(&page);
    let seen =
        if span.first == span.last { format!("#{}", span.first) } else { format!("#{} to #{}", span.first, span.last) };
    let remark = format!(
        "{seen} of {}{}. Rows count old versions too; a tag keeps its snapshot.",
        format::counted(usize::try_from(all.count()).unwrap_or(usize::MAX), "snapshot"),
        if history.reading { ", reading" } else { "" },
    );
    let tools = html! {
        <>
        { legend() }
        <div class="segments" role="group" aria-label="What is drawn">
            { for Track::ALL.into_iter().map(|each| html! { <button key={each.slug()} aria-pressed={(each == track).to_string()} onclick={page.on(Action::Focus("track", (each != Track::Rows).then(|| each.slug().to_owned())))}>{ each.label() }</button> }) }
        </div>
        if long {
            <div class="segments" role="group" aria-label="Window">
                <button aria-label="Older snapshots" title="Older" disabled={span.first <= all.first} onclick={look(span.moved(-span.count(), all))}>{"‹"}</button>
                <button aria-label="Closer" title="Closer" disabled={span.count() <= 4} onclick={look(span.zoomed(true, chosen, all))}>{"+"}</button>
                <button aria-label="Wider" title="Wider" disabled={span == all} onclick={look(span.zoomed(false, chosen, all))}>{"−"}</button>
                <button aria-label="Newer snapshots" title="Newer" disabled={span.last >= all.last} onclick={look(span.moved(span.count(), all))}>{"›"}</button>
                <button disabled={span == all} onclick={look(all)}>{"All"}</button>
            </div>
        }
        if page.state.activities.iter().any(|activity| activity.method == "snapshots") {
            <button class="quiet" aria-label="Stop reading" title="Stop reading" onclick={let page = page.clone(); Callback::from(move |_: MouseEvent| page.runner.cancel_all())}>{ icon(Icon::Close) }{"Stop"}</button>
        }
        </>
    };
    panel(
        "Timeline",
        html! { remark },
        tools,
        html! {
            <div class="chart history-chart" ref={node} aria-busy={history.reading.to_string()}>
                { body }
                { sizes_note }
                if long { <div style={format!("height:{}px", strip::HEIGHT)}>if width >= 60.0 { <Strip history={history.clone()} {width} /> }</div> }
            </div>
        },
    )
}

/// Sizes of the window where the track draws them: manifests are read for them, so they wait until somebody wants them.
/// And what there is to say of it.
#[hook]
fn use_sizes(page: &Page, track: Track, span: Span) -> (Rc<Sizes>, Html) {
    let (wanted, fits) = (track.needs_sizes(), span.count() <= MOST_SIZES);
    let params = json!({ "first": span.first, "last": span.last });
    let ask = Ask::of_table(&page.state, "snapshotSizes", params).filter(|_| wanted && fits);
    let shown = use_ask::<Vec<SnapshotSize>>(ask);
    let list = shown.value().cloned().filter(|_| wanted && fits);
    let sizes =
        use_memo(list, |list| list.iter().flat_map(|list| list.iter()).map(|size| (size.id, *size)).collect::<Sizes>());
    let note = match &shown {
        _ if !wanted => html! {},
        _ if !fits => {
            html! { <p class="note">{ format!("Sizes are read from manifests, of {MOST_SIZES} snapshots at most: choose a closer window.") }</p> }
        }
        Shown::Waiting | Shown::Stale(_) => running(page, "snapshotSizes"),
        Shown::Failed(problem) => html! {
            <p class="note"><span class={(!problem.is_cancelled()).then_some("bad")} role="alert">{ if problem.is_cancelled() { "Stopped reading sizes.".to_owned() } else { problem.message.clone() } }</span>{" "}<button onclick={page.on(Action::Retry)}>{"Try again"}</button></p>
        },
        Shown::Fresh(_) => html! {},
    };
    (sizes, note)
}

fn size_text(size: &SnapshotSize) -> String {
    let whole = size.bytes.map(|bytes| format!("{} in files\n", format::bytes(bytes))).unwrap_or_default();
    format!("{whole}+{} −{}\n", format::bytes(size.added_bytes), format::bytes(size.removed_bytes))
}

fn legend() -> Html {
    html! {
        <div class="legend">
            { for ["APPEND", "COMPACT", "OVERWRITE", "ANALYZE"].into_iter().map(|kind| html! { <span>{ kind_mark(kind) }{ kind.to_lowercase() }</span> }) }
        </div>
    }
}

/// The snapshot chosen, else the one that the page shows.
fn chosen(page: &Page) -> Option<i64> {
    match page.state.selection {
        Some(Selection::Snapshot(id)) => Some(id),
        _ => page.state.snapshot().map(|snapshot| snapshot.id),
    }
}

/// Keys of the picture and of the list: arrows choose, space picks, Enter travels.
pub(super) fn keys(
    page: &Page,
    history: &History,
    forward: &'static str,
    back: &'static str,
) -> Callback<KeyboardEvent> {
    let (page, all, span) = (page.clone(), history.all, history.span);
    Callback::from(move |event: KeyboardEvent| {
        let key = event.key();
        let now = chosen(&page).filter(|id| all.holds(*id));
        let step = if event.shift_key() { 10 } else { 1 };
        let to = match (key.as_str(), now) {
            (" ", Some(id)) => return pick(&page, &event, id),
            ("Enter", Some(id)) => {
                event.prevent_default();
                return page.send(Action::TimeTravel(At::Snapshot(id)));
            }
            ("Home", _) => all.first,
            ("End", _) => all.last,
            (name, None) if name == forward || name == back => span.last,
            (name, Some(id)) if name == forward => id.saturating_add(step).min(all.last),
            (name, Some(id)) if name == back => id.saturating_sub(step).max(all.first),
            _ => return,
        };
        event.prevent_default();
        page.send(Action::Select(Some(Selection::Snapshot(to))));
        if !span.holds(to) {
            page.look_at(span.moved(to - (span.first + span.count() / 2), all), all);
        }
    })
}

fn pick(page: &Page, event: &KeyboardEvent, id: i64) {
    event.prevent_default();
    page.compare(&Pair::of(&page.state.route).picked(id));
}

fn draw(page: &Page, history: &History, track: Track, sizes: &Sizes, width: f64) -> Html {
    let scale = Scale { span: history.span, left: LEFT, right: width - RIGHT };
    let points = points(track, &history.known, sizes, &scale);
    let signed = points.iter().any(|point| point.value < 0);
    let zero = if signed { f64::midpoint(TOP, BASE) } else { BASE };
    let reach = if signed { (BASE - TOP) / 2.0 } else { BASE - TOP };
    let y = |point: &Point| zero - point.height * (reach - 4.0);
    let most = points.iter().map(|point| point.value.saturating_abs()).max().unwrap_or_default();
    let amount = |value: i64| match track {
        #[allow(clippy::cast_precision_loss)]
        Track::Pause => format::duration(value as f64),
        Track::Size | Track::Grown => format::bytes(value),
        Track::Rows | Track::Change => format::short(value),
    };
    let placed = lay_out(history.pennants.to_vec(), &scale, LANES, width);
    let chosen = chosen(page);
    let shown = page.state.snapshot().map(|snapshot| snapshot.id);
    let pair = Pair::of(&page.state.route);
    let pole = |id: i64, class: &'static str| {
        let x = scale.x(id).to_string();
        html! { <line {class} x1={x.clone()} x2={x} y1={(TOP - 4.0).to_string()} y2={BASE.to_string()} /> }
    };
    let held = |id: &i64| history.span.holds(*id);
    html! {
        <svg class="timeline history-picture" width={width.to_string()} height={HEIGHT.to_string()} role="group" tabindex="0" aria-label={text(history, track, &points, &amount)} onkeydown={keys(page, history, "ArrowRight", "ArrowLeft")}>
            { between(&pair, &scale) }
            <line class="axis" x1={LEFT.to_string()} x2={scale.right.to_string()} y1={zero.to_string()} y2={zero.to_string()} />
            <text x="2" y={(TOP + 8.0).to_string()}>{ amount(most) }</text><text x="2" y={(zero + 4.0).to_string()}>{"0"}</text>
            { curve(track, &points, &y, zero, &scale) }
            { for scale.labels().into_iter().map(|id| html! { <text key={id} class="label" x={scale.x(id).to_string()} y={(BASE + 24.0).to_string()}>{ id.to_string() }</text> }) }
            { for shown.filter(held).map(|id| pole(id, "now")) }
            { for chosen.filter(held).filter(|id| Some(*id) != shown).map(|id| pole(id, "chosen-pole")) }
            { for history.known.range(history.span.first..=history.span.last).map(|(_, snapshot)| mark(page, snapshot, sizes.get(&snapshot.id), &scale, (chosen == Some(snapshot.id), pair.holds(snapshot.id)))) }
            { for placed.iter().map(|one| pennant(page, one)) }
        </svg>
    }
}

/// The picture in words, for those who do not see it.
fn text(history: &History, track: Track, points: &[Point], amount: &dyn Fn(i64) -> String) -> String {
    let ends = match (points.first(), points.last()) {
        (Some(first), Some(last)) => {
            format!(": {} at #{}, {} at #{}", amount(first.value), first.id, amount(last.value), last.id)
        }
        _ => String::new(),
    };
    format!(
        "{} of snapshots {} to {}{ends}. Arrow keys choose a snapshot, space picks it to compare, Enter looks at it.",
        track.label(),
        history.span.first,
        history.span.last
    )
}

/// What lies between the two states compared.
fn between(pair: &Pair, scale: &Scale) -> Html {
    let (Ok(from), Ok(to)) = (pair.from.parse::<i64>(), pair.to.parse::<i64>()) else { return html! {} };
    let (from, to) = (from.clamp(scale.span.first, scale.span.last), to.clamp(scale.span.first, scale.span.last));
    let (from, to) = (scale.x(from.min(to)), scale.x(from.max(to)));
    html! { <rect class="between" x={from.to_string()} width={(to - from).to_string()} y={(TOP - 4.0).to_string()} height={(BASE - TOP + 4.0).to_string()} /> }
}

fn curve(track: Track, points: &[Point], y: &dyn Fn(&Point) -> f64, zero: f64, scale: &Scale) -> Html {
    if track.is_bars() {
        let wide = (scale.step() * 0.7).clamp(1.0, 14.0);
        let bar = |point: &Point| {
            let (top, height) = (y(point).min(zero), (y(point) - zero).abs().max(0.5));
            format!("M{:.1} {top:.1}h{wide:.1}v{height:.1}h-{wide:.1}z", point.x - wide / 2.0)
        };
        let (up, down): (Vec<&Point>, Vec<&Point>) = points.iter().partition(|point| point.value >= 0);
        let draw = |points: Vec<&Point>| points.into_iter().map(bar).collect::<String>();
        return html! { <><path class="bars-up" d={draw(up)} /><path class="bars-down" d={draw(down)} /></> };
    }
    let line: String = points
        .iter()
        .enumerate()
        .map(|(index, point)| format!("{}{:.1} {:.1}", if index == 0 { "M" } else { "L" }, point.x, y(point)))
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return html! {} };
    html! { <><path class="area" d={format!("{line}L{:.1} {zero}L{:.1} {zero}Z", last.x, first.x)} /><path class="line" d={line} /></> }
}

fn mark(
    page: &Page,
    snapshot: &SnapshotInfo,
    sizes: Option<&SnapshotSize>,
    scale: &Scale,
    (chosen, picked): (bool, bool),
) -> Html {
    let (id, x) = (snapshot.id, scale.x(snapshot.id));
    let size = (scale.step() * 0.36).clamp(1.6, 4.5);
    let title = format!(
        "#{id} {}\n{} rows in files\n{}{} UTC",
        snapshot.commit_kind.to_lowercase(),
        format::exact(snapshot.total_record_count.unwrap_or_default()),
        sizes.map(size_text).unwrap_or_default(),
        format::utc(snapshot.time_millis)
    );
    let reach = scale.step().clamp(5.0, 16.0);
    html! {
        <g key={id} class="tick" onclick={page.on(Action::Select(Some(Selection::Snapshot(id))))}>
            <title>{ title }</title>
            <rect class="hit" x={(x - reach / 2.0).to_string()} y={TOP.to_string()} width={reach.to_string()} height={(HEIGHT - TOP).to_string()} />
            if picked { <circle class="picked" cx={x.to_string()} cy={BASE.to_string()} r="8" /> }
            { mark_at(&snapshot.commit_kind, x, BASE, if chosen { size + 1.5 } else { size }, chosen) }
        </g>
    }
}

/// What a pennant says of itself.
fn told(kind: PennantKind) -> (&'static str, &'static str) {
    match kind {
        PennantKind::Tag => ("tag", "pennant-tag"),
        PennantKind::Consumer => ("consumer, reads next", "pennant-consumer"),
        PennantKind::Branch => ("branch, made about here", "pennant-branch"),
    }
}

fn pennant(page: &Page, one: &Placed) -> Html {
    let Placed { pennant, x, lane, text, length, back } = one;
    let (word, class) = told(pennant.kind);
    #[allow(clippy::cast_precision_loss)]
    let top = 4.0 + LANE_PX * lane.unwrap_or(LANES - 1) as f64;
    let (start, tip) = if *back { (x - length, -1.0) } else { (*x, 1.0) };
    let pole = html! { <path class="pole" d={format!("M{x:.1} {BASE}V{top}")} /> };
    let title = match pennant.kind {
        PennantKind::Tag => {
            pennant.names.iter().map(|name| format!("tag {}", tag_title(page, name))).collect::<Vec<_>>().join("\n")
        }
        _ => format!("{word}: {}", pennant.names.join(", ")),
    };
    let onclick = page.on(Action::Select(Some(Selection::Snapshot(pennant.id))));
    let key = format!("{word}-{}", pennant.id);
    let Some(_) = lane else {
        return html! { <g {key} class={classes!("pennant", class)} {onclick}><title>{ title }</title>{ pole }</g> };
    };
    // Drawn: not every font has signs for them.
    let (left, middle) = (start + 6.0, top + 7.5);
    let (sign, text_at) = match pennant.kind {
        PennantKind::Tag => (html! {}, if *back { start + 11.0 } else { left }),
        PennantKind::Consumer => {
            (html! { <path d={format!("M{left:.1} {}l5 3.5-5 3.5z", middle - 3.5)} /> }, left + SIGN)
        }
        PennantKind::Branch => (
            html! { <path class="pole" d={format!("M{left:.1} {}v9m0 -2.5q5.5 0 5.5 -6.5", middle - 4.5)} /> },
            left + SIGN,
        ),
    };
    let d = match pennant.kind {
        PennantKind::Tag => {
            format!("M{x:.1} {top}h{:.1}l{} 7.5 {} 7.5h{:.1}z", tip * length, -5.0 * tip, 5.0 * tip, -tip * length)
        }
        PennantKind::Consumer | PennantKind::Branch => {
            format!("M{x:.1} {top}h{:.1}v15h{:.1}z", tip * length, -tip * length)
        }
    };
    html! {
        <g {key} class={classes!("pennant", class)} {onclick}>
            <title>{ title }</title>{ pole }<path {d} />
            { sign }<text x={text_at.to_string()} y={(top + 11.5).to_string()}>{ text.clone() }</text>
        </g>
    }
}
