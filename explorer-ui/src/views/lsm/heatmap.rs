//! All buckets at once: partition by bucket, warmer the more a read must merge.

use std::rc::Rc;

use yew::prelude::*;

use crate::{
    components::{
        bits::panel,
        page::{Page, use_page},
    },
    format,
    lsm::Bucket,
    state::Action,
};

/// Cells drawn; beyond, the costliest are.
const DRAWN: usize = 600;

/// Properties of [`Heatmap`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// All buckets.
    pub(super) all: Rc<Vec<Bucket>>,
    /// Whether runs count, else files do.
    pub(super) keyed: bool,
    /// The bucket shown above.
    pub(super) chosen: Option<String>,
}

/// Runs of a keyed bucket, files of another.
fn heat(bucket: &Bucket, keyed: bool) -> usize {
    if keyed { bucket.runs } else { bucket.files.len() }
}

/// The heatmap.
#[component]
pub(super) fn Heatmap(props: &Props) -> Html {
    let page = use_page();
    let mut shown: Vec<&Bucket> = props.all.iter().collect();
    let left_out = shown.len().saturating_sub(DRAWN);
    if left_out > 0 {
        shown.sort_by_key(|bucket| std::cmp::Reverse(heat(bucket, props.keyed)));
        shown.truncate(DRAWN);
        let kept: std::collections::BTreeSet<_> = shown.iter().map(|bucket| bucket.id.clone()).collect();
        shown = props.all.iter().filter(|bucket| kept.contains(&bucket.id)).collect();
    }
    let mut numbers: Vec<i64> = shown.iter().map(|bucket| bucket.id.bucket).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut partitions: Vec<&str> = Vec::new();
    for bucket in &shown {
        if partitions.last() != Some(&bucket.id.partition.as_str()) {
            partitions.push(&bucket.id.partition);
        }
    }
    let most = shown.iter().map(|bucket| heat(bucket, props.keyed)).max().unwrap_or_default();
    let remark = match (props.keyed, left_out) {
        (true, 0) => "Sorted runs to merge on read. Warmer is slower.".to_owned(),
        (true, more) => format!("Sorted runs to merge on read: the {DRAWN} costliest, {more} more are left out."),
        (false, 0) => "Files to open. Warmer is more of them.".to_owned(),
        (false, more) => format!("Files to open: the fullest {DRAWN}, {more} more are left out."),
    };
    // The longer side goes down the page where it would not fit across.
    let across = partitions.len() <= 40;
    let body =
        if across { wide(&page, props, &shown, &partitions, &numbers, most) } else { flow(&page, props, &shown, most) };
    panel("Partition × bucket", html! { remark }, html! {}, body)
}

/// Partitions across, buckets down.
fn wide(page: &Page, props: &Props, shown: &[&Bucket], partitions: &[&str], numbers: &[i64], most: usize) -> Html {
    let short = short_names(partitions);
    html! {
        <div class="scroll-x"><table class="heat">
            <tbody>
            { for numbers.iter().map(|number| html! {
                <tr key={number.to_string()}>
                    <th scope="row">{ format!("b {number}") }</th>
                    { for partitions.iter().map(|partition| {
                        let bucket = shown.iter().find(|bucket| bucket.id.partition == *partition && bucket.id.bucket == *number);
                        html! { <td key={*partition}>{ bucket.map_or_else(Html::default, |bucket| cell(page, props, bucket, most)) }</td> }
                    }) }
                </tr>
            }) }
            </tbody>
            <tfoot><tr><td></td>{ for partitions.iter().zip(&short).map(|(partition, short)| html! { <th scope="col" title={partition.to_string()}>{ short.clone() }</th> }) }</tr></tfoot>
        </table></div>
    }
}

/// Many partitions: one cell after the other.
fn flow(page: &Page, props: &Props, shown: &[&Bucket], most: usize) -> Html {
    html! { <div class="heat-flow">{ for shown.iter().map(|bucket| cell(page, props, bucket, most)) }</div> }
}

fn cell(page: &Page, props: &Props, bucket: &Bucket, most: usize) -> Html {
    let value = heat(bucket, props.keyed);
    let id = bucket.id.print();
    #[allow(clippy::cast_precision_loss)]
    let share = if most > 1 { (value.saturating_sub(1)) as f64 / (most - 1).max(4) as f64 * 100.0 } else { 0.0 };
    let on = props.chosen.as_deref() == Some(&id);
    let unit = if props.keyed { "run" } else { "file" };
    let title = format!(
        "{}\n{} in {}, {}, {} rows",
        bucket.id.title(),
        format::counted(value, unit),
        format::counted(bucket.files.len(), "file"),
        format::bytes(bucket.size),
        format::exact(bucket.rows)
    );
    html! {
        <button class={classes!("heat-cell", on.then_some("on"))} style={format!("--heat:{share:.0}%")} aria-label={title.replace('\n', ": ")} aria-pressed={on.to_string()} {title} onclick={page.on(Action::Bucket(Some(id.clone())))}>{ value.to_string() }</button>
    }
}

/// `month=1`, `month=2` need only their values; mixed names stay whole.
fn short_names(partitions: &[&str]) -> Vec<String> {
    partitions
        .iter()
        .map(|partition| {
            let values: Vec<&str> =
                partition.split('/').map(|part| part.split_once('=').map_or(part, |(_, value)| value)).collect();
            format::middle_cut(&values.join("/"), 8, 3)
        })
        .collect()
}
