//! The live data files: a hundred thousand of them, sorted and searched by the engine, drawn as far as they are in sight.

use web_sys::HtmlInputElement;
use yew::prelude::*;

pub(crate) mod list;
pub(crate) mod sizes;
mod tools;

use list::FileRows;

use crate::{
    browser,
    components::{
        ask::use_ask,
        bits::{bytes, empty},
        linked::use_linked_file,
        long_list::LongList,
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    files_query::{COLUMNS, FileColumn, FilesQuery},
    format,
    model::FilesPage,
    state::{Action, Ask, Shown},
};

/// Files of one answer.
const CHUNK: usize = 100;
/// Time after the last key before a search begins.
const PAUSE_MILLIS: i32 = 150;

/// The Files view.
#[component]
pub(crate) fn Files() -> Html {
    let page = use_page();
    let at = use_state_eq(|| None::<usize>);
    let query = FilesQuery::of(&page.state.route);
    let never_written = page.info().is_some_and(|info| info.latest_snapshot.is_none());
    let ask = Ask::at(&page.state, "filesPage", query.page(0, CHUNK)).filter(|_| !never_written);
    let shown = use_ask::<FilesPage>(ask);
    use_linked_file();
    {
        // Another list: the keyboard starts anew.
        let at = at.clone();
        use_effect_with(query.clone(), move |_| at.set(None));
    }
    if never_written {
        return empty("No files", html! { "Nothing was written yet." });
    }
    let stale = matches!(shown, Shown::Stale(_));
    let body = match &shown {
        Shown::Waiting => skeleton::waiting(skeleton::panel(420)),
        Shown::Failed(problem) => html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(first) | Shown::Stale(first) if first.total == 0 && !query.is_filtered() => {
            return empty("No files", html! { "The table holds no rows at this snapshot." });
        }
        Shown::Fresh(first) | Shown::Stale(first) => list(&page, &query, first, &at, stale),
    };
    html! {
        <>
        <sizes::Sizes />
        <div class="data-tools">
            <Search query={query.clone()} />
            { tools::switches(&page, &query) }
            { totals(&shown) }
            { tools::export(&page, &query, shown.value().map_or(0, |first| first.total)) }
        </div>
        { body }
        </>
    }
}

/// How much passes the filter.
fn totals(shown: &Shown<FilesPage>) -> Html {
    let text = shown.value().map(|first| {
        let files = format::counted(usize::try_from(first.total).unwrap_or_default(), "file");
        html! { <>{ files }{" · "}{ bytes(first.bytes) }{" · "}<span title={format::exact(first.rows)}>{ format::short(first.rows) }{" rows"}</span></> }
    });
    html! { <span class="mute files-total" role="status">{ text.unwrap_or_else(|| html! { "\u{a0}" }) }</span> }
}

fn list(page: &Page, query: &FilesQuery, first: &FilesPage, at: &UseStateHandle<Option<usize>>, stale: bool) -> Html {
    let total = usize::try_from(first.total).unwrap_or_default();
    if total == 0 {
        return empty(
            "No file matches",
            html! { <>{"No file holds these words. "}<button onclick={page.on(Action::Focus("q", None))}>{"Show all files"}</button></> },
        );
    }
    let go = {
        let at = at.clone();
        Callback::from(move |to: usize| at.set(Some(to)))
    };
    let rows = {
        let (query, at, go) = (query.clone(), **at, go.clone());
        Callback::from(move |(first, end): (usize, usize)| {
            let chunks = first / CHUNK..end.div_ceil(CHUNK);
            html! { <>{ for chunks.map(|chunk| {
                let offset = chunk * CHUNK;
                let range = (first.max(offset), end.min(offset + CHUNK));
                html! { <FileRows key={offset} query={query.clone()} {offset} {range} {at} go={go.clone()} /> }
            }) }</> }
        })
    };
    let head = html! { <>{ for COLUMNS.iter().map(|column| head(page, query, *column)) }</> };
    let of = format!("{query:?}");
    html! { <LongList label="Data files" class={classes!("files-list", stale.then_some("stale"))} {total} {head} columns={COLUMNS.len()} {rows} at={**at} {go} {of} /> }
}

fn head(page: &Page, query: &FilesQuery, column: FileColumn) -> Html {
    let class = classes!(format!("col-{}", column.label.to_lowercase()), column.number.then_some("num"));
    let Some(sort) = column.sort else { return html! { <th {class} scope="col">{ column.label }</th> } };
    let on = query.order() == sort;
    let sorted = on.then_some(if query.descending { "descending" } else { "ascending" });
    let descending = if on { !query.descending } else { column.number && !matches!(sort, "bucket" | "level") };
    let next = page.on(Action::Focus("sort", FilesQuery::print_sort(sort, descending)));
    let arrow = match sorted {
        Some("ascending") => " ↑",
        Some(_) => " ↓",
        None => "",
    };
    html! {
        <th {class} scope="col" aria-sort={sorted}><button class="plain sort" onclick={next}>{ column.label }<span aria-hidden="true">{ arrow }</span></button></th>
    }
}

/// Properties of [`Search`].
#[derive(Properties, PartialEq)]
struct SearchProps {
    query: FilesQuery,
}

/// The words, asked for when the keys have been still for a moment.
#[component]
fn Search(props: &SearchProps) -> Html {
    let page = use_page();
    let typed = use_state_eq(|| props.query.text.clone());
    let generation = use_mut_ref(|| 0_u32);
    let sent = use_mut_ref(|| props.query.text.clone());
    {
        // A change from elsewhere takes the place of what was typed; our own may be older than what is typed by now.
        let (typed, generation, sent) = (typed.clone(), generation.clone(), sent.clone());
        use_effect_with(props.query.text.clone(), move |text| {
            if *sent.borrow() != *text {
                *generation.borrow_mut() += 1;
                sent.replace(text.clone());
                typed.set(text.clone());
            }
        });
    }
    let oninput = {
        let typed = typed.clone();
        let send = page.sender();
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            typed.set(text.clone());
            *generation.borrow_mut() += 1;
            let (generation, mine, send) = (generation.clone(), *generation.borrow(), send.clone());
            let sent = sent.clone();
            wasm_bindgen_futures::spawn_local(async move {
                browser::sleep(PAUSE_MILLIS).await;
                if *generation.borrow() == mine {
                    sent.replace(text.clone());
                    send.emit(Action::Focus("q", Some(text)));
                }
            });
        })
    };
    html! {
        <div class="filter"><input id="filter" type="search" placeholder="Search files: part of a path, level:0, bucket:1, partition:…" aria-label="Search files" value={(*typed).clone()} {oninput} /></div>
    }
}
