//! A data file from within: what its columns weigh, how they are encoded, and what the footer knows of their values.

use serde_json::json;
use yew::prelude::*;

use super::groups;
use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, chip, panel},
        page::{Page, use_page},
        problem::ProblemView,
        size::use_size,
        skeleton,
    },
    format,
    model::{ColumnSum, FooterInfo},
    shared::Shared,
    state::{Action, Ask, Shown},
    treemap::{Tile, tiles},
};

/// Groups of one answer.
const GROUPS: usize = 50;
/// Height of the treemap, pixels.
const HEIGHT: f64 = 230.0;
/// Columns with a tile of their own; the rest share one.
const TILES: usize = 60;

/// Properties of [`Footer`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The data file's path.
    pub(super) path: String,
}

/// The footer of a file.
#[component]
pub(super) fn Footer(props: &Props) -> Html {
    let page = use_page();
    let number = |name: &str| page.state.route.focus(name).and_then(|text| text.parse::<i64>().ok());
    let offset = number("groups").unwrap_or(0).max(0);
    let mut params = json!({ "path": props.path, "offset": offset, "limit": GROUPS });
    // A link from a list knows the size, which saves asking the store for it.
    if let (Some(object), Some(size)) = (params.as_object_mut(), number("size").filter(|size| *size > 0)) {
        object.insert("size".to_owned(), json!(size));
    }
    let shown = use_ask::<FooterInfo>(Ask::of_table(&page.state, "footer", params));
    let footer = match &shown {
        Shown::Waiting => {
            return skeleton::waiting(
                html! { <>{ skeleton::panel(60) }{ skeleton::panel(240) }{ skeleton::panel(200) }</> },
            );
        }
        Shown::Failed(problem) => return html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(footer) | Shown::Stale(footer) => footer.clone(),
    };
    let chosen = number("group").filter(|group| footer.groups.iter().any(|own| own.index == *group));
    let sums = groups::sums(&footer, chosen);
    let what =
        chosen.map_or_else(|| "All columns".to_owned(), |group| format!("{} {group}", groups::noun(&footer, true)));
    html! {
        <div class={classes!("stack", matches!(shown, Shown::Stale(_)).then_some("stale"))}>
        { facts(&footer) }
        if sums.iter().any(|sum| sum.compressed > 0) {
            { panel("Bytes by column", html! { <><b>{ what }</b>{": an area is as large as the column is in the file, compressed. The table below has the same figures."}</> }, html! {}, html! { <Treemap sums={Shared::new(sums)} /> }) }
        }
        if !footer.groups.is_empty() { { groups::bars(&page, &footer, chosen) } }
        { groups::table(&page, &footer, chosen) }
        { pager(&page, &footer) }
        { metadata(&footer) }
        </div>
    }
}

/// What holds for the whole file.
fn facts(footer: &FooterInfo) -> Html {
    let rows = footer.rows.map(|rows| format!("{} rows", format::exact(rows)));
    let count = footer.group_count.and_then(|count| usize::try_from(count).ok());
    let groups = count.map(|count| format::counted(count, &groups::noun(footer, false)));
    let columns = Some(format::counted(footer.columns.len(), "leaf column"));
    let written = footer.writer.as_ref().map(|writer| format!("written by {writer}"));
    let codec = footer.codec.as_ref().map(|codec| codec.to_lowercase());
    let version = footer.version.as_ref().map(|version| format!("version {version}"));
    let chips = [Some(footer.format.clone()), version, codec, rows, groups, columns, written];
    let remark = html! { <>{ bytes(footer.size) }{" in all, "}{ bytes(footer.footer_bytes) }{ if footer.format == "avro" { " of them the header." } else { " of them the footer." } }</> };
    panel("File", remark, html! {}, html! { <div class="chips">{ for chips.into_iter().flatten().map(chip) }</div> })
}

/// Properties of [`Treemap`].
#[derive(Properties, PartialEq)]
struct TreemapProps {
    sums: Shared<Vec<ColumnSum>>,
}

/// Columns as areas.
#[component]
fn Treemap(props: &TreemapProps) -> Html {
    let node = use_node_ref();
    let (width, _) = use_size(&node);
    let tiles = use_memo((props.sums.clone(), width), |(sums, width)| {
        let mut sums: Vec<ColumnSum> = sums.to_vec();
        sums.sort_by_key(|sum| std::cmp::Reverse(sum.compressed));
        let rest: i64 = sums.iter().skip(TILES).map(|sum| sum.compressed).sum();
        let more = sums.len().saturating_sub(TILES);
        sums.truncate(TILES);
        if more > 0 {
            sums.push(ColumnSum {
                column: format::counted(more, "other column"),
                compressed: rest,
                ..ColumnSum::default()
            });
        }
        let values: Vec<i64> = sums.iter().map(|sum| sum.compressed).collect();
        (tiles(&values, *width, HEIGHT), sums)
    });
    let (tiles, sums) = &*tiles;
    let total: i64 = sums.iter().map(|sum| sum.compressed).sum();
    let largest: Vec<String> =
        sums.iter().take(5).map(|sum| format!("{} {}", sum.column, format::bytes(sum.compressed))).collect();
    html! {
        <div class="chart treemap-box" ref={node}>
            if width > 60.0 {
                <svg class="treemap" width={width.to_string()} height={HEIGHT.to_string()} role="img" aria-label={format!("Bytes by column, the largest first: {}", largest.join(", "))}>
                    { for tiles.iter().filter_map(|tile| Some(self::tile(tile, sums.get(tile.index)?, total))) }
                </svg>
            }
        </div>
    }
}

#[allow(clippy::cast_precision_loss)]
fn tile(tile: &Tile, sum: &ColumnSum, total: i64) -> Html {
    let share = sum.compressed as f64 / total.max(1) as f64 * 100.0;
    let size = format::bytes(sum.compressed);
    let room = ((tile.width - 12.0) / 7.6).max(0.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let name = format::middle_cut(&sum.column, (room as usize).saturating_sub(4), 3);
    let fits = tile.height > 18.0 && room > 5.0;
    let weight = format!("{size} · {share:.0} %");
    let both = fits && tile.height > 34.0 && weight.chars().count() as f64 * 6.1 < tile.width - 12.0;
    html! {
        <g key={tile.index} class={classes!("tile", format!("t{}", tile.index % 6))}>
            <title>{ format!("{}: {size}, {share:.1} %", sum.column) }</title>
            <rect x={(tile.x + 1.0).to_string()} y={(tile.y + 1.0).to_string()} width={(tile.width - 2.0).max(0.5).to_string()} height={(tile.height - 2.0).max(0.5).to_string()} rx="3" />
            if fits { <text x={(tile.x + 7.0).to_string()} y={(tile.y + 15.0).to_string()}>{ name }</text> }
            if both { <text class="small" x={(tile.x + 7.0).to_string()} y={(tile.y + 29.0).to_string()}>{ weight }</text> }
        </g>
    }
}

/// Other groups of a file that has more than one answer holds.
fn pager(page: &Page, footer: &FooterInfo) -> Html {
    let (Some(count), shown) = (footer.group_count, i64::try_from(footer.groups.len()).unwrap_or_default()) else {
        return html! {};
    };
    if shown >= count || shown == 0 {
        return html! {};
    }
    let step = i64::try_from(GROUPS).unwrap_or(i64::MAX);
    let to = |from: i64| page.on(Action::Focus("groups", (from > 0).then(|| from.to_string())));
    let (first, end) = (footer.offset, footer.offset + shown);
    html! {
        <div class="pager" role="group" aria-label="Groups">
            <button disabled={first == 0} onclick={to((first - step).max(0))}>{"Earlier"}</button>
            <span role="status">{ format!("{} to {} of {}", format::exact(first + 1), format::exact(end), format::exact(count)) }</span>
            <button disabled={end >= count} onclick={to(end)}>{"Later"}</button>
        </div>
    }
}

/// Pairs that the writer left, long values cut.
fn metadata(footer: &FooterInfo) -> Html {
    if footer.metadata.is_empty() {
        return html! {};
    }
    panel(
        "Metadata",
        html! { "Pairs that the writer left in the file." },
        html! {},
        html! {
            <table class="list">
                <thead><tr><th scope="col">{"Key"}</th><th scope="col" class="num">{"Bytes"}</th><th scope="col">{"Value"}</th></tr></thead>
                <tbody>{ for footer.metadata.iter().map(|pair| html! { <tr key={pair.key.clone()}><td class="mono">{ pair.key.clone() }</td><td class="num">{ format::exact(pair.bytes) }</td><td class="mono cut" title={pair.value.clone()}>{ format::middle_cut(&pair.value, 90, 20) }</td></tr> }) }</tbody>
            </table>
        },
    )
}
