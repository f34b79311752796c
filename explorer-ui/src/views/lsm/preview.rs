//! What a compaction would do with the bucket that is shown.

use serde_json::json;
use yew::prelude::*;

use crate::{
    commands,
    components::{
        ask::use_ask,
        bits::{bytes, command, level_class, panel},
        page::use_page,
        problem::ProblemView,
        skeleton,
    },
    format,
    lsm::BucketId,
    model::{PreviewInfo, PreviewTask, TableInfo},
    shared::Shared,
    state::{Ask, Shown},
};

/// Files of a table up to which the preview is worked out at once; it looks at all of them.
pub(super) const SOON: i64 = 20_000;

/// Properties of [`Preview`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// The bucket shown.
    pub(super) id: BucketId,
    /// Whether the table has so many files that somebody must ask first.
    pub(super) many: bool,
    /// Hears of what was found, none while nothing is.
    pub(super) found: Callback<Option<Shared<PreviewInfo>>>,
}

impl PreviewTask {
    /// Whether it is about this bucket.
    pub(super) fn is_of(&self, id: &BucketId) -> bool {
        self.bucket == id.bucket && self.partition == id.partition
    }
}

/// The panel below the levels: reason, files, and the cost of a read before and after.
#[component]
pub(super) fn Preview(props: &Props) -> Html {
    let page = use_page();
    let full = use_state_eq(|| false);
    let wanted = use_state_eq(|| !props.many);
    let ask = Ask::of_table(&page.state, "compaction", json!({ "full": *full })).filter(|_| *wanted);
    let shown = use_ask::<PreviewInfo>(ask);
    {
        let found = props.found.clone();
        let fresh = match &shown {
            Shown::Fresh(preview) => Some(preview.clone()),
            _ => None,
        };
        use_effect_with(fresh, move |fresh| found.emit(fresh.clone()));
    }
    let Some(info) = page.info() else { return html! {} };
    let set = |kind: bool| {
        let full = full.clone();
        Callback::from(move |_: MouseEvent| full.set(kind))
    };
    let body = match &shown {
        _ if !*wanted => {
            let wanted = wanted.clone();
            html! { <p class="note">{"Paimon's rules look at every file of the table. "}<button onclick={Callback::from(move |_: MouseEvent| wanted.set(true))}>{"Work it out"}</button></p> }
        }
        Shown::Waiting => skeleton::waiting(skeleton::lines(2)),
        Shown::Failed(problem) => html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(preview) | Shown::Stale(preview) => {
            let own: Vec<&PreviewTask> = preview.tasks.iter().filter(|task| task.is_of(&props.id)).collect();
            if own.is_empty() {
                html! { <p class="note">{ others(preview) }</p> }
            } else {
                html! { <ul class="preview">{ for own.iter().map(|task| self::task(info, task)) }</ul> }
            }
        }
    };
    let (route, url) = (&page.state.route, page.warehouse_url());
    let line = if *full {
        commands::compact(route, info, &url, &props.id.partition)
    } else {
        commands::compact_now(route, info, &url, &props.id.partition)
    };
    panel(
        if *full { "What a full compaction would do" } else { "What a compaction would do" },
        html! { <>{ if *full { "All files of " } else { "The files that Paimon's rules pick in " } }<b>{ props.id.title() }</b>{"; they are framed above."}</> },
        html! {
            <div class="segments" role="group" aria-label="Compaction">
                <button aria-pressed={(!*full).to_string()} title="Only what the rules ask for" onclick={set(false)}>{"As due"}</button>
                <button aria-pressed={full.to_string()} title="Everything to the top level" onclick={set(true)}>{"Full"}</button>
            </div>
        },
        html! { <>{ body }{ command(&page, &line, "command") }</> },
    )
}

/// Where this bucket is in good shape.
fn others(preview: &PreviewInfo) -> String {
    match preview.tasks.len() {
        0 => "Nothing: every bucket is in good shape.".to_owned(),
        more => format!(
            "Nothing here: this bucket is in good shape. {} would be compacted.",
            format::counted(more, "other bucket")
        ),
    }
}

fn task(info: &TableInfo, task: &PreviewTask) -> Html {
    let unit = if info.has_primary_key() { "run" } else { "file" };
    let runs = |count: i64| format::counted(usize::try_from(count).unwrap_or_default(), unit);
    html! {
        <li>
            <b>{ task.reason.replace('-', " ") }</b>
            <span>{"reads "}{ format::counted(task.files.len(), "file") }{" of "}{ bytes(task.bytes) }</span>
            if info.has_primary_key() {
                <span>{"to "}<i class={classes!("swatch", level_class(task.output_level))}></i>{ format!(" L{}", task.output_level) }</span>
            }
            <span class="before-after">{ runs(task.runs_before) }{" → "}<b class="good">{ runs(task.runs_after) }</b></span>
        </li>
    }
}
