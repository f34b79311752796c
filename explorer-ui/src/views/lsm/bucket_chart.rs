//! One bucket: depth curve, levels of bars, and the key axis.

use std::{collections::BTreeSet, rc::Rc};

use yew::prelude::*;

use crate::{
    cell::Cell,
    components::{
        bits::level_class,
        page::{Page, use_page},
        size::use_size,
    },
    format,
    lsm::{Drawing, Lane, Mark, ScaleKind, View, curve, draw, lanes},
    model::FileInfo,
    state::{Action, Selection},
};

const LEFT: f64 = 48.0;
const RIGHT: f64 = 14.0;
const DEPTH_PX: f64 = 52.0;
const LINE_0: f64 = 19.0;
const LINE_N: f64 = 26.0;
/// Level-0 lanes drawn at full height; more of them are drawn thinner.
const ROOMY: usize = 14;

/// Properties of [`BucketChart`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The bucket's files.
    pub(super) files: Rc<Vec<FileInfo>>,
    /// The key axis.
    pub(super) scale: ScaleKind,
    /// The part of it in sight.
    pub(super) view: View,
    /// Names of the files that a compaction would take.
    pub(super) picked: Rc<BTreeSet<String>>,
    /// Opens what is drawn as one.
    pub(super) open: Callback<Vec<usize>>,
}

/// The drawing of a bucket.
#[component]
pub(super) fn BucketChart(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let at = use_state_eq(|| (0_usize, 0_usize));
    let info = page.state.opened().cloned();
    let drawing = use_memo((props.files.clone(), props.scale), |(files, scale)| {
        info.as_ref().map(|opened| draw(files, &opened.info, *scale))
    });
    let inner = (width - LEFT - RIGHT).max(1.0);
    let lanes = use_memo((drawing.clone(), props.view, inner), |(drawing, view, inner)| {
        (**drawing).as_ref().map(|drawing| lanes(drawing, *view, *inner)).unwrap_or_default()
    });
    let choose = {
        let (page, files, open, lanes, at) =
            (page.clone(), props.files.clone(), props.open.clone(), lanes.clone(), at.clone());
        Callback::from(move |(lane, mark): (usize, usize)| {
            at.set((lane, mark));
            let Some(found) = lanes.get(lane).and_then(|lane| lane.marks.get(mark)) else { return };
            match found.files.as_slice() {
                [one] => {
                    if let Some(file) = files.get(*one) {
                        page.send(Action::Select(Some(Selection::File(file.path.clone()))));
                    }
                }
                many => open.emit(many.to_vec()),
            }
        })
    };
    let onkeydown = {
        let (lanes, at, choose) = (lanes.clone(), at.clone(), choose.clone());
        Callback::from(move |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                choose.emit(*at);
            } else if let Some(next) = step(&lanes, *at, &event.key()) {
                event.prevent_default();
                at.set(next);
            }
        })
    };
    let body = match &*drawing {
        Some(drawing) if width > 80.0 => picture(&page, drawing, &lanes, props, (width, *at), &choose, onkeydown),
        _ => html! { <div class="bucket-skeleton"></div> },
    };
    html! { <div class="chart" ref={node}>{ body }</div> }
}

/// Where an arrow key leads from a mark.
fn step(lanes: &[Lane], (lane, mark): (usize, usize), key: &str) -> Option<(usize, usize)> {
    let here = lanes.get(lane)?;
    let beside = |to: &Lane| {
        let middle = here.marks.get(mark).map_or(0.5, |mark| (mark.from + mark.to) / 2.0);
        let far = |mark: &Mark| if middle < mark.from { mark.from - middle } else { (middle - mark.to).max(0.0) };
        to.marks.iter().enumerate().min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b))).map(|(index, _)| index)
    };
    match key {
        "ArrowLeft" => Some((lane, mark.saturating_sub(1))),
        "ArrowRight" => Some((lane, (mark + 1).min(here.marks.len().saturating_sub(1)))),
        "Home" => Some((lane, 0)),
        "End" => Some((lane, here.marks.len().saturating_sub(1))),
        "ArrowDown" => (lane + 1..lanes.len()).find_map(|next| Some((next, beside(lanes.get(next)?)?))),
        "ArrowUp" => (0..lane).rev().find_map(|next| Some((next, beside(lanes.get(next)?)?))),
        _ => None,
    }
}

/// Height of a lane: level 0 is thin, and thinner still when there are many.
#[allow(clippy::cast_precision_loss)]
fn lane_px(lane: &Lane, level_0: usize) -> f64 {
    match lane.level {
        0 if level_0 > ROOMY => (LINE_0 * ROOMY as f64 / level_0 as f64).max(6.0),
        0 => LINE_0,
        _ => LINE_N,
    }
}

#[allow(clippy::too_many_arguments)]
fn picture(
    page: &Page,
    drawing: &Drawing,
    lanes: &[Lane],
    props: &Props,
    (width, at): (f64, (usize, usize)),
    choose: &Callback<(usize, usize)>,
    onkeydown: Callback<KeyboardEvent>,
) -> Html {
    let inner = width - LEFT - RIGHT;
    let level_0 = lanes.iter().filter(|lane| lane.level == 0).count();
    let x = |at: f64| LEFT + props.view.place(at).clamp(0.0, 1.0) * inner;
    let mut top = DEPTH_PX + 10.0;
    let mut labels = Vec::new();
    let mut bars = Vec::new();
    for (index, lane) in lanes.iter().enumerate() {
        let height = lane_px(lane, level_0);
        if index == 0 || lanes.get(index - 1).is_some_and(|before| before.level != lane.level) {
            top += if index > 0 { 5.0 } else { 0.0 };
            labels.push(html! { <text x="2" y={(top + 15.0).to_string()}>{ format!("L{}", lane.level) }</text> });
        }
        let place = (top, height);
        bars.extend(lane.marks.iter().enumerate().map(|(number, mark)| {
            let here = (index, number);
            bar(page, props, mark, place, (here, at == here), &x, choose)
        }));
        top += height;
    }
    let active = lanes.get(at.0).and_then(|lane| lane.marks.get(at.1)).map(|_| mark_id(at));
    html! {
        <svg class="lsm" width={width.to_string()} height={(top + 30.0).to_string()}>
            { depth(drawing, props.view, inner) }
            { labels.into_iter().collect::<Html>() }
            <g class="bars" role="listbox" tabindex="0" aria-label={described(drawing, props)} aria-activedescendant={active} {onkeydown}>{ bars.into_iter().collect::<Html>() }</g>
            <line class="axis" x1={LEFT.to_string()} x2={(width - RIGHT).to_string()} y1={(top + 4.0).to_string()} y2={(top + 4.0).to_string()} />
            { ticks(drawing, props.view, top, (width, inner)) }
        </svg>
    }
}

fn mark_id((lane, mark): (usize, usize)) -> String {
    format!("mark-{lane}-{mark}")
}

/// The picture in words.
fn described(drawing: &Drawing, props: &Props) -> String {
    let most = drawing.depth.iter().map(|step| step.depth).max().unwrap_or_default();
    format!(
        "Levels over keys: {} in {}, at most {} hold one key. Arrow keys move over the files, Enter opens one.",
        format::counted(props.files.len(), "file"),
        format::counted(drawing.lines, "sorted run"),
        format::counted(most, "run")
    )
}

/// The depth curve: steps, with the greatest depth written beside it.
fn depth(drawing: &Drawing, view: View, inner: f64) -> Html {
    let most = drawing.depth.iter().map(|step| step.depth).max().unwrap_or_default().max(1);
    #[allow(clippy::cast_precision_loss)]
    let y = |depth: usize| DEPTH_PX - depth as f64 / most as f64 * (DEPTH_PX - 12.0);
    let mut line = format!("M{LEFT} {DEPTH_PX}");
    let mut before = DEPTH_PX;
    for (at, depth) in curve(&drawing.depth, view, inner) {
        let (at, level) = (LEFT + at, y(depth));
        line.push_str(&format!("L{at:.1} {before:.1}L{at:.1} {level:.1}"));
        before = level;
    }
    html! {
        <g class="depth">
            <title>{ format!("At most {most} runs hold one key") }</title>
            <path d={format!("{line}L{:.1} {before:.1}L{:.1} {DEPTH_PX}Z", LEFT + inner, LEFT + inner)} />
            <text x="2" y={(DEPTH_PX - 4.0).to_string()}>{"depth"}</text>
            <text class="strong" x="2" y="16">{ format!("{most} ×") }</text>
        </g>
    }
}

/// A file, or several that are too narrow to tell apart; framed where a compaction would take one of them.
fn bar(
    page: &Page,
    props: &Props,
    mark: &Mark,
    (top, height): (f64, f64),
    (here, active): ((usize, usize), bool),
    x: &dyn Fn(f64) -> f64,
    choose: &Callback<(usize, usize)>,
) -> Html {
    let own: Vec<&FileInfo> = mark.files.iter().filter_map(|&index| props.files.get(index)).collect();
    let Some(first) = own.first() else { return html! {} };
    let chosen = match &page.state.selection {
        Some(Selection::File(path)) => own.iter().any(|file| file.path == *path),
        _ => false,
    };
    let picked = own.iter().any(|file| props.picked.contains(&file.name));
    let (size, rows) = own
        .iter()
        .fold((0_i64, 0_i64), |(size, rows), file| (size.saturating_add(file.size), rows.saturating_add(file.rows)));
    let (from, to) = (x(mark.from), x(mark.to));
    let width = (to - from - 1.0).max(3.0);
    let figures = format!("{} · {}", format::bytes(size), format::short(rows));
    let part = if picked { ", a compaction would take it" } else { "" };
    let many = (own.len() > 1).then(|| format::counted(own.len(), "file"));
    let label = match &many {
        None => format!("{figures} rows, L{} {}{part}", first.level, first.name),
        Some(many) => format!("{many} drawn as one, {figures} rows, L{}{part}", first.level),
    };
    let title = if many.is_some() {
        format!("{label}\nEnter or a click lists them")
    } else {
        format!("{label}\n{} … {}", key(&first.min_key), key(&first.max_key))
    };
    let shown = many.map_or_else(|| figures.clone(), |many| format!("{many} · {figures}"));
    #[allow(clippy::cast_precision_loss)]
    let fits = height > 14.0 && width > shown.chars().count() as f64 * 6.2 + 14.0;
    let choose = choose.clone();
    html! {
        <g class={classes!("bar", level_class(first.level), chosen.then_some("chosen"), picked.then_some("picked"), active.then_some("at"), (own.len() > 1).then_some("many"))} id={mark_id(here)} role="option" aria-label={label} aria-selected={chosen.to_string()}
            onclick={Callback::from(move |_: MouseEvent| choose.emit(here))}>
            <title>{ title }</title>
            <rect x={from.to_string()} y={(top + 1.0).to_string()} width={width.to_string()} height={(height - 3.0).max(2.0).to_string()} rx={if height > 10.0 { "3" } else { "1" }} />
            if fits { <text aria-hidden="true" x={(from + 7.0).to_string()} y={(top + height / 2.0 + 3.2).to_string()}>{ shown }</text> }
        </g>
    }
}

fn key(values: &[Cell]) -> String {
    values.iter().map(Cell::to_string).collect::<Vec<_>>().join(", ")
}

fn ticks(drawing: &Drawing, view: View, bottom: f64, (width, inner): (f64, f64)) -> Html {
    let (count, head, tail) = if width > 700.0 {
        (5, 16, 6)
    } else if width > 480.0 {
        (3, 12, 5)
    } else {
        (2, 9, 5)
    };
    let ticks = drawing.scale.ticks(view, count);
    let last = ticks.len().saturating_sub(1);
    html! {
        <>{ for ticks.into_iter().enumerate().map(|(index, (at, text))| {
            let anchor = if index == 0 && at < 0.2 { "start" } else if index == last && at > 0.85 { "end" } else { "middle" };
            html! { <text class="key" x={(LEFT + at * inner).to_string()} y={(bottom + 22.0).to_string()} text-anchor={anchor}><title>{ text.clone() }</title>{ format::middle_cut(&text, head, tail) }</text> }
        }) }</>
    }
}
