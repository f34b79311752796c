//! The same numbers as a table: a line for each bucket.

use yew::prelude::*;

use super::heatmap::Heat;
use crate::{
    components::{
        bits::{ago, bytes, count, optional},
        long_list::{LongList, row_id},
        page::use_page,
    },
    heat::Measure,
    lsm::BucketId,
    model::BucketLevels,
    state::Action,
};

const LABEL: &str = "Buckets";

/// Properties of [`HeatTable`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What is shown.
    pub(super) heat: Heat,
    /// Whether it is sorted by the measure.
    pub(super) warmest: bool,
}

/// The table.
#[component]
pub(super) fn HeatTable(props: &Props) -> Html {
    let page = use_page();
    let at = use_state_eq(|| None::<usize>);
    let heat = &props.heat;
    let offered = Measure::offered(&heat.levels);
    let choose = {
        let (page, heat, at) = (page.clone(), heat.clone(), at.clone());
        Callback::from(move |row: usize| {
            at.set(Some(row));
            if let Some(bucket) = heat.listed.get(row).and_then(|&index| heat.levels.buckets.get(index)) {
                page.send(Action::Bucket(Some(BucketId::of(bucket).print())));
            }
        })
    };
    let go = {
        let at = at.clone();
        Callback::from(move |to: usize| at.set(Some(to)))
    };
    let head = html! {
        <>
        <th scope="col">{"Partition"}</th><th scope="col" class="num">{"Bucket"}</th>
        { for offered.iter().map(|measure| {
            let sorted = (props.warmest && *measure == heat.measure).then_some("descending");
            let sort = { let page = page.clone(); let slug = measure.slug(); Callback::from(move |_: MouseEvent| {
                page.send(Action::Focus("heat", Some(slug.to_owned())));
                page.send(Action::Focus("order", Some("warmest".to_owned())));
            }) };
            html! { <th scope="col" class="num" aria-sort={sorted}><button class="plain sort" title={measure.meaning()} onclick={sort}>{ measure.label() }<span aria-hidden="true">{ if sorted.is_some() { " ↓" } else { "" } }</span></button></th> }
        }) }
        </>
    };
    let columns = offered.len() + 2;
    let rows = {
        let (heat, choose, at) = (heat.clone(), choose.clone(), *at);
        Callback::from(move |(first, end): (usize, usize)| {
            let rows = (first..end).filter_map(|row| Some((row, heat.levels.buckets.get(*heat.listed.get(row)?)?)));
            rows.map(|(row, bucket)| {
                let on = heat.chosen.as_ref() == Some(&BucketId::of(bucket));
                let choose = choose.clone();
                html! {
                    <tr key={row} role="row" id={row_id(LABEL, row)} aria-rowindex={(row + 2).to_string()} aria-selected={on.to_string()} class={classes!(on.then_some("on"), (at == Some(row)).then_some("at"))} onclick={Callback::from(move |_: MouseEvent| choose.emit(row))}>
                        <td class="mono">{ if bucket.partition.is_empty() { "–".to_owned() } else { bucket.partition.clone() } }</td>
                        <td class="num">{ bucket.bucket.to_string() }</td>
                        { for offered.iter().map(|measure| html! { <td class="num">{ figure(*measure, bucket, &heat) }</td> }) }
                    </tr>
                }
            }).collect::<Html>()
        })
    };
    let high = if heat.listed.len() > 8 { "some" } else { "few" };
    html! { <LongList label={LABEL} class={classes!("heat-list", high)} total={heat.listed.len()} {head} {columns} {rows} at={*at} {go} enter={choose} of={format!("{:?}{}", heat.measure, heat.listed.len())} /> }
}

fn figure(measure: Measure, bucket: &BucketLevels, heat: &Heat) -> Html {
    match measure {
        Measure::Runs => html! { bucket.sorted_runs.to_string() },
        Measure::Depth => html! { bucket.depth.to_string() },
        Measure::Files => count(bucket.files),
        Measure::Rows => count(bucket.rows),
        Measure::Size => bytes(bucket.bytes),
        Measure::Age => optional(bucket.newest_millis, ago),
        Measure::Skew | Measure::Deleted => {
            html! { measure.value(bucket, &heat.base).map_or_else(|| "–".to_owned(), |value| measure.text(value)) }
        }
    }
}
