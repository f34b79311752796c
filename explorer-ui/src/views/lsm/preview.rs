//! What a compaction would do with the bucket that is shown.

use yew::prelude::*;

use crate::{
    commands,
    components::{
        bits::{bytes, command, level_class, panel},
        page::Page,
        problem::ProblemView,
        skeleton,
    },
    format,
    lsm::Bucket,
    model::{FileInfo, PreviewInfo, PreviewTask, TableInfo},
    route::At,
    state::Shown,
};

/// The tasks about a bucket.
pub(super) fn tasks_of<'a>(preview: &'a PreviewInfo, bucket: &Bucket, files: &[FileInfo]) -> Vec<&'a PreviewTask> {
    let here =
        |name: &String| bucket.files.iter().any(|place| files.get(*place).is_some_and(|file| file.name == *name));
    preview.tasks.iter().filter(|task| task.files.first().is_some_and(here)).collect()
}

/// The panel below the levels: reason, files, and the cost of a read before and after. Nothing for older states.
pub(super) fn panel_of(
    page: &Page,
    info: &TableInfo,
    shown: &Shown<PreviewInfo>,
    bucket: &Bucket,
    files: &[FileInfo],
) -> Html {
    if page.state.route.at != At::Latest {
        return html! {};
    }
    let body = match shown {
        Shown::Waiting => skeleton::waiting(skeleton::lines(2)),
        Shown::Failed(problem) => html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(preview) | Shown::Stale(preview) => match tasks_of(preview, bucket, files).as_slice() {
            [] => html! { <p class="note">{ others(preview) }</p> },
            tasks => html! { <ul class="preview">{ for tasks.iter().map(|task| self::task(info, task)) }</ul> },
        },
    };
    let line = commands::compact_now(&page.state.route, info, &page.warehouse_url(), &bucket.id.partition);
    panel(
        "What a compaction would do",
        html! { <>{"The files that Paimon's rules pick in "}<b>{ bucket.id.title() }</b>{"; they are framed above."}</> },
        html! {},
        html! { <>{ body }{ command(page, &line, "command") }</> },
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
            <span>{ format::counted(task.files.len(), "file") }{" of "}{ bytes(task.bytes) }</span>
            if info.has_primary_key() {
                <span>{"to "}<i class={classes!("swatch", level_class(task.output_level))}></i>{ format!(" L{}", task.output_level) }</span>
            }
            <span class="before-after">{ runs(task.runs_before) }{" → "}<b class="good">{ runs(task.runs_after) }</b></span>
        </li>
    }
}
