//! Switches of the filter, copy and export of the list.

use yew::prelude::*;

use crate::{
    components::{
        icon::{Icon, icon},
        page::Page,
    },
    export::ExportFormat,
    files_query::FilesQuery,
    format,
    state::Action,
};

/// Words that are switched on and off with a click.
const SWITCHES: [(&str, &str, &str); 2] = [
    ("is:small", "Small", "Only files that a compaction takes for small"),
    ("is:deleted", "With vectors", "Only files with a deletion vector"),
];

/// The switches.
pub(super) fn switches(page: &Page, query: &FilesQuery) -> Html {
    html! {
        <div class="segments" role="group" aria-label="Show only">{ for SWITCHES.iter().map(|(word, label, title)| html! {
            <button aria-pressed={query.has(word).to_string()} title={*title} onclick={page.on(Action::Focus("q", Some(query.toggled(word))))}>{ *label }</button>
        }) }</div>
    }
}

/// The list elsewhere: all files that pass the filter, read page by page.
pub(super) fn export(page: &Page, query: &FilesQuery, total: i64) -> Html {
    if let Some(running) = &page.state.export {
        let stop = {
            let page = page.clone();
            Callback::from(move |_: MouseEvent| page.runner.cancel_export())
        };
        let so_far = format::exact(i64::try_from(running.lines).unwrap_or(i64::MAX));
        return html! {
            <div class="exporting" role="status"><span class="ripple" aria-hidden="true"></span>{ format!("{so_far} of {} files", format::exact(total)) }<button onclick={stop}>{"Cancel"}</button></div>
        };
    }
    let disabled = total == 0;
    let save = |format: ExportFormat| {
        let (page, query) = (page.clone(), query.clone());
        Callback::from(move |_: MouseEvent| page.runner.export_files(&page.state, &query, format))
    };
    let copy = {
        let (page, query) = (page.clone(), query.clone());
        Callback::from(move |_: MouseEvent| page.runner.copy_paths(&page.state, &query))
    };
    html! {
        <details class="menu">
            <summary aria-label="Export the list">{ icon(Icon::Download) }{"Export"}</summary>
            <div class="menu-list">
                <button {disabled} onclick={save(ExportFormat::Csv)}>{"List as CSV"}</button>
                <button {disabled} onclick={save(ExportFormat::Ndjson)}>{"List as NDJSON"}</button>
                <button {disabled} onclick={copy}>{"Copy the paths"}</button>
            </div>
        </details>
    }
}
