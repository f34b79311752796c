//! What can be done with a column, and what it looks like.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::head::Moves;
use crate::{
    cell::{Cell, look_of},
    column_stats::{ColumnSummary, summarize},
    components::{
        dialog::Dialog,
        page::{Page, use_page},
    },
    export::quoted_name,
    filter, format,
    model::{ScanColumn, ScanOpened},
    route::Tab,
    shared::Shared,
    state::Action,
};

/// Properties of [`ColumnMenu`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// Columns.
    pub(super) opened: Shared<ScanOpened>,
    /// The column.
    pub(super) index: usize,
    /// Pinned columns.
    pub(super) pinned: Vec<String>,
    /// Where the menu stands, pixels from the grid's left edge.
    pub(super) left: f64,
    /// When it is to be closed.
    pub(super) onclose: Callback<()>,
}

/// The menu under a title.
#[component]
pub(super) fn ColumnMenu(props: &Props) -> Html {
    let page = use_page();
    let Some(column) = props.opened.columns.get(props.index) else { return html! {} };
    let index = props.index;
    let rows = page.state.scan.rows().filter_map(|row| row.get(index));
    let summary = summarize(look_of(&column.type_text), rows);
    let of_table = page.state.route.tab == Tab::Data;
    let onkeydown = {
        let onclose = props.onclose.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                // What lies below stays.
                event.stop_propagation();
                onclose.emit(());
            }
        })
    };
    html! {
        <div class="column-menu" {onkeydown} style={format!("left:{}px", props.left)}>
            <Dialog title={column.name.clone()} look="popover" onclose={props.onclose.clone()}>
                <p class="mute mono">{ column.type_text.clone() }</p>
                if of_table {
                    <Moves opened={props.opened.clone()} {index} pinned={props.pinned.clone()} onhide={props.onclose.clone()} />
                    <div class="column-tools">
                        { condition(&page, format!("{} is not null", quoted_name(&column.name)), "Only values") }
                        { condition(&page, format!("{} is null", quoted_name(&column.name)), "Only nulls") }
                    </div>
                }
                { statistics(&page, column, &summary, of_table) }
            </Dialog>
        </div>
    }
}

/// A button that adds a condition to the filter.
fn condition(page: &Page, condition: String, label: &'static str) -> Html {
    let filter = filter::with(&page.state.route.filter, &condition);
    html! { <button title={condition} onclick={page.on(Action::Filter(filter))}>{ label }</button> }
}

fn statistics(page: &Page, column: &ScanColumn, summary: &ColumnSummary, of_table: bool) -> Html {
    let exact = |count: usize| format::exact(i64::try_from(count).unwrap_or(i64::MAX));
    #[allow(clippy::cast_precision_loss)]
    let percent = |count: usize| count as f64 / summary.rows.max(1) as f64 * 100.0;
    let show = |cell: &Cell| format::middle_cut(&cell.copy_text(), 28, 6);
    let most = summary.top.first().map_or(1, |(_, count)| *count).max(1);
    html! {
        <>
        <h3>{ format!("In the {} loaded", format::counted(summary.rows, "row")) }</h3>
        <dl class="pairs">
            <dt>{"nulls"}</dt><dd>{ format!("{} ({:.1} %)", exact(summary.nulls), percent(summary.nulls)) }</dd>
            <dt>{"different"}</dt><dd>{ summary.distinct.map_or_else(|| "very many".to_owned(), exact) }</dd>
            if let Some((least, greatest)) = &summary.bounds {
                <dt>{"least"}</dt><dd class="mono" title={least.copy_text()}>{ show(least) }</dd>
                <dt>{"greatest"}</dt><dd class="mono" title={greatest.copy_text()}>{ show(greatest) }</dd>
            }
        </dl>
        if !summary.top.is_empty() {
            <h3>{"Most frequent"}</h3>
            <ul class="top-values">
                { for summary.top.iter().map(|(cell, count)| {
                    #[allow(clippy::cast_precision_loss)]
                    let width = *count as f64 / most as f64 * 100.0;
                    let text = html! { <><i style={format!("width:{width:.1}%")}></i><span class="mono">{ show(cell) }</span><small>{ exact(*count) }</small></> };
                    match filter::condition(column, cell).filter(|_| of_table) {
                        Some(condition) => html! { <li><button class="plain" title={format!("Filter: {condition}")} onclick={page.on(Action::Filter(filter::with(&page.state.route.filter, &condition)))}>{ text }</button></li> },
                        None => html! { <li>{ text }</li> },
                    }
                }) }
            </ul>
        }
        </>
    }
}
