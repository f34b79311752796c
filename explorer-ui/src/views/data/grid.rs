//! The virtual grid: draws the rows and columns in sight, whatever the table's size.

use std::{cell::Cell as Flag, rc::Rc};

use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use super::{
    cells::kind_of,
    column_menu::ColumnMenu,
    head::Head,
    row::{Layout, Row},
    selection::{copy_block, selected_places},
};
use crate::{
    browser,
    cell::{Look, look_of},
    components::{page::use_page, size::use_size},
    export::CopyFormat,
    grid::{
        ROW_PX,
        keys::{Block, Field, Place, moved},
        lanes::{Lanes, column_px, pinned_at_first},
        pins::parse_pins,
        scroll::{Extent, Scroll},
    },
    history::kinds::{changed_at, key_columns},
    model::ScanOpened,
    shared::Shared,
    state::{self, Action, Scan, Selection, State},
};

/// Rows that a column's width is measured by.
const SAMPLE: usize = 100;
/// Height of the header, pixels; the style sheet has the same.
const HEAD_PX: f64 = 44.0;
/// The scroll bar rests when it has not moved for so many milliseconds.
const REST_MILLIS: i32 = 160;

/// Properties of [`Grid`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Cursor and columns.
    pub(super) opened: Shared<ScanOpened>,
    /// Rows read.
    pub(super) scan: Scan,
    /// The chosen cell.
    pub(super) selection: Option<Selection>,
    /// Whether the first column says what a row does.
    pub(super) kinds: bool,
}

fn layout(opened: &ScanOpened, scan: &Scan, state: &State, room: f64) -> Layout {
    let columns = &opened.columns;
    let looks: Vec<Look> = columns.iter().map(|column| look_of(&column.type_text)).collect();
    let sample: Vec<&state::Row> = scan.rows().take(SAMPLE).collect();
    let widths: Vec<f64> = columns
        .iter()
        .zip(&looks)
        .enumerate()
        .map(|(index, (column, look))| {
            let chosen = state.widths.iter().find(|(name, _)| *name == column.name).map(|(_, width)| *width);
            let cells = sample.iter().filter_map(|row| row.get(index));
            chosen.unwrap_or_else(|| column_px(&column.name, &column.type_text, *look, cells))
        })
        .collect();
    let width_of =
        |name: &str| columns.iter().position(|column| column.name == name).and_then(|at| widths.get(at).copied());
    let pins = match state.route.focus("pin") {
        Some(text) => parse_pins(text),
        None => {
            let keys = state.opened().map(|opened| opened.info.primary_keys.clone()).unwrap_or_default();
            pinned_at_first(&keys, width_of, room)
        }
    };
    let lanes = Lanes::new(columns, &pins, |index| widths.get(index).copied().unwrap_or(120.0));
    Layout { lanes, looks }
}

/// The place of the view, changed by events that come between two drawings.
#[derive(Clone)]
struct View {
    node: NodeRef,
    live: Rc<Flag<Scroll>>,
    shown: UseStateHandle<Scroll>,
    moves: Rc<Flag<(u32, bool)>>,
}

impl View {
    /// Goes to a place, and takes the scroll bar along.
    #[allow(clippy::cast_possible_truncation)]
    fn go(&self, to: Scroll, extent: Extent) {
        let px = to.px.round();
        let to = if extent.is_scaled() { Scroll { px, ..to } } else { Scroll { px, at: px } };
        self.live.set(to);
        self.shown.set(to);
        if let Some(element) = self.node.cast::<Element>() {
            element.set_scroll_top(px as i32);
        }
    }

    /// The bar was moved.
    fn scrolled(&self, px: f64, extent: Extent) {
        let before = self.live.get();
        // Our own moves are heard, too.
        if (px - before.px).abs() < 1.0 {
            return;
        }
        let after = before.moved(px, extent);
        if after.is_stuck(extent) {
            return self.go(after.settled(extent), extent);
        }
        self.live.set(after);
        self.shown.set(after);
        if extent.is_scaled() {
            self.settle_later(extent);
        }
    }

    /// Puts the bar where the view is, once it rests.
    fn settle_later(&self, extent: Extent) {
        let (count, waits) = self.moves.get();
        self.moves.set((count.wrapping_add(1), true));
        if waits {
            return;
        }
        let view = self.clone();
        spawn_local(async move {
            loop {
                let (count, _) = view.moves.get();
                browser::sleep(REST_MILLIS).await;
                if view.moves.get().0 == count {
                    break;
                }
            }
            view.moves.set((0, false));
            let settled = view.live.get().settled(extent);
            if (settled.px - view.live.get().px).abs() >= 1.0 {
                view.go(settled, extent);
            }
        });
    }
}

/// The grid.
#[component]
pub(super) fn Grid(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, height) = use_size(&node);
    let shown = use_state_eq(Scroll::default);
    let left = use_state_eq(|| 0.0_f64);
    let anchor = use_state_eq(|| None::<Place>);
    let menu = use_state_eq(|| None::<usize>);
    let wants_end = use_state_eq(|| false);
    let live = use_memo((), |()| Flag::new(Scroll::default()));
    let moves = use_memo((), |()| Flag::new((0, false)));
    let scan = &props.scan;
    let layout = {
        let state = page.state.clone();
        let pins = (page.state.widths.clone(), page.state.route.focus("pin").map(str::to_owned));
        use_memo((props.opened.clone(), scan.known.min(SAMPLE), pins, width > 0.0), move |(opened, ..)| {
            layout(opened, &state.scan, &state, width)
        })
    };
    let extent = Extent { height: (height - HEAD_PX).max(ROW_PX), total: scan.room() };
    let view = View { node: node.clone(), live, shown: shown.clone(), moves };
    let seen = shown.window(extent);
    use_look(&page, &props.opened, scan, (seen.first, seen.end), height > HEAD_PX);
    use_start(&page, &view, extent, (height > HEAD_PX).then(|| props.opened.clone()));
    let lanes = &layout.lanes;
    let chosen: Option<Place> = match props.selection {
        Some(Selection::Cell { row, column }) => lanes.places.get(column).map(|place| (row, *place)),
        _ => None,
    };
    let choose = {
        let (send, layout) = (page.sender(), layout.clone());
        move |(row, place): Place| {
            let column = layout.lanes.order.get(place).copied().unwrap_or_default();
            send.emit(Action::Select(Some(Selection::Cell { row, column })));
        }
    };
    {
        // The end was looked for and found.
        let (view, choose, wants_end) = (view.clone(), choose.clone(), wants_end.clone());
        let column = chosen.map_or(0, |(_, place)| place);
        use_effect_with((scan.total, *wants_end), move |&(total, wanted)| {
            if let (Some(total), true) = (total, wanted) {
                wants_end.set(false);
                let row = total.saturating_sub(1);
                choose((row, column));
                view.go(Scroll::around(row, Extent { total, ..extent }), Extent { total, ..extent });
            }
        });
    }
    let onscroll = {
        let (view, left) = (view.clone(), left.clone());
        Callback::from(move |event: Event| {
            let element: Element = event.target_unchecked_into();
            left.set(f64::from(element.scroll_left()));
            view.scrolled(f64::from(element.scroll_top()), extent);
        })
    };
    let block = chosen.map(|cell| Block::of(anchor.unwrap_or(cell), cell));
    let onkeydown = {
        let (page, layout, view, anchor, wants_end, choose) =
            (page.clone(), layout.clone(), view.clone(), anchor.clone(), wants_end.clone(), choose.clone());
        let (opened, block) = (props.opened.clone(), block.clone());
        let field =
            Field { rows: scan.total.unwrap_or(scan.known), columns: lanes.order.len(), leap: extent.rows_in_view() };
        let ends = scan.total.is_some();
        Callback::from(move |event: KeyboardEvent| {
            let ctrl = event.ctrl_key() || event.meta_key();
            if ctrl && event.key().eq_ignore_ascii_case("c") {
                let format = if event.shift_key() { CopyFormat::Json } else { CopyFormat::Tsv };
                if let Some(block) = &block {
                    copy_block(&page, &opened, &layout.lanes, block, format);
                    event.prevent_default();
                }
                return;
            }
            let key = event.key();
            let Some(to) = moved(&key, ctrl, chosen, field) else { return };
            event.prevent_default();
            if !ends && ctrl && matches!(key.as_str(), "End" | "ArrowDown") {
                wants_end.set(true);
                page.send(Action::LookAtEnd);
                return;
            }
            anchor.set(event.shift_key().then(|| anchor.or(chosen).unwrap_or(to)));
            choose(to);
            if let Some(scroll) = view.live.get().to_row(to.0, extent) {
                view.go(scroll, extent);
            }
            scroll_sideways(&view.node, &layout.lanes, to.1);
        })
    };
    let pick = {
        let (anchor, choose) = (anchor.clone(), choose.clone());
        let latest = use_mut_ref(|| None);
        *latest.borrow_mut() = Some((anchor, choose, chosen));
        use_callback((), move |(place, extends): (Place, bool), ()| {
            if let Some((anchor, choose, chosen)) = &*latest.borrow() {
                anchor.set(extends.then(|| anchor.or(*chosen).unwrap_or(place)));
                choose(place);
            }
        })
    };
    let resize = {
        let (send, opened) = (page.sender(), props.opened.clone());
        Callback::from(move |(index, width): (usize, Option<f64>)| {
            let name = opened.columns.get(index).map(|column| column.name.clone());
            name.into_iter().for_each(|name| send.emit(Action::Width(name, width)));
        })
    };
    let open_menu = {
        let menu = menu.clone();
        Callback::from(move |index: usize| menu.set(Some(index).filter(|index| *menu != Some(*index))))
    };
    let close_menu = {
        let menu = menu.clone();
        Callback::from(move |()| menu.set(None))
    };
    let sight = lanes.in_sight(*left, width);
    let pinned: Vec<String> = lanes
        .order
        .iter()
        .take(lanes.pinned)
        .filter_map(|&at| Some(props.opened.columns.get(at)?.name.clone()))
        .collect();
    let keys = if props.kinds {
        page.info().map(|info| key_columns(info, &props.opened.columns)).unwrap_or_default()
    } else {
        Vec::new()
    };
    html! {
        <div class="grid-frame">
        if let Some(index) = *menu {
            <ColumnMenu opened={props.opened.clone()} {index} pinned={pinned} left={(lanes.span(lanes.places.get(index).copied().unwrap_or_default()).0 - if lanes.places.get(index).is_some_and(|place| *place < lanes.pinned) { 0.0 } else { *left }).clamp(0.0, (width - 320.0).max(0.0))} onclose={close_menu} />
        }
        <div class="grid-box" id="grid" role="grid" tabindex="0" aria-label="Rows" aria-multiselectable="true" aria-rowcount={scan.total.map_or_else(|| "-1".to_owned(), |total| (total + 1).to_string())} aria-colcount={lanes.order.len().to_string()}
            aria-activedescendant={chosen.filter(|(row, _)| (seen.first..seen.end).contains(row)).map(|(row, place)| format!("cell-{row}-{place}"))} ref={node} {onscroll} {onkeydown}>
            <Head opened={props.opened.clone()} layout={layout.clone()} {sight} {resize} menu={open_menu} open={*menu} />
            <div class="grid-body" role="rowgroup" style={format!("width:{}px;height:{}px", lanes.full_px(), extent.content_px())}>
                <div class="grid-layer" role="presentation" style={format!("transform:translateY({}px)", seen.base_px)}>
                { for (seen.first..seen.end).map(|index| {
                    let cells = scan.row(index).cloned();
                    let kind = if props.kinds { cells.as_ref().and_then(|cells| kind_of(cells.first()?)) } else { None };
                    let changed = match kind {
                        Some(_) => changed_at(index, |at| scan.row(at).map(|row| row.as_slice()), &keys),
                        None => Vec::new(),
                    };
                    html! { <Row key={index} {index} {changed} above={index - seen.base} {cells} {kind} layout={layout.clone()} {sight} chosen={chosen.filter(|(row, _)| *row == index).map(|(_, place)| place)} selected={selected_places(block.as_ref(), index)} pick={pick.clone()} /> }
                }) }
                </div>
            </div>
        </div>
        </div>
    }
}

/// Tells which rows are in sight, by whole pages: a state for every pixel would draw the page for every pixel.
#[hook]
fn use_look(
    page: &crate::components::page::Page,
    opened: &Shared<ScanOpened>,
    scan: &Scan,
    seen: (usize, usize),
    ready: bool,
) {
    let (first, end) = seen;
    let send = page.sender();
    let rows = scan.page_rows();
    let span = (first / rows * rows, end.max(1).div_ceil(rows) * rows);
    let empty = scan.total == Some(0);
    use_effect_with((span, opened.cursor.clone(), ready && !empty), move |((first, end), _, ready)| {
        if *ready {
            send.emit(Action::Look(*first..*end));
        }
    });
}

/// A new scan starts where the one before stood, or at the row that the address names.
#[hook]
fn use_start(page: &crate::components::page::Page, view: &View, extent: Extent, ready: Option<Shared<ScanOpened>>) {
    let asked =
        page.state.route.focus("n").and_then(|text| text.parse::<usize>().ok()).map(|number| number.saturating_sub(1));
    let top = page.state.scan.top();
    let (view, send) = (view.clone(), page.sender());
    use_effect_with((ready.map(|opened| opened.cursor.clone()), asked), move |(cursor, asked)| {
        if cursor.is_none() {
            return;
        }
        #[allow(clippy::cast_precision_loss)]
        match *asked {
            Some(row) => {
                // How many rows there are may not be known yet: there is room for it once it is looked at.
                let room = Extent { total: extent.total.max(row.saturating_add(extent.rows_in_view())), ..extent };
                let to = Scroll::around(row, room);
                view.go(to, room);
                let window = to.window(room);
                send.emit(Action::Look(window.first..window.end));
                send.emit(Action::Select(Some(Selection::Cell { row, column: 0 })));
            }
            None if top > 0 => view.go(Scroll { px: 0.0, at: top as f64 * ROW_PX }.settled(extent), extent),
            None => {}
        }
    });
}

#[allow(clippy::cast_possible_truncation)]
fn scroll_sideways(node: &NodeRef, lanes: &Lanes, place: usize) {
    let Some(element) = node.cast::<Element>() else { return };
    let (left, width) = (f64::from(element.scroll_left()), f64::from(element.client_width()));
    if let Some(to) = lanes.scroll_to(place, left, width) {
        element.set_scroll_left(to.ceil() as i32);
    }
}
