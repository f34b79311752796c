//! All files of the state by size: a bar for each power of four.

use serde_json::json;
use yew::prelude::*;

use crate::{
    components::{
        ask::use_ask,
        bits::{bytes, panel},
        page::use_page,
        skeleton,
    },
    format,
    model::{FileSizes, LevelsInfo},
    state::{Ask, Shown},
};

/// Buckets of one answer; the same as in the LSM view, so that one answer serves both.
pub(crate) const BUCKETS: usize = 10_000;

/// The question of the layout of all buckets from one on.
pub(crate) fn levels_of(state: &crate::state::State, offset: usize) -> Option<Ask> {
    Ask::at(state, "levels", json!({ "offset": offset, "limit": BUCKETS }))
}

/// The histogram; nothing where it cannot be known.
#[component]
pub(super) fn Sizes() -> Html {
    let page = use_page();
    let shown = use_ask::<LevelsInfo>(levels_of(&page.state, 0));
    match &shown {
        Shown::Waiting => skeleton::waiting(skeleton::panel(74)),
        Shown::Failed(_) => html! {},
        Shown::Fresh(levels) | Shown::Stale(levels) if levels.files == 0 => html! {},
        Shown::Fresh(levels) | Shown::Stale(levels) => {
            let sizes = &levels.file_sizes;
            let remark = html! { <>{"All files of this state: "}{ bytes(sizes.min) }{" to "}{ bytes(sizes.max) }{", the middle one "}<b>{ bytes(sizes.median) }</b>{". A compaction takes those below "}{ bytes(levels.small_below) }{" for small: "}<b>{ format::exact(levels.small_files) }</b>{" of them."}</> };
            panel("Sizes", remark, html! {}, histogram(sizes, levels.small_below))
        }
    }
}

/// Bars with their counts; small sizes are warm and say so in their labels.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn histogram(sizes: &FileSizes, small_below: i64) -> Html {
    let most = sizes.histogram.iter().map(|bin| bin.files).max().unwrap_or(1).max(1) as f64;
    html! {
        <ol class="sizes" aria-label="Files by size">{ for sizes.histogram.iter().map(|bin| {
            let small = bin.below <= small_below;
            let title = format!("{} of {} to {}, {} together{}", format::counted(usize::try_from(bin.files).unwrap_or_default(), "file"), format::bytes(bin.from), format::bytes(bin.below), format::bytes(bin.bytes), if small { ", small" } else { "" });
            html! {
                <li key={bin.from.to_string()} {title} class={small.then_some("small")}>
                    <b>{ format::short(bin.files) }</b>
                    <i style={format!("height:{:.1}px", (bin.files as f64 / most).sqrt() * 40.0)}></i>
                    <span>{ format!("<{}", format::bytes(bin.below)) }</span>
                </li>
            }
        }) }</ol>
    }
}
