//! A bucket: its figures, what a full compaction would do, and its first files.

use yew::prelude::*;

use super::head;
use crate::{
    commands,
    components::{
        ask::use_ask,
        bits::{ago, bytes, command, count, level_class, optional, pairs},
        page::{Page, use_page},
        skeleton,
    },
    files_query, format,
    lsm::BucketId,
    model::{BucketLevels, FilesPage, LevelsInfo},
    state::{Action, Ask, Selection},
    views::files::sizes,
};

/// Files listed; the Files view has all.
const LISTED: usize = 60;

/// Properties of [`BucketDetail`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// As `BucketId::print` names it.
    pub(super) id: String,
}

/// The bucket of this name.
#[component]
pub(super) fn BucketDetail(props: &Props) -> Html {
    let page = use_page();
    let offset = page.state.route.focus("from").and_then(|from| from.parse().ok()).unwrap_or(0);
    let levels = use_ask::<LevelsInfo>(sizes::levels_of(&page.state, offset));
    let id = BucketId::parse(&props.id);
    let params = id.as_ref().map(|id| files_query::of_bucket(&id.partition, id.bucket, 0, LISTED));
    let files = use_ask::<FilesPage>(params.and_then(|params| Ask::at(&page.state, "filesPage", params)));
    let Some(levels) = levels.value() else { return html! { <>{ head(&page, "Bucket") }{ skeleton::lines(6) }</> } };
    let found = levels.buckets.iter().find(|bucket| Some(BucketId::of(bucket)) == id);
    let (Some(bucket), Some(id)) = (found, id) else {
        return html! { <>{ head(&page, "Bucket") }<p class="note">{"The state shown has no files in this bucket."}</p></> };
    };
    let mut facts = vec![("bucket", html! { id.title() }), ("files", count(bucket.files))];
    if levels.keyed {
        facts.push(("sorted runs", html! { bucket.sorted_runs.to_string() }));
        facts.push((
            "read depth",
            html! { <span title="The most sorted runs that one key meets">{ bucket.depth.to_string() }</span> },
        ));
    }
    facts.extend([("rows", count(bucket.rows)), ("size", bytes(bucket.bytes))]);
    facts.push(("small files", count(bucket.small_files)));
    if bucket.files_with_vectors > 0 {
        facts.push(("hidden rows", html! { <>{ count(bucket.deleted_by_vectors) }{ format!(" by vectors of {}", format::counted(usize::try_from(bucket.files_with_vectors).unwrap_or_default(), "file")) }</> }));
    }
    facts.push(("newest file", optional(bucket.newest_millis, ago)));
    html! {
        <>
        { head(&page, "Bucket") }
        { pairs(facts) }
        { levels_table(bucket) }
        if levels.keyed && bucket.sorted_runs > 1 { { full(&page, bucket, &id) } }
        <h2>{"Files"}</h2>
        <ul class="file-list">
            { for files.value().iter().flat_map(|files| files.files.iter()).map(|file| html! {
                <li key={file.path.clone()}><button class="menu-item" onclick={page.on(Action::Select(Some(Selection::File(file.path.clone()))))}>
                    <span><i class={classes!("swatch", level_class(file.level))}></i>{ format!("L{} ", file.level) }<span class="mono">{ format::middle_cut(&file.name, 9, 10) }</span></span><small>{ bytes(file.size) }</small>
                </button></li>
            }) }
        </ul>
        { more(&page, &id, bucket) }
        </>
    }
}

/// All files of the bucket, in the Files view.
fn more(page: &Page, id: &BucketId, bucket: &BucketLevels) -> Html {
    if bucket.files <= i64::try_from(LISTED).unwrap_or(i64::MAX) {
        return html! {};
    }
    let words = if id.partition.is_empty() {
        format!("bucket:{}", id.bucket)
    } else {
        format!("partition:{} bucket:{}", id.partition, id.bucket)
    };
    let link = page.state.route.focused(crate::route::Tab::Files, "q", &words).print();
    html! { <a href={link}>{ format!("All {} files", format::exact(bucket.files)) }</a> }
}

fn levels_table(bucket: &BucketLevels) -> Html {
    if bucket.levels.is_empty() {
        return html! {};
    }
    html! {
        <table class="stats">
            <thead><tr><th scope="col">{"Level"}</th><th scope="col" class="num">{"Files"}</th><th scope="col" class="num">{"Rows"}</th><th scope="col" class="num">{"Size"}</th></tr></thead>
            <tbody>{ for bucket.levels.iter().map(|level| html! {
                <tr key={level.level.to_string()}><td><i class={classes!("swatch", level_class(level.level))}></i>{ format!("L{}", level.level) }</td><td class="num">{ count(level.files) }</td><td class="num">{ count(level.rows) }</td><td class="num">{ bytes(level.bytes) }</td></tr>
            }) }</tbody>
        </table>
    }
}

/// What a full compaction would read, and leave behind at least.
fn full(page: &Page, bucket: &BucketLevels, id: &BucketId) -> Html {
    let Some(info) = page.info() else { return html! {} };
    let settled = bucket.levels.last().filter(|level| level.level > 0).map_or(0, |level| level.rows);
    let most =
        bucket.rows.saturating_sub(bucket.delete_rows.unwrap_or_default()).saturating_sub(bucket.deleted_by_vectors);
    let facts = vec![
        ("read", html! { <>{ format!("{} runs, ", bucket.sorted_runs) }{ bytes(bucket.bytes) }</> }),
        ("rows left", html! { <>{"between "}{ count(settled.min(most).max(0)) }{" and "}{ count(most.max(0)) }</> }),
        ("amplification", html! { <>{ format!("{} × → ", bucket.depth) }<b class="good">{"1 ×"}</b></> }),
    ];
    html! {
        <>
        <h2>{"A full compaction would"}</h2>
        { pairs(facts) }
        { command(page, &commands::compact(&page.state.route, info, &page.warehouse_url(), &id.partition), "command") }
        </>
    }
}
