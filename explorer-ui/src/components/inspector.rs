//! The panel on the right: whatever is selected, what to do about it, and what this view asked of the store.

use yew::prelude::*;

mod bucket;
mod field;
mod file;
mod manifest;
mod rest;
mod row;
mod snapshot;

pub(crate) use rest::signed;

use super::{
    bits::command,
    icon::{Icon, icon},
    io_panel::waterfall,
    page::{Page, use_page},
};
use crate::{
    commands, format,
    history::compare,
    model::RequestInfo,
    route::Tab,
    state::{Action, Overlay, Selection, Sheet},
};

/// Requests shown before the meter has the rest.
const REQUESTS: usize = 12;

/// The inspector; a sheet on a phone.
#[component]
pub(crate) fn Inspector() -> Html {
    let page = use_page();
    let chosen = page.state.selection.clone();
    let body = chosen.as_ref().and_then(|selection| match selection {
        Selection::File(path) => Some(html! { <file::FileDetail key={path.clone()} path={path.clone()} /> }),
        Selection::Bucket(id) => Some(html! { <bucket::BucketDetail key={id.clone()} id={id.clone()} /> }),
        Selection::Cell { row, column } => row::cell(&page, *row, *column),
        Selection::Snapshot(id) => Some(html! { <snapshot::Snapshot id={*id} /> }),
        Selection::Manifest(name) => Some(html! { <manifest::ManifestDetail name={name.clone()} /> }),
        Selection::Field(id) => Some(html! { <field::Field id={*id} /> }),
    });
    html! {
        <aside class="inspector" aria-label="Inspector">
            <button class="quiet sheet-close" aria-label="Close" onclick={page.on(Action::Sheet(Sheet::None))}>{ icon(Icon::Close) }</button>
            { body.unwrap_or_else(|| elsewhere(&page)) }
            { requests(&page) }
        </aside>
    }
}

/// Title of a part, with a way to let go of the selection.
fn head(page: &Page, title: &'static str) -> Html {
    html! {
        <div class="inspector-head">
            <h2>{ title }</h2>
            <button class="quiet" aria-label="Clear selection" title="Clear selection (Esc)" onclick={page.on(Action::Select(None))}>{ icon(Icon::Close) }</button>
        </div>
    }
}

/// The same elsewhere: what to type for what the page shows.
fn elsewhere(page: &Page) -> Html {
    let Some(info) = page.info() else { return html! {} };
    let (route, origin) = (&page.state.route, page.warehouse_url());
    if route.tab == Tab::Changelog {
        let filter = page.state.scan_key().map(|key| key.filter).unwrap_or_default();
        return html! {
            <>
            <h2>{"Read it in the CLI"}</h2>
            { command(page, &compare::changes_command(route, info, &origin, &filter), "command") }
            <h2>{"Read it in JavaScript"}</h2>
            { command(page, &compare::changes_javascript(route, info, &origin, &filter), "snippet") }
            </>
        };
    }
    if route.tab == Tab::System {
        let system = crate::system::shown(route.system.as_deref());
        return html! {
            <>
            <h2>{"Read it in the CLI"}</h2>
            { command(page, &commands::read_system(route, info, &origin, system), "command") }
            <h2>{"Read it in JavaScript"}</h2>
            { command(page, &commands::system_javascript(route, info, &origin, system), "snippet") }
            </>
        };
    }
    let (title, line) = match route.tab {
        Tab::Snapshots => ("History in the CLI", commands::plain("snapshot list", route, info, &origin)),
        Tab::Options => ("Change one in the CLI", commands::set_option(route, info, &origin, "OPTION", "VALUE")),
        Tab::Schema => ("Schema in the CLI", commands::plain("schema show", route, info, &origin)),
        Tab::Overview => ("See it in the CLI", commands::plain("table describe", route, info, &origin)),
        Tab::Lsm | Tab::Files | Tab::Manifests => {
            ("Explain it in the CLI", commands::plain("explain", route, info, &origin))
        }
        _ => ("Read it in the CLI", commands::read(route, info, &origin)),
    };
    html! {
        <>
        <h2>{ title }</h2>
        { command(page, &line, "command") }
        <h2>{"Read it in JavaScript"}</h2>
        { command(page, &commands::javascript(route, info, &origin), "snippet") }
        </>
    }
}

/// The first requests of this view.
fn requests(page: &Page) -> Html {
    let of_view: &[RequestInfo] = page.state.io.of_view();
    // Below what is known of the table, so that it does not jump when that comes.
    if of_view.is_empty() || (page.info().is_none() && page.opening_problem().is_none()) {
        return html! {};
    }
    // The first ones: they stay where they are while more come.
    let first = of_view.get(..of_view.len().min(REQUESTS)).unwrap_or_default();
    html! {
        <>
        <div class="inspector-head">
            <h2>{"Requests of this view"}</h2>
            <button class="quiet" onclick={page.on(Action::Overlay(Overlay::Io))}>{ format::counted(of_view.len(), "request") }</button>
        </div>
        { waterfall(first, (16, 10)) }
        </>
    }
}
