//! The versions as a table, newest on top under the result, and the commits that wrote the row.

use yew::prelude::*;

use crate::{
    cell::Cell,
    components::{
        bits::{ago, level_class, panel},
        page::use_page,
    },
    format,
    history::{
        compare::Pair,
        row::{RowCommit, RowHistory},
    },
    shared::Shared,
    state::{Action, Selection},
    views::{
        changelog::sample::{drawn, label},
        snapshots::{chart::kind_mark, diff_class},
    },
};

/// Properties of [`Table`].
#[derive(Properties, PartialEq)]
pub(super) struct Props {
    pub(super) history: Shared<RowHistory>,
}

/// Versions over their columns; cells that make the result are marked.
#[component]
pub(super) fn Table(props: &Props) -> Html {
    let page = use_page();
    let all = use_state_eq(|| false);
    let history = &props.history;
    if history.versions.is_empty() {
        return panel(
            "Versions",
            html! {},
            html! {},
            html! { <p class="note">{"No file of the bucket holds this key at this state: it was never written, or a compaction has dropped its delete."}</p> },
        );
    }
    let same = (0..history.columns.len()).filter(|&column| history.is_same(column)).count();
    let hides = history.versions.len() > 1 && same > 6 && !*all;
    let columns: Vec<usize> = (0..history.columns.len()).filter(|&column| !hides || !history.is_same(column)).collect();
    let why = |column: usize| {
        let name = history.columns.get(column)?;
        history.column_why.iter().find(|why| why.column == *name).map(|why| why.why.clone())
    };
    let toggle = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    let tools = html! { if same > 6 && history.versions.len() > 1 { <button onclick={toggle}>{ if hides { format!("Show {same} columns that never changed") } else { "Only what changed".to_owned() } }</button> } };
    let result = html! {
        <tr class="row-result">
            <th scope="row" colspan="4">{"A read gives"}</th>
            { for columns.iter().map(|&column| html! { <td key={column} title={why(column)}>{ match &history.result { Some(result) => result.get(column).map(drawn).unwrap_or_default(), None => html! { <span class="none">{"no row"}</span> } } }</td> }) }
        </tr>
    };
    let version = |index: usize| {
        let version = history.versions.get(index)?;
        let unseen = match (version.deleted, version.skipped) {
            (true, _) => Some("hidden by a deletion vector"),
            (_, true) => Some("readers skip this file"),
            _ => None,
        };
        Some(html! {
            <tr key={index} class={classes!(diff_class(&version.kind), unseen.is_some().then_some("unseen"))}>
                <td>{ label(&version.kind) }{ unseen.map(|why| html! { <small class="mute">{" "}{ why }</small> }).unwrap_or_default() }</td>
                <td class="num">{ format::exact(version.sequence_number) }</td>
                <td><i class={classes!("swatch", level_class(version.level))}></i>{ format!("L{}", version.level) }</td>
                <td><button class="plain mono" title={version.path.clone()} onclick={page.on(Action::Select(Some(Selection::File(version.path.clone()))))}>{ format::middle_cut(&version.file, 9, 8) }</button><small class="mute">{ format!(" row {}", format::exact(version.position)) }</small></td>
                { for columns.iter().map(|&column| {
                    let from = history.comes_from(column, index);
                    html! { <td key={column} class={from.then_some("row-picked")} aria-label={from.then_some("picked")}>{ version.values.get(column).map(drawn).unwrap_or_default() }</td> }
                }) }
            </tr>
        })
    };
    let reasons = history.column_why.iter().filter(|why| !why.why.is_empty());
    panel(
        "Versions",
        html! { "Newest first. Marked cells are those that the result is made of." },
        tools,
        html! {
            <>
            <div class="scroll-x sample" tabindex="0" role="group" aria-label="Versions of the row"><table class="list row-versions">
                <thead><tr><th>{"Kind"}</th><th class="num">{"Sequence"}</th><th>{"Level"}</th><th>{"File"}</th>{ for columns.iter().map(|&column| html! { <th key={column}>{ history.columns.get(column).cloned().unwrap_or_default() }</th> }) }</tr></thead>
                <tbody>{ result }{ for (0..history.versions.len()).rev().filter_map(version) }</tbody>
            </table></div>
            if !history.column_why.is_empty() {
                <dl class="pairs row-reasons">{ for reasons.map(|why| html! { <><dt class="mono">{ why.column.clone() }</dt><dd>{ why.why.clone() }</dd></> }) }</dl>
            }
            </>
        },
    )
}

/// Properties of [`Commits`].
#[derive(Properties, PartialEq)]
pub(super) struct CommitsProps {
    pub(super) columns: Vec<String>,
    pub(super) commits: Vec<RowCommit>,
}

/// Commits that wrote the row, newest first; what differs from the one before is marked.
#[component]
pub(super) fn Commits(props: &CommitsProps) -> Html {
    let page = use_page();
    let CommitsProps { columns, commits } = props;
    let row = |(index, commit): (usize, &RowCommit)| {
        let before = commits.get(index + 1);
        let compare = {
            let (page, pair) = (page.clone(), Pair::with_previous(commit.snapshot_id));
            Callback::from(move |_: MouseEvent| page.compare(&pair))
        };
        let differs = |column: usize, cell: &Cell| before.is_some_and(|before| before.values.get(column) != Some(cell));
        html! {
            <tr key={index} class={diff_class(&commit.kind)}>
                <td><button class="plain" onclick={page.on(Action::Select(Some(Selection::Snapshot(commit.snapshot_id))))}>{ kind_mark(&commit.commit_kind) }{ format!("#{}", commit.snapshot_id) }</button></td>
                <td>{ ago(commit.time_millis) }</td>
                <td>{ label(&commit.kind) }</td>
                <td class="mono mute" title={commit.commit_user.clone()}>{ format::middle_cut(&commit.commit_user, 9, 4) }</td>
                { for commit.values.iter().enumerate().map(|(column, cell)| html! { <td key={column} class={differs(column, cell).then_some("changed-cell")}>{ drawn(cell) }</td> }) }
                <td class="end"><button disabled={commit.snapshot_id <= 1} onclick={compare}>{"What it changed"}</button></td>
            </tr>
        }
    };
    html! {
        <div class="scroll-x sample" tabindex="0" role="group" aria-label="Commits that wrote the row"><table class="list refs">
            <thead><tr><th>{"Snapshot"}</th><th>{"Committed"}</th><th>{"Kind"}</th><th>{"By"}</th>{ for columns.iter().map(|name| html! { <th key={name.clone()}>{ name.clone() }</th> }) }<th><span class="sr">{"Compare"}</span></th></tr></thead>
            <tbody>{ for commits.iter().enumerate().map(row) }</tbody>
        </table></div>
    }
}
