//! All buckets at once: partition by bucket, by a measure of choice, as a picture or as a table.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{heat_grid::HeatGrid, heat_table::HeatTable};
use crate::{
    browser,
    components::{
        bits::panel,
        page::{Page, use_page},
        size::use_size,
    },
    format,
    heat::{Base, Grid, HeatScale, Measure, listed},
    lsm::BucketId,
    model::LevelsInfo,
    shared::Shared,
    state::Action,
};

/// Buckets from which on there is something to search.
const SEARCHED: usize = 24;
/// Width of a cell where cells follow each other, pixels.
const CELL_PX: f64 = 46.0;

/// Properties of [`Heatmap`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The buckets.
    pub(super) levels: Shared<LevelsInfo>,
    /// The bucket shown above.
    pub(super) chosen: Option<BucketId>,
}

/// What the picture and the table both show.
#[derive(Clone, PartialEq)]
pub(super) struct Heat {
    pub(super) levels: Shared<LevelsInfo>,
    pub(super) measure: Measure,
    pub(super) base: Base,
    pub(super) scale: HeatScale,
    /// Positions of the buckets to show, in order.
    pub(super) listed: Rc<Vec<usize>>,
    pub(super) chosen: Option<BucketId>,
}

/// The heatmap.
#[component]
pub(super) fn Heatmap(props: &Props) -> Html {
    let page = use_page();
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let route = &page.state.route;
    let levels = props.levels.clone();
    let measure = Measure::named(route.focus("heat").unwrap_or_default(), &levels);
    let warmest = route.focus("order") == Some("warmest");
    let as_table = route.focus("as") == Some("table");
    let search = route.focus("partition").unwrap_or_default().to_owned();
    let base = use_memo(levels.clone(), |levels| Base::of(&levels.buckets, browser::now()));
    let found = use_memo((levels.clone(), search.clone(), warmest, measure), |(levels, search, warmest, measure)| {
        listed(&levels.buckets, search, warmest.then_some(*measure), &base)
    });
    let scale =
        use_memo((levels.clone(), measure), |(levels, measure)| HeatScale::over(*measure, &levels.buckets, &base));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let per_line = ((width - 110.0) / CELL_PX).clamp(4.0, 24.0) as usize;
    let grid = use_memo(
        (found.clone(), levels.clone(), warmest, measure, per_line),
        |(found, levels, warmest, measure, per_line)| {
            Grid::of(&levels.buckets, found, warmest.then_some((*measure, &*base)), *per_line)
        },
    );
    let heat = Heat {
        levels: levels.clone(),
        measure,
        base: *base,
        scale: *scale,
        listed: found.clone(),
        chosen: props.chosen.clone(),
    };
    let remark = html! {
        <>{ measure.meaning() }<span role="status">{ if found.len() < levels.buckets.len() { format!(" {} of {}.", format::exact(i64::try_from(found.len()).unwrap_or_default()), format::counted(levels.buckets.len(), "bucket")) } else { String::new() } }</span></>
    };
    let body = if found.is_empty() {
        html! { <p class="note">{"No partition holds these words. "}<button onclick={page.on(Action::Focus("partition", None))}>{"Show all"}</button></p> }
    } else if as_table {
        html! { <HeatTable {heat} {warmest} /> }
    } else {
        html! { <HeatGrid {heat} {grid} /> }
    };
    html! {
        <div ref={node}>
        { panel("Partition × bucket", remark, html! {}, html! {
            <>
            { tools(&page, &levels, measure, (warmest, as_table), &search) }
            { body }
            if !as_table { { legend(measure, &scale) } }
            </>
        }) }
        </div>
    }
}

fn tools(page: &Page, levels: &LevelsInfo, measure: Measure, (warmest, as_table): (bool, bool), search: &str) -> Html {
    let focus = |name: &'static str, value: Option<&str>| page.on(Action::Focus(name, value.map(str::to_owned)));
    let oninput = {
        let page = page.clone();
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlInputElement>().value();
            page.send(Action::Focus("partition", Some(text)));
        })
    };
    let press = |on: bool| on.to_string();
    html! {
        <div class="heat-tools">
            <div class="segments wrap" role="group" aria-label="What is measured">{ for Measure::offered(levels).into_iter().map(|own| html! {
                <button aria-pressed={press(own == measure)} title={own.meaning()} onclick={focus("heat", Some(own.slug()))}>{ own.label() }</button>
            }) }</div>
            <div class="segments" role="group" aria-label="Order">
                <button aria-pressed={press(!warmest)} onclick={focus("order", None)}>{"By name"}</button>
                <button aria-pressed={press(warmest)} title="Partitions with the greatest measure first" onclick={focus("order", Some("warmest"))}>{"Warmest first"}</button>
            </div>
            <div class="segments" role="group" aria-label="Shown as">
                <button aria-pressed={press(!as_table)} onclick={focus("as", None)}>{"Picture"}</button>
                <button aria-pressed={press(as_table)} onclick={focus("as", Some("table"))}>{"Table"}</button>
            </div>
            if levels.buckets.len() > SEARCHED && levels.partition_count > 1 {
                <input class="heat-search" type="search" placeholder="Search partitions" aria-label="Search partitions" value={search.to_owned()} {oninput} />
            }
        </div>
    }
}

/// Colours with the values they stand for.
fn legend(measure: Measure, scale: &HeatScale) -> Html {
    html! {
        <div class="heat-legend" aria-label={format!("{}: colours", measure.label())} role="img">
            { for scale.stops(5).into_iter().map(|(share, text)| html! { <span><i style={format!("--heat:{:.0}%", share * 100.0)}></i>{ text }</span> }) }
        </div>
    }
}
