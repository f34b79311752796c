//! Small pictures of the layout: how much lies on each level and in files of which size, and which buckets cost readers.
//! Each is a link to the view that has the whole.

use serde::Deserialize;
use serde_json::json;
use yew::prelude::*;

use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, level_class, panel},
        page::use_page,
        skeleton,
    },
    format,
    route::{Route, Tab},
    state::{Ask, Shown},
};

/// What the engine tells of the layout, as far as the pictures show it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Layout {
    keyed: bool,
    small_below: i64,
    levels: Vec<Level>,
    file_sizes: Sizes,
    partition_count: i64,
    bucket_count: i64,
    buckets: Vec<BucketDepth>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Level {
    level: i64,
    files: i64,
    bytes: i64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sizes {
    histogram: Vec<SizeBin>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SizeBin {
    below: i64,
    files: i64,
    bytes: i64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct BucketDepth {
    partition: String,
    bucket: i64,
    files: i64,
    depth: i64,
}

/// Buckets told at once: the same question as that of the Layout view, so that it is asked once.
const BUCKETS: usize = 10_000;

/// Partitions across the thumbnail, and buckets down.
const ACROSS: usize = 36;
const DOWN: usize = 8;
const CELL: f64 = 16.0;
const GAP: f64 = 3.0;

/// The pictures, side by side.
#[component]
pub(super) fn Pictures() -> Html {
    let page = use_page();
    let shown = use_ask::<Layout>(Ask::at(&page.state, "levels", json!({ "offset": 0, "limit": BUCKETS })));
    let link = |tab: Tab| Route { tab, focus: Vec::new(), ..page.state.route.clone() }.print();
    let levels = match &shown {
        Shown::Failed(_) => return html! {},
        Shown::Waiting => return skeleton::waiting(waiting()),
        Shown::Fresh(levels) | Shown::Stale(levels) => levels,
    };
    let (title, remark, rows) = if levels.keyed {
        ("Levels", "Bytes on each level: warm is unmerged, deep blue is settled.", level_rows(levels))
    } else {
        ("File sizes", "Files of each size, and the bytes in them.", size_rows(levels))
    };
    let go = |tab: Tab, text: &'static str| html! { <a class="button" href={link(tab)}>{ text }</a> };
    html! {
        <div class="halves pictures">
            { panel(title, html! { remark }, go(if levels.keyed { Tab::Lsm } else { Tab::Files }, if levels.keyed { "See the levels" } else { "All files" }), bars(&rows)) }
            { panel("Partition × bucket", heat_remark(levels), go(Tab::Lsm, "Heatmap"), html! { <a class="thumbnail" href={link(Tab::Lsm)} aria-label="Partition × bucket: see the heatmap">{ thumbnail(levels) }</a> }) }
        </div>
    }
}

/// What stands where the pictures will be.
pub(super) fn waiting() -> Html {
    html! { <div class="halves pictures">{ skeleton::panel(110) }{ skeleton::panel(110) }</div> }
}

/// A bar: its class, name, share of the longest, and what it stands for.
struct Row {
    class: String,
    name: String,
    share: f64,
    files: i64,
    bytes: i64,
}

#[allow(clippy::cast_precision_loss)]
fn share(part: i64, most: i64) -> f64 {
    if most > 0 { part as f64 / most as f64 * 100.0 } else { 0.0 }
}

fn level_rows(levels: &Layout) -> Vec<Row> {
    let most = levels.levels.iter().map(|level| level.bytes).max().unwrap_or_default();
    let row = |level: &Level| Row {
        class: level_class(level.level),
        name: format!("L{}", level.level),
        share: share(level.bytes, most),
        files: level.files,
        bytes: level.bytes,
    };
    levels.levels.iter().map(row).collect()
}

fn size_rows(levels: &Layout) -> Vec<Row> {
    let bins = &levels.file_sizes.histogram;
    let most = bins.iter().map(|bin| bin.files).max().unwrap_or_default();
    let row = |bin: &SizeBin| Row {
        class: if bin.below <= levels.small_below { "l0".to_owned() } else { "l3".to_owned() },
        name: format!("< {}", format::bytes(bin.below)),
        share: share(bin.files, most),
        files: bin.files,
        bytes: bin.bytes,
    };
    bins.iter().map(row).collect()
}

fn bars(rows: &[Row]) -> Html {
    html! {
        <table class="bars">
            <thead class="sr"><tr><th>{"Which"}</th><th>{"Bytes"}</th><th>{"Files"}</th></tr></thead>
            <tbody>{ for rows.iter().map(|row| html! {
                <tr key={row.name.clone()}>
                    <th scope="row">{ row.name.clone() }</th>
                    <td class="bars-track"><i class={classes!("swatch", row.class.clone())} style={format!("width:{:.1}%", row.share.max(0.6))}></i></td>
                    <td class="num">{ bytes(row.bytes) }</td>
                    <td class="num mute">{ format::counted(usize::try_from(row.files).unwrap_or_default(), "file") }</td>
                </tr>
            }) }</tbody>
        </table>
    }
}

/// What a bucket costs: the runs that a key meets, or files where nothing is merged.
fn cost(bucket: &BucketDepth, keyed: bool) -> i64 {
    if keyed { bucket.depth } else { bucket.files }
}

fn heat_remark(levels: &Layout) -> Html {
    let counted = |count: i64, what: &str| format::counted(usize::try_from(count).unwrap_or_default(), what);
    let places = match levels.partition_count {
        0 | 1 => counted(levels.bucket_count, "bucket"),
        many => format!("{} in {}", counted(levels.bucket_count, "bucket"), counted(many, "partition")),
    };
    let worst = levels.buckets.iter().max_by_key(|bucket| cost(bucket, levels.keyed));
    let worst = worst.filter(|bucket| cost(bucket, levels.keyed) > 1).map(|bucket| {
        let place = if bucket.partition.is_empty() { String::new() } else { format!("{} · ", bucket.partition) };
        let unit = if levels.keyed { "run" } else { "file" };
        let cost = counted(cost(bucket, levels.keyed), unit);
        html! { <>{"; worst "}<b>{ format!("{place}bucket {}", bucket.bucket) }</b>{ format!(", {cost}") }</> }
    });
    html! { <>{ places }{ worst.unwrap_or_default() }</> }
}

/// One small cell a bucket, warmer the more it costs; the first ones where there are many.
fn thumbnail(levels: &Layout) -> Html {
    let mut partitions: Vec<&str> = Vec::new();
    let mut cells: Vec<(usize, usize, &BucketDepth)> = Vec::new();
    for bucket in &levels.buckets {
        if partitions.last() != Some(&bucket.partition.as_str()) {
            partitions.push(&bucket.partition);
        }
        let down = cells.iter().rev().take_while(|(across, ..)| *across + 1 == partitions.len()).count();
        if partitions.len() <= ACROSS && down < DOWN {
            cells.push((partitions.len() - 1, down, bucket));
        }
    }
    // One partition alone goes across.
    let turned = partitions.len() == 1;
    let most = levels.buckets.iter().map(|bucket| cost(bucket, levels.keyed)).max().unwrap_or_default();
    #[allow(clippy::cast_precision_loss)]
    let at = |place: usize| place as f64 * (CELL + GAP);
    let (right, bottom) = cells.iter().fold((0, 0), |(right, bottom), (x, y, _)| (right.max(*x), bottom.max(*y)));
    let (columns, lines) = if turned { (bottom, right) } else { (right, bottom) };
    let (width, height) = (at(columns + 1) - GAP, at(lines + 1) - GAP);
    let label = format!("{} of {} buckets drawn", cells.len(), levels.bucket_count);
    html! {
        <svg class="heat-small" width={width.to_string()} height={height.to_string()} viewBox={format!("0 0 {width} {height}")} role="img" aria-label={label}>
            { for cells.iter().map(|(x, y, bucket)| {
                let (x, y) = if turned { (*y, *x) } else { (*x, *y) };
                let heat = share(cost(bucket, levels.keyed) - 1, (most - 1).max(4)).clamp(0.0, 100.0);
                html! {
                    <rect class="heat-spot" style={format!("--heat:{heat:.0}%")} x={at(x).to_string()} y={at(y).to_string()} width={CELL.to_string()} height={CELL.to_string()} rx="4">
                        <title>{ format!("{} bucket {}: {} files, depth {}", bucket.partition, bucket.bucket, bucket.files, bucket.depth) }</title>
                    </rect>
                }
            }) }
        </svg>
    }
}
