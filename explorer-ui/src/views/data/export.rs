//! Export of all rows, with the command and the snippet that do the same.

use yew::prelude::*;

use crate::{
    commands,
    components::{
        bits::command,
        icon::{Icon, icon},
        page::Page,
    },
    export::ExportFormat,
    format,
    route::Tab,
};

/// The menu, or the export that runs.
pub(crate) fn export(page: &Page) -> Html {
    if let Some(running) = &page.state.export {
        let activity = page.state.activities.iter().find(|activity| activity.id == running.call);
        let progress = activity.map(|activity| activity.progress).unwrap_or_default();
        let stop = {
            let page = page.clone();
            Callback::from(move |_: MouseEvent| page.runner.cancel_export())
        };
        #[allow(clippy::cast_possible_truncation)]
        let (rows, bytes) = (progress.rows as i64, progress.bytes as i64);
        let share = page.state.scan.total.filter(|total| *total > 0).map(|total| {
            #[allow(clippy::cast_precision_loss)]
            let share = (progress.rows / total as f64 * 100.0).clamp(0.0, 100.0);
            share
        });
        return html! {
            <div class="exporting" role="status">
                <span class="ripple" aria-hidden="true"></span>
                { format!("{} rows, {} of {}", format::exact(rows), format::bytes(bytes), running.format.label()) }
                if let Some(share) = share { <progress max="100" value={format!("{share:.1}")} aria-label="Rows exported"></progress> }
                <button onclick={stop}>{"Cancel"}</button>
            </div>
        };
    }
    let all = |format: ExportFormat| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.runner.export_all(&page.state, format))
    };
    let disabled = page.state.scan.total == Some(0) || page.state.scan.opened.is_none();
    let count = page
        .state
        .scan
        .total
        .map_or_else(|| "All rows".to_owned(), |total| format!("All {}", format::counted(total, "row")));
    html! {
        <details class="menu export-menu">
            <summary aria-label="Export">{ icon(Icon::Download) }{"Export"}</summary>
            <div class="menu-list">
                <p class="mute">{ count }{" as"}</p>
                <div class="export-formats">
                    { for ExportFormat::ALL.into_iter().map(|format| html! { <button {disabled} onclick={all(format)}>{ format.label() }</button> }) }
                </div>
                { elsewhere(page) }
            </div>
        </details>
    }
}

/// The same by the command line and in JavaScript.
fn elsewhere(page: &Page) -> Html {
    let Some(info) = page.info().filter(|_| page.state.route.tab == Tab::Data) else { return html! {} };
    let (route, origin) = (&page.state.route, page.warehouse_url());
    let line = format!("{} \\\n  --output parquet > rows.parquet", commands::read(route, info, &origin));
    html! {
        <>
            <h3>{"In the command line"}</h3>
            { command(page, &line, "command") }
            <h3>{"In JavaScript"}</h3>
            { command(page, &commands::javascript(route, info, &origin), "snippet") }
        </>
    }
}
