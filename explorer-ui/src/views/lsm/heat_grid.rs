//! The picture: cells in lines, of which those in sight are drawn; arrow keys move over them.

use std::rc::Rc;

use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::heatmap::Heat;
use crate::{
    components::{page::use_page, size::use_size},
    format,
    heat::{Grid, Measure},
    lsm::BucketId,
    state::Action,
};

/// Height of a line, pixels; the style sheet has the same.
const LINE_PX: f64 = 32.0;
/// Height of the column labels.
const FOOT_PX: f64 = 22.0;
/// Greatest height of the picture: beyond it scrolls.
const MOST_PX: f64 = 420.0;
/// Widths of the labels of the lines, short and long ones; the style sheet has the same.
const LABEL_PX: (f64, f64) = (44.0, 92.0);
/// Widths of a cell.
const CELL_PX: (f64, f64) = (42.0, 76.0);
/// Lines and columns drawn beyond those in sight.
const OVERSCAN: usize = 3;

/// Properties of [`HeatGrid`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What is shown.
    pub(super) heat: Heat,
    /// Where.
    pub(super) grid: Rc<Grid>,
}

/// Which of `count` things of `size` pixels are in sight.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn in_sight(scroll: f64, room: f64, size: f64, count: usize) -> (usize, usize) {
    let first = ((scroll / size).max(0.0) as usize).saturating_sub(OVERSCAN);
    let end = ((scroll + room) / size).ceil().max(0.0) as usize + OVERSCAN;
    (first.min(count), end.min(count))
}

/// The picture.
#[component]
pub(super) fn HeatGrid(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let scroll = use_state_eq(|| (0.0_f64, 0.0_f64));
    let at = use_state_eq(|| None::<(usize, usize)>);
    let (grid, heat) = (&props.grid, &props.heat);
    let (lines, columns) = (grid.lines.len(), grid.columns.len());
    let brief = grid.lines.iter().all(|line| short_name(&line.label).chars().count() < 7);
    let label_px = if brief { LABEL_PX.0 } else { LABEL_PX.1 };
    #[allow(clippy::cast_precision_loss)]
    let cell_px = ((width - label_px - 18.0) / columns.max(1) as f64).clamp(CELL_PX.0, CELL_PX.1).floor();
    #[allow(clippy::cast_precision_loss)]
    let (inner_px, full_px) = (lines as f64 * LINE_PX, label_px + columns as f64 * cell_px);
    let foot = if grid.wrapped { 0.0 } else { FOOT_PX };
    let height = (inner_px + foot).min(MOST_PX);
    let seen = in_sight(scroll.0, height, LINE_PX, lines);
    let across = in_sight(scroll.1, width - label_px, cell_px, columns);
    {
        let at = at.clone();
        use_effect_with(grid.clone(), move |_| at.set(None));
    }
    let onscroll = {
        let scroll = scroll.clone();
        Callback::from(move |event: Event| {
            let element: Element = event.target_unchecked_into();
            scroll.set((f64::from(element.scroll_top()), f64::from(element.scroll_left())));
        })
    };
    let position =
        heat.chosen.as_ref().and_then(|id| heat.levels.buckets.iter().position(|bucket| BucketId::of(bucket) == *id));
    let chosen = position.and_then(|bucket| grid.find(bucket));
    let choose = {
        let (page, heat, grid, at) = (page.clone(), heat.clone(), grid.clone(), at.clone());
        Callback::from(move |place: (usize, usize)| {
            at.set(Some(place));
            let bucket = grid.lines.get(place.0).and_then(|line| line.at(place.1));
            if let Some(bucket) = bucket.and_then(|index| heat.levels.buckets.get(index)) {
                page.send(Action::Bucket(Some(BucketId::of(bucket).print())));
            }
        })
    };
    let onkeydown = {
        let (grid, at, choose, node) = (grid.clone(), at.clone(), choose.clone(), node.clone());
        Callback::from(move |event: KeyboardEvent| {
            let here = at.or(chosen).unwrap_or((0, 0));
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                choose.emit(here);
                return;
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let leap = (height / LINE_PX) as usize;
            if let Some(next) = grid.step(here, &event.key(), event.ctrl_key(), leap) {
                event.prevent_default();
                at.set(Some(next));
                bring_into_sight(&node, next, cell_px, (height - foot, width - label_px));
            }
        })
    };
    let active =
        at.or(chosen).filter(|(line, column)| (seen.0..seen.1).contains(line) && (across.0..across.1).contains(column));
    let line = |index: usize| {
        let line = &grid.lines[index];
        let cells = (across.0..across.1).filter_map(|column| Some((column, line.at(column)?)));
        #[allow(clippy::cast_precision_loss)]
        let top = index as f64 * LINE_PX;
        html! {
            <div key={index} class="heat-line" role="row" aria-rowindex={(index + 1).to_string()} style={format!("transform:translateY({top}px)")}>
                <div class="heat-label" role="rowheader" title={line.label.clone()}>{ short_name(&line.label) }</div>
                { for cells.map(|(column, bucket)| cell(heat, bucket, (index, column), (label_px, cell_px), (chosen == Some((index, column)), active == Some((index, column))), &choose)) }
            </div>
        }
    };
    html! {
        <div class={classes!("heat-box", brief.then_some("brief"))} role="grid" tabindex="0" aria-label={format!("{} of buckets: arrow keys move, Enter shows one", heat.measure.label())} aria-rowcount={lines.to_string()} aria-colcount={columns.to_string()}
            aria-activedescendant={active.map(cell_id)} style={format!("height:{height}px")} ref={node} {onscroll} {onkeydown}>
            <div class="heat-body" role="rowgroup" style={format!("height:{inner_px}px;width:{full_px}px")}>{ for (seen.0..seen.1).map(line) }</div>
            if !grid.wrapped {
                <div class="heat-foot" role="rowgroup" style={format!("width:{full_px}px")}><div role="row">
                    { for (across.0..across.1).map(|column| {
                        let name = &grid.columns[column];
                        #[allow(clippy::cast_precision_loss)]
                        let left = label_px + column as f64 * cell_px;
                        html! { <div key={column} role="columnheader" title={name.clone()} style={format!("left:{left}px;width:{cell_px}px")}>{ short_name(name) }</div> }
                    }) }
                </div></div>
            }
        </div>
    }
}

fn cell_id((line, column): (usize, usize)) -> String {
    format!("heat-{line}-{column}")
}

fn cell(
    heat: &Heat,
    bucket: usize,
    place: (usize, usize),
    (label_px, cell_px): (f64, f64),
    (on, active): (bool, bool),
    choose: &Callback<(usize, usize)>,
) -> Html {
    let Some(own) = heat.levels.buckets.get(bucket) else { return html! {} };
    let value = heat.measure.value(own, &heat.base);
    let share = value.map_or(0.0, |value| heat.scale.share(value) * 100.0);
    let text = value.map_or_else(|| "–".to_owned(), |value| heat.measure.text(value));
    let facts = [
        format!("{} {text}", heat.measure.label().to_lowercase()),
        format::counted(usize::try_from(own.files).unwrap_or_default(), "file"),
        format::bytes(own.bytes),
        format!("{} rows", format::exact(own.rows)),
    ];
    let title = format!("{}: {}", BucketId::of(own).title(), facts.join(", "));
    let narrow = matches!(heat.measure, Measure::Size | Measure::Age | Measure::Deleted | Measure::Rows);
    #[allow(clippy::cast_precision_loss)]
    let left = label_px + place.1 as f64 * cell_px;
    let choose = choose.clone();
    html! {
        <div key={place.1} role="gridcell" id={cell_id(place)} aria-colindex={(place.1 + 1).to_string()} aria-selected={on.to_string()} aria-label={title.clone()} {title}
            class={classes!("heat-cell", on.then_some("on"), active.then_some("at"), narrow.then_some("narrow"), value.is_none().then_some("unknown"))}
            style={format!("--heat:{share:.0}%;left:{left}px;width:{}px", cell_px - 4.0)} onclick={Callback::from(move |_: MouseEvent| choose.emit(place))}>{ text }</div>
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn bring_into_sight(node: &NodeRef, (line, column): (usize, usize), cell_px: f64, (high, wide): (f64, f64)) {
    let Some(element) = node.cast::<Element>() else { return };
    let near = |at: f64, size: f64, scroll: f64, room: f64| {
        if at < scroll {
            Some(at)
        } else if at + size > scroll + room {
            Some(at + size - room)
        } else {
            None
        }
    };
    if let Some(top) = near(line as f64 * LINE_PX, LINE_PX, f64::from(element.scroll_top()), high) {
        element.set_scroll_top(top.ceil() as i32);
    }
    if let Some(left) = near(column as f64 * cell_px, cell_px, f64::from(element.scroll_left()), wide) {
        element.set_scroll_left(left.ceil() as i32);
    }
}

/// `month=1` needs only its value, where room is scarce.
fn short_name(name: &str) -> String {
    let values: Vec<&str> = name.split('/').map(|part| part.split_once('=').map_or(part, |(_, value)| value)).collect();
    format::middle_cut(&values.join("/"), 7, 4)
}
