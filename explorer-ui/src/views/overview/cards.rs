//! How big and how fresh the table is, and what its layout costs readers.

use yew::prelude::*;

use crate::{
    components::{
        ask::use_ask,
        bits::{ago, bytes, card, count},
        page::use_page,
    },
    format,
    lsm::Cost,
    model::{LevelsInfo, TableInfo},
    views::files::sizes,
};

/// The cards.
#[component]
pub(super) fn Cards() -> Html {
    let page = use_page();
    let shown = use_ask::<LevelsInfo>(sizes::levels_of(&page.state, 0));
    let Some(info) = page.info() else { return html! {} };
    let levels = shown.value();
    let snapshot = page.state.snapshot().or(info.latest_snapshot.as_ref());
    let failed = matches!(shown, crate::state::Shown::Failed(_));
    let waiting = || {
        if failed {
            html! { <span class="none">{"–"}</span> }
        } else {
            html! { <span class="skeleton tall"></span> }
        }
    };
    let blank = || html! {"\u{a0}"};
    let size = levels.map(|levels| levels.bytes).or(info.total_size);
    let files = levels.map(|levels| levels.files).or(info.file_count);
    let rows = levels.map(|levels| levels.rows).or(snapshot.and_then(|snapshot| snapshot.total_record_count));
    let remark =
        if info.has_primary_key() { "old versions and deletes among them" } else { "append only: each counts" };
    html! {
        <div class="cards" aria-busy={(levels.is_none() && !failed).to_string()}>
            { card("Rows in files", "", rows.map_or_else(waiting, count), html! { remark }) }
            { card("Size", "", size.map_or_else(waiting, bytes), levels.map_or_else(blank, |levels| html! { <>{"median file "}{ bytes(levels.file_sizes.median) }</> })) }
            { card("Files", "", files.map_or_else(waiting, count), levels.map_or_else(blank, |levels| html! { <>{ format::short(levels.small_files) }{" under "}{ bytes(levels.small_below) }</> })) }
            { amplification(info, levels.map(|levels| &**levels), waiting()) }
            { card("Last commit", "", snapshot.map_or_else(waiting, |snapshot| ago(snapshot.time_millis)), snapshot.map_or_else(Html::default, |snapshot| html! { format!("#{} {}, schema\u{a0}{}", snapshot.id, snapshot.commit_kind.to_lowercase(), snapshot.schema_id) })) }
        </div>
    }
}

fn amplification(info: &TableInfo, levels: Option<&LevelsInfo>, waiting: Html) -> Html {
    if info.evolves_columns() {
        let depth = levels.map(|levels| levels.depth);
        return card(
            "Files of a row",
            "",
            depth.map_or(waiting, count),
            html! { "at most, each with some of its columns" },
        );
    }
    if !info.has_primary_key() {
        return card(
            "Buckets",
            "",
            levels.map_or(waiting, |levels| count(levels.bucket_count)),
            html! { "no merge on read" },
        );
    }
    let Some(levels) = levels else { return card("Read amplification", "", waiting, html! {"\u{a0}"}) };
    let cost = Cost::of(levels, info);
    let worst = cost.worst.as_ref().map_or(0, |(_, depth)| *depth);
    let tone = if worst >= cost.trigger {
        "warm"
    } else if worst <= 1 {
        "good"
    } else {
        ""
    };
    let remark = cost.worst.map(|(id, depth)| format!("worst {depth} runs · {}", id.title())).unwrap_or_default();
    card("Read amplification", tone, html! { format!("{:.1} ×", cost.depth) }, html! { remark })
}
