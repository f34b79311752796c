//! The figures above the picture, each with the bucket or the files to look at.

use yew::prelude::*;

use crate::{
    components::bits::{bytes, card, count},
    format,
    lsm::Cost,
    model::{LevelsInfo, TableInfo},
};

/// Read amplification, compaction pressure, files and deleted rows.
#[allow(clippy::cast_precision_loss)]
pub(super) fn cards(info: &TableInfo, levels: &LevelsInfo) -> Html {
    let cost = Cost::of(levels, info);
    let files = card(
        "Files",
        "",
        count(levels.files),
        html! { <>{ format::short(levels.small_files) }{" under "}{ bytes(levels.small_below) }{" · median "}{ bytes(levels.file_sizes.median) }</> },
    );
    if !levels.keyed {
        let largest = levels.buckets.iter().map(|bucket| bucket.bytes).max().unwrap_or_default();
        return html! {
            <div class="cards">
                { card("Buckets", "", count(levels.bucket_count), html! { <>{ partitions(levels) }{"largest "}{ bytes(largest) }</> }) }
                { files }
                if info.evolves_columns() {
                    { card("Files of a row", if levels.depth > 4 { "warm" } else { "" }, count(levels.depth), html! { "at most, each with some of its columns" }) }
                } else {
                    { card("Size", "", bytes(levels.bytes), html! { format!("{} rows", format::short(levels.rows)) }) }
                }
                { deleted(levels) }
            </div>
        };
    }
    let worst = cost.worst.as_ref().map_or(0, |(_, depth)| *depth);
    let tone = if worst >= cost.trigger {
        "warm"
    } else if worst <= 1 {
        "good"
    } else {
        ""
    };
    let pressure = cost.runs / cost.trigger as f64;
    let at_trigger = i64::try_from(cost.at_trigger).unwrap_or_default();
    html! {
        <div class="cards">
            { card("Read amplification", tone, html! { <span title="Sorted runs that a read of a key merges at most, averaged over rows">{ format!("{:.1} ×", cost.depth) }</span> },
                html! { cost.worst.as_ref().map(|(id, depth)| format!("worst {} · {}", format::counted(usize::try_from(*depth).unwrap_or_default(), "run"), id.title())).unwrap_or_default() }) }
            { card("Compaction pressure", if at_trigger > 0 { "warm" } else { "" },
                html! { <span title={format!("{:.1} sorted runs a bucket on average; at {} writers compact", cost.runs, cost.trigger)}>{ format!("{pressure:.1} ") }<small>{ format!("of trigger {}", cost.trigger) }</small></span> },
                html! { format!("{} of {} at or above it", format::exact(at_trigger), format::counted(levels.buckets.len(), "bucket")) }) }
            { files }
            { deleted(levels) }
        </div>
    }
}

fn partitions(levels: &LevelsInfo) -> String {
    let count = usize::try_from(levels.partition_count).unwrap_or_default();
    if count > 1 { format!("{} · ", format::counted(count, "partition")) } else { String::new() }
}

/// Rows that are in files and in no answer: hidden by vectors, or deletes themselves.
#[allow(clippy::cast_precision_loss)]
fn deleted(levels: &LevelsInfo) -> Html {
    let share = |part: i64| part as f64 / levels.rows.max(1) as f64 * 100.0;
    let text = |share: f64| if share > 0.0 && share < 0.05 { "<0.1 %".to_owned() } else { format!("{share:.1} %") };
    if levels.files_with_vectors > 0 {
        let hidden = share(levels.deleted_by_vectors);
        let tone = if hidden > 20.0 { "warm" } else { "good" };
        return card(
            "Deleted rows",
            tone,
            html! { <span title={format!("{} of {} rows", format::exact(levels.deleted_by_vectors), format::exact(levels.rows))}>{ text(hidden) }</span> },
            html! { format!("deletion vectors in {}", format::counted(usize::try_from(levels.files_with_vectors).unwrap_or_default(), "file")) },
        );
    }
    let remark = if levels.keyed {
        format!("{} of {} rows delete a key", format::short(levels.delete_rows), format::short(levels.rows))
    } else {
        "no deletion vectors".to_owned()
    };
    card(
        if levels.keyed { "Delete rows" } else { "Deleted rows" },
        "",
        html! { text(share(levels.delete_rows)) },
        html! { remark },
    )
}
