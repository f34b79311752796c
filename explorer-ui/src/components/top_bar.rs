//! The bar on top: where I am, at which point in time, and what it cost.

use yew::prelude::*;

use super::{
    bits,
    branches::BranchChip,
    icon::{Icon, icon, logo},
    page::{Page, use_page},
    time_travel::TimeTravel,
};
use crate::{
    format,
    route::{At, Route},
    state::{Action, Overlay, Sheet},
    theme::Theme,
};

/// The top bar.
#[component]
pub(crate) fn TopBar() -> Html {
    let page = use_page();
    let state = &page.state;
    let open = state.route.place.is_some();
    html! {
        <header class="top">
            if open {
                <button class="quiet only-narrow" aria-label="Tables" onclick={page.on(Action::Sheet(Sheet::Tree))}>{ icon(Icon::Menu) }</button>
            }
            <a class="brand" href="#/" aria-label="Cenote: open another warehouse">{ logo() }<span>{"Cenote"}</span></a>
            if open { { address(&page) } }
            if state.opened().is_some() { <BranchChip />{ time_chip(&page) } }
            <span class="spring"></span>
            { activity(&page) }
            if open { { meter(&page) } }
            <ThemeButton />
            <button class="quiet help-button" aria-label="Keys" title="Keys (?)" onclick={page.on(Action::Overlay(Overlay::Help))}>{ icon(Icon::Help) }</button>
            if open {
                <button class="quiet only-medium" aria-label="Inspector" onclick={page.on(Action::Sheet(Sheet::Inspector))}>{ icon(Icon::Inspect) }</button>
            }
        </header>
    }
}

fn address(page: &Page) -> Html {
    let state = &page.state;
    let Some(place) = &state.route.place else { return html! {} };
    let full = page
        .info()
        .map(|info| info.url.clone())
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| place.label().to_owned());
    let (head, tail) =
        full.trim_end_matches('/').rsplit_once('/').map_or(("", full.as_str()), |(head, tail)| (head, tail));
    let head = if head.is_empty() { String::new() } else { format!("{head}/") };
    html! {
        <button class="address mono" title={format!("{full}\nClick to copy")} onclick={page.copier(full.as_str())}>
            <span class="address-head">{ head }</span><b>{ tail.to_owned() }</b>
        </button>
    }
}

fn time_chip(page: &Page) -> Html {
    let state = &page.state;
    let open = state.overlay == Overlay::TimeTravel;
    let travelled = state.route.at != At::Latest;
    let text = match (&state.route.at, state.snapshot()) {
        (At::Tag(name), _) => html! { <>{"tag "}<b>{ name.clone() }</b></> },
        (_, Some(snapshot)) => {
            html! { <><span class="wide-only">{"snapshot "}</span><b>{ format!("#{}", snapshot.id) }</b><span class="wide-only">{" · "}{ bits::ago(snapshot.time_millis) }</span></> }
        }
        (At::Snapshot(id), None) => html! { <>{"snapshot "}<b>{ format!("#{id}") }</b></> },
        (At::Time(millis), None) => html! { format::utc(*millis) },
        (At::Watermark(millis), None) => html! { <>{"watermark "}<b>{ format::utc(*millis) }</b></> },
        (At::Version(version), None) => html! { <>{"version "}<b>{ version.clone() }</b></> },
        (At::Latest, None) => html! { "no snapshot" },
    };
    html! {
        <div class="anchor">
            <button class={classes!("chip", travelled.then_some("warm"))} aria-haspopup="dialog" aria-expanded={open.to_string()} title="Travel in time (t)" onclick={page.on(Action::Overlay(Overlay::TimeTravel))}>
                { icon(Icon::Clock) }<span>{ text }</span>{ icon(Icon::Chevron) }
            </button>
            if travelled {
                <button class="quiet" aria-label="Back to the newest snapshot" title="Back to the newest snapshot" onclick={page.on(Action::TimeTravel(At::Latest))}>{ icon(Icon::Close) }</button>
            }
            if open { <TimeTravel /> }
        </div>
    }
}

/// What runs, with a way to stop it.
fn activity(page: &Page) -> Html {
    let Some(activity) = page.state.activities.first() else { return html! {} };
    let progress = activity.progress;
    #[allow(clippy::cast_possible_truncation)]
    let text = match (progress.total > 0.0, progress.bytes > 0.0) {
        (true, _) => format!("{} of {}", format::short(progress.done as i64), format::short(progress.total as i64)),
        (false, true) => format::bytes(progress.bytes as i64),
        (false, false) => doing(&activity.method).to_owned(),
    };
    let stop = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.runner.cancel_all())
    };
    html! {
        <div class="activity" role="status">
            <span class="ripple" aria-hidden="true"></span><span class="wide-only">{ text }</span>
            <button class="quiet" title="Stop (Esc)" aria-label="Stop" onclick={stop}>{ icon(Icon::Close) }</button>
        </div>
    }
}

/// A method in words.
fn doing(method: &str) -> &'static str {
    match method {
        "openWarehouse" | "openTable" => "opening",
        "snapshots" | "tags" | "schemas" => "reading history",
        "files" | "manifests" | "explain" => "reading manifests",
        _ => "reading rows",
    }
}

/// Requests, bytes and cache hits; opens the meter.
fn meter(page: &Page) -> Html {
    let totals = page.state.io.totals;
    let title = format!(
        "{} requests, {} bytes, {} from the cache: see each (i)",
        format::exact(totals.requests),
        format::exact(totals.bytes),
        format::exact(totals.cache_hits)
    );
    html! {
        <button class="chip meter" {title} aria-haspopup="dialog" onclick={page.on(Action::Overlay(Overlay::Io))}>
            <span class="wide-only">{ format::short(totals.requests) }{" requests · "}</span><b>{ format::bytes(totals.bytes) }</b>
            <span class="wide-only">{" · "}{ format::short(totals.cache_hits) }{" cached"}</span>
        </button>
    }
}

/// Turns through system, light and dark.
#[component]
fn ThemeButton() -> Html {
    let theme = use_state_eq(Theme::remembered);
    let onclick = {
        let theme = theme.clone();
        Callback::from(move |_: MouseEvent| {
            theme.next().apply();
            theme.set(theme.next());
        })
    };
    let which = match *theme {
        Theme::System => Icon::System,
        Theme::Light => Icon::Light,
        Theme::Dark => Icon::Dark,
    };
    html! {
        <button class="quiet" aria-label={format!("Theme: {}", theme.name())} title={format!("Theme: {}", theme.name())} {onclick}>{ icon(which) }</button>
    }
}

/// The address of another table of the same warehouse.
pub(crate) fn table_link(route: &Route, database: &str, table: &str) -> String {
    route.to_table(crate::route::TableName { database: database.to_owned(), table: table.to_owned() }).print()
}
