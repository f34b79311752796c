//! One bucket: depth curve, levels of bars, and the key axis.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    cell::Cell,
    components::{
        bits::level_class,
        page::{Page, use_page},
        size::use_size,
    },
    format,
    lsm::{Bar, Bucket, Drawing, ScaleKind, draw},
    model::FileInfo,
    shared::Shared,
    state::{Action, Selection},
};

const LEFT: f64 = 48.0;
const DEPTH_PX: f64 = 52.0;
const LINE_0: f64 = 19.0;
const LINE_N: f64 = 26.0;
/// Level-0 lines drawn at full height; more of them are drawn thinner.
const ROOMY: usize = 14;

/// Properties of [`BucketChart`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The bucket.
    pub(super) bucket: Rc<Bucket>,
    /// All files.
    pub(super) files: Shared<Vec<FileInfo>>,
    /// The key axis.
    pub(super) scale: ScaleKind,
    /// Names of the files that a compaction would take.
    pub(super) picked: Rc<Vec<String>>,
}

/// The drawing of a bucket.
#[component]
pub(super) fn BucketChart(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let info = page.state.opened().cloned();
    let drawing = use_memo((props.bucket.clone(), props.files.clone(), props.scale), |(bucket, files, scale)| {
        info.as_ref().map(|opened| draw(bucket, files, &opened.info, *scale))
    });
    let body = match &*drawing {
        Some(drawing) if width > 80.0 => picture(&page, drawing, props, width),
        _ => html! { <div style="height:260px"></div> },
    };
    html! { <div class="chart" ref={node}>{ body }</div> }
}

/// Height of a line: level 0 is thin, and thinner still when there are many.
fn line_px(level: i64, level_0: usize) -> f64 {
    match level {
        #[allow(clippy::cast_precision_loss)]
        0 if level_0 > ROOMY => (LINE_0 * ROOMY as f64 / level_0 as f64).max(3.0),
        0 => LINE_0,
        _ => LINE_N,
    }
}

fn picture(page: &Page, drawing: &Drawing, props: &Props, width: f64) -> Html {
    let files: &[FileInfo] = &props.files;
    let picked = |file: &FileInfo| props.picked.contains(&file.name);
    let inner = width - LEFT - 14.0;
    let level_0 = drawing
        .levels
        .iter()
        .position(|(level, _)| *level == 0)
        .map_or(0, |_| drawing.levels.get(1).map_or(drawing.lines, |(_, line)| *line));
    let tops = tops(drawing, level_0);
    let bottom = tops.last().copied().unwrap_or(DEPTH_PX);
    let x = |at: f64| LEFT + at * inner;
    html! {
        <svg class="lsm" width={width.to_string()} height={(bottom + 30.0).to_string()} role="group" aria-label="Levels over keys">
            { depth(drawing, &x) }
            { for drawing.levels.iter().map(|(level, line)| html! { <text x="2" y={(tops[*line] + 15.0).to_string()}>{ format!("L{level}") }</text> }) }
            { for drawing.bars.iter().map(|bar| self::bar(page, bar, (&files[bar.file], picked(&files[bar.file])), (tops[bar.line], line_px(bar.level, level_0)), &x)) }
            <line class="axis" x1={LEFT.to_string()} x2={(width - 14.0).to_string()} y1={(bottom + 4.0).to_string()} y2={(bottom + 4.0).to_string()} />
            { ticks(drawing, bottom, width, &x) }
        </svg>
    }
}

/// Top of each line, and the bottom of the last.
fn tops(drawing: &Drawing, level_0: usize) -> Vec<f64> {
    let mut tops = Vec::with_capacity(drawing.lines + 1);
    let mut y = DEPTH_PX + 10.0;
    for line in 0..drawing.lines {
        if line > 0 && drawing.levels.iter().any(|(_, first)| *first == line) {
            y += 5.0;
        }
        tops.push(y);
        let level = drawing.levels.iter().rev().find(|(_, first)| *first <= line).map_or(0, |(level, _)| *level);
        y += line_px(level, level_0);
    }
    tops.push(y);
    tops
}

/// The depth curve: steps, with the greatest depth written beside it.
fn depth(drawing: &Drawing, x: &dyn Fn(f64) -> f64) -> Html {
    let most = drawing.depth.iter().map(|step| step.depth).max().unwrap_or_default().max(1);
    #[allow(clippy::cast_precision_loss)]
    let y = |depth: usize| DEPTH_PX - depth as f64 / most as f64 * (DEPTH_PX - 12.0);
    let mut line = String::new();
    let mut before = DEPTH_PX;
    for step in &drawing.depth {
        let (at, level) = (x(step.from), y(step.depth));
        line.push_str(&format!("{}{at:.1} {before:.1}L{at:.1} {level:.1}", if line.is_empty() { "M" } else { "L" }));
        before = level;
    }
    html! {
        <g class="depth">
            <title>{ format!("At most {most} runs hold one key") }</title>
            <path d={format!("{line}L{:.1} {before:.1}L{:.1} {DEPTH_PX}Z", x(1.0), x(1.0))} />
            <text x="2" y={(DEPTH_PX - 4.0).to_string()}>{"depth"}</text>
            <text class="strong" x="2" y="16">{ format!("{most} ×") }</text>
        </g>
    }
}

/// A file; `picked` where a compaction would take it.
fn bar(
    page: &Page,
    bar: &Bar,
    (file, picked): (&FileInfo, bool),
    (top, height): (f64, f64),
    x: &dyn Fn(f64) -> f64,
) -> Html {
    let chosen = page.state.selection.as_ref() == Some(&Selection::File(file.path.clone()));
    let (from, to) = (x(bar.from), x(bar.to));
    let width = (to - from - 1.0).max(3.0);
    let figures = format!("{} · {}", format::bytes(file.size), format::short(file.rows));
    let part = if picked { ", a compaction would take it" } else { "" };
    let label = format!("{figures} rows, L{} {}{part}", file.level, file.name);
    let select = page.on(Action::Select(Some(Selection::File(file.path.clone()))));
    let key = |values: &[Cell]| values.iter().map(Cell::to_string).collect::<Vec<_>>().join(", ");
    let fits = width > 96.0 && height > 14.0;
    html! {
        <g class={classes!("bar", level_class(file.level), chosen.then_some("chosen"), picked.then_some("picked"))} role="button" tabindex="0" aria-label={label.clone()} aria-pressed={chosen.to_string()} onclick={select}
            onkeydown={let page = page.clone(); let path = file.path.clone(); Callback::from(move |event: KeyboardEvent| if event.key() == "Enter" || event.key() == " " { event.prevent_default(); page.send(Action::Select(Some(Selection::File(path.clone())))); })}>
            <title>{ format!("{label}\n{} … {}", key(&file.min_key), key(&file.max_key)) }</title>
            <rect x={from.to_string()} y={(top + 1.0).to_string()} width={width.to_string()} height={(height - 3.0).max(2.0).to_string()} rx="3" />
            if fits { <text aria-hidden="true" x={(from + 7.0).to_string()} y={(top + height / 2.0 + 3.2).to_string()}>{ figures }</text> }
        </g>
    }
}

fn ticks(drawing: &Drawing, bottom: f64, width: f64, x: &dyn Fn(f64) -> f64) -> Html {
    let ticks = drawing.scale.ticks(if width > 700.0 { 5 } else { 3 });
    let last = ticks.len().saturating_sub(1);
    html! {
        <>{ for ticks.into_iter().enumerate().map(|(index, (at, text))| {
            let anchor = if index == 0 { "start" } else if index == last && at > 0.85 { "end" } else { "middle" };
            html! { <text class="key" x={x(at).to_string()} y={(bottom + 22.0).to_string()} text-anchor={anchor}><title>{ text.clone() }</title>{ format::middle_cut(&text, 16, 6) }</text> }
        }) }</>
    }
}
