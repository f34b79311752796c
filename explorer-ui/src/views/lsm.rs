//! The LSM tree drawn to scale: a bucket's levels over its keys, and all buckets by what they cost.

use yew::prelude::*;

mod bucket;
mod bucket_chart;
mod cards;
mod heat_grid;
mod heat_table;
mod heatmap;
mod marks_list;
mod preview;

use bucket::BucketPanel;
use heatmap::Heatmap;
use preview::Preview;

use crate::{
    components::{
        ask::use_ask,
        bits::{empty, panel},
        linked::use_linked_file,
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    lsm::BucketId,
    model::{LevelsInfo, PreviewInfo},
    route::At,
    state::{Action, Shown},
    views::files::sizes,
};

/// The LSM view; for an append table the layout of its buckets.
#[component]
pub(crate) fn Lsm() -> Html {
    let page = use_page();
    let picked = use_state_eq(|| None::<crate::shared::Shared<PreviewInfo>>);
    use_linked_file();
    let never_written = page.info().is_some_and(|info| info.latest_snapshot.is_none());
    let offset = page.state.route.focus("from").and_then(|from| from.parse().ok()).unwrap_or(0);
    let shown = use_ask::<LevelsInfo>(sizes::levels_of(&page.state, offset).filter(|_| !never_written));
    let preview = {
        let picked = picked.clone();
        Callback::from(move |preview| picked.set(preview))
    };
    if never_written {
        return empty("No levels yet", html! { "Files come with the first commit." });
    }
    let Some(info) = page.info() else { return waiting() };
    let levels = match &shown {
        Shown::Waiting => return waiting(),
        Shown::Failed(problem) => return html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(levels) | Shown::Stale(levels) => levels.clone(),
    };
    if levels.files == 0 {
        return empty("No data files", html! { "The table holds no rows at this snapshot." });
    }
    let stale = matches!(shown, Shown::Stale(_)).then_some("stale");
    let chosen = chosen(&page, &levels);
    let latest = page.state.route.at == At::Latest;
    html! {
        <div class={classes!("stack", stale)} aria-busy={stale.is_some().to_string()}>
        { cards::cards(info, &levels) }
        if let Some(id) = &chosen {
            <BucketPanel key={id.print()} id={id.clone()} keyed={levels.keyed} preview={(*picked).clone().filter(|_| latest)} />
        }
        <Heatmap levels={levels.clone()} chosen={chosen.clone()} />
        { pages(&page, &levels) }
        if let (Some(id), true) = (&chosen, latest) {
            if info.evolves_columns() {
                { panel("What a compaction would do", html! { "Nothing is planned for this table." }, html! {}, html! { <p class="note">{"Its files hold single columns of rows (data-evolution.enabled), which a compaction joins again by row id. Paimon does that in Flink or Spark (sys.compact); Cenote does not rewrite such files, so there is nothing to preview."}</p> }) }
            } else {
                <Preview id={id.clone()} many={levels.files > preview::SOON} found={preview} />
            }
        }
        if !levels.keyed {
            { panel("Sizes", html! { "All files of this state." }, html! {}, sizes::histogram(&levels.file_sizes, levels.small_below)) }
        }
        </div>
    }
}

/// Skeletons as high as what comes.
fn waiting() -> Html {
    skeleton::waiting(
        html! { <>{ skeleton::cards(4) }{ skeleton::panel(300) }{ skeleton::panel(120) }{ skeleton::panel(140) }</> },
    )
}

/// The bucket of the link, else the one that costs most.
fn chosen(page: &Page, levels: &LevelsInfo) -> Option<BucketId> {
    let named = page.state.route.bucket.as_deref().and_then(BucketId::parse);
    let worst = || {
        let found = levels.buckets.iter().rev().max_by_key(|bucket| (bucket.depth, bucket.sorted_runs, bucket.bytes));
        found.map(BucketId::of)
    };
    named.or_else(worst)
}

/// Other buckets of a table that has more than one answer holds.
fn pages(page: &Page, levels: &LevelsInfo) -> Html {
    let shown = i64::try_from(levels.buckets.len()).unwrap_or_default();
    if shown >= levels.bucket_count {
        return html! {};
    }
    let step = i64::try_from(sizes::BUCKETS).unwrap_or(i64::MAX);
    let to = |from: i64| page.on(Action::Focus("from", (from > 0).then(|| from.to_string())));
    let (first, end) = (levels.offset, levels.offset + shown);
    html! {
        <div class="pager" role="group" aria-label="Buckets">
            <button disabled={first == 0} onclick={to((first - step).max(0))}>{"Earlier buckets"}</button>
            <span role="status">{ format!("buckets {} to {} of {}", format::exact(first + 1), format::exact(end), format::exact(levels.bucket_count)) }</span>
            <button disabled={end >= levels.bucket_count} onclick={to(first + step)}>{"Later buckets"}</button>
        </div>
    }
}
