//! A data file: where it lies, what it holds, and what to do about it.

use yew::prelude::*;

use super::head;
use crate::{
    cell::Cell,
    commands,
    components::{
        ask::use_ask,
        bits::{ago, bytes, command, copyable, count, optional, pairs},
        file_pins::FilePins,
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    files_query, format,
    lsm::BucketId,
    model::{ColumnStats, FileInfo, FilesPage, TableInfo},
    route::{Route, Tab},
    state::{Ask, Shown},
};

/// Properties of [`FileDetail`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The file's path.
    pub(super) path: String,
}

/// The file with this path.
#[component]
pub(super) fn FileDetail(props: &Props) -> Html {
    let page = use_page();
    let shown = use_ask::<FilesPage>(Ask::at(&page.state, "filesPage", files_query::of_path(&props.path)));
    let Some(info) = page.info() else { return html! {} };
    let body = match &shown {
        Shown::Waiting => skeleton::waiting(skeleton::lines(8)),
        Shown::Failed(problem) => html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(found) | Shown::Stale(found) => match found.files.iter().find(|file| file.path == props.path) {
            Some(file) => live(&page, info, file),
            None => {
                html! { <p class="note">{"The state shown does not read this file: it was removed, or came later."}</p> }
            }
        },
    };
    let mut inside = page.state.route.focused(Tab::Manifests, "open", &props.path);
    let known = shown.value().and_then(|found| found.files.iter().find(|file| file.path == props.path));
    inside.set_focus("size", known.map(|file| file.size.to_string()));
    html! {
        <>
        { head(&page, "Data file") }
        { body }
        <FilePins path={props.path.clone()} />
        <div class="inspector-tools"><a class="button" href={inside.print()}>{"Look inside"}</a></div>
        <h2>{"Path"}</h2>
        { command(&page, &props.path, "path") }
        <h2>{"The same in JavaScript"}</h2>
        { command(&page, &commands::file_javascript(&page.state.route, info, &page.warehouse_url(), &props.path), "snippet") }
        </>
    }
}

/// A file of the state shown.
fn live(page: &Page, info: &TableInfo, file: &FileInfo) -> Html {
    let id = BucketId { partition: file.partition.clone(), bucket: file.bucket };
    let bucket = Route { tab: Tab::Lsm, bucket: Some(id.print()), focus: Vec::new(), ..page.state.route.clone() };
    let mut facts = vec![
        ("file", copyable(page, &file.name, format::middle_cut(&file.name, 14, 14))),
        ("format", html! { file.format.clone() }),
        (
            "partition",
            if file.partition.is_empty() {
                html! { <span class="none">{"none"}</span> }
            } else {
                html! { file.partition.clone() }
            },
        ),
        (
            "bucket",
            html! { <a href={bucket.print()} title="Its levels">{ if file.total_buckets > 0 { format!("{} of {}", file.bucket, file.total_buckets) } else { file.bucket.to_string() } }</a> },
        ),
        (
            "level",
            html! { { if file.level == 0 && info.has_primary_key() { "0 (a run of its own)".to_owned() } else { file.level.to_string() } } },
        ),
        (
            "rows",
            html! { <>{ count(file.rows) }{ file.delete_rows.filter(|deletes| *deletes > 0).map(|deletes| format!(" · {} deletes", format::exact(deletes))).unwrap_or_default() }</> },
        ),
        ("size", bytes(file.size)),
    ];
    if file.has_vector {
        facts.push(("hidden rows", crate::views::files::list::hidden(file)));
    }
    if !file.min_key.is_empty() {
        facts.push(("key min", key(&file.min_key)));
        facts.push(("key max", key(&file.max_key)));
    }
    if let (Some(low), Some(high)) = (file.min_sequence, file.max_sequence) {
        facts.push(("sequence", html! { format!("{} … {}", format::exact(low), format::exact(high)) }));
    }
    facts.extend(file.first_row_id.map(|first| {
        ("row ids", html! { format!("{} … {}", format::exact(first), format::exact(first.saturating_add((file.rows - 1).max(0)))) })
    }));
    facts.extend(file.write_cols.as_ref().map(|columns| ("holds", html! { columns.join(", ") })));
    facts.extend(file.embedded_index_size.map(|size| ("index", html! { <>{ bytes(size) }{" in the manifest"}</> })));
    facts.extend((!file.extra_files.is_empty()).then(|| ("beside it", html! { file.extra_files.join(", ") })));
    facts.extend(file.external.then(|| ("place", html! { "outside the table's folder" })));
    facts.push(("written", optional(file.creation_millis, ago)));
    facts.push(("schema", html! { file.schema_id.to_string() }));
    facts.extend(file.source.clone().map(|source| ("by", html! { source.to_lowercase() })));
    html! {
        <>
        { pairs(facts) }
        { stats(&file.stats) }
        if file.level == 0 && info.has_primary_key() {
            <h2>{"Merge it upwards"}</h2>
            { command(page, &commands::compact(&page.state.route, info, &page.warehouse_url(), &file.partition), "command") }
        }
        </>
    }
}

fn key(values: &[Cell]) -> Html {
    html! { <span class="mono">{ values.iter().map(Cell::to_string).collect::<Vec<_>>().join(", ") }</span> }
}

/// Least and greatest value of each column.
fn stats(stats: &[ColumnStats]) -> Html {
    if stats.is_empty() {
        return html! { <p class="note">{"No column statistics were kept for this file."}</p> };
    }
    html! {
        <>
        <h2>{"Columns"}</h2>
        <table class="stats">
            <thead><tr><th>{"Column"}</th><th>{"Least"}</th><th>{"Greatest"}</th><th class="num">{"Nulls"}</th></tr></thead>
            <tbody>
            { for stats.iter().map(|column| html! {
                <tr key={column.column.clone()}>
                    <td title={column.column.clone()}>{ column.column.clone() }</td><td class="mono">{ bound(&column.min) }</td><td class="mono">{ bound(&column.max) }</td>
                    <td class="num">{ optional(column.null_count, count) }</td>
                </tr>
            }) }
            </tbody>
        </table>
        </>
    }
}

fn bound(cell: &Cell) -> Html {
    match cell {
        Cell::Null => html! { <span class="none">{"–"}</span> },
        other => html! { <span title={other.copy_text()}>{ format::middle_cut(&other.copy_text(), 14, 5) }</span> },
    }
}
