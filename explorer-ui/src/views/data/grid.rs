//! The virtual grid: draws the rows and columns in sight, whatever the table's size.

use std::rc::Rc;

use web_sys::{Element, KeyboardEvent};
use yew::prelude::*;

use crate::{
    cell::{Cell, Look, look_of},
    components::{page::use_page, size::use_size},
    export::row_json,
    grid::{ROW_PX, column_px, columns_in_sight, edges, scroll_to, window},
    model::{ScanColumn, ScanOpened},
    shared::Shared,
    state::{self, Action, PAGE_ROWS, Scan, Selection},
};

/// Rows that a column's width is measured by.
const SAMPLE: usize = 100;
/// Characters of a cell that are drawn; the inspector has the rest.
const DRAWN_CHARS: usize = 240;

/// Properties of [`Grid`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Cursor and columns.
    pub(super) opened: Shared<ScanOpened>,
    /// Rows read.
    pub(super) scan: Scan,
    /// The chosen cell.
    pub(super) selection: Option<Selection>,
    /// Rows in all, where known.
    pub(super) estimate: Option<usize>,
    /// Whether the first column says what a row does.
    pub(super) kinds: bool,
}

/// How the columns lie.
#[derive(PartialEq)]
struct Layout {
    looks: Vec<Look>,
    edges: Vec<f64>,
}

fn layout(columns: &[ScanColumn], scan: &Scan) -> Layout {
    let looks: Vec<Look> = columns.iter().map(|column| look_of(&column.type_text)).collect();
    let sample: Vec<&state::Row> = scan.rows().take(SAMPLE).collect();
    let widths: Vec<f64> = columns
        .iter()
        .zip(&looks)
        .enumerate()
        .map(|(index, (column, look))| {
            column_px(&column.name, &column.type_text, *look, sample.iter().filter_map(|row| row.get(index)))
        })
        .collect();
    Layout { looks, edges: edges(&widths) }
}

/// The grid.
#[component]
pub(super) fn Grid(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, height) = use_size(&node);
    let scroll = use_state_eq(|| (0.0_f64, 0.0_f64));
    let layout = use_memo((props.opened.clone(), props.scan.loaded.min(SAMPLE)), |(opened, _)| {
        layout(&opened.columns, &props.scan)
    });
    let chosen = match props.selection {
        Some(Selection::Cell { row, column }) => Some((row, column)),
        _ => None,
    };
    let scan = &props.scan;
    // Room for what is known to come, else for one page more, so that scrolling goes on.
    let more = if scan.done || scan.is_full() { 0 } else { 20 };
    let total =
        if scan.done || scan.is_full() { scan.loaded } else { props.estimate.unwrap_or(0).max(scan.loaded + more) };
    let inner = (height - HEAD_PX).max(ROW_PX);
    let (top, left) = *scroll;
    let seen = window(top, inner, total);
    {
        let page = page.clone();
        use_effect_with((seen.end, scan.loaded), move |&(end, loaded)| {
            if end + PAGE_ROWS / 2 > loaded {
                page.send(Action::WantRows(end + PAGE_ROWS));
            }
        });
    }
    {
        // A new scan starts at its first row.
        let node = node.clone();
        use_effect_with(props.opened.cursor.clone(), move |_| {
            if let Some(element) = node.cast::<Element>() {
                element.set_scroll_top(0);
            }
        });
    }
    let onscroll = {
        let scroll = scroll.clone();
        Callback::from(move |event: Event| {
            let element: Element = event.target_unchecked_into();
            scroll.set((f64::from(element.scroll_top()), f64::from(element.scroll_left())));
        })
    };
    let columns = &props.opened.columns;
    let onkeydown = {
        let (page, node, layout, opened) = (page.clone(), node.clone(), layout.clone(), props.opened.clone());
        let loaded = scan.loaded;
        Callback::from(move |event: KeyboardEvent| {
            let (row, column) = chosen.unwrap_or((0, 0));
            if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("c") {
                if let Some(values) = page.state.scan.row(row) {
                    let text = if event.shift_key() {
                        Some(row_json(&opened.columns, values))
                    } else {
                        values.get(column).map(Cell::copy_text)
                    };
                    text.iter().for_each(|text| page.copy(text));
                    event.prevent_default();
                }
                return;
            }
            let Some((row, column)) = moved(
                &event.key(),
                event.ctrl_key(),
                (row, column),
                chosen.is_some(),
                loaded,
                opened.columns.len(),
                inner,
            ) else {
                return;
            };
            event.prevent_default();
            page.send(Action::Select(Some(Selection::Cell { row, column })));
            bring_into_sight(&node, &layout.edges, row, column, inner, total);
        })
    };
    let sight = columns_in_sight(&layout.edges, left, width);
    let full_width = layout.edges.last().copied().unwrap_or_default();
    let pick = use_callback(page.sender(), |(row, column): (usize, usize), send| {
        send.emit(Action::Select(Some(Selection::Cell { row, column })));
    });
    html! {
        <div class="grid-box" role="grid" tabindex="0" aria-label="Rows" aria-rowcount={if scan.done { (total + 1).to_string() } else { "-1".to_owned() }} aria-colcount={columns.len().to_string()}
            aria-activedescendant={chosen.map(|(row, column)| format!("cell-{row}-{column}"))} ref={node} {onscroll} {onkeydown}>
            <div class="grid-head" role="row" aria-rowindex="1" style={format!("width:{full_width}px")}>
                { for (sight.0..sight.1).map(|index| head_cell(&columns[index], &layout, index)) }
            </div>
            <div class="grid-body" role="rowgroup" style={format!("width:{full_width}px;height:{}px", seen.content_px)}>
                { for (seen.first..seen.end).map(|index| {
                    #[allow(clippy::cast_precision_loss)]
                    let at = seen.top_px + (index - seen.first) as f64 * ROW_PX;
                    let cells = scan.row(index).cloned();
                    let kind = if props.kinds { cells.as_ref().and_then(|cells| kind_of(cells.first()?)) } else { None };
                    html! { <Row key={index} {index} {at} {cells} {kind} layout={layout.clone()} {sight} chosen={chosen.filter(|(row, _)| *row == index).map(|(_, column)| column)} pick={pick.clone()} /> }
                }) }
            </div>
        </div>
    }
}

/// Height of the header, pixels; the style sheet has the same.
const HEAD_PX: f64 = 44.0;

fn head_cell(column: &ScanColumn, layout: &Layout, index: usize) -> Html {
    let look = layout.looks[index];
    html! {
        <div role="columnheader" aria-colindex={(index + 1).to_string()} key={index} class={classes!("grid-cell", "grid-title", (look == Look::Number).then_some("num"))} style={place(layout, index)} title={format!("{}\n{}", column.name, column.type_text)}>
            <b>{ column.name.clone() }</b><small>{ column.type_text.clone() }</small>
        </div>
    }
}

fn place(layout: &Layout, index: usize) -> String {
    format!("left:{}px;width:{}px", layout.edges[index], layout.edges[index + 1] - layout.edges[index])
}

/// Where a key leads, or none when it is not one of the grid's.
fn moved(
    key: &str,
    ctrl: bool,
    (row, column): (usize, usize),
    began: bool,
    rows: usize,
    columns: usize,
    inner: f64,
) -> Option<(usize, usize)> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let leap = (inner / ROW_PX) as usize;
    let (last_row, last_column) = (rows.saturating_sub(1), columns.saturating_sub(1));
    let to = match key {
        "ArrowDown" | "ArrowUp" | "ArrowLeft" | "ArrowRight" if !began => (0, 0),
        "ArrowDown" => (row + 1, column),
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, column + 1),
        "PageDown" => (row + leap, column),
        "PageUp" => (row.saturating_sub(leap), column),
        "Home" if ctrl => (0, 0),
        "End" if ctrl => (last_row, last_column),
        "Home" => (row, 0),
        "End" => (row, last_column),
        _ => return None,
    };
    Some((to.0.min(last_row), to.1.min(last_column)))
}

#[allow(clippy::cast_possible_truncation)]
fn bring_into_sight(node: &NodeRef, edges: &[f64], row: usize, column: usize, inner: f64, total: usize) {
    let Some(element) = node.cast::<Element>() else { return };
    if let Some(top) = scroll_to(row, f64::from(element.scroll_top()), inner, total) {
        element.set_scroll_top(top.ceil() as i32);
    }
    let (Some(from), Some(to)) = (edges.get(column), edges.get(column + 1)) else { return };
    let (left, width) = (f64::from(element.scroll_left()), f64::from(element.client_width()));
    if *from < left {
        element.set_scroll_left(*from as i32);
    } else if *to > left + width {
        element.set_scroll_left((*to - width).ceil() as i32);
    }
}

/// Properties of [`Row`].
#[derive(Properties, PartialEq)]
struct RowProps {
    index: usize,
    at: f64,
    cells: Option<state::Row>,
    layout: Rc<Layout>,
    /// What the row does, where its first cell says so.
    kind: Option<Kind>,
    sight: (usize, usize),
    chosen: Option<usize>,
    pick: Callback<(usize, usize)>,
}

/// One row.
#[component]
fn Row(props: &RowProps) -> Html {
    let RowProps { index, at, cells, kind, layout, sight, chosen, pick } = props;
    let row = *index;
    let body = match cells {
        None => {
            html! { <>{ for (sight.0..sight.1).map(|column| html! { <div key={column} class="grid-cell" style={place(layout, column)}><div class="skeleton"></div></div> }) }</> }
        }
        Some(cells) => {
            html! { <>{ for (sight.0..sight.1).filter_map(|column| Some((column, cells.get(column)?))).map(|(column, cell)| {
                let pick = pick.clone();
                let onclick = Callback::from(move |_: MouseEvent| pick.emit((row, column)));
                let look = layout.looks[column];
                let on = *chosen == Some(column);
                html! {
                    <div role="gridcell" id={format!("cell-{row}-{column}")} key={column} aria-colindex={(column + 1).to_string()} aria-selected={on.then_some("true")} {onclick}
                        class={classes!("grid-cell", class_of(look), on.then_some("on"))} style={place(layout, column)}>{ if let Some(kind) = kind.filter(|_| column == 0) { label(kind) } else { draw(cell) } }</div>
                }
            }) }</> }
        }
    };
    html! {
        <div role="row" aria-rowindex={(row + 2).to_string()} class={classes!("grid-row", kind.map(|kind| kind.class), (row % 2 == 1).then_some("odd"), chosen.is_some().then_some("on"))} style={format!("transform:translateY({at}px)")}>{ body }</div>
    }
}

/// What a row does to its key: how it looks, and the word for it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Kind {
    sign: &'static str,
    class: &'static str,
    word: &'static str,
}

fn kind_of(cell: &Cell) -> Option<Kind> {
    let (sign, class, word) = match cell {
        Cell::Text(text) => match &**text {
            "+I" => ("+I", "kind-insert", "insert"),
            "-U" => ("-U", "kind-before", "before"),
            "+U" => ("+U", "kind-after", "after"),
            "-D" => ("-D", "kind-delete", "delete"),
            _ => return None,
        },
        _ => return None,
    };
    Some(Kind { sign, class, word })
}

/// The kind in its sign and in a word: colour alone tells nothing to many.
fn label(kind: Kind) -> Html {
    html! { <span class="row-kind"><b>{ kind.sign }</b>{" "}{ kind.word }</span> }
}

fn class_of(look: Look) -> &'static str {
    match look {
        Look::Number => "num",
        Look::Time => "time",
        Look::Bool => "bool",
        Look::Binary => "mono binary",
        Look::Nested => "mono nested",
        Look::Text => "text",
    }
}

/// null, the empty text and everything else must not look alike.
fn draw(cell: &Cell) -> Html {
    match cell {
        Cell::Null => html! { <span class="null">{"null"}</span> },
        Cell::Text(text) if text.is_empty() => html! { <span class="null">{"empty"}</span> },
        Cell::Bool(value) => html! { <span class={if *value { "yes" } else { "no" }}>{ value.to_string() }</span> },
        Cell::Text(text) => html! { clipped(text) },
        other => html! { clipped(&other.to_string()) },
    }
}

/// Line breaks and other controls would break the line: they are shown as signs.
fn clipped(text: &str) -> String {
    text.chars()
        .take(DRAWN_CHARS)
        .map(|c| match c {
            '\n' => '↵',
            '\t' => '⇥',
            c if c.is_control() => '·',
            c => c,
        })
        .collect()
}
