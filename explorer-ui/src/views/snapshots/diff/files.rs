//! The second level: files that came and went, by partition, bucket and level.

use yew::prelude::*;

use super::manifests::sign;
use crate::{
    components::{
        bits::{bytes, copyable, count, level_class},
        page::{Page, use_page},
    },
    format,
    history::diff::{BucketDiff, FileSum, LevelDiff, PartitionGroup, StateDiff, grouped, percent},
    shared::Shared,
};

/// Partitions drawn before the user asks for all.
const FIRST: usize = 30;

/// Properties of [`Files`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) diff: Shared<StateDiff>,
}

/// Files.
#[component]
pub(super) fn Files(props: &Props) -> Html {
    let page = use_page();
    let groups = use_memo(props.diff.clone(), |diff| grouped(&diff.files));
    let all = use_state_eq(|| false);
    let files = &props.diff.files;
    let most = groups.iter().map(|group| group.added.bytes.max(group.removed.bytes)).max().unwrap_or_default();
    let drawn = if *all { groups.len() } else { FIRST.min(groups.len()) };
    let summary = |word: &str, sum: FileSum| {
        (sum.files > 0).then(|| format!("{} {word} ({})", format::exact(sum.files), format::bytes(sum.bytes)))
    };
    let parts = [
        summary("added", files.added),
        summary("removed", files.removed),
        summary("moved to another level", files.moved),
        (files.kept > 0).then(|| format!("{} kept", format::exact(files.kept))),
    ];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let nothing = groups.is_empty();
    let more = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    let not_given = usize::try_from(files.partition_count).unwrap_or(usize::MAX).saturating_sub(groups.len());
    html! {
        <details class="diff-part" open=true>
            <summary>{"Files"}<span class="mute">{" "}{ parts }</span></summary>
            if nothing {
                <p class="note">{"Both states have the same data files."}</p>
            } else {
                <div class="diff-files">
                    <div class="diff-files-head" aria-hidden="true"><span>{"Partition"}</span><span class="num">{"Removed"}</span><span>{"Added"}</span></div>
                    { for groups.iter().take(drawn).map(|group| partition(&page, group, most, groups.len() == 1)) }
                </div>
                if drawn < groups.len() { <button onclick={more}>{ format!("Show all {} partitions", groups.len()) }</button> }
                if not_given > 0 { <p class="note">{ format!("{} with smaller changes are not listed here.", format::counted(not_given, "partition")) }</p> }
            }
        </details>
    }
}

fn partition(page: &Page, group: &PartitionGroup, most: i64, open: bool) -> Html {
    let name = if group.partition.is_empty() { "the table" } else { &group.partition };
    html! {
        <details key={group.partition.clone()} class="diff-partition" {open}>
            <summary>
                <span class="mono">{ name.to_owned() }</span>
                <span class="diff-side went"><span>{ side(group.removed) }</span><i style={format!("width:{}%", percent(group.removed.bytes, most) * 0.5)}></i></span>
                <span class="diff-side came"><i style={format!("width:{}%", percent(group.added.bytes, most) * 0.5)}></i><span>{ side(group.added) }</span></span>
            </summary>
            { for group.buckets.iter().map(|one| bucket(page, one)) }
            if group.cut { <p class="note">{"Not all of its files are listed: the largest partitions take the room."}</p> }
        </details>
    }
}

fn side(sum: FileSum) -> Html {
    if sum.files == 0 {
        return html! { <span class="none">{"–"}</span> };
    }
    html! { <>{ format::counted(usize::try_from(sum.files).unwrap_or_default(), "file") }{", "}{ bytes(sum.bytes) }</> }
}

fn bucket(page: &Page, bucket: &BucketDiff) -> Html {
    html! {
        <div key={bucket.bucket} class="diff-bucket">
            <h3>{ format!("bucket {}", bucket.bucket) }</h3>
            { for bucket.levels.iter().map(|one| level(page, one)) }
        </div>
    }
}

fn level(page: &Page, level: &LevelDiff) -> Html {
    html! {
        <div key={level.level} class="diff-level">
            <span class="diff-level-name"><i class={classes!("swatch", level_class(level.level))}></i>{ format!("L{}", level.level) }</span>
            <ul>
                { for level.files.iter().map(|(came, file)| html! {
                    <li key={format!("{came}{}", file.path)} class={if *came { "diff-came" } else { "diff-went" }}>
                        { sign(*came) }{ copyable(page, &file.path, format::middle_cut(&file.name, 12, 10)) }<span class="mute">{ count(file.rows) }{" rows, "}{ bytes(file.size) }</span>
                    </li>
                }) }
            </ul>
        </div>
    }
}
