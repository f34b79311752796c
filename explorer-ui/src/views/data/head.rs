//! The head of the grid: titles, widths to drag, and a menu for each column.

use std::rc::Rc;

use yew::prelude::*;

use super::{
    grip::Grip,
    row::{Layout, style_of},
};
use crate::{
    cell::Look,
    components::{
        icon::{Icon, icon},
        page::use_page,
    },
    grid::pins::{print_pins, with_moved},
    model::ScanOpened,
    shared::Shared,
    state::Action,
};

/// Properties of [`Head`].
#[derive(Properties, PartialEq)]
pub(super) struct HeadProps {
    /// Columns.
    pub(super) opened: Shared<ScanOpened>,
    /// How they lie.
    pub(super) layout: Rc<Layout>,
    /// Places in sight.
    pub(super) sight: (usize, usize),
    /// Makes a column so wide; no width means what fits.
    pub(super) resize: Callback<(usize, Option<f64>)>,
    /// Opens the menu of a column.
    pub(super) menu: Callback<usize>,
    /// Columns that are open.
    pub(super) open: Option<usize>,
}

/// The head.
#[component]
pub(super) fn Head(props: &HeadProps) -> Html {
    let lanes = &props.layout.lanes;
    html! {
        <div class="grid-head" role="row" aria-rowindex="1" style={format!("width:{}px", lanes.full_px())}>
            if lanes.pinned > 0 {
                <div class="grid-pins" role="presentation" style={format!("width:{}px", lanes.pinned_px())}>{ for (0..lanes.pinned).map(|place| title(props, place)) }</div>
            }
            // A list of its own: beside something without a key, yew would make every title anew when one leaves the sight.
            <>{ for (props.sight.0..props.sight.1).map(|place| title(props, place)) }</>
        </div>
    }
}

fn title(props: &HeadProps, place: usize) -> Html {
    let layout = &props.layout;
    let Some(index) = layout.lanes.order.get(place).copied() else { return html! {} };
    let Some(column) = props.opened.columns.get(index) else { return html! {} };
    let num = layout.looks.get(index) == Some(&Look::Number);
    let menu = {
        let menu = props.menu.clone();
        Callback::from(move |_: MouseEvent| menu.emit(index))
    };
    let width = layout.lanes.span(place).1;
    html! {
        <div role="columnheader" aria-colindex={(place + 1).to_string()} key={index} class={classes!("grid-cell", "grid-title", num.then_some("num"))} style={style_of(&layout.lanes, place)} title={format!("{}\n{}", column.name, column.type_text)}>
            <button class="plain title-button" tabindex="-1" aria-haspopup="dialog" aria-expanded={(props.open == Some(index)).to_string()} onclick={menu}><b>{ column.name.clone() }</b><small>{ column.type_text.clone() }</small></button>
            <Grip {index} name={column.name.clone()} {width} resize={props.resize.clone()} />
        </div>
    }
}

/// Properties of [`Moves`].
#[derive(Properties, PartialEq)]
pub(super) struct MovesProps {
    /// Columns.
    pub(super) opened: Shared<ScanOpened>,
    /// The column.
    pub(super) index: usize,
    /// Pinned columns.
    pub(super) pinned: Vec<String>,
    /// The column is gone.
    pub(super) onhide: Callback<()>,
}

/// Pins, hides and moves a column.
#[component]
pub(super) fn Moves(props: &MovesProps) -> Html {
    let page = use_page();
    let columns = &props.opened.columns;
    let Some(column) = columns.get(props.index) else { return html! {} };
    let is_pinned = props.pinned.contains(&column.name);
    let pins: Vec<String> = match is_pinned {
        true => props.pinned.iter().filter(|name| **name != column.name).cloned().collect(),
        false => props.pinned.iter().chain([&column.name]).cloned().collect(),
    };
    let rest: Vec<String> =
        columns.iter().filter(|other| other.name != column.name).map(|other| other.name.clone()).collect();
    let to = |by: isize| with_moved(columns, props.index, by);
    let moved = |label: &'static str, names: Option<Vec<String>>| {
        let disabled = names.is_none();
        html! { <button {disabled} onclick={page.on(Action::Columns(names.unwrap_or_default()))}>{ label }</button> }
    };
    let hide = {
        let (page, rest, onhide) = (page.clone(), rest.clone(), props.onhide.clone());
        Callback::from(move |_: MouseEvent| {
            onhide.emit(());
            page.send(Action::Columns(rest.clone()));
        })
    };
    html! {
        <div class="column-tools">
            <button aria-pressed={is_pinned.to_string()} onclick={page.on(Action::Focus("pin", Some(print_pins(&pins))))}>{ icon(Icon::Columns) }{ if is_pinned { "Unpin" } else { "Pin" } }</button>
            { moved("Move left", to(-1)) }
            { moved("Move right", to(1)) }
            <button disabled={rest.is_empty()} onclick={hide}>{"Hide"}</button>
        </div>
    }
}
