//! The rows: filter, columns, export, and the grid.

use web_sys::{HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

mod columns;
mod grid;

use crate::{
    cell::{Look, look_of},
    components::{
        bits::empty,
        icon::{Icon, icon},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    export::ExportFormat,
    format,
    route::Tab,
    state::{Action, Overlay, Scan},
    views::row_history,
};

/// The Data view.
#[component]
pub(crate) fn Data() -> Html {
    let page = use_page();
    let Some(info) = page.info() else { return skeleton::waiting(skeleton::panel(420)) };
    if info.latest_snapshot.is_none() {
        return empty(
            "No rows",
            html! { <>{"Nothing was written yet. "}<code>{"cenote write"}</code>{" makes the first snapshot."}</> },
        );
    }
    let scan = &page.state.scan;
    let filter_problem =
        scan.problem.as_ref().filter(|problem| problem.is_invalid() && !page.state.route.filter.is_empty());
    let body = if filter_problem.is_some() { filter_help(&page) } else { rows(&page, false, no_rows(&page)) };
    html! {
        <>
        <div class="data-tools">
            <FilterBox problem={filter_problem.map(|problem| problem.message.clone())} />
            <div class="anchor">
                <button aria-haspopup="dialog" onclick={page.on(Action::Overlay(Overlay::Columns))}>{ icon(Icon::Columns) }{ columns_label(&page) }</button>
                if page.state.overlay == Overlay::Columns { <columns::ColumnPicker /> }
            </div>
            { row_history::by_key(&page) }
            { export(&page) }
        </div>
        { body }
        { footer(&page, scan) }
        </>
    }
}

/// The grid of the rows looked at, or why there is none; `none` says that there are no rows. With `kinds` the first column
/// says what each row does, and colours it.
pub(super) fn rows(page: &Page, kinds: bool, none: Html) -> Html {
    let scan = &page.state.scan;
    let is_current = page.state.scan_key().is_some_and(|key| scan.is_for(&key));
    match (&scan.problem, &scan.opened) {
        (Some(problem), _) if is_current => html! { <ProblemView problem={problem.clone()} /> },
        (None, Some(_)) if is_current && scan.done && scan.loaded == 0 => none,
        (None, Some(opened)) if is_current && scan.loaded > 0 => html! {
            <grid::Grid opened={opened.clone()} scan={scan.clone()} selection={page.state.selection.clone()} estimate={page.estimate()} {kinds} />
        },
        _ => skeleton::waiting(skeleton_grid()),
    }
}

impl Page {
    /// How many rows there are, where it is known before all are read.
    fn estimate(&self) -> Option<usize> {
        let info = self.info().filter(|_| self.state.route.tab == Tab::Data)?;
        let exact = !info.has_primary_key()
            && self.state.route.filter.trim().is_empty()
            && info.option("deletion-vectors.enabled") != Some("true");
        let rows = self.state.snapshot()?.total_record_count?;
        exact.then(|| usize::try_from(rows).ok()).flatten()
    }
}

/// Properties of [`FilterBox`].
#[derive(Properties, PartialEq)]
struct FilterProps {
    /// What is wrong with the filter.
    problem: Option<String>,
}

/// The filter, asked with Enter; its errors stand below it.
#[component]
fn FilterBox(props: &FilterProps) -> Html {
    let page = use_page();
    let applied = page.state.route.filter.clone();
    let typed = use_state_eq(|| applied.clone());
    {
        let typed = typed.clone();
        use_effect_with(applied.clone(), move |applied| typed.set(applied.clone()));
    }
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| typed.set(event.target_unchecked_into::<HtmlInputElement>().value()))
    };
    let onkeydown = {
        let (page, typed) = (page.clone(), typed.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                page.send(Action::Filter(typed.trim().to_owned()));
            }
        })
    };
    let clear = {
        let (page, typed) = (page.clone(), typed.clone());
        Callback::from(move |_: MouseEvent| {
            typed.set(String::new());
            page.send(Action::Filter(String::new()));
        })
    };
    let example = page
        .info()
        .and_then(|info| info.fields.first())
        .map(|field| format!("filter: {} is not null", quoted(&field.name)))
        .unwrap_or_default();
    let pending = typed.trim() != applied;
    html! {
        <div class="filter">
            <input id="filter" type="text" class="mono" spellcheck="false" autocomplete="off" placeholder={example} aria-label="Filter rows" aria-invalid={props.problem.is_some().to_string()} aria-describedby="filter-error" value={(*typed).clone()} {oninput} {onkeydown} />
            if pending { <kbd class="filter-hint">{"Enter"}</kbd> }
            if !applied.is_empty() && !pending { <button class="quiet filter-clear" aria-label="Clear the filter" onclick={clear}>{ icon(Icon::Close) }</button> }
            <p id="filter-error" class="field-error" role="alert">{ props.problem.clone().unwrap_or_default() }</p>
        </div>
    }
}

/// What a filter may say, with this table's own columns.
fn filter_help(page: &Page) -> Html {
    let Some(info) = page.info() else { return html! {} };
    let of = |looks: &[Look]| {
        info.fields.iter().find(|field| looks.contains(&look_of(&field.type_text))).map(|field| quoted(&field.name))
    };
    let examples = [
        of(&[Look::Number]).map(|name| format!("{name} between 1 and 9")),
        of(&[Look::Text]).map(|name| format!("{name} in ('a', 'b') or {name} like 'c%'")),
        of(&[Look::Time]).map(|name| format!("{name} >= '2024-01-31'")),
        info.fields.last().map(|field| format!("not ({} is null)", quoted(&field.name))),
    ];
    let example = |text: String| html! { <li><button class="plain mono" onclick={page.on(Action::Filter(text.clone()))}>{ text }</button></li> };
    html! { <div class="filter-help"><h2>{"A filter is a condition of SQL"}</h2><ul>{ for examples.into_iter().flatten().map(example) }</ul></div> }
}

/// A column as a filter names it: quoted where it is no plain word.
fn quoted(name: &str) -> String {
    let plain =
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.to_owned() } else { format!("`{}`", name.replace('`', "``")) }
}

fn columns_label(page: &Page) -> String {
    let all = page.info().map_or(0, |info| info.fields.len());
    match page.state.route.columns.len() {
        0 => "Columns".to_owned(),
        some => format!("{some} of {all} columns"),
    }
}

/// Export of what is loaded or of everything.
pub(super) fn export(page: &Page) -> Html {
    if let Some(running) = &page.state.export {
        let stop = {
            let page = page.clone();
            Callback::from(move |_: MouseEvent| page.runner.cancel_export())
        };
        return html! {
            <div class="exporting" role="status"><span class="ripple" aria-hidden="true"></span>{ format!("{} rows as {}", format::exact(i64::try_from(running.rows).unwrap_or(i64::MAX)), running.format.extension()) }<button onclick={stop}>{"Cancel"}</button></div>
        };
    }
    let act = |all: bool, format: ExportFormat| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| {
            if all {
                page.runner.export_all(&page.state, format);
            } else {
                page.runner.export_loaded(&page.state, format);
            }
        })
    };
    let disabled = page.state.scan.loaded == 0;
    let done = page.state.scan.done;
    html! {
        <details class="menu">
            <summary aria-label="Export">{ icon(Icon::Download) }{"Export"}</summary>
            <div class="menu-list">
                <button {disabled} onclick={act(!done, ExportFormat::Csv)}>{"All rows, CSV"}</button>
                <button {disabled} onclick={act(!done, ExportFormat::Ndjson)}>{"All rows, NDJSON"}</button>
                if !done {
                    <button {disabled} onclick={act(false, ExportFormat::Csv)}>{ format!("{} loaded, CSV", format::counted(page.state.scan.loaded, "row")) }</button>
                    <button {disabled} onclick={act(false, ExportFormat::Ndjson)}>{ format!("{} loaded, NDJSON", format::counted(page.state.scan.loaded, "row")) }</button>
                }
            </div>
        </details>
    }
}

fn no_rows(page: &Page) -> Html {
    if page.state.route.filter.trim().is_empty() {
        empty("No rows here", html! { "The table is empty at this snapshot: its rows were deleted, or never came." })
    } else {
        empty(
            "No row matches",
            html! { <>{"The filter let no row through. "}<button onclick={page.on(Action::Filter(String::new()))}>{"Clear the filter"}</button></> },
        )
    }
}

fn skeleton_grid() -> Html {
    html! { <div class="grid-box">{ for (0..14).map(|_| html! { <div class="grid-row-skeleton">{ for (0..6).map(|_| html! { <div class="skeleton"></div> }) }</div> }) }</div> }
}

pub(super) fn footer(page: &Page, scan: &Scan) -> Html {
    let loaded = i64::try_from(scan.loaded).unwrap_or(i64::MAX);
    let text = match (scan.done, scan.is_full()) {
        (true, _) => format!("{} in {}", format::counted(scan.loaded, "row"), format::duration(scan.millis)),
        (false, true) => format!(
            "first {} rows: as many as this page keeps. Filter to see others, or export all.",
            format::exact(loaded)
        ),
        (false, false) => match page.estimate() {
            Some(total) => format!(
                "{} of {} rows read",
                format::exact(loaded),
                format::exact(i64::try_from(total).unwrap_or(i64::MAX))
            ),
            None => format!("{} rows read so far: scroll for more", format::exact(loaded)),
        },
    };
    html! { <p class="grid-foot" role="status">{ if scan.opened.is_some() && scan.problem.is_none() { text } else { "\u{a0}".to_owned() } }</p> }
}
