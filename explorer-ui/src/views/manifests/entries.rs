//! The entries of one manifest: files that it adds and removes.

use serde_json::json;
use yew::prelude::*;

use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, count, empty, level_class, panel},
        long_list::{LongList, row_id},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    model::{EntriesPage, EntryInfo},
    route::Tab,
    state::{Action, Ask, Selection, Shown},
};

/// Entries of one answer.
const CHUNK: usize = 100;
const LABEL: &str = "Entries of the manifest";
const COLUMNS: usize = 9;

/// Properties of [`Entries`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The manifest.
    pub(super) name: String,
}

fn ask(page: &Page, name: &str, offset: usize) -> Option<Ask> {
    Ask::of_table(&page.state, "manifestEntries", json!({ "name": name, "offset": offset, "limit": CHUNK }))
}

/// The entries.
#[component]
pub(super) fn Entries(props: &Props) -> Html {
    let page = use_page();
    let at = use_state_eq(|| None::<usize>);
    let shown = use_ask::<EntriesPage>(ask(&page, &props.name, 0));
    let first = match &shown {
        Shown::Waiting => return skeleton::waiting(skeleton::panel(420)),
        Shown::Failed(problem) => return html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(first) | Shown::Stale(first) => first.clone(),
    };
    let total = usize::try_from(first.total).unwrap_or_default();
    if total == 0 {
        return empty("No entries", html! { "The manifest holds none." });
    }
    let go = {
        let at = at.clone();
        Callback::from(move |to: usize| at.set(Some(to)))
    };
    let rows = {
        let (name, at, go) = (props.name.clone(), *at, go.clone());
        Callback::from(move |(first, end): (usize, usize)| {
            html! { <>{ for (first / CHUNK..end.div_ceil(CHUNK)).map(|chunk| {
                let offset = chunk * CHUNK;
                html! { <EntryRows key={offset} name={name.clone()} {offset} range={(first.max(offset), end.min(offset + CHUNK))} {at} go={go.clone()} /> }
            }) }</> }
        })
    };
    let head = html! {
        <>
        <th scope="col">{"Kind"}</th><th scope="col">{"Partition"}</th><th scope="col" class="num">{"Bucket"}</th><th scope="col" class="num">{"Level"}</th><th scope="col">{"File"}</th>
        <th scope="col" class="num">{"Rows"}</th><th scope="col" class="num">{"Size"}</th><th scope="col" class="num">{"Schema"}</th><th scope="col" class="end"><span class="sr">{"Footer"}</span></th>
        </>
    };
    let remark = html! { <>{ format::exact(first.added) }{" files added, "}{ format::exact(first.deleted) }{" removed, "}{ bytes(first.size) }{" of manifest."}</> };
    let high = if total > 14 { "many" } else { "few" };
    panel(
        "Entries",
        remark,
        html! {},
        html! { <LongList label={LABEL} class={classes!("entries-list", high)} {total} {head} columns={COLUMNS} {rows} at={*at} {go} /> },
    )
}

/// Properties of [`EntryRows`].
#[derive(Properties, PartialEq)]
struct RowsProps {
    name: String,
    offset: usize,
    range: (usize, usize),
    at: Option<usize>,
    go: Callback<usize>,
}

/// The rows of one answer, as far as they are in sight.
#[component]
fn EntryRows(props: &RowsProps) -> Html {
    let page = use_page();
    let shown = use_ask::<EntriesPage>(ask(&page, &props.name, props.offset));
    let entry_at = |row: usize| shown.value().and_then(|answer| answer.entries.get(row.checked_sub(props.offset)?));
    {
        let send = page.sender();
        let path = props.at.and_then(entry_at).map(|entry| entry.file.path.clone());
        use_effect_with(path, move |path| {
            if let Some(path) = path {
                send.emit(Action::Select(Some(Selection::File(path.clone()))));
            }
        });
    }
    if let Shown::Failed(problem) = &shown {
        return html! { <tr role="row"><td colspan={COLUMNS.to_string()} class="bad">{ problem.message.clone() }{" "}<button class="plain" onclick={page.on(Action::Retry)}>{"Try again"}</button></td></tr> };
    }
    html! { <>{ for (props.range.0..props.range.1).map(|number| match entry_at(number) {
        Some(entry) => row(&page, props, number, entry),
        None => html! { <tr key={number} role="row" aria-rowindex={(number + 2).to_string()}><td colspan={COLUMNS.to_string()}><div class="skeleton"></div></td></tr> },
    }) }</> }
}

fn row(page: &Page, props: &RowsProps, number: usize, entry: &EntryInfo) -> Html {
    let file = &entry.file;
    let on = page.state.selection.as_ref() == Some(&Selection::File(file.path.clone()));
    let onclick = {
        let (page, path, go) = (page.clone(), file.path.clone(), props.go.clone());
        Callback::from(move |_: MouseEvent| {
            go.emit(number);
            page.send(Action::Select(Some(Selection::File(path.clone()))));
        })
    };
    let mut deeper = page.state.route.focused(Tab::Manifests, "open", &file.path);
    deeper.set_focus("manifest", Some(props.name.clone()));
    deeper.set_focus("size", Some(file.size.to_string()));
    let (class, sign, word) = if entry.kind == "DELETE" { ("bad", "−", "removes") } else { ("good", "+", "adds") };
    html! {
        <tr key={number} role="row" id={row_id(LABEL, number)} aria-rowindex={(number + 2).to_string()} aria-selected={on.to_string()} class={classes!(on.then_some("on"), (props.at == Some(number)).then_some("at"))} {onclick}>
            <td {class}><b aria-hidden="true">{ sign }</b>{" "}{ word }</td>
            <td>{ if file.partition.is_empty() { "–".to_owned() } else { format::middle_cut(&file.partition, 18, 9) } }</td>
            <td class="num">{ file.bucket.to_string() }</td>
            <td class="num"><i class={classes!("swatch", level_class(file.level))}></i>{ file.level.to_string() }</td>
            <td class="mono" title={file.path.clone()}>{ format::middle_cut(&file.name, 13, 14) }</td>
            <td class="num">{ count(file.rows) }</td>
            <td class="num">{ bytes(file.size) }</td>
            <td class="num">{ file.schema_id.to_string() }</td>
            <td class="end"><a href={deeper.print()} aria-label={format!("Footer of {}", file.name)}>{"Footer"}</a></td>
        </tr>
    }
}
