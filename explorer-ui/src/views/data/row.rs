//! One row of the grid.

use std::rc::Rc;

use yew::prelude::*;

use super::cells::{Kind, class_of, draw, label};
use crate::{
    cell::Look,
    grid::{ROW_PX, keys::Place, lanes::Lanes},
    state,
};

/// How the columns lie and look.
#[derive(Debug, PartialEq)]
pub(super) struct Layout {
    /// Places and widths.
    pub(super) lanes: Lanes,
    /// The look of each column of the scan.
    pub(super) looks: Vec<Look>,
}

/// Properties of [`Row`].
#[derive(Properties, PartialEq)]
pub(super) struct RowProps {
    /// Its number.
    pub(super) index: usize,
    /// Rows above it in the layer.
    pub(super) above: usize,
    /// Its cells, once they are read.
    pub(super) cells: Option<state::Row>,
    /// How the columns lie.
    pub(super) layout: Rc<Layout>,
    /// What the row does, where its first cell says so.
    pub(super) kind: Option<Kind>,
    /// Columns that differ from the other side of the update.
    pub(super) changed: Vec<usize>,
    /// Places in sight.
    pub(super) sight: (usize, usize),
    /// Place of the chosen cell in this row.
    pub(super) chosen: Option<usize>,
    /// Places selected in this row.
    pub(super) selected: Option<(usize, usize)>,
    /// Chooses a cell; with true, the block up to it.
    pub(super) pick: Callback<(Place, bool)>,
}

/// A row: pinned cells in a part that stays in sight, the others where they lie.
#[component]
pub(super) fn Row(props: &RowProps) -> Html {
    let RowProps { index, above, kind, layout, sight, chosen, .. } = props;
    let lanes = &layout.lanes;
    #[allow(clippy::cast_precision_loss)]
    let top = *above as f64 * ROW_PX;
    html! {
        <div role="row" aria-rowindex={(index + 2).to_string()} class={classes!("grid-row", kind.map(|kind| kind.class), (index % 2 == 1).then_some("odd"), chosen.is_some().then_some("on"))} style={format!("top:{top}px")}>
            if lanes.pinned > 0 {
                <div class="grid-pins" role="presentation" style={format!("width:{}px", lanes.pinned_px())}>{ for (0..lanes.pinned).map(|place| cell(props, place)) }</div>
            }
            // A list of its own, as in the head: cells that stay in sight are not made anew.
            <>{ for (sight.0..sight.1).map(|place| cell(props, place)) }</>
        </div>
    }
}

fn cell(props: &RowProps, place: usize) -> Html {
    let (layout, row) = (&props.layout, props.index);
    let style = style_of(&layout.lanes, place);
    let Some(cells) = &props.cells else {
        return html! { <div key={place} class="grid-cell" {style}><div class="skeleton"></div></div> };
    };
    let column = layout.lanes.order.get(place).copied().unwrap_or_default();
    let Some(value) = cells.get(column) else { return html! {} };
    let look = layout.looks.get(column).copied().unwrap_or(Look::Text);
    let on = props.chosen == Some(place);
    let selected = props.selected.is_some_and(|(first, last)| (first..=last).contains(&place));
    let pick = props.pick.clone();
    let onclick = Callback::from(move |event: MouseEvent| pick.emit(((row, place), event.shift_key())));
    let drawn = match props.kind.filter(|_| column == 0) {
        Some(kind) => label(kind),
        None => draw(look, value),
    };
    html! {
        <div role="gridcell" id={format!("cell-{row}-{place}")} key={place} aria-colindex={(place + 1).to_string()} aria-selected={(on || selected).then_some("true")} {onclick}
            class={classes!("grid-cell", class_of(look), on.then_some("on"), selected.then_some("in"), props.changed.contains(&column).then_some("changed-cell"))} {style}>{ drawn }</div>
    }
}

/// Where a place lies.
pub(super) fn style_of(lanes: &Lanes, place: usize) -> String {
    let (left, width) = lanes.span(place);
    format!("left:{left}px;width:{width}px")
}
