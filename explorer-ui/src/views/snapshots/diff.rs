//! What two states differ in: commits and schema, then manifests, files and rows.

use yew::prelude::*;

mod files;
mod manifests;
mod rows;

use crate::{
    components::{
        ask::use_ask,
        bits::{ago, bytes, card, command, count, panel},
        inspector::signed,
        page::{Page, use_page},
        problem::ProblemView,
        skeleton,
    },
    format,
    history::{
        compare::{self, Pair, name_of},
        diff::{Change, StateDiff, in_words},
    },
    model::SnapshotInfo,
    state::{Action, Ask, Selection, Shown},
};

/// Properties of [`Diff`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    /// What is compared.
    pub(super) pair: Pair,
}

/// The difference of two states.
#[component]
pub(super) fn Diff(props: &Props) -> Html {
    let page = use_page();
    let pair = &props.pair;
    let shown = use_ask::<StateDiff>(Ask::of_table(&page.state, "diff", pair.params()));
    let stale = matches!(shown, Shown::Stale(_));
    let body = match &shown {
        Shown::Waiting => skeleton::waiting(html! { <>{ skeleton::cards(5) }{ skeleton::lines(6) }</> }),
        Shown::Failed(problem) => html! { <ProblemView problem={problem.clone()} /> },
        Shown::Fresh(diff) | Shown::Stale(diff) => html! {
            <div class={stale.then_some("stale")} aria-busy={stale.to_string()}>
                { cards(diff) }
                { commits(&page, diff) }
                { changes(diff) }
                <manifests::Manifests diff={diff.clone()} />
                <files::Files diff={diff.clone()} />
                <rows::Rows pair={pair.clone()} />
            </div>
        },
    };
    let remark = match shown.value() {
        Some(diff) => html! { <>{ end(&diff.from, &pair.from) }{" → "}{ end(&diff.to, &pair.to) }</> },
        None => html! { format!("{} → {}", name_of(&pair.from), name_of(&pair.to)) },
    };
    let close = {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.compare(&Pair::default()))
    };
    panel(
        "Difference",
        remark,
        html! { <button onclick={close}>{"Close"}</button> },
        html! { <>{ body }{ elsewhere(&page, pair) }</> },
    )
}

/// A state in words: its snapshot, when it was committed, and the tag it was asked by.
fn end(snapshot: &SnapshotInfo, asked: &str) -> Html {
    let tag = (asked.parse::<i64>().is_err()).then(|| html! { <span class="flag">{ asked.to_owned() }</span> });
    html! { <span class="diff-end"><b>{ format!("#{}", snapshot.id) }</b>{ tag.unwrap_or_default() }{" "}{ snapshot.commit_kind.to_lowercase() }{", "}{ ago(snapshot.time_millis) }</span> }
}

fn cards(diff: &StateDiff) -> Html {
    let commits = i64::try_from(diff.commits.len()).unwrap_or(i64::MAX);
    let rows = diff.to.total_record_count.zip(diff.from.total_record_count).map(|(to, from)| to.saturating_sub(from));
    let files = &diff.files;
    let changed = diff.schema.changes.len() + diff.options.len();
    let schema = if diff.schema.from == diff.schema.to {
        format!("both have schema {}", diff.schema.from)
    } else {
        format!("schema {} → {}", diff.schema.from, diff.schema.to)
    };
    let vectors = diff.deleted_by_vectors.to.saturating_sub(diff.deleted_by_vectors.from);
    let hidden = if vectors == 0 {
        html! { "old versions among them" }
    } else {
        html! { <>{ signed(vectors) }{" hidden by deletion vectors"}</> }
    };
    html! {
        <div class="cards">
            { card("Commits between", "", count(commits), html! { { if commits == 0 { "none that is kept" } else { "as far as they are kept" } } }) }
            { card("Rows in files", "", rows.map_or_else(|| html! { "–" }, signed), hidden) }
            { card("Files added", "", count(files.added.files), bytes(files.added.bytes)) }
            { card("Files removed", "", count(files.removed.files), bytes(files.removed.bytes)) }
            { card("Schema and options", "", if changed == 0 { html! { "same" } } else { count(i64::try_from(changed).unwrap_or(i64::MAX)) }, html! { schema }) }
        </div>
    }
}

/// The commits between, by kind, each a way to its snapshot.
fn commits(page: &Page, diff: &StateDiff) -> Html {
    if diff.commits.is_empty() {
        return html! {};
    }
    html! {
        <details class="diff-part">
            <summary>{ format::counted(diff.commits.len(), "commit") }{" in between"}</summary>
            <ul class="diff-commits">
                { for diff.commits.iter().map(|commit| html! {
                    <li key={commit.id}><button class="plain" onclick={page.on(Action::Select(Some(Selection::Snapshot(commit.id))))}>{ super::chart::kind_mark(&commit.commit_kind) }{ format!("#{} {}", commit.id, commit.commit_kind.to_lowercase()) }</button>
                        <span class="mute">{ commit.delta_record_count.map(signed).unwrap_or_default() }{" rows, "}{ ago(commit.time_millis) }</span></li>
                }) }
            </ul>
        </details>
    }
}

/// Changes of the schema and of options.
fn changes(diff: &StateDiff) -> Html {
    if diff.schema.changes.is_empty() && diff.options.is_empty() {
        return html! {};
    }
    let option = |change: &Change| {
        let side = |value: &Option<String>| {
            value.clone().map_or_else(
                || html! { <span class="none">{"not set"}</span> },
                |value| html! { <span class="mono">{ value }</span> },
            )
        };
        let key = change.key.clone().unwrap_or_default();
        html! { <tr key={key.clone()}><td class="mono">{ key }</td><td>{ side(&change.from) }</td><td>{ side(&change.to) }</td></tr> }
    };
    html! {
        <details class="diff-part" open=true>
            <summary>{"Schema and options"}</summary>
            if !diff.schema.changes.is_empty() { <ul class="diff-schema">{ for diff.schema.changes.iter().map(|change| html! { <li>{ in_words(change) }</li> }) }</ul> }
            if !diff.options.is_empty() {
                <div class="scroll-x"><table class="list"><thead><tr><th>{"Option"}</th><th>{"Before"}</th><th>{"After"}</th></tr></thead><tbody>{ for diff.options.iter().map(option) }</tbody></table></div>
            }
        </details>
    }
}

/// The same in the CLI and in JavaScript.
fn elsewhere(page: &Page, pair: &Pair) -> Html {
    let Some(info) = page.info() else { return html! {} };
    let (route, origin) = (&page.state.route, page.warehouse_url());
    html! {
        <details class="diff-part">
            <summary>{"The same in the CLI and in JavaScript"}</summary>
            <div class="halves diff-elsewhere">
                { command(page, &compare::command(pair, route, info, &origin), "command") }
                { command(page, &compare::javascript(pair, route, info, &origin), "snippet") }
            </div>
        </details>
    }
}
