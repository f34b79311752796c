//! Name and kind of the table, and the tabs.

use web_sys::KeyboardEvent;
use yew::prelude::*;

use super::{
    bits::chip,
    page::{Page, use_page},
};
use crate::{
    browser, format,
    model::TableInfo,
    route::{Route, Tab},
    state::Action,
};

/// Head of a table's view.
#[component]
pub(crate) fn TableHead() -> Html {
    let page = use_page();
    use_effect_with(page.state.route.tab, |tab| browser::scroll_across(&format!("tab-{}", tab.slug())));
    let state = &page.state;
    let name = match (&state.route.table, page.info(), &state.route.place) {
        (Some(name), _, _) => format!("{}.{}", name.database, name.base()),
        (None, Some(info), _) if !info.name.is_empty() => info.name.clone(),
        (None, _, Some(place)) => place.label().rsplit('/').next().unwrap_or_default().to_owned(),
        (None, _, None) => String::new(),
    };
    let sub = match page.info() {
        Some(info) => subtitle(info),
        None if page.opening_problem().is_some() => html! { "\u{a0}" },
        None => html! { <span class="skeleton narrow"></span> },
    };
    html! {
        <div class="table-head">
            <div class="table-title">
                <h1 title={name.clone()}>{ name }</h1>
                if let Some(info) = page.info() { { for kinds(info).into_iter().map(chip) } }
            </div>
            <p class="table-sub">{ sub }</p>
            { tabs(&page) }
        </div>
    }
}

/// What kind of table it is, in a few chips.
fn kinds(info: &TableInfo) -> Vec<String> {
    let mut kinds = Vec::new();
    if info.has_primary_key() {
        kinds.push("primary key".to_owned());
        kinds.extend(info.merge_engine.clone().filter(|engine| !engine.is_empty()));
    } else {
        kinds.push("append".to_owned());
    }
    kinds.push(match info.buckets() {
        -2 => "postponed buckets".to_owned(),
        -1 if info.has_primary_key() => "dynamic buckets".to_owned(),
        -1 => "no buckets".to_owned(),
        count => format::counted(usize::try_from(count).unwrap_or_default(), "bucket"),
    });
    kinds.extend(
        info.changelog_producer
            .clone()
            .filter(|producer| !producer.is_empty() && producer != "none")
            .map(|producer| format!("changelog: {producer}")),
    );
    kinds
}

fn subtitle(info: &TableInfo) -> Html {
    let mut parts = Vec::new();
    parts.extend(info.comment.clone().filter(|comment| !comment.is_empty()));
    if info.has_primary_key() {
        parts.push(format!("key ({})", info.primary_keys.join(", ")));
    }
    if !info.partition_keys.is_empty() {
        parts.push(format!("partitioned by {}", info.partition_keys.join(", ")));
    }
    parts.push(format!(
        "{}, {}",
        info.option("file.format").unwrap_or("parquet"),
        info.option("file.compression").unwrap_or("zstd")
    ));
    html! { parts.join(" · ") }
}

fn tabs(page: &Page) -> Html {
    let current = page.state.route.tab;
    let keyed = page.info().is_none_or(TableInfo::has_primary_key);
    let onkeydown = {
        let page = page.clone();
        Callback::from(move |event: KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowRight" => 1,
                "ArrowLeft" => Tab::ALL.len() - 1,
                _ => return,
            };
            let at = Tab::ALL.iter().position(|tab| *tab == page.state.route.tab).unwrap_or_default();
            let next = Tab::ALL[(at + step) % Tab::ALL.len()];
            page.send(Action::Tab(next));
            browser::focus(&format!("tab-{}", next.slug()));
        })
    };
    html! {
        <div class="tabs" role="tablist" aria-label="Views" {onkeydown}>
            { for Tab::ALL.into_iter().map(|tab| {
                let on = tab == current;
                let label = if tab == Tab::Lsm && !keyed { "Layout" } else { tab.label() };
                let href = Route { tab, ..page.state.route.clone() }.print();
                html! {
                    <a {href} role="tab" id={format!("tab-{}", tab.slug())} class={classes!("tab", on.then_some("on"))} aria-selected={on.to_string()} aria-controls="panel" tabindex={if on { "0" } else { "-1" }}>{ label }</a>
                }
            }) }
        </div>
    }
}
