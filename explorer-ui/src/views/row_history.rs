//! Why a row has its values: every version of it across files and levels, what the merge engine picked, and the commits
//! that wrote it.

use std::collections::BTreeMap;

use serde_json::json;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

mod lanes;
mod versions;

use crate::{
    components::{
        ask::use_ask,
        bits::{card, command, count, empty, panel},
        icon::{Icon, icon},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    history::row::{self, RowHistory, command as row_command, fields_of, javascript, key_asked, key_of, key_typed},
    model::TableInfo,
    route::Tab,
    state::{Action, Ask, Shown},
};

/// Commits looked through for changes of the row.
const COMMITS: usize = 100;

/// The Row history view, in place of the rows while an address has a key.
#[component]
pub(crate) fn History() -> Html {
    let page = use_page();
    let Some(info) = page.info() else { return skeleton::waiting(skeleton::panel(420)) };
    let back = page.on(Action::Focus("row", None));
    let head = html! { <div class="data-tools"><button onclick={back}>{"‹ Rows"}</button><h2 class="row-title">{"Row history"}</h2></div> };
    if !info.has_primary_key() {
        return html! { <>{ head }{ empty("Rows of this table have no key", html! { "It is append-only: each row is written once and never merged, so it has one version." }) }</> };
    }
    let text = page.state.route.focus("row").unwrap_or_default().to_owned();
    let asked = key_asked(info, &text);
    html! {
        <div class="row-history">
            { head }
            <KeyForm text={text.clone()} />
            { match asked {
                Some(asked) => html! { <Versions {asked} {text} /> },
                None => html! { <p class="note">{"Give the whole key of a row, or pick one among the rows and choose “Why this value”."}</p> },
            } }
        </div>
    }
}

/// Properties of [`KeyForm`].
#[derive(Properties, PartialEq)]
struct FormProps {
    /// The key as the address has it.
    text: String,
}

/// A field for each column of the key.
#[component]
fn KeyForm(props: &FormProps) -> Html {
    let page = use_page();
    let typed = use_state_eq(BTreeMap::<String, String>::new);
    {
        let typed = typed.clone();
        use_effect_with(props.text.clone(), move |_| typed.set(BTreeMap::new()));
    }
    let Some(info) = page.info() else { return html! {} };
    let fields: Vec<(String, String)> = fields_of(info, &props.text)
        .into_iter()
        .map(|(name, text)| (name.clone(), typed.get(&name).cloned().unwrap_or(text)))
        .collect();
    let next = key_typed(info, &fields);
    let onsubmit = {
        let (page, next) = (page.clone(), next.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            page.send(Action::Focus("row", next.clone().or(Some("{}".to_owned()))));
        })
    };
    let field = |(name, text): &(String, String)| {
        let oninput = {
            let (typed, name) = (typed.clone(), name.clone());
            Callback::from(move |event: InputEvent| {
                let mut next = (*typed).clone();
                next.insert(name.clone(), event.target_unchecked_into::<HtmlInputElement>().value());
                typed.set(next);
            })
        };
        html! { <label key={name.clone()}><span>{ name.clone() }<small class="mono">{ info.type_of(name).trim_end_matches(" NOT NULL").to_owned() }</small></span><input class="mono" spellcheck="false" autocomplete="off" value={text.clone()} {oninput} /></label> }
    };
    let pending = next.as_deref() != Some(props.text.as_str());
    html! {
        <form class="row-key" {onsubmit} aria-label="Key of the row">
            { for fields.iter().map(field) }
            <button class={pending.then_some("primary")} type="submit" disabled={next.is_none()}>{"Show its history"}</button>
        </form>
    }
}

/// Properties of [`Versions`].
#[derive(Properties, PartialEq)]
struct VersionsProps {
    /// The key as the engine takes it.
    asked: serde_json::Value,
    /// The same as the address has it.
    text: String,
}

/// What the engine says of the key.
#[component]
fn Versions(props: &VersionsProps) -> Html {
    let page = use_page();
    let params = json!({ "key": props.asked, "commits": COMMITS });
    let shown = use_ask::<RowHistory>(Ask::at(&page.state, "rowHistory", params));
    let stale = matches!(shown, Shown::Stale(_));
    match shown {
        Shown::Waiting => {
            skeleton::waiting(html! { <>{ skeleton::cards(4) }{ skeleton::panel(180) }{ skeleton::panel(160) }</> })
        }
        Shown::Failed(problem) => html! { <ProblemView {problem} /> },
        Shown::Fresh(history) | Shown::Stale(history) => html! {
            <div class={stale.then_some("stale")} aria-busy={stale.to_string()}>
                { cards(&history) }
                if !history.versions.is_empty() { <lanes::Lanes history={history.clone()} /> }
                <versions::Table history={history.clone()} />
                { commits(&history) }
                { elsewhere(&page, &props.text) }
            </div>
        },
    }
}

fn cards(history: &RowHistory) -> Html {
    let files = history.files;
    let there = if history.result.is_some() { ("good", "there") } else { ("", "no row") };
    let bucket = history.bucket.map_or_else(|| "–".to_owned(), |bucket| bucket.to_string());
    let partition = if history.partition.is_empty() { "no partitions".to_owned() } else { history.partition.clone() };
    html! {
        <>
        <div class="cards">
            { card("A read gives", there.0, html! { there.1 }, html! { history.merge_engine.clone() }) }
            { card("Versions", "", count(i64::try_from(history.versions.len()).unwrap_or(i64::MAX)), html! { format!("in {}", format::counted(history.lanes().len(), "file")) }) }
            { card("Bucket", "", html! { bucket }, html! { partition }) }
            { card("Files opened", "", count(files.opened), html! { format!("{} of {} in the bucket may hold the key", format::exact(files.matching), format::exact(files.in_bucket)) }) }
        </div>
        if !history.why.is_empty() { <p class="row-why" role="status">{ history.why.clone() }</p> }
        </>
    }
}

/// Commits that wrote the row.
fn commits(history: &RowHistory) -> Html {
    let looked = history.commits_looked_at;
    let remark = match (looked.count, looked.all) {
        (0, _) => "Commits were not looked through.".to_owned(),
        (count, true) => format!(
            "{} looked through: all that are kept.",
            format::counted(usize::try_from(count).unwrap_or_default(), "commit")
        ),
        (count, false) => format!(
            "The newest {} looked through; older ones may have written it too.",
            format::counted(usize::try_from(count).unwrap_or_default(), "commit")
        ),
    };
    let body = if history.commits.is_empty() {
        html! { <p class="note">{"None of them wrote this row."}</p> }
    } else {
        html! { <versions::Commits columns={history.columns.clone()} commits={history.commits.clone()} /> }
    };
    panel("Commits that wrote it", html! { remark }, html! {}, body)
}

/// The same in the CLI and in JavaScript.
fn elsewhere(page: &Page, text: &str) -> Html {
    let Some(info) = page.info() else { return html! {} };
    let (route, origin) = (&page.state.route, page.warehouse_url());
    panel(
        "Elsewhere",
        html! { "The row as it is in the CLI; its versions in JavaScript." },
        html! {},
        html! {
            <div class="halves diff-elsewhere">
                { command(page, &row_command(route, info, &origin, text), "command") }
                { command(page, &javascript(route, info, &origin, text), "snippet") }
            </div>
        },
    )
}

/// The way from a row of the grid to its history, for the inspector; nothing for tables without keys.
pub(crate) fn entry(page: &Page, row: usize) -> Html {
    let Some(info) = page.info().filter(|info| info.has_primary_key()) else { return html! {} };
    let scan = &page.state.scan;
    let (Some(opened), Some(values)) = (&scan.opened, scan.row(row)) else { return html! {} };
    if !matches!(page.state.route.tab, Tab::Data | Tab::Changelog) {
        return html! {};
    }
    let columns: Vec<String> = opened.columns.iter().map(|column| column.name.clone()).collect();
    match key_of(info, &columns, values) {
        Some(key) => {
            html! { <a class="button" href={row::route(&page.state.route, &key).print()}>{ icon(Icon::Clock) }{"Why this value"}</a> }
        }
        None => html! { <p class="note">{"Show all key columns to see the history of the row."}</p> },
    }
}

/// The way to the history of a row whose key is typed.
pub(crate) fn by_key(page: &Page) -> Html {
    if !page.info().is_some_and(TableInfo::has_primary_key) {
        return html! {};
    }
    html! { <button onclick={page.on(Action::Focus("row", Some("{}".to_owned())))} title="Versions of one row across files and levels">{ icon(Icon::Clock) }{"Row history"}</button> }
}
