//! A data file, and a bucket of them.

use yew::prelude::*;

use super::head;
use crate::{
    cell::Cell,
    commands,
    components::{
        bits::{ago, bytes, command, copyable, count, optional, pairs},
        page::Page,
    },
    format,
    lsm::{self, Bucket},
    model::{ColumnStats, FileInfo},
    state::{Action, Selection},
};

/// The file with this path.
pub(super) fn file(page: &Page, path: &str) -> Option<Html> {
    let files = page.state.files.show(page.state.at_key().as_ref());
    let file = files.value()?.iter().find(|file| file.path == path)?;
    let info = page.info()?;
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
        ("bucket", html! { format!("{} of {}", file.bucket, file.total_buckets) }),
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
    if !file.min_key.is_empty() {
        facts.push(("key min", key(&file.min_key)));
        facts.push(("key max", key(&file.max_key)));
    }
    if let (Some(low), Some(high)) = (file.min_sequence, file.max_sequence) {
        facts.push(("sequence", html! { format!("{} … {}", format::exact(low), format::exact(high)) }));
    }
    facts.extend(file.first_row_id.map(|first| {
        ("row ids", html! { format!("{} … {}", format::exact(first), format::exact(first + (file.rows - 1).max(0))) })
    }));
    facts.extend(file.write_cols.as_ref().map(|columns| ("holds", html! { columns.join(", ") })));
    facts.extend(file.embedded_index_size.map(|size| ("index", html! { <>{ bytes(size) }{" in the manifest"}</> })));
    facts.extend((!file.extra_files.is_empty()).then(|| ("beside it", html! { file.extra_files.join(", ") })));
    facts.extend(file.external.then(|| ("place", html! { "outside the table's folder" })));
    facts.push(("written", optional(file.creation_millis, ago)));
    facts.push(("schema", html! { file.schema_id.to_string() }));
    facts.extend(file.source.clone().map(|source| ("by", html! { source.to_lowercase() })));
    Some(html! {
        <>
        { head(page, "Data file") }
        { pairs(facts) }
        { stats(&file.stats) }
        <h2>{"Path"}</h2>
        { command(page, &file.path, "path") }
        if file.level == 0 && info.has_primary_key() {
            <h2>{"Merge it upwards"}</h2>
            { command(page, &commands::compact(&page.state.route, info, &page.warehouse_url(), &file.partition), "command") }
        }
        </>
    })
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

/// The bucket of this name, and what a full compaction of it would do.
pub(super) fn bucket(page: &Page, id: &str) -> Option<Html> {
    let files = page.state.files.show(page.state.at_key().as_ref());
    let files = files.value()?;
    let buckets = lsm::buckets(files);
    let bucket = buckets.iter().find(|bucket| bucket.id.print() == id)?;
    let info = page.info()?;
    let facts = vec![
        ("bucket", html! { bucket.id.title() }),
        ("files", count(i64::try_from(bucket.files.len()).unwrap_or(i64::MAX))),
        ("runs", html! { bucket.runs.to_string() }),
        ("rows", count(bucket.rows)),
        ("size", bytes(bucket.size)),
    ];
    Some(html! {
        <>
        { head(page, "Bucket") }
        { pairs(facts) }
        if info.has_primary_key() && bucket.runs > 1 { { preview(page, bucket, files) } }
        <h2>{"Files"}</h2>
        <ul class="file-list">
            { for bucket.files.iter().take(60).map(|&index| {
                let file = &files[index];
                html! {
                    <li key={file.path.clone()}><button class="menu-item" onclick={page.on(Action::Select(Some(Selection::File(file.path.clone()))))}>
                        <span><i class={classes!("swatch", crate::components::bits::level_class(file.level))}></i>{ format!("L{} ", file.level) }<span class="mono">{ format::middle_cut(&file.name, 9, 10) }</span></span><small>{ bytes(file.size) }</small>
                    </button></li>
                }
            }) }
        </ul>
        </>
    })
}

/// What a full compaction would read, and leave behind at least.
fn preview(page: &Page, bucket: &Bucket, files: &[FileInfo]) -> Html {
    let Some(info) = page.info() else { return html! {} };
    let newest_level = bucket.files.iter().map(|&index| files[index].level).max().unwrap_or_default();
    let settled: i64 = bucket
        .files
        .iter()
        .map(|&index| &files[index])
        .filter(|file| file.level == newest_level && file.level > 0)
        .map(|file| file.rows)
        .sum();
    let facts = vec![
        ("read", html! { <>{ format!("{} runs, ", bucket.runs) }{ bytes(bucket.size) }</> }),
        (
            "rows left",
            html! { <>{"between "}{ count(settled.min(bucket.rows - bucket.deletes).max(0)) }{" and "}{ count((bucket.rows - bucket.deletes).max(0)) }</> },
        ),
        ("runs", html! { <>{ format!("{} → ", bucket.runs) }<b class="good">{"1"}</b></> }),
    ];
    html! {
        <>
        <h2>{"A full compaction would"}</h2>
        { pairs(facts) }
        { command(page, &commands::compact(&page.state.route, info, &page.warehouse_url(), &bucket.id.partition), "command") }
        </>
    }
}
