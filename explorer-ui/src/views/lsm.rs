//! The LSM tree drawn to scale: a bucket's levels over its keys, and all buckets by what they cost.

use std::rc::Rc;

use serde_json::json;
use yew::prelude::*;

mod bucket_chart;
mod heatmap;
mod preview;

use bucket_chart::BucketChart;
use heatmap::Heatmap;

use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, card, count, empty, panel},
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    health::{SMALL_FILE_BYTES, median_size},
    lsm::{Bucket, ScaleKind, amplification, buckets},
    model::{FileInfo, PreviewInfo, TableInfo},
    route::At,
    state::{Ask, Shown},
    views::overview::level_legend,
};

/// The LSM view; for an append table the layout of its buckets.
#[component]
pub(crate) fn Lsm() -> Html {
    let page = use_page();
    let scale = use_state_eq(ScaleKind::default);
    let shown = page.state.files.show(page.state.at_key().as_ref());
    let latest = page.state.route.at == At::Latest;
    let preview = Ask::of_table(&page.state, "compaction", json!({})).filter(|_| latest);
    let preview = use_ask::<PreviewInfo>(preview);
    let all = use_memo(shown.value().cloned(), |files| files.as_ref().map(|files| buckets(files)).unwrap_or_default());
    let Some(info) = page.info() else { return waiting() };
    if info.latest_snapshot.is_none() {
        return empty("No levels yet", html! { "Files come with the first commit." });
    }
    let files = match &shown {
        Shown::Waiting => return waiting(),
        Shown::Failed(problem) => return html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(files) | Shown::Stale(files) => files.clone(),
    };
    if files.is_empty() {
        return empty("No data files", html! { "The table holds no rows at this snapshot." });
    }
    let chosen = chosen(&page, &all);
    let set = |kind: ScaleKind| {
        let scale = scale.clone();
        Callback::from(move |_: MouseEvent| scale.set(kind))
    };
    let levels: Vec<i64> = {
        let mut levels: Vec<i64> = files.iter().map(|file| file.level).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    };
    let stale = matches!(shown, Shown::Stale(_)).then_some("stale");
    html! {
        <div class={classes!("stack", stale)} aria-busy={stale.is_some().to_string()}>
        { cards(info, &all, &files) }
        if let (Some(bucket), true) = (&chosen, info.has_primary_key()) {
            { panel("Levels", html! { <><b>{ bucket.id.title() }</b>{": a bar is a file, as wide as the keys it covers. The curve above counts the runs that a read of a key merges."}</> },
                html! {
                    <>
                    { level_legend(&levels) }
                    <div class="segments" role="group" aria-label="Key axis">
                        <button aria-pressed={(*scale == ScaleKind::Value).to_string()} title="A range twice as wide is drawn twice as wide" onclick={set(ScaleKind::Value)}>{"To scale"}</button>
                        <button aria-pressed={(*scale == ScaleKind::Rank).to_string()} title="Every file bound gets the same room" onclick={set(ScaleKind::Rank)}>{"By rank"}</button>
                    </div>
                    </>
                },
                html! { <BucketChart bucket={bucket.clone()} files={files.clone()} scale={*scale} picked={picked(&page, &preview, bucket, &files)} /> }) }
        }
        if let Some(bucket) = &chosen {
            { preview::panel_of(&page, info, &preview, bucket, &files) }
        }
        <Heatmap {all} keyed={info.has_primary_key()} chosen={chosen.map(|bucket| bucket.id.print())} />
        </div>
    }
}

/// Names of the files of a bucket that a compaction would take; none at an older state.
fn picked(page: &Page, preview: &Shown<PreviewInfo>, bucket: &Bucket, files: &[FileInfo]) -> Rc<Vec<String>> {
    let latest = page.state.route.at == At::Latest;
    let tasks = preview.value().filter(|_| latest).map(|preview| preview::tasks_of(preview, bucket, files));
    Rc::new(tasks.into_iter().flatten().flat_map(|task| task.files.iter().cloned()).collect())
}

fn waiting() -> Html {
    skeleton::waiting(html! { <>{ skeleton::cards(4) }{ skeleton::panel(260) }{ skeleton::panel(110) }</> })
}

/// The bucket of the link, else the one with most runs.
fn chosen(page: &Page, all: &Rc<Vec<Bucket>>) -> Option<Rc<Bucket>> {
    let named = page.state.route.bucket.as_ref().and_then(|id| all.iter().find(|bucket| bucket.id.print() == *id));
    let worst = || all.iter().rev().max_by_key(|bucket| (bucket.runs, bucket.size));
    named.or_else(worst).cloned().map(Rc::new)
}

#[allow(clippy::cast_precision_loss)]
fn cards(info: &TableInfo, all: &[Bucket], files: &[FileInfo]) -> Html {
    let cost = amplification(all, info);
    let small = files.iter().filter(|file| file.size < SMALL_FILE_BYTES).count();
    let size: i64 = files.iter().map(|file| file.size).sum();
    let rows: i64 = files.iter().map(|file| file.rows).sum();
    let deletes: i64 = files.iter().filter_map(|file| file.delete_rows).sum();
    let worst_runs = cost.worst.as_ref().map_or(0, |(_, runs)| *runs);
    let largest = all.iter().max_by_key(|bucket| bucket.size);
    html! {
        <div class="cards">
            if info.has_primary_key() {
                { card("Read amplification", if worst_runs >= cost.trigger { "warm" } else if worst_runs <= 1 { "good" } else { "" }, html! { format!("{:.1} ×", cost.average) },
                    html! { cost.worst.as_ref().map(|(id, runs)| format!("worst {runs} runs · {}", id.title())).unwrap_or_default() }) }
                { card("Compaction pressure", if cost.at_trigger > 0 { "warm" } else { "" }, html! { <>{ format!("{:.1} ", cost.average / cost.trigger as f64) }<small>{ format!("of trigger {}", cost.trigger) }</small></> },
                    html! { format!("{} of {} at or above", cost.at_trigger, format::counted(all.len(), "bucket")) }) }
            } else {
                { card("Buckets", "", html! { all.len().to_string() }, html! { <>{"largest "}{ largest.map(|bucket| bytes(bucket.size)).unwrap_or_default() }</> }) }
            }
            { card("Files", "", count(i64::try_from(files.len()).unwrap_or(i64::MAX)), html! { format!("{small} under {} · median {}", format::bytes(SMALL_FILE_BYTES), format::bytes(median_size(files))) }) }
            if info.has_primary_key() {
                { card("Delete rows", "", html! { format!("{:.1} %", deletes as f64 / rows.max(1) as f64 * 100.0) }, html! { format!("{} of {} rows", format::short(deletes), format::short(rows)) }) }
            } else {
                { card("Size", "", bytes(size), html! { format!("{} rows", format::short(rows)) }) }
            }
        </div>
    }
}
