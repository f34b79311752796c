//! A cell of the grid, opened, and the row around it.

use yew::prelude::*;

use super::head;
use crate::{
    browser,
    cell::{Cell, Look, look_of},
    components::{
        bits::{command, pairs},
        page::Page,
    },
    export::{CopyFormat, copied, row_json},
    filter, format,
    model::ScanColumn,
    route::Tab,
    state::{Action, Selection},
    views::row_history,
};

/// Characters of a value shown at once; a button shows the rest.
const SHOWN_CHARS: usize = 20_000;

/// The cell at this row and column.
pub(super) fn cell(page: &Page, row: usize, column: usize) -> Option<Html> {
    let scan = &page.state.scan;
    let columns = &scan.opened.as_ref()?.columns;
    let values = scan.row(row)?;
    let (chosen, value) = (columns.get(column)?, values.get(column)?);
    let mut facts = vec![
        ("column", html! { <b>{ chosen.name.clone() }</b> }),
        ("type", html! { <span class="mono">{ chosen.type_text.clone() }</span> }),
        ("row", html! { format::exact(i64::try_from(row + 1).unwrap_or(i64::MAX)) }),
    ];
    facts.extend(size(chosen, value));
    facts.extend(times(chosen, value));
    Some(html! {
        <>
        { head(page, "Cell") }
        { pairs(facts) }
        { opened(page, value) }
        { tools(page, chosen, value) }
        <h2>{"Row"}</h2>
        <dl class="pairs row-pairs">
            { for columns.iter().zip(values.iter()).enumerate().map(|(index, (each, value))| html! {
                <>
                <dt title={each.type_text.clone()}>{ each.name.clone() }</dt>
                <dd class={(index == column).then_some("on")}><button class="plain" onclick={page.on(Action::Select(Some(Selection::Cell { row, column: index })))}>{ brief(value) }</button></dd>
                </>
            }) }
        </dl>
        { row_tools(page, columns, values) }
        <div class="inspector-tools">{ row_history::entry(page, row) }</div>
        </>
    })
}

/// How long a long value is.
fn size(column: &ScanColumn, value: &Cell) -> Option<(&'static str, Html)> {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    match (value, look_of(&column.type_text)) {
        (Cell::Text(text), Look::Binary) => {
            Some(("size", html! { format!("{} bytes", format::exact(count(text.len() / 2))) }))
        }
        (Cell::Text(text), Look::Text) if text.len() > 60 => {
            Some(("length", html! { format!("{} characters", format::exact(count(text.chars().count()))) }))
        }
        (Cell::List(items), _) => Some(("entries", html! { format::exact(count(items.len())) })),
        _ => None,
    }
}

/// A moment on the reader's clock.
fn times(column: &ScanColumn, value: &Cell) -> Option<(&'static str, Html)> {
    let Cell::Text(text) = value else { return None };
    // Only these tell a moment: a timestamp without a zone is a wall clock's, nobody knows where.
    let moment = text.ends_with('Z') && look_of(&column.type_text) == Look::Time;
    let local = moment.then(|| browser::local_time(text)).flatten()?;
    Some(("local time", html! { <time title={format!("{text} is UTC")}>{ local }</time> }))
}

/// The whole value.
fn opened(page: &Page, value: &Cell) -> Html {
    match value {
        Cell::Null => html! { <p class="note">{"null: no value at all, which is not the empty text."}</p> },
        Cell::Text(text) if text.is_empty() => html! { <p class="note">{"The empty text, which is not null."}</p> },
        Cell::Text(text) => text_of(page, text),
        nested if nested.is_nested() => {
            html! { <>{ tree(None, nested, 0) }<details class="value-json"><summary>{"As JSON"}</summary>{ text_of(page, &nested.pretty()) }</details></> }
        }
        other => command(page, &other.to_string(), "value"),
    }
}

/// Text, cut where it would take long to draw; what is copied is all of it.
fn text_of(page: &Page, text: &str) -> Html {
    match text.char_indices().nth(SHOWN_CHARS) {
        None => command(page, text, "value"),
        Some((end, _)) => html! {
            <>
            { command(page, text.get(..end).unwrap_or_default(), "beginning") }
            <p class="note">{ format!("The first {} characters. ", format::exact(SHOWN_CHARS as i64)) }<button onclick={page.copier(text)}>{"Copy all"}</button></p>
            </>
        },
    }
}

/// Members drawn of one list or row.
const SHOWN_MEMBERS: usize = 200;

/// A nested value, opened member by member.
fn tree(name: Option<&str>, value: &Cell, depth: usize) -> Html {
    let title = |what: String| html! { <>{ name.map(|name| html! { <b>{ format!("{name}: ") }</b> }) }<span class="mute">{ what }</span></> };
    let members: Vec<(String, &Cell)> = match value {
        Cell::List(items) => {
            items.iter().take(SHOWN_MEMBERS).enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Cell::Row(members) => members.iter().take(SHOWN_MEMBERS).map(|(name, item)| (name.to_string(), item)).collect(),
        other => {
            return html! { <li>{ name.map(|name| html! { <b>{ format!("{name}: ") }</b> }) }<span class="mono">{ brief(other) }</span></li> };
        }
    };
    let count = match value {
        Cell::List(items) => items.len(),
        Cell::Row(members) => members.len(),
        _ => 0,
    };
    let what = format::counted(count, if matches!(value, Cell::List(_)) { "entry" } else { "member" });
    let inner = html! {
        <details class="value-tree" open={depth < 2}>
            <summary>{ title(what) }</summary>
            <ul>{ for members.iter().map(|(name, item)| tree(Some(name), item, depth + 1)) }
            if count > SHOWN_MEMBERS { <li class="mute">{ format!("and {} more", count - SHOWN_MEMBERS) }</li> }</ul>
        </details>
    };
    if depth == 0 {
        inner
    } else {
        html! { <li>{ inner }</li> }
    }
}

fn tools(page: &Page, column: &ScanColumn, value: &Cell) -> Html {
    let copy = |format: CopyFormat, label: &'static str| html! { <button onclick={page.copier(copied(format, &[column], &[vec![value]]))}>{ label }</button> };
    let condition = filter::condition(column, value).filter(|_| page.state.route.tab == Tab::Data);
    html! {
        <div class="inspector-tools">
            { copy(CopyFormat::Tsv, "Copy") }
            { copy(CopyFormat::Json, "JSON") }
            { copy(CopyFormat::Sql, "SQL") }
            if let Some(condition) = condition {
                <button title={condition.clone()} onclick={page.on(Action::Filter(filter::with(&page.state.route.filter, &condition)))}>{"Filter by this value"}</button>
            }
        </div>
    }
}

fn row_tools(page: &Page, columns: &[ScanColumn], values: &[Cell]) -> Html {
    let (all, cells): (Vec<_>, Vec<_>) = (columns.iter().collect(), values.iter().collect());
    let line = |format: CopyFormat| copied(format, &all, std::slice::from_ref(&cells));
    let key = page
        .info()
        .filter(|_| page.state.route.tab == Tab::Data)
        .and_then(|info| key_of(&info.primary_keys, columns, values));
    html! {
        <div class="inspector-tools">
            <button onclick={page.copier(row_json(columns, values))}>{"Copy row as JSON"}</button>
            <button onclick={page.copier(line(CopyFormat::Tsv))}>{"TSV"}</button>
            <button onclick={page.copier(line(CopyFormat::Sql))}>{"SQL"}</button>
            if let Some(key) = key {
                <button class="primary" onclick={page.on(Action::Go(page.state.route.focused(Tab::Data, "row", &key)))}>{"Why this value?"}</button>
            }
        </div>
    }
}

/// The key of a row as JSON; none where the table has no key, or not all of it is shown.
fn key_of(keys: &[String], columns: &[ScanColumn], values: &[Cell]) -> Option<String> {
    let place = |key: &String| columns.iter().position(|column| column.name == *key);
    let places = keys.iter().map(place).collect::<Option<Vec<usize>>>().filter(|places| !places.is_empty())?;
    let part = |index: usize| Some((columns.get(index)?.clone(), values.get(index)?.clone()));
    let (columns, values): (Vec<_>, Vec<_>) =
        places.into_iter().map(part).collect::<Option<Vec<_>>>()?.into_iter().unzip();
    Some(row_json(&columns, &values))
}

fn brief(value: &Cell) -> Html {
    match value {
        Cell::Null => html! { <span class="null">{"null"}</span> },
        Cell::Text(text) if text.is_empty() => html! { <span class="null">{"empty"}</span> },
        other => html! { format::middle_cut(&other.copy_text(), 60, 8) },
    }
}
